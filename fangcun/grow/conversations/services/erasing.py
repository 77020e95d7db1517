"""Taking everything away that one member said to customer service and that was said to him."""

from __future__ import annotations

from django.db import transaction

from fangcun.gateways.storage import remove_image
from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.grow.conversations.pictures import folder_of
from fangcun.grow.conversations.queries import conversations_of_member
from fangcun.identity.members.models import Member
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record


def erase_member(*, member_id: int, by: Actor) -> int:
    """Erase all conversations of a member in all programs, with the pictures he sent; how many those were.

    Doing it again erases what came since. Source: 个人信息保护法, article 47.
    """
    with transaction.atomic():
        rows = list(conversations_of_member(member_id).select_for_update(of=("self",)))
        ids = [row.pk for row in rows]
        entries = Entry.objects.filter(conversation_id__in=ids)
        own = [
            entry.picture
            for entry in entries.exclude(picture="").only("picture", "conversation_id")
            if entry.picture.startswith(f"{folder_of(entry.conversation_id)}/")
        ]
        said = entries.count()
        Conversation.objects.filter(pk__in=ids).delete()
        member = Member.objects.filter(pk=member_id).first()
        record(
            "conversations.erase_member",
            by=by,
            object=member,
            after={"conversations": len(ids), "entries": said, "pictures": len(own)},
        )
    for path in sorted(set(own)):
        remove_image(path)
    return len(ids)
