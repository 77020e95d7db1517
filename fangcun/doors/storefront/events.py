"""Where phones report what happened."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from fangcun.doors.storefront.auth import account_if_any, ip_of, program_of
from fangcun.doors.storefront.schemas import EITHER, errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.insight.tracking.errors import BatchMalformed, BatchTooLarge
from fangcun.insight.tracking.intake import MAX_EVENTS, MAX_ID, MAX_PAGE
from fangcun.insight.tracking.services import accept_batch
from fangcun.kernel.errors import NotLoggedIn

router = Router(tags=["events"])

MAX_BYTES = 2 * 1024 * 1024
# Many phones share one address behind a carrier's gateway, so this only stops floods.
LIMIT = Limit("events", most=3000, seconds=60)

_TEXT = {"type": "string", "minLength": 1, "maxLength": MAX_ID}
_TIME = {"type": "integer", "description": "epoch milliseconds"}
_EVENT = {
    "type": "object",
    "required": ["id", "name", "ts"],
    "properties": {
        "id": _TEXT,
        "name": {**_TEXT, "pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"},
        "ts": _TIME,
        "session_id": {"type": "string", "maxLength": MAX_ID},
        "page": {"type": "string", "maxLength": MAX_PAGE},
        "props": {"type": "object", "additionalProperties": True},
    },
}
_BATCH = {
    "type": "object",
    "required": ["batch_id", "sent_at", "events"],
    "properties": {
        "batch_id": _TEXT,
        "sent_at": _TIME,
        "device_id": _TEXT,
        "events": {"type": "array", "maxItems": MAX_EVENTS, "items": _EVENT},
    },
}


class RejectionOut(Schema):
    id: str | None
    code: str
    message: str


class AcceptedOut(Schema):
    """`accepted` names the events the phone may forget. `warnings`: `token_invalid` = counted as a visitor's."""

    accepted: list[str]
    rejected: list[RejectionOut]
    duplicate: bool
    warnings: list[str]


@router.post(
    "/events",
    response={200: AcceptedOut, **errors(400, 413, 422, 429)},
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": _BATCH}}},
        **EITHER,
    },
)
def report_events(request: HttpRequest) -> AcceptedOut:
    """Take in a batch of at most 100 events; what is sent twice counts once.

    The token is optional, and a token that is no good loses no events: they count as a visitor's.
    """
    LIMIT.spend(ip_of(request))
    program = program_of(request)
    batch = _parsed(request)
    warnings = []
    try:
        account = account_if_any(request)
    except NotLoggedIn:
        account = None
        warnings.append("token_invalid")
    answer = accept_batch(
        batch=batch, member_id=account.member_id if account else None, program_id=program.pk
    )
    return AcceptedOut(
        accepted=answer.accepted,
        rejected=[RejectionOut(id=r.id, code=r.code, message=r.message) for r in answer.rejected],
        duplicate=answer.duplicate,
        warnings=warnings,
    )


def _parsed(request: HttpRequest) -> Any:
    # Read here and not by a schema: a page that is being closed sends JSON as text/plain, and half an emoji in
    # one event, which stricter parsers refuse, must not cost the other ninety-nine.
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise BatchTooLarge(limit=MAX_EVENTS)
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise BatchMalformed(body="不是可读的 JSON") from None
