from __future__ import annotations

import pytest

from fangcun.identity.members.events import MemberLoggedIn, MembersMerged
from fangcun.identity.members.models import Address, Member, PrivacyConsent
from fangcun.identity.members.queries import account_by_token
from fangcun.identity.members.services import add_address, agree_to_privacy, change_profile
from fangcun.identity.members.tests.conftest import ADDRESS
from fangcun.kernel import events
from fangcun.kernel.models import AuditEntry, Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch):
    """What the other rooms are told, by the name of the event."""
    heard = {MemberLoggedIn: ["logged_in"], MembersMerged: ["merged"]}
    monkeypatch.setattr(events, "_listeners", heard)
    return lambda name: list(Job.objects.filter(task=name).order_by("id").values_list("kwargs", flat=True))


def test_a_login_is_announced(program, enter, announced):
    done = enter(program)
    news = announced("logged_in")[0]
    assert (news["member_id"], news["program_id"]) == (done.member.pk, program.pk)
    assert announced("merged") == []


def test_a_member_learns_his_unionid_later(program, second, enter):
    first = enter(program, "o-1")
    assert first.member.unionid is None
    again = enter(program, "o-1", "u-1")
    assert (again.member.pk, again.member.unionid) == (first.member.pk, "u-1")
    assert enter(second, "o-2", "u-1").member == first.member
    assert Member.objects.count() == 1


def test_two_members_who_are_one_person_become_one(program, second, enter, announced):
    gone = enter(program, "o-1")
    kept = enter(second, "o-2", "u-1")
    assert gone.member != kept.member
    add_address(member=gone.member, **ADDRESS)
    agree_to_privacy(member=gone.member, program=program, version="2026-11", ip=None)
    change_profile(member=gone.member, nickname="小方")

    done = enter(program, "o-1", "u-1")

    assert done.member == kept.member
    assert account_by_token(gone.token).member == kept.member
    assert Address.objects.get().member == PrivacyConsent.objects.get().member == kept.member
    assert Member.objects.get(pk=kept.member.pk).nickname == "小方"
    row = Member.objects.get(pk=gone.member.pk)
    assert (row.merged_into, row.nickname, row.unionid) == (kept.member, "", None)
    assert announced("merged") == [{"kept_id": kept.member.pk, "gone_id": gone.member.pk}]
    assert AuditEntry.objects.get(action="members.merge").object_id == str(kept.member.pk)
    assert announced("logged_in")[-1]["member_id"] == kept.member.pk


def test_after_a_merge_there_is_one_default_address(program, second, enter):
    gone, kept = enter(program, "o-1"), enter(second, "o-2", "u-1")
    add_address(member=gone.member, **ADDRESS)
    default = add_address(member=kept.member, **ADDRESS)
    enter(program, "o-1", "u-1")
    assert Address.objects.filter(member=kept.member).count() == 2
    assert Address.objects.get(is_default=True) == default


def test_what_the_kept_member_said_of_himself_stays(program, second, enter):
    gone, kept = enter(program, "o-1"), enter(second, "o-2", "u-1")
    change_profile(member=gone.member, nickname="旧")
    change_profile(member=kept.member, nickname="新")
    enter(program, "o-1", "u-1")
    assert Member.objects.get(pk=kept.member.pk).nickname == "新"


def test_merging_happens_once(program, second, enter, announced):
    enter(program, "o-1")
    enter(second, "o-2", "u-1")
    for _ in range(3):
        enter(program, "o-1", "u-1")
    assert len(announced("merged")) == 1
    assert Member.objects.filter(merged_into=None).count() == 1


def test_chains_of_merges_end_at_the_last_member(program, second, enter):
    first = enter(program, "o-1").member
    middle = enter(second, "o-2", "u-1").member
    enter(program, "o-1", "u-1")
    last = enter(program, "o-9", "u-2").member
    enter(second, "o-2", "u-2")
    assert {Member.objects.get(pk=pk).merged_into_id for pk in (first.pk, middle.pk)} == {last.pk}


def test_a_program_moved_to_another_platform_brings_a_new_unionid(program, enter):
    first = enter(program, "o-1", "u-old")
    assert enter(program, "o-1", "u-new").member == first.member
    assert Member.objects.get().unionid == "u-new"


def test_a_login_without_unionid_forgets_none(program, enter):
    enter(program, "o-1", "u-1")
    assert enter(program, "o-1").member.unionid == "u-1"
