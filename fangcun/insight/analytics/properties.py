"""Looking into the properties of events with SQL: where they are, and whether they have a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Scalar = str | int | float | bool


def pointer(prop: str) -> str:
    """The JSON pointer of a property."""
    return "/" + prop.replace("~", "~0").replace("/", "~1")
