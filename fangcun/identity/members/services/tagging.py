"""Words that the shop keeps about its members."""

from __future__ import annotations

from django.db import transaction

from fangcun.identity.members.errors import TagWrong
from fangcun.identity.members.models import Member, MemberTag
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor

LONGEST_TAG = 20


def readable_tag(text: str) -> str:
    """A tag without needless blanks. Raises TagWrong when it is empty or too long."""
    tag = " ".join(text.replace("\0", "").split())
    if not 1 <= len(tag) <= LONGEST_TAG:
        raise TagWrong(most=LONGEST_TAG)
    return tag


@transaction.atomic
def tag_member(*, member_id: int, tag: str, by: Actor) -> bool:
    """Give a member a tag; whether he did not have it yet. Raises TagWrong."""
    word = readable_tag(tag)
    row, new = MemberTag.objects.get_or_create(member_id=member_id, tag=word)
    if new and by.kind != "system":
        audit.record("members.tag", by=by, object=Member(pk=member_id), after={"tag": row.tag})
    return new


@transaction.atomic
def untag_member(*, member_id: int, tag: str, by: Actor) -> bool:
    """Take a tag from a member; whether he had it."""
    gone, _rows = MemberTag.objects.filter(member_id=member_id, tag=tag).delete()
    if gone and by.kind != "system":
        audit.record("members.untag", by=by, object=Member(pk=member_id), before={"tag": tag})
    return bool(gone)
