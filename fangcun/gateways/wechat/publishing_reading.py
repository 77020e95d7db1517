"""From code management's JSON to plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fangcun.gateways.wechat.miniprogram_channel import unreadable
from fangcun.gateways.wechat.publishing_answers import AUDIT_STATES, AuditAnswer


def audit_from(answer: Mapping[str, Any]) -> AuditAnswer:
    """How an audit stands. Raises Unavailable when its status is none of those we know."""
    state = AUDIT_STATES.get(int(answer.get("status", -1)))
    if state is None:
        raise unreadable("status")
    shots = str(answer.get("ScreenShot") or answer.get("screenshot") or "")
    return AuditAnswer(
        auditid=int(answer.get("auditid") or 0),
        state=state,
        reason=str(answer.get("reason") or ""),
        screenshots=tuple(one for one in shots.split("|") if one),
        version=str(answer.get("user_version") or ""),
        submitted_at=moment(answer.get("submit_audit_time")),
    )


def rows(answer: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of a list; nothing when it is missing."""
    found = answer.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def texts(answer: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The texts of a list; nothing when it is missing."""
    found = answer.get(key)
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def part(answer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object within the answer; empty when it is missing."""
    found = answer.get(key)
    return found if isinstance(found, dict) else {}


def moment(value: object) -> datetime | None:
    """A moment that is written in epoch seconds; None for anything else."""
    try:
        seconds = int(str(value))
    except ValueError:
        return None
    return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
