"""The audit log: who saw or changed what."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain


def record(
    action: str,
    *,
    by: Actor,
    object: models.Model | None = None,  # noqa: A002 - the word an auditor uses
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """Write down one action, in the caller's transaction.

    When both sides are given only what differs is kept.
    `action` is "room.verb", e.g. "catalog.change_stock". Never pass a secret in `before` or `after`.
    """
    if before is not None and after is not None:
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        before = {key: value for key, value in before.items() if key in changed}
        after = {key: value for key, value in after.items() if key in changed}
    return AuditEntry.objects.create(
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name[:150],
        ip=by.ip,
        action=action,
        object_type=object._meta.label_lower if object is not None else "",
        object_id=str(object.pk) if object is not None else "",
        object_label=str(object)[:200] if object is not None else "",
        before=_plain(before),
        after=_plain(after),
        note=note[:300],
    )
