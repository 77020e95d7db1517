"""When a request is taken care of: resolved, rated, opened again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from fangcun.grow.conversations.errors import CustomerJustWrote
from fangcun.grow.conversations.models import Case, Conversation, Entry
from fangcun.grow.conversations.queries import service_settings
from fangcun.grow.conversations.services.holding import held, say_automatically, touch
from fangcun.grow.conversations.states import ConversationStatus
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

RATE_WITHIN = dt.timedelta(hours=48)
_RATINGS = {number: int(number) for number in "12345"} | {
    wide: value for value, wide in enumerate("１２３４５", 1)
}


@transaction.atomic
def resolve(*, conversation_id: int, by: Actor, seen_entry_id: int | None = None) -> Conversation:
    """Say that the customer's request is taken care of, and ask him how it was, if WeChat allows a message.

    `seen_entry_id` is the last entry that the person saw. Raises CustomerJustWrote when there is a later one of the
    customer, and IllegalTransition for what is resolved.
    """
    conversation, now = held(conversation_id), timezone.now()
    if seen_entry_id is not None:
        later = Entry.objects.filter(conversation=conversation, way=Entry.Way.IN, pk__gt=seen_entry_id)
        if later.exists():
            raise CustomerJustWrote
    conversation.enter(ConversationStatus.RESOLVED, by=by)
    touch(conversation, unread=0, waiting_since=None)
    case = Case.objects.filter(conversation=conversation, resolved_at=None).first()
    if case is not None:
        asked = case.first_answer_at is not None and _ask_for_rating(conversation, now)
        Case.objects.filter(pk=case.pk).update(
            resolved_at=now,
            resolver_id=by.id,
            resolver_name=by.name[:150],
            rating_asked_at=now if asked else None,
        )
    record("conversations.resolve", by=by, object=conversation)
    return conversation


@transaction.atomic
def reopen(*, conversation_id: int, by: Actor) -> Conversation:
    """Go on with a conversation that was said to be resolved. Raises IllegalTransition."""
    conversation = held(conversation_id)
    conversation.enter(ConversationStatus.OPEN, by=by)
    Case.objects.get_or_create(
        conversation=conversation, resolved_at=None, defaults={"opened_at": timezone.now()}
    )
    touch(conversation)
    record("conversations.reopen", by=by, object=conversation)
    return conversation


def may_be_rating(conversation: Conversation, entry: Entry, *, now: dt.datetime) -> Case | None:
    """The case that the customer rates with what he wrote; None when it is no rating, or he was not asked for one.

    With the conversation held.
    """
    if (
        conversation.status != ConversationStatus.RESOLVED
        or entry.kind != Entry.Kind.TEXT
        or entry.text.strip() not in _RATINGS
    ):
        return None
    last = Case.objects.filter(conversation=conversation).order_by("-id").first()
    if last is None or last.rating is not None or last.rating_asked_at is None:
        return None
    return last if last.rating_asked_at >= now - RATE_WITHIN else None


def take_rating(conversation: Conversation, case: Case, entry: Entry, *, now: dt.datetime) -> None:
    """Keep a rating and thank for it. In the caller's transaction, with the conversation held."""
    rating = _RATINGS[entry.text.strip()]
    Case.objects.filter(pk=case.pk).update(rating=rating, rated_at=now)
    say_automatically(conversation, service_settings().thanks_text, now=now)


def _ask_for_rating(conversation: Conversation, now: dt.datetime) -> bool:
    settings = service_settings()
    text = settings.rating_text if settings.rating_on else ""
    return say_automatically(conversation, text, now=now) is not None
