"""Taking what WeChat pushes: what a customer wrote, and that he opened the conversation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.conversations.models import MOST_ANSWERS, WINDOW, Case, Conversation, Entry
from fangcun.grow.conversations.queries import hours_of, service_settings
from fangcun.grow.conversations.services.closing import may_be_rating, take_rating
from fangcun.grow.conversations.services.holding import held, preview, queue, say_automatically, touch
from fangcun.grow.conversations.states import ConversationStatus, EntryStatus
from fangcun.grow.conversations.tasks import fetch_picture
from fangcun.identity.members.models import Account
from fangcun.kernel.actors import WECHAT

KINDS = {"text": Entry.Kind.TEXT, "image": Entry.Kind.IMAGE, "miniprogrampage": Entry.Kind.CARD}
WELCOME_AGAIN = dt.timedelta(hours=12)


@transaction.atomic
def receive_message(
    *,
    program_id: int,
    openid: str,
    key: str,
    kind: str,
    at: dt.datetime,
    text: str = "",
    media_id: str = "",
    title: str = "",
    page: str = "",
) -> Entry:
    """Keep what a customer wrote, once per `key`; nobody becomes a member by it.

    He may be answered five times within 48 hours from now on. Outside the service hours he is told so, once per
    closed period. A bare number from 1 to 5 after he was asked for a rating is his rating.
    `kind` and the rest are as in `programs.events.CustomerWrote`.
    """
    key = f"{program_id}:{key}"[:160]
    conversation = _conversation(program_id, openid)
    if (known := Entry.objects.filter(key=key).first()) is not None:
        return known
    now = timezone.now()
    shown = KINDS.get(kind, Entry.Kind.OTHER)
    if shown == Entry.Kind.OTHER and not text:
        text = _("[%s] 这类消息请在手机微信的客服里查看") % kind
    entry = Entry.objects.create(
        conversation=conversation,
        way=Entry.Way.IN,
        kind=shown,
        text=text,
        title=title,
        page=page,
        media_id=media_id,
        at=now,
        key=key,
    )
    if shown == Entry.Kind.IMAGE:
        fetch_picture.enqueue(entry_id=entry.pk)
    facts = {**_window(conversation, min(at, now)), "last_at": now, "last_text": preview(shown, text, title)}
    if asked := may_be_rating(conversation, entry, now=now):
        touch(conversation, **facts)
        take_rating(conversation, asked, entry, now=now)
        return entry
    if conversation.status == ConversationStatus.RESOLVED:  # otherwise there is a case that goes on
        Case.objects.get_or_create(conversation=conversation, resolved_at=None, defaults={"opened_at": now})
    if conversation.status != ConversationStatus.WAITING:
        conversation.enter(ConversationStatus.WAITING, by=WECHAT)
    facts |= {"unread": conversation.unread + 1, "waiting_since": conversation.waiting_since or now}
    touch(conversation, **facts)
    _say_that_nobody_is_there(conversation, now)
    return entry


@transaction.atomic
def receive_entry(*, program_id: int, openid: str, key: str, session_from: str) -> None:
    """Note that a customer opened the conversation, and from where; welcome him when somebody is there.

    Whether WeChat lets us say anything before the customer has is not documented: the welcome is tried, and a
    refusal changes nothing else.
    """
    key = f"{program_id}:{key}"[:160]
    conversation, now = _conversation(program_id, openid), timezone.now()
    if Entry.objects.filter(key=key).exists():
        return
    Entry.objects.create(
        conversation=conversation,
        way=Entry.Way.INNER,
        kind=Entry.Kind.ENTERED,
        text=session_from,
        at=now,
        key=key,
    )
    touch(conversation, came_from=session_from)
    settings = service_settings()
    text = settings.welcome_text
    if (
        not text
        or conversation.status != ConversationStatus.RESOLVED
        or not hours_of(settings).is_open(timezone.localtime(now))
    ):
        return
    lately = Entry.objects.filter(conversation=conversation, way=Entry.Way.OUT, at__gt=now - WELCOME_AGAIN)
    if lately.exists():
        return
    if say_automatically(conversation, text, now=now) is None:
        # Not one of the five: there is no message of the customer that it could answer.
        queue(conversation, by=None, text=text, counted=False)


def _conversation(program_id: int, openid: str) -> Conversation:
    rows = Conversation.objects.select_for_update(no_key=True).filter(program_id=program_id, openid=openid)
    conversation = rows.first()
    if conversation is None:
        row, _new = Conversation.objects.get_or_create(program_id=program_id, openid=openid)
        conversation = held(row.pk)
    if conversation.account_id is None:
        account = Account.objects.filter(program_id=program_id, openid=openid).only("id").first()
        if account is not None:
            touch(conversation, account=account)
    return conversation


def _window(conversation: Conversation, at: dt.datetime) -> dict[str, Any]:
    """Five more answers, less those that are on their way and will be counted against these."""
    # What WeChat has not got yet it will count against the new window, a welcome too.
    underway = Entry.objects.filter(
        conversation=conversation,
        way=Entry.Way.OUT,
        status__in=[EntryStatus.QUEUED, EntryStatus.SENDING],
    ).update(counted=True)
    until = max(at + WINDOW, conversation.window_until or at)
    return {"window_until": until, "answers_left": max(0, MOST_ANSWERS - underway)}


def _say_that_nobody_is_there(conversation: Conversation, now: dt.datetime) -> None:
    settings, here = service_settings(), timezone.localtime(now)
    hours = hours_of(settings)
    if hours.is_open(here):
        return
    opens = hours.next_opening(here)
    period = opens.isoformat() if opens else "closed"
    if conversation.told_away == period:
        return
    touch(conversation, told_away=period)
    when = f"{opens:%m-%d %H:%M}" if opens else ""
    say_automatically(conversation, settings.away_text.replace("{上班时间}", when), now=now)
