"""What may be kept as a text: anything a person types, but not without end."""

from __future__ import annotations

import re

from fangcun.blueprint.composing import MOST_BYTES
from fangcun.plan.revisions.errors import BlueprintTooLong

# PostgreSQL keeps no NUL, and half a surrogate pair is no character.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def keepable(text: str) -> str:
    """The text with the few characters replaced that no database holds. Raises BlueprintTooLong."""
    if len(text) > MOST_BYTES:
        raise BlueprintTooLong(limit=MOST_BYTES)
    return _UNKEEPABLE.sub("\ufffd", text)
