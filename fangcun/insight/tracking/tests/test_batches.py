"""What a phone sends is counted once, or answered with a reason."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections, router
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fangcun.insight.tracking.errors import BatchTooLarge
from fangcun.insight.tracking.intake import clock_skew
from fangcun.insight.tracking.models import Batch, Device, Identity, Seen
from fangcun.insight.tracking.remembering import day_of, key_of
from fangcun.insight.tracking.tasks import REMEMBER, forget_seen
from fangcun.insight.tracking.tests.phone import DAY, accept, batch, event, nothing_stored, now_ms, stored

pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_batch_is_stored_in_one_row_with_its_events_in_plain_form():
    ts = now_ms()
    answer = accept(
        batch(event("a", ts=ts - 10, props={"scene": 1001}), event("b", name="goods_viewed", ts=ts)),
        member_id=7,
    )
    assert (answer.accepted, answer.rejected, answer.duplicate) == (["a", "b"], [], False)
    row = Batch.objects.get()
    assert (row.count, row.first_ts, row.last_ts, row.member_id, row.program_id) == (2, ts - 10, ts, 7, 1)
    assert row.device is not None
    assert row.device.key == "d1"
    assert json.loads(row.payload)[0] == {
        "id": "a",
        "name": "page_viewed",
        "ts": ts - 10,
        "session": "s1",
        "page": "pages/home/home",
        "props": {"scene": 1001},
    }


def test_a_resent_batch_counts_once_and_the_phone_may_forget_it():
    body = batch(event("a"), event("b"))
    accept(body)
    answer = accept(body)
    assert (answer.accepted, answer.rejected, answer.duplicate) == (["a", "b"], [], True)
    assert [e["id"] for e in stored()] == ["a", "b"]


def test_of_a_batch_that_is_partly_known_only_the_new_part_counts():
    accept(batch(event("a"), event("b")))
    answer = accept(batch(event("b"), event("c"), batch_id="b2"))
    assert (answer.accepted, answer.duplicate) == (["b", "c"], False)
    assert [e["id"] for e in stored()] == ["a", "b", "c"]


def test_an_event_that_is_twice_in_one_batch_counts_once():
    answer = accept(batch(event("a", page="first"), event("a", page="second")))
    assert answer.accepted == ["a"]
    assert [e["page"] for e in stored()] == ["first"]


def test_no_phone_uses_up_the_ids_of_another():
    accept(batch(event("a"), device_id="d1"))
    assert accept(batch(event("a"), device_id="d2")).duplicate is False
    assert len(stored()) == 2


def test_the_number_of_statements_does_not_grow_with_the_batch():
    connection = connections[router.db_for_write(Batch)]

    def statements(count: int, prefix: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            accept(batch(*(event(f"{prefix}{n}") for n in range(count))), member_id=3)
        return len(
            [q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
        )

    statements(1, "w")  # this process has now looked for a tracking plan
    assert statements(1, "x") == statements(100, "y") == 5


def test_a_phone_stands_for_the_first_member_who_logs_in_on_it():
    accept(batch(event("a")))
    assert not Identity.objects.exists()
    accept(batch(event("b")), member_id=7)
    accept(batch(event("c")), member_id=8)
    assert [(i.device.key, i.member_id) for i in Identity.objects.all()] == [("d1", 7)]
    assert list(Batch.objects.order_by("id").values_list("member_id", flat=True)) == [None, 7, 8]


def test_a_phone_without_an_id_is_known_by_its_session():
    body = batch(event("a", session_id="s9"))
    del body["device_id"]
    accept(body)
    accept(body)
    assert [d.key for d in Device.objects.all()] == ["session:s9"]
    assert len(stored()) == 1


def test_unknown_events_are_taken_in():
    assert accept(batch(event("a", name="coupon_wheel_spun"))).accepted == ["a"]


def test_a_batch_of_bad_events_leaves_no_trace():
    answer = accept(batch(event(name="order_paid")), member_id=1)
    assert (answer.accepted, answer.duplicate) == ([], False)
    assert nothing_stored()


def test_what_a_phone_could_not_deliver_is_taken_in_with_its_counts():
    props = {"dropped": 3, "parked": 2, "codes": {"server_fact": 2, "429": 3}}
    assert accept(batch(event("a", name="events_dropped", props=props))).accepted == ["a"]
    assert stored()[0]["props"] == props


def test_more_than_a_hundred_events_are_refused_as_a_whole():
    with pytest.raises(BatchTooLarge) as refusal:
        accept(batch(*(event(f"e{n}") for n in range(101))))
    assert (refusal.value.status, refusal.value.details) == (413, {"limit": 100})
    assert nothing_stored()


def test_an_empty_batch_changes_nothing():
    answer = accept(batch())
    assert (answer.accepted, answer.rejected, answer.duplicate) == ([], [], False)
    assert nothing_stored()


@pytest.mark.parametrize("off", [-20 * 365 * DAY, -3_600_000, 60_000, 2 * DAY, 40 * DAY])
def test_a_wrong_clock_is_put_right_by_the_moment_of_sending(off):
    before = now_ms()
    accept(batch(event("a", ts=before + off - 3_000), sent_at=before + off))
    drift = stored()[0]["ts"] - (before - 3_000)
    assert 0 <= drift <= now_ms() - before


@pytest.mark.parametrize(
    ("late", "skew"), [(0, 0), (5_000, 0), (5_001, 5_001), (-1, -1), (-40_000, -40_000), (10**9, 10**9)]
)
def test_a_few_seconds_late_is_the_way_and_not_the_clock(late, skew):
    assert clock_skew(sent_at_ms=1_800_000_000_000 - late, received_ms=1_800_000_000_000) == skew


def test_an_event_after_its_own_sending_may_be_a_day_ahead_at_most():
    now = now_ms()
    answer = accept(batch(event("a", ts=now + DAY - 60_000), event("b", ts=now + DAY + 60_000), sent_at=now))
    assert (answer.accepted, [r.code for r in answer.rejected]) == (["a"], ["ts_ahead"])


def test_events_of_the_last_thirty_days_count_older_ones_do_not():
    now = now_ms()
    answer = accept(
        batch(event("a", ts=now - 30 * DAY + 60_000), event("b", ts=now - 30 * DAY - 60_000), sent_at=now)
    )
    assert (answer.accepted, [r.code for r in answer.rejected]) == (["a"], ["ts_too_old"])


def test_ids_are_remembered_as_long_as_their_events_are_accepted():
    accept(batch(event("a"), event("b")))
    today = timezone.now().date()
    Seen.objects.filter(key=key_of("a")).update(day=day_of(today - REMEMBER))
    Seen.objects.filter(key=key_of("b")).update(day=day_of(today - REMEMBER) - 1)
    forget_seen()
    assert list(Seen.objects.values_list("key", flat=True)) == [key_of("a")]
    assert dt.timedelta(days=30) < REMEMBER


@pytest.mark.race
@pytest.mark.django_db(databases="__all__", transaction=True)
def test_eight_sendings_of_a_batch_at_once_count_once():
    body = batch(*(event(f"e{n}") for n in range(20)))
    gate = Barrier(8)

    def send(_: int):
        try:
            gate.wait()
            return accept(body, member_id=5)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert [len(a.accepted) for a in answers] == [20] * 8
    assert sorted(a.duplicate for a in answers) == [False] + [True] * 7
    assert sorted(e["id"] for e in stored()) == sorted(f"e{n}" for n in range(20))
    assert Seen.objects.count() == 20
    assert json.loads(Batch.objects.get().payload)[0]["id"] == "e0"
