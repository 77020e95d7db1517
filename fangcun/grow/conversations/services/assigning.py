"""Who takes care of a conversation: taking it, giving it to a colleague, handing it over with a note."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.grow.conversations.errors import EntryInvalid, TakenByOther
from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.grow.conversations.services.holding import held, touch
from fangcun.identity.staff.queries import may, name_of
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

MOST_NOTE = 500


@transaction.atomic
def take(*, conversation_id: int, by: Actor) -> Conversation:
    """Take a conversation that nobody has; of two who take it at once one gets it. Raises TakenByOther."""
    conversation = held(conversation_id)
    if conversation.assignee_id == by.id:
        return conversation
    if conversation.assignee_id is not None:
        raise TakenByOther(name=conversation.assignee_name)
    touch(conversation, assignee_id=by.id, assignee_name=by.name[:150])
    record("conversations.take", by=by, object=conversation)
    return conversation


@transaction.atomic
def assign(
    *, conversation_id: int, to: User | None, seen: int | None, by: Actor, note: str = ""
) -> Conversation:
    """Give a conversation to a colleague (or to oneself, or to nobody), with a note for him.

    `seen` is who had it when that was decided: whoever was faster wins. Raises TakenByOther, EntryInvalid for somebody
    who may not answer customers.
    """
    conversation = held(conversation_id)
    if to is not None and not may(to, "conversations.answer"):
        raise EntryInvalid(_("这位同事没有客服权限"))
    if conversation.assignee_id != seen:
        raise TakenByOther(name=conversation.assignee_name or _("没有人"))
    name = name_of(to)[:150] if to is not None else ""
    before = {"assignee": conversation.assignee_name}
    touch(conversation, assignee_id=to.pk if to is not None else None, assignee_name=name)
    told = _("转交给 %s") % name if to is not None else _("放回待分配")
    text = f"{told}：{note.strip()}" if note.strip() else told
    Entry.objects.create(
        conversation=conversation,
        way=Entry.Way.INNER,
        kind=Entry.Kind.NOTE,
        text=text.replace("\0", "")[:MOST_NOTE],
        staff_id=by.id,
        staff_name=by.name[:150],
    )
    record("conversations.assign", by=by, object=conversation, before=before, after={"assignee": name})
    return conversation


@transaction.atomic
def mark_read(*, conversation_id: int, by: Actor) -> None:
    """The person who has a conversation, or anybody while nobody has it, has seen what the customer wrote."""
    conversation = held(conversation_id)
    if conversation.unread and conversation.assignee_id in (None, by.id):
        touch(conversation, unread=0)
