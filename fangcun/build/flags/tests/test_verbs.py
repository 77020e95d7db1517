"""Setting flags, stopping them, and what phones are told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from fangcun.build.flags.errors import FlagInvalid, FlagKeyTaken, FlagKilled
from fangcun.build.flags.models import Flag, FlagMember
from fangcun.build.flags.queries import flags_for, forget, history_of, is_on
from fangcun.build.flags.services import (
    FlagSpec,
    change_flag,
    create_flag,
    delete_flag,
    kill_flag,
    restore_flag,
    set_percent,
)
from fangcun.build.flags.tasks import find_members
from fangcun.identity.members.models import Member
from fangcun.insight.segments.services import make_snapshot
from fangcun.insight.tracking.models import Device
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
SPEC = FlagSpec("home_flash", "首页秒杀条", is_on=True)


def told(**asker):
    forget()
    return flags_for(program_id=None, **asker)


def test_a_flag_is_on_for_whom_it_was_set():
    flag = create_flag(SPEC, by=SYSTEM)
    assert told() == {"home_flash": True}
    change_flag(flag, replace(SPEC, is_on=False), by=SYSTEM)
    assert told() == {"home_flash": False}


def test_an_emergency_stop_holds_against_everything_until_it_is_lifted():
    flag = create_flag(SPEC, by=SYSTEM)
    kill_flag(flag, because="下单报错", by=SYSTEM)
    set_percent(flag, 100, by=SYSTEM)
    change_flag(flag, SPEC, by=SYSTEM)
    assert told() == {"home_flash": False}
    with pytest.raises(FlagKilled):
        delete_flag(flag, by=SYSTEM)
    restore_flag(flag, because="已修复", by=SYSTEM)
    assert told() == {"home_flash": True}


def test_a_stop_needs_a_reason_and_a_second_one_changes_nothing():
    flag = create_flag(SPEC, by=SYSTEM)
    with pytest.raises(FlagInvalid):
        kill_flag(flag, because="  ", by=SYSTEM)
    assert told() == {"home_flash": True}
    kill_flag(flag, because="一", by=SYSTEM)
    kill_flag(flag, because="二", by=SYSTEM)
    assert Flag.objects.get().killed_because == "一"
    assert [entry.action for entry in history_of(flag)] == ["flags.kill", "flags.create"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Home"},
        {"key": "x" * 41},
        {"name": " "},
        {"percent": 101},
        {"min_version": "neu"},
        {"max_version": "1 2"},
        {"min_version": "2.0", "max_version": "1.9"},
        {"program_id": 99},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(FlagInvalid):
        create_flag(replace(SPEC, **wrong), by=SYSTEM)
    assert not Flag.objects.exists()


def test_a_key_is_used_once_and_stays():
    flag = create_flag(SPEC, by=SYSTEM)
    with pytest.raises(FlagKeyTaken):
        create_flag(SPEC, by=SYSTEM)
    with pytest.raises(FlagInvalid):
        change_flag(flag, replace(SPEC, key="other"), by=SYSTEM)
    assert Flag.objects.get().key == "home_flash"


def test_a_percentage_is_set_once_however_often_it_is_told():
    flag = create_flag(replace(SPEC, is_on=False), by=SYSTEM)
    for _ in range(3):
        flag = set_percent(flag, 5, by=SYSTEM)
    assert (flag.is_on, flag.percent) == (True, 5)
    assert history_of(flag).count() == 2
    assert set_percent(flag, 0, by=SYSTEM).is_on is False


def test_a_segment_lets_in_members_and_visitors_that_are_in_it_now():
    member = Member.objects.create()
    phone = Device.objects.create(key="phone-1")
    segment = make_snapshot(name="老客", persons=[2 * member.pk, 2 * phone.pk + 1], by=SYSTEM)
    flag = create_flag(replace(SPEC, segment_id=segment.pk), by=SYSTEM)
    find_members.func(flag_id=flag.pk)
    assert told(member_id=member.pk) == {"home_flash": True}
    assert told(device_key="phone-1") == {"home_flash": True}
    assert told(member_id=member.pk + 1) == told(device_key="phone-2") == told() == {"home_flash": False}
    change_flag(flag, SPEC, by=SYSTEM)
    find_members.func(flag_id=flag.pk)
    assert not FlagMember.objects.exists()


def test_telling_costs_two_statements_at_most(django_assert_max_num_queries):
    member = Member.objects.create()
    segment = make_snapshot(name="老客", persons=[2 * member.pk], by=SYSTEM)
    for key in ("a", "b", "c"):
        create_flag(FlagSpec(key, key, is_on=True, segment_id=segment.pk), by=SYSTEM)
    forget()
    with django_assert_max_num_queries(2):
        flags_for(program_id=None, member_id=member.pk)
    with django_assert_max_num_queries(1):
        flags_for(program_id=None, member_id=member.pk)


def test_the_server_asks_as_phones_do():
    assert is_on("home_flash", otherwise=True)
    assert not is_on("home_flash")
    create_flag(SPEC, by=SYSTEM)
    forget()
    assert is_on("home_flash", member_id=3)


def test_what_has_been_on_for_everybody_for_a_month_may_go():
    flag = create_flag(SPEC, by=SYSTEM)
    assert flag.full_since is not None
    assert not flag.is_stale(timezone.now())
    assert flag.is_stale(timezone.now() + dt.timedelta(days=31))
    assert set_percent(flag, 50, by=SYSTEM).full_since is None
