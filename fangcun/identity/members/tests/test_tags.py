"""Words that the shop keeps about its members."""

from __future__ import annotations

import pytest

from fangcun.identity.members.errors import TagWrong
from fangcun.identity.members.models import Account, Member, MemberTag
from fangcun.identity.members.queries import all_tags, tags_of
from fangcun.identity.members.services import tag_member, untag_member
from fangcun.identity.members.services.merging import learn_unionid
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
CLERK = Actor.staff(1, "小李")


def test_a_tag_is_given_once_and_taken_once():
    member = Member.objects.create()
    assert tag_member(member_id=member.pk, tag="  送 礼 ", by=CLERK) is True
    assert tag_member(member_id=member.pk, tag="送 礼", by=CLERK) is False
    assert (tags_of(member), all_tags()) == (["送 礼"], ["送 礼"])
    assert untag_member(member_id=member.pk, tag="送 礼", by=CLERK) is True
    assert untag_member(member_id=member.pk, tag="送 礼", by=CLERK) is False
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "members.tag",
        "members.untag",
    ]


@pytest.mark.parametrize("tag", ["", "  ", "长" * 21])
def test_an_empty_or_endless_tag_is_refused(tag):
    member = Member.objects.create()
    with pytest.raises(TagWrong):
        tag_member(member_id=member.pk, tag=tag, by=SYSTEM)
    assert not MemberTag.objects.exists()


def test_of_two_members_that_are_one_the_kept_has_the_tags_of_both():
    program = Program.objects.create(appid="wx1", name="青禾鲜")
    kept = Member.objects.create(unionid="u1")
    account = Account.objects.create(program=program, openid="o", member=Member.objects.create())
    for member, tag in ((kept, "老客"), (account.member, "老客"), (account.member, "送礼")):
        tag_member(member_id=member.pk, tag=tag, by=SYSTEM)
    learn_unionid(account, "u1")
    assert (tags_of(kept), MemberTag.objects.count()) == (["老客", "送礼"], 2)
