"""Consents and the message centre in the storefront API."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth, account_of, member_of, program_of
from fangcun.doors.storefront.schemas import errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.grow.messaging import queries, reaching, services
from fangcun.grow.messaging.models import Preference, Purpose
from fangcun.kernel.actors import Actor

router = Router(tags=["messages"], auth=MemberAuth())

LIMIT = Limit("consents", most=60, seconds=60)
PREFERENCES = Limit("preferences", most=30, seconds=60)

BigId = Annotated[int, Field(ge=1, lt=2**63)]
MomentName = Literal[
    "order_submit",
    "order_paid",
    "group_open",
    "group_join",
    "check_in",
    "coupon_claim",
    "activity_sign_up",
]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
TemplateId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]


class TemplateOut(Schema):
    template_id: str
    title: str
    purpose: Purpose


class TemplatesOut(Schema):
    templates: list[TemplateOut]


class ConsentsIn(Schema):
    """`results` is what `wx.requestSubscribeMessage` said: an answer per template id."""

    moment: MomentName
    results: dict[TemplateId, Literal["accept", "reject", "ban", "filter"]] = Field(max_length=10)


class GrantedOut(Schema):
    granted: int


class MessageOut(Schema):
    id: int
    kind: str
    title: str
    body: str
    link: str | None
    created_at: dt.datetime
    read_at: dt.datetime | None


class MessagesOut(Schema):
    items: list[MessageOut]
    next_cursor: str | None
    unread: int


class ReadIn(Schema):
    """Without `ids` all messages are meant."""

    ids: list[BigId] | None = Field(None, max_length=200)


class UnreadOut(Schema):
    unread: int


class QuietHours(Schema):
    """From when until when the member is not to be disturbed, "22:00"; may span midnight."""

    begin: TimeOfDay
    end: TimeOfDay


class PreferencesIn(Schema):
    """What is left out stays; `quiet: null` takes the hours of his own back."""

    care: bool | None = None
    marketing_texts: bool | None = None
    quiet: QuietHours | None = None


class PreferencesOut(Schema):
    """`shop_quiet` are the shop's own hours, which hold for everybody. Orders are told of in any case."""

    care: bool
    marketing_texts: bool
    quiet: QuietHours | None
    shop_quiet: QuietHours


@router.get("/consents", response={200: TemplatesOut, **errors(400, 401, 422)})
def what_to_ask(request: HttpRequest, moment: MomentName) -> TemplatesOut:
    """For which messages the phone should ask consent now; empty: don't ask."""
    templates = queries.templates_for(program_of(request), moment, account=account_of(request))
    return TemplatesOut(
        templates=[
            TemplateOut(template_id=t.template_id, title=t.title, purpose=Purpose(t.purpose))
            for t in templates
        ]
    )


@router.post("/consents", response={200: GrantedOut, **errors(400, 401, 422, 429)})
def record_consents(request: HttpRequest, body: ConsentsIn) -> GrantedOut:
    """What the customer answered; every accept is good for one message."""
    account = account_of(request)
    LIMIT.spend(account.pk)
    return GrantedOut(
        granted=services.record_consents(account=account, moment=body.moment, results=body.results)
    )


@router.get("/messages", response={200: MessagesOut, **errors(400, 401, 422)})
def list_messages(
    request: HttpRequest, cursor: BigId | None = None, limit: Annotated[int, Field(ge=1, le=50)] = 20
) -> MessagesOut:
    """The member's messages, the newest first."""
    member = member_of(request)
    found = queries.messages_of(member.pk, before_id=cursor, limit=limit + 1)
    page = found[:limit]
    return MessagesOut(
        items=[
            MessageOut(
                id=m.pk,
                kind=m.kind,
                title=m.title,
                body=m.body,
                link=m.link or None,
                created_at=m.created_at,
                read_at=m.read_at,
            )
            for m in page
        ],
        next_cursor=str(page[-1].pk) if len(found) > limit else None,
        unread=queries.unread_count(member.pk),
    )


@router.post("/messages/read", response={200: UnreadOut, **errors(400, 401, 422)})
def mark_read(request: HttpRequest, body: ReadIn) -> UnreadOut:
    """Mark messages as read; ids that are not the member's own change nothing."""
    member = member_of(request)
    services.mark_read(member_id=member.pk, ids=body.ids)
    return UnreadOut(unread=queries.unread_count(member.pk))


@router.get("/messages/preferences", response={200: PreferencesOut, **errors(400, 401)})
def show_preferences(request: HttpRequest) -> PreferencesOut:
    """What the member wants to be written beside the news of his orders."""
    return _preferences(reaching.preference_of(member_of(request).pk))


@router.put("/messages/preferences", response={200: PreferencesOut, **errors(400, 401, 422, 429)})
def change_preferences(request: HttpRequest, body: PreferencesIn) -> PreferencesOut:
    """Change what the member wants to be written."""
    member = member_of(request)
    PREFERENCES.spend(member.pk)
    quiet: tuple[dt.time, dt.time] | tuple[None, None] | None = None
    if body.quiet is not None:
        quiet = (dt.time.fromisoformat(body.quiet.begin), dt.time.fromisoformat(body.quiet.end))
    elif "quiet" in body.model_fields_set:
        quiet = (None, None)
    kept = services.set_preference(
        member_id=member.pk,
        care=body.care,
        marketing_texts=body.marketing_texts,
        quiet=quiet,
        by=Actor.member(member.pk, str(member)),
    )
    return _preferences(kept)


def _preferences(wants: Preference) -> PreferencesOut:
    shop = reaching.pace()
    return PreferencesOut(
        care=wants.care,
        marketing_texts=wants.marketing_texts,
        quiet=_hours(wants.quiet_from, wants.quiet_until),
        shop_quiet=QuietHours(begin=f"{shop.quiet_from:%H:%M}", end=f"{shop.quiet_until:%H:%M}"),
    )


def _hours(begin: dt.time | None, end: dt.time | None) -> QuietHours | None:
    if begin is None or end is None:
        return None
    return QuietHours(begin=f"{begin:%H:%M}", end=f"{end:%H:%M}")
