"""Rollouts and flags when several act at once: the numbers, the staff, other processes."""

from __future__ import annotations

import datetime as dt
import functools

import pytest
from django.db import transaction
from django.utils import timezone

from fangcun.build.flags.models import Flag
from fangcun.build.flags.services import FlagSpec, change_flag, create_flag, kill_flag, set_percent
from fangcun.build.rollout import counting
from fangcun.build.rollout.errors import RolloutOpen
from fangcun.build.rollout.models import Look, Rollout, VersionMinute
from fangcun.build.rollout.services import start_rollout, step_up
from fangcun.build.rollout.tasks import look_at
from fangcun.build.rollout.tests.makers import OWNER, begun, program_row, traffic
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.states import IllegalTransition, StatusChanged

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def test_processes_that_write_the_same_minute_at_once_lose_no_request(at_once):
    program = program_row()
    minute = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
    keys = [counting._Key(program.appid, version, minute) for version in ("1.1.0", "1.2.0", "1.3.0")]

    def write(turn: int) -> None:
        # Each process has met the versions in another order.
        counts = {key: [10, 1] for key in keys[turn % 3 :] + keys[: turn % 3]}
        with transaction.atomic():
            counting._add(counts, {program.appid: program.pk})

    results = at_once(*(functools.partial(write, turn) for turn in range(6)))
    assert results == [None] * 6
    assert set(VersionMinute.objects.values_list("requests", "errors")) == {(60, 6)}


def test_of_two_rollouts_of_a_program_begun_at_once_one_is(at_once):
    program = program_row()
    results = at_once(
        *(
            functools.partial(
                start_rollout, program_id=program.pk, version=version, against="1.0.0", by=OWNER
            )
            for version in ("1.1.0", "1.2.0")
        )
    )
    assert sorted(type(one).__name__ for one in results) == ["Rollout", "RolloutOpen"]
    assert any(isinstance(one, RolloutOpen) for one in results)
    assert Rollout.objects.count() == 1


def test_the_staff_and_the_numbers_act_at_once_and_one_of_them_does(at_once):
    begun()
    traffic(program_row(), "1.1.0", persons=800, orders=100, paid=85)
    traffic(program_row(), "1.2.0", persons=250, orders=30, paid=8, first_member=5_000)
    by_numbers, by_staff = Rollout.objects.get(), Rollout.objects.get()
    results = at_once(
        lambda: look_at(by_numbers, timezone.now()),
        lambda: step_up(by_staff, by=OWNER),
    )
    kept = Rollout.objects.get()
    if kept.status == "turned_back":
        assert isinstance(results[1], IllegalTransition | StatusChanged)
        assert kept.place == 0
        assert Look.objects.filter(verdict="back", acted=True).count() == 1
    else:
        assert (kept.status, kept.place) == ("running", 1)
        assert not Look.objects.filter(verdict="back", acted=True).exists()
        look_at(kept, timezone.now())
        assert Rollout.objects.get().status == "turned_back"


def test_two_workers_that_judge_at_once_step_once(at_once):
    begun()
    traffic(program_row(), "1.1.0", persons=1_600, orders=256, paid=218)
    traffic(program_row(), "1.2.0", persons=250, orders=40, paid=34, first_member=5_000)
    rows = [Rollout.objects.get() for _ in range(3)]
    at_once(*(functools.partial(look_at, row, timezone.now()) for row in rows))
    kept = Rollout.objects.get()
    assert (kept.place, len(kept.moves)) == (1, 2)
    assert Look.objects.filter(verdict="go", acted=True).count() == 1


def test_a_stop_survives_whatever_else_is_set_at_once(at_once):
    spec = FlagSpec("home_flash", "首页秒杀条", is_on=True)
    flag = create_flag(spec, by=SYSTEM)
    at_once(
        lambda: kill_flag(flag, because="下单报错", by=OWNER),
        lambda: change_flag(flag, spec, by=OWNER),
        lambda: set_percent(flag, 50, by=OWNER),
    )
    kept = Flag.objects.get()
    assert kept.killed_at is not None
    assert kept.rule.killed
