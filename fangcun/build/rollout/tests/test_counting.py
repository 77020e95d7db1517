"""Requests by version: counted in memory, written down together, nothing twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError
from django.utils import timezone

from fangcun.build.rollout import counting
from fangcun.build.rollout.counting import flush, note_answer
from fangcun.build.rollout.models import MemberVersion, PaymentAttempt, VersionMinute
from fangcun.build.rollout.tasks import forget_old_counts
from fangcun.build.rollout.tests.makers import program_row

pytestmark = pytest.mark.django_db(databases="__all__")
AT = dt.datetime(2026, 11, 20, 8, 0, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _nothing_counted():
    for kept in (counting._answers, counting._versions, counting._members, counting._written):
        kept.clear()


def answered(
    version: str = "1.2.0", status: int = 200, member_id: int | None = None, at: dt.datetime = AT
) -> None:
    note_answer(appid=program_row().appid, version=version, status=status, member_id=member_id, now=at)


def written() -> list[tuple[str, int, int]]:
    return list(
        VersionMinute.objects.order_by("version", "minute").values_list("version", "requests", "errors")
    )


def test_a_minute_of_a_version_is_one_row_however_often_it_is_written():
    for _ in range(2):
        for status in (200, 404, 409, 422, 500):
            answered(status=status)
        assert flush() == 5
    assert flush() == 0
    assert written() == [("1.2.0", 10, 4)]


def test_counting_asks_the_database_nothing(django_assert_num_queries):
    program_row()
    with django_assert_num_queries(1):  # that of this test's own look for the program
        answered(member_id=3)


def test_versions_and_minutes_are_told_apart_and_strangers_left_out():
    answered("1.1.0")
    answered("1.2.0", at=AT + dt.timedelta(minutes=1))
    answered("")
    note_answer(appid="wxnobody", version="1.2.0", status=200, member_id=None, now=AT)
    flush()
    assert written() == [("1.1.0", 1, 0), ("1.2.0", 1, 0)]


def test_made_up_versions_fill_no_table():
    for number in range(counting.MOST_VERSIONS + 50):
        answered(f"9.9.{number}")
    flush()
    assert VersionMinute.objects.count() == counting.MOST_VERSIONS


def test_what_cannot_be_written_is_written_the_next_time(monkeypatch):
    answered(member_id=3)
    with monkeypatch.context() as broken:
        broken.setattr(counting, "_see", lambda *_: (_ for _ in ()).throw(DatabaseError("locked")))
        with pytest.raises(DatabaseError):
            flush()
    assert written() == []
    answered()
    flush()
    assert written() == [("1.2.0", 2, 0)]
    assert MemberVersion.objects.get().member_id == 3


def test_a_members_version_is_written_once_a_day(django_assert_num_queries):
    now = timezone.now()
    answered(member_id=3, at=now)
    flush()
    answered(member_id=3, at=now)
    assert not counting._members
    flush()
    row = MemberVersion.objects.get()
    assert (row.version, row.first_at) == ("1.2.0", now)
    answered("1.3.0", member_id=3, at=now)
    flush()
    assert list(MemberVersion.objects.order_by("id").values_list("version", flat=True)) == ["1.2.0", "1.3.0"]


def test_a_later_day_renews_when_a_member_was_here_last():
    now = timezone.now()
    for day in (2, 0):
        counting._written.clear()
        answered(member_id=3, at=now - dt.timedelta(days=day))
        flush()
    row = MemberVersion.objects.get()
    assert (now - row.first_at, row.last_at) == (dt.timedelta(days=2), now)


def test_old_counts_are_forgotten():
    program, old = program_row(), timezone.now() - dt.timedelta(days=91)
    VersionMinute.objects.create(program=program, version="1", minute=old, requests=1, errors=0)
    PaymentAttempt.objects.create(program=program, version="1", order_number="a", began_at=old)
    MemberVersion.objects.create(program=program, member_id=1, version="1", last_at=old)
    answered(at=timezone.now())
    flush()
    forget_old_counts()
    assert (VersionMinute.objects.count(), PaymentAttempt.objects.count(), MemberVersion.objects.count()) == (
        1,
        0,
        0,
    )
