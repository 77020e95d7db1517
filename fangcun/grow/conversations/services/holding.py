"""What the verbs share: a conversation held until the end of the transaction, and things written into it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F
from django.utils import timezone

from fangcun.grow.conversations.errors import AnswersUsed, ConversationGone, WindowOver
from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.grow.conversations.states import EntryStatus
from fangcun.grow.conversations.tasks import send_answers
from fangcun.kernel.actors import Actor

PREVIEW = 80
PREVIEWS = {Entry.Kind.IMAGE: "[图片]", Entry.Kind.CARD: "[卡片]", Entry.Kind.LINK: "[链接]"}


def held(conversation_id: int) -> Conversation:
    """The conversation, which nobody else changes until commit. Raises ConversationGone."""
    row = (
        Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
        if 0 < conversation_id < 2**63
        else None
    )
    if row is None:
        raise ConversationGone
    return row


def preview(kind: str, text: str, title: str = "") -> str:
    """One line that stands for an entry in the list."""
    shown = " ".join((text or title).split())
    return f"{PREVIEWS.get(Entry.Kind(kind), '')}{shown}"[:PREVIEW]


def touch(conversation: Conversation, **changes: Any) -> None:
    """Write columns of a held conversation, and that it changed."""
    changes["touched_at"] = timezone.now()
    Conversation.objects.filter(pk=conversation.pk).update(**changes)
    for name, value in changes.items():
        setattr(conversation, name, value)


def use_answer(conversation: Conversation, now: dt.datetime) -> None:
    """Use one of the five answers that the customer's last message allows. Raises WindowOver, AnswersUsed."""
    rows = Conversation.objects.filter(pk=conversation.pk, window_until__gt=now)
    if not rows.filter(answers_left__gt=0).update(answers_left=F("answers_left") - 1):
        raise AnswersUsed if rows.exists() else WindowOver
    conversation.answers_left -= 1


def may_answer(conversation: Conversation, now: dt.datetime) -> bool:
    """Whether WeChat would still take an answer, as far as we know."""
    until = conversation.window_until
    return until is not None and until > now and conversation.answers_left > 0


def queue(
    conversation: Conversation,
    *,
    by: Actor | None,
    kind: str = Entry.Kind.TEXT,
    counted: bool = True,
    **facts: Any,
) -> Entry:
    """Write an answer and have it sent after the commit; without `by` it is an automatic one."""
    entry = Entry.objects.create(
        conversation=conversation,
        way=Entry.Way.OUT,
        kind=kind,
        automatic=by is None,
        staff_id=by.id if by else None,
        staff_name=by.name[:150] if by else "",
        status=EntryStatus.QUEUED,
        counted=counted,
        **facts,
    )
    touch(
        conversation,
        last_at=entry.at,
        last_text=preview(kind, entry.text, entry.title),
    )
    send_answers.enqueue(conversation_id=conversation.pk)
    return entry


def say_automatically(conversation: Conversation, text: str, *, now: dt.datetime) -> Entry | None:
    """Say a text without anybody, if there is a text and WeChat still allows an answer."""
    if not text or not may_answer(conversation, now):
        return None
    use_answer(conversation, now)
    return queue(conversation, by=None, text=text)
