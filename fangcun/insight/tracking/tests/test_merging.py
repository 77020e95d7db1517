"""Merging: a day's files become one, nothing else changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.tracking import merging
from fangcun.insight.tracking.filing import delete_retired
from fangcun.insight.tracking.merging import due, merge, merge_files
from fangcun.insight.tracking.models import RetiredFile, SealedFile
from fangcun.insight.tracking.reading import snapshot
from fangcun.insight.tracking.sealing import seal
from fangcun.insight.tracking.tests.phone import DAY, now_ms
from fangcun.insight.tracking.tests.store import files, ids, readable, root, send

pytestmark = pytest.mark.django_db(databases="__all__")

NOON = dt.datetime(2026, 11, 26, 4, 0, tzinfo=dt.UTC)  # in Shanghai
NIGHT = dt.datetime(
    2026, 11, 26, 18, 30, tzinfo=dt.UTC
)  # half past two on the 27th in Shanghai, still 26th in UTC
NEXT_NIGHT = NIGHT + dt.timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as moving:
        yield moving


def sealed(*keys: str, **changes: Any) -> None:
    for key in keys:
        send(key, **changes)
        seal()


def test_a_day_that_is_over_becomes_one_file_at_night(clock):
    sealed("a", "b", "c")
    before = readable("*")
    assert merge() == 0
    clock.move_to(NIGHT)
    assert merge() == 0
    clock.move_to(NEXT_NIGHT)
    assert merge() == 3
    merged = SealedFile.objects.get()
    assert (merged.count, str(merged.day)) == (3, "2026-11-26")
    assert readable("*") == before
    assert merge() == 0


def test_merged_files_stay_for_those_who_read_them(clock):
    sealed("a", "b")
    was = set(files())
    clock.move_to(NEXT_NIGHT)
    merge()
    assert was < set(files())
    assert {file.path for file in RetiredFile.objects.all()} == was
    assert delete_retired(before=NEXT_NIGHT) == 0
    assert delete_retired(before=NEXT_NIGHT + dt.timedelta(seconds=1)) == 2
    assert files() == [SealedFile.objects.get().path]
    assert ids() == ["a", "b"]


def test_a_day_with_many_files_is_merged_at_once(clock, monkeypatch):
    monkeypatch.setattr(merging, "MANY", 2)
    sealed("a", "b")
    assert merge() == 0
    sealed("c")
    assert merge() == 3
    assert ids() == ["a", "b", "c"]


def test_where_nobody_works_at_night_a_day_is_merged_the_day_after(clock):
    sealed("a", "b")
    clock.shift(dt.timedelta(hours=23))
    assert merge() == 0
    clock.shift(dt.timedelta(hours=2))
    assert merge() == 2


def test_a_large_file_is_not_written_again_for_a_few_events(clock):
    send(*[f"a{number}" for number in range(100)])
    send("a100")
    seal()
    sealed("b")
    clock.move_to(NEXT_NIGHT)
    assert due(timezone.now()) == []
    sealed("c", ts=now_ms() - DAY)
    assert [[file.count for file in day] for day in due(timezone.now())] == [[101, 1, 1]]
    assert merge() == 3
    assert len(ids()) == 103


def test_persons_of_a_merged_file_are_those_known_by_now(clock):
    kept, gone = Member.objects.create(), Member.objects.create()
    sealed("a", device="d1")
    sealed("b", device="d2", member_id=gone.pk)
    sealed("c", device="d1", member_id=7)
    Member.objects.filter(pk=gone.pk).update(merged_into=kept)
    clock.move_to(NEXT_NIGHT)
    assert list(snapshot().moved.values()).count(14) == 1
    assert merge() == 3
    assert set(snapshot().moved.values()) == {2 * kept.pk}  # merged members are few; they are always told
    assert readable("id, person") == [("a", 14), ("b", 2 * kept.pk), ("c", 14)]
    clock.shift(dt.timedelta(hours=1))
    send("d", device="d3")
    assert readable("id, person")[-1] != ("d", 14)


def test_files_that_were_swapped_meanwhile_are_not_merged_twice(clock):
    sealed("a", "b")
    day = list(SealedFile.objects.all())
    assert merge_files(day) == 2
    there = files()
    assert merge_files(day) == 0
    assert files() == there
    assert ids() == ["a", "b"]


def test_a_torn_file_is_set_aside_before_the_rest_is_merged(clock):
    sealed("a", "b", "c")
    torn = SealedFile.objects.earliest("id")
    body = (root() / torn.path).read_bytes()
    (root() / torn.path).write_bytes(body[: len(body) // 2])
    clock.move_to(NEXT_NIGHT)
    assert merge() == 0
    torn.refresh_from_db()
    assert torn.problem == "torn"
    assert merge() == 2
    assert ids() == ["b", "c"]
