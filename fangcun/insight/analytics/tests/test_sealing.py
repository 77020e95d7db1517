"""Sealing: events move from rows to files and are counted all the same, each once."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
import time_machine
from django.db import connections, router
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.analytics.engines import opened
from fangcun.insight.tracking import sealing
from fangcun.insight.tracking.filing import write_day_files
from fangcun.insight.tracking.looking import events_sent
from fangcun.insight.tracking.models import Batch, Device, SealedFile
from fangcun.insight.tracking.reading import snapshot, version
from fangcun.insight.tracking.sealing import seal, seal_what_is_ripe
from fangcun.insight.tracking.storage import only_writer
from fangcun.insight.tracking.tests.phone import DAY, now_ms
from fangcun.insight.tracking.tests.store import files, ids, readable, root, send

pytestmark = pytest.mark.django_db(databases="__all__")


def test_sealed_events_count_like_hot_ones():
    send("a", "b", props={"source": "ads", "total": 12.5})
    send("c", device="d2", member_id=7, page="", session_id="")
    before = readable("*")
    assert seal() == 3
    assert Batch.objects.count() == 0
    assert readable("*") == before
    send("d")
    assert ids() == ["a", "b", "c", "d"]


def test_a_file_holds_one_day_of_utc_sorted_and_is_described_by_its_row():
    with time_machine.travel(dt.datetime(2026, 11, 26, 0, 30, tzinfo=dt.UTC), tick=False):
        midnight = now_ms() - 30 * 60_000
        send("late", name="b", ts=midnight - 1)
        send("first", name="b", ts=midnight)
        send("other", name="a", ts=midnight + 1)
        assert seal() == 3
        assert seal() == 0
    yesterday, today = SealedFile.objects.order_by("day")
    assert [str(file.day) for file in (yesterday, today)] == ["2026-11-25", "2026-11-26"]
    assert (yesterday.count, yesterday.first_ts, yesterday.last_ts) == (1, midnight - 1, midnight - 1)
    assert (today.count, today.first_ts, today.last_ts, today.problem) == (2, midnight, midnight + 1, "")
    assert files() == [yesterday.path, today.path]
    assert (root() / today.path).stat().st_size == today.bytes
    found = duckdb.execute(f"FROM read_parquet('{root() / today.path}')")
    assert [column[0] for column in found.description or ()] == [
        "event", "person", "ts", "program", "session", "page", "props", "id", "device", "member"
    ]  # fmt: skip
    assert [row[7] for row in found.fetchall()] == ["other", "first"]


def test_only_files_of_the_span_are_read():
    now = now_ms()
    send("old", ts=now - 3 * DAY)
    send("new", ts=now)
    seal()
    old, new = SealedFile.objects.order_by("first_ts")
    assert snapshot(since_ms=now).files == (str(root() / new.path),)
    assert snapshot(until_ms=now).files == (str(root() / old.path),)
    assert snapshot(since_ms=now - 3 * DAY + 1, until_ms=now).files == ()
    assert len(snapshot().files) == 2


def test_a_resend_after_sealing_is_not_counted_again():
    send("a")
    seal()
    send("a")
    assert ids() == ["a"]


def test_what_a_phone_did_before_its_member_logged_in_is_his_without_rewriting_a_file():
    send("before")
    seal()
    written = files()
    assert snapshot().moved == {}
    send("after", member_id=7)
    assert readable("id, person") == [("after", 14), ("before", 14)]
    assert len(snapshot().moved) == 1
    assert files() == written
    seal()
    assert readable("id, person") == [("after", 14), ("before", 14)]


def test_phones_that_always_were_somebodys_are_not_looked_up():
    with time_machine.travel(timezone.now() - dt.timedelta(days=2)) as clock:
        send("a", device="d1", member_id=7)
        send("b", device="d2", member_id=8)
        clock.shift(dt.timedelta(hours=5))
        seal()
        clock.shift(dt.timedelta(hours=5))
        send("c", device="d3")
        send("d", device="d3", member_id=9)
    assert snapshot().moved == {}
    assert [person for (person,) in readable("person")] == [14, 16, 18, 18]


def test_members_that_became_one_are_one_in_sealed_files_too():
    kept = Member.objects.create()
    gone = Member.objects.create()
    send("a", device="d1")
    seal()
    send("b", device="d1", member_id=gone.pk)
    seal()
    Member.objects.filter(pk=gone.pk).update(merged_into=kept)
    assert readable("id, person") == [("a", 2 * kept.pk), ("b", 2 * kept.pk)]


def test_the_engine_reads_files_and_rows_as_one():
    send("a", device="d1", name="cart")
    seal()
    send("b", device="d1", member_id=7, name="buy")
    with opened() as engine:
        assert engine.rows("SELECT event, person, id FROM ev ORDER BY id") == [
            ("cart", 14, "a"),
            ("buy", 14, "b"),
        ]


def test_batches_wait_a_minute_or_until_there_are_many(monkeypatch):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        send("a", "b")
        assert seal_what_is_ripe(within_s=60) == 0
        clock.shift(dt.timedelta(seconds=60))
        assert seal_what_is_ripe(within_s=60) == 2
        assert seal_what_is_ripe(within_s=60) == 0
        send("c", "d")
        monkeypatch.setattr(sealing, "ENOUGH", 2)
        assert seal_what_is_ripe(within_s=60) == 2


def test_no_more_batches_are_sealed_than_said():
    send("a", "b")
    send("c")
    assert seal(limit=1) == 2
    assert Batch.objects.count() == 1
    assert ids() == ["a", "b", "c"]


def test_two_sealers_at_once_count_nothing_twice(monkeypatch):
    send("a")

    def other_first(*args, **options):
        written = write_day_files(*args, **options)
        monkeypatch.setattr(sealing, "write_day_files", write_day_files)
        assert sealing._seal_some(10) == 1
        return written

    monkeypatch.setattr(sealing, "write_day_files", other_first)
    assert sealing._seal_some(10) == 0
    assert ids() == ["a"]
    assert files() == [SealedFile.objects.get().path]


def test_a_second_sealer_leaves_the_work_to_the_first():
    send("a")
    with only_writer(wait=False) as mine:
        assert mine
        if connections[router.db_for_write(Batch)].vendor == "sqlite":  # PostgreSQL asks per connection
            assert seal() == 0
            assert Batch.objects.count() == 1
    assert seal() == 1


def test_a_failure_while_writing_leaves_everything_as_it_was(monkeypatch):
    send("a", ts=now_ms() - DAY)
    send("b")
    monkeypatch.setattr("fangcun.insight.tracking.filing.digest_of", lambda path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        seal()
    assert (Batch.objects.count(), SealedFile.objects.count(), files()) == (2, 0, [])
    assert ids() == ["a", "b"]


def test_the_version_changes_when_an_answer_may():
    now = now_ms()
    seen = {version()}

    def changed() -> bool:
        before = len(seen)
        seen.add(version())
        return len(seen) > before

    send("a")
    assert changed()
    send("b", ts=now - 2 * DAY)
    assert changed()
    of_old = version(until_ms=now - DAY)
    send("c")
    assert changed()
    assert version(until_ms=now - DAY) == of_old
    assert not changed()
    seal()
    version()
    seen.add(version())
    send("c", member_id=7)
    assert changed()
    Member.objects.create(merged_into=Member.objects.create())
    assert changed()
    SealedFile.objects.filter(pk=SealedFile.objects.latest("id").pk).update(problem="torn")
    assert changed()


def test_one_statement_takes_a_snapshot_and_one_its_version(django_assert_num_queries):
    send("a")
    seal()
    send("b")
    events = connections[router.db_for_read(Batch)]
    shared = events.alias == "default"  # then merged members are asked for on the same connection
    with django_assert_num_queries(1 + shared, connection=events):
        snapshot()
    with django_assert_num_queries(1, connection=events):
        version()


def test_events_are_found_as_they_were_sent_sealed_or_not():
    send("a", props={"total": 12.5})
    seal()
    send("b", device="d2", member_id=7)
    send("c", device="d3")
    phone = Device.objects.get(key="d1").pk
    sent = events_sent(devices=[phone], members=[7])
    assert [(one.id, one.props, one.device_id == phone, one.member_id) for one in sent] == [
        ("a", {"total": 12.5}, True, None),
        ("b", {}, False, 7),
    ]
    assert events_sent() == []
