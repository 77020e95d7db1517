"""Answering customers, within what WeChat allows; notes among colleagues."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.conversations.errors import ConversationGone, EntryInvalid, TakenByOther
from fangcun.grow.conversations.models import Case, Conversation, Entry
from fangcun.grow.conversations.services.holding import held, queue, touch, use_answer
from fangcun.grow.conversations.states import ConversationStatus, EntryStatus
from fangcun.grow.conversations.tasks import send_answers, tell_typing
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

MOST_TEXT = 600
MOST_TITLE = 60
MOST_NOTE = 500
TYPING_WITHIN = dt.timedelta(seconds=25)


def say_text(*, conversation_id: int, text: str, by: Actor, key: str = "") -> Entry:
    """Answer with a text (≤ 600 characters), once per `key`.

    Raises EntryInvalid, WindowOver, AnswersUsed, TakenByOther when a colleague has the conversation.
    """
    text = _clean(text, MOST_TEXT)
    return _say(conversation_id, by, key, kind=Entry.Kind.TEXT, text=text)


def say_picture(*, conversation_id: int, picture: str, by: Actor, key: str = "") -> Entry:
    """Answer with a kept picture, by its storage path. Raises what `say_text` raises."""
    if not picture:
        raise EntryInvalid(_("请选择图片"))
    return _say(conversation_id, by, key, kind=Entry.Kind.IMAGE, picture=picture)


def say_card(*, conversation_id: int, title: str, page: str, picture: str, by: Actor, key: str = "") -> Entry:
    """Answer with a card that opens a page of the mini program; `page` with its query, `picture` its storage path.

    Raises what `say_text` raises.
    """
    page = page.strip().lstrip("/")
    if not page or not picture or len(page) > 1000 or not page.isprintable():
        raise EntryInvalid(_("卡片需要页面和图片"))
    title = _clean(title, MOST_TITLE)
    return _say(conversation_id, by, key, kind=Entry.Kind.CARD, title=title, page=page, picture=picture)


def say_link(
    *, conversation_id: int, title: str, description: str, url: str, by: Actor, key: str = ""
) -> Entry:
    """Answer with a link (https). Raises what `say_text` raises."""
    parts = urlsplit(url.strip())
    if parts.scheme != "https" or not parts.hostname or len(url) > 1000:
        raise EntryInvalid(_("链接须以 https:// 开头"))
    return _say(
        conversation_id,
        by,
        key,
        kind=Entry.Kind.LINK,
        title=_clean(title, MOST_TITLE),
        text=_clean(description or title, MOST_TITLE),
        url=url.strip(),
    )


def show_typing(*, conversation_id: int, by: Actor) -> bool:
    """Let the customer see that somebody is typing; whether that was tried.

    Only who has the conversation, and while the customer has just written: WeChat refuses it later (45080).
    """
    lately = timezone.now() - TYPING_WITHIN
    wrote = Entry.objects.filter(
        conversation_id=conversation_id,
        conversation__assignee_id=by.id,
        way=Entry.Way.IN,
        at__gt=lately,
    )
    if not wrote.exists():
        return False
    tell_typing.enqueue(conversation_id=conversation_id)
    return True


@transaction.atomic
def try_again(*, conversation_id: int, entry_id: int, by: Actor) -> Entry:
    """Send an answer again that failed or whose end is unknown; it counts like a new one.

    Raises ConversationGone, IllegalTransition, WindowOver, AnswersUsed, TakenByOther.
    """
    conversation = held(conversation_id)
    entry = Entry.objects.filter(conversation=conversation, pk=entry_id, way=Entry.Way.OUT).first()
    if entry is None:
        raise ConversationGone
    _mine(conversation, by)
    if entry.may_enter(EntryStatus.QUEUED):
        use_answer(conversation, timezone.now())
    entry.enter(EntryStatus.QUEUED, by=by, counted=True, attempts=0, error="", error_code="")
    touch(conversation)
    send_answers.enqueue(conversation_id=conversation.pk)
    record("conversations.try_again", by=by, object=conversation)
    return entry


@transaction.atomic
def write_note(*, conversation_id: int, text: str, by: Actor) -> Entry:
    """Leave a note that only colleagues see. Raises ConversationGone, EntryInvalid."""
    conversation = held(conversation_id)
    entry = Entry.objects.create(
        conversation=conversation,
        way=Entry.Way.INNER,
        kind=Entry.Kind.NOTE,
        text=_clean(text, MOST_NOTE),
        staff_id=by.id,
        staff_name=by.name[:150],
    )
    touch(conversation)
    record("conversations.write_note", by=by, object=conversation)
    return entry


@transaction.atomic
def _say(conversation_id: int, by: Actor, key: str, **facts: Any) -> Entry:
    conversation, now = held(conversation_id), timezone.now()
    # The key of one person can't be another's.
    key = f"say:{by.id}:{key}"[:160] if key else ""
    known = Entry.objects.filter(conversation=conversation, key=key).first() if key else None
    if known is not None:
        return known
    _mine(conversation, by)
    use_answer(conversation, now)
    entry = queue(conversation, by=by, key=key or None, **facts)
    case, _new = Case.objects.get_or_create(
        conversation=conversation, resolved_at=None, defaults={"opened_at": now}
    )
    if case.first_answer_at is None:
        Case.objects.filter(pk=case.pk).update(
            first_answer_at=now, answerer_id=by.id, answerer_name=by.name[:150]
        )
    if conversation.status != ConversationStatus.OPEN:
        conversation.enter(ConversationStatus.OPEN, by=by)
    touch(conversation, unread=0, waiting_since=None)
    record("conversations.answer", by=by, object=conversation, after={"kind": entry.kind})
    return entry


def _mine(conversation: Conversation, by: Actor) -> None:
    """Who answers has the conversation. Raises TakenByOther when a colleague has it."""
    if conversation.assignee_id is None:
        touch(conversation, assignee_id=by.id, assignee_name=by.name[:150])
    elif conversation.assignee_id != by.id:
        raise TakenByOther(name=conversation.assignee_name)


def _clean(text: str, most: int) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        raise EntryInvalid(_("请写点什么再发送"))
    if len(text) > most:
        raise EntryInvalid(_("不能超过 {most} 个字"), most=most)
    return text
