"""What does not fit the plan is acknowledged, kept whole, shown, and counted as soon as a plan knows it."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connections, router
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fangcun.insight.tracking import releasing
from fangcun.insight.tracking.models import Adoption, Batch, EventTally, Quarantined, Seen
from fangcun.insight.tracking.queries import current_plan, quarantine
from fangcun.insight.tracking.services import adopt_plan, record
from fangcun.insight.tracking.tasks import forget_quarantined, release_stragglers
from fangcun.insight.tracking.tests.phone import DAY, accept, batch, event, now_ms, stored
from fangcun.insight.tracking.tests.planned import plan_of, planned
from fangcun.kernel.models import Job

pytestmark = pytest.mark.django_db(databases="__all__")

PAID = planned("order_paid", order_number="id", amount="fen")
VIEWED = planned("goods_viewed", product_id="id")
PLAN = plan_of(PAID, VIEWED)
WIDER = plan_of(
    PAID, planned("goods_viewed", product_id="id", mood="text"), planned("goods_rated", stars="int")
)


def adopt(plan=PLAN, revision: int = 1) -> bool:
    return adopt_plan(plan=plan, revision=revision)


def aside() -> list[tuple[str, str, str]]:
    return list(Quarantined.objects.order_by("id").values_list("name", "problem", "prop"))


def tallies() -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in EventTally.objects.values_list("name", "count"):
        found[name] = found.get(name, 0) + count
    return found


def viewed(key: str, **props):
    return event(key, name="goods_viewed", props=props)


def rated(key: str, **changes):
    return event(key, name="goods_rated", props={"stars": 5}, **changes)


def test_without_a_plan_everything_counts():
    accept(batch(rated("a")))
    assert (len(stored()), aside()) == (1, [])
    assert quarantine(timezone.now()) == []


def test_an_event_outside_the_plan_is_acknowledged_and_kept_whole():
    adopt()
    sent = batch(viewed("a", product_id=1), rated("b", page="pages/x/x"), event("c"))
    answer = accept(sent, member_id=7)
    assert (answer.accepted, answer.rejected, answer.duplicate) == (["a", "b", "c"], [], False)
    assert [e["id"] for e in stored()] == ["a", "c"]
    row = Quarantined.objects.get()
    assert (row.name, row.problem, row.prop, row.revision) == ("goods_rated", "unknown_event", "", 1)
    batch_row = Batch.objects.get()
    assert (row.device_id, row.member_id, row.program_id) == (batch_row.device_id, 7, 1)
    assert json.loads(row.payload) == {
        "id": "b", "name": "goods_rated", "ts": sent["events"][1]["ts"], "session": "s1", "page": "pages/x/x",
        "props": {"stars": 5},
    }  # fmt: skip
    assert tallies() == {"goods_viewed": 1, "page_viewed": 1}


def test_an_event_that_is_sent_again_is_in_quarantine_once():
    adopt()
    body = batch(rated("a"), rated("b"))
    accept(body)
    assert accept(body).duplicate is True
    answer = accept(batch(rated("b"), rated("c"), batch_id="b2"))
    assert (answer.accepted, answer.duplicate) == (["b", "c"], False)
    assert len(aside()) == 3
    assert Batch.objects.count() == 0


def test_each_kind_of_misfit_is_told_apart():
    adopt(plan_of(planned("goods_rated", stars="int", mood="enum(好, 一般)")))
    for n, props in enumerate([{}, {"stars": "5"}, {"stars": 5, "mood": "坏"}, {"stars": 5, "mood": "好"}]):
        accept(batch(event(f"e{n}", name="goods_rated", props=props)))
    assert aside() == [
        ("goods_rated", "missing_property", "stars"),
        ("goods_rated", "missing_property", "mood"),
        ("goods_rated", "not_in_enum", "mood"),
    ]
    assert [e["id"] for e in stored()] == ["e3"]


def test_facts_of_the_server_are_held_against_the_plan_too():
    adopt()
    fact: dict[str, Any] = {"member_id": 7, "program_id": 1, "at": timezone.now()}
    assert record("order_paid", event_id="p1", props={"order_number": "N1", "amount": 100}, **fact)
    assert record("order_paid", event_id="p2", props={"order_number": "N2", "amount": "100"}, **fact)
    assert not record("order_paid", event_id="p2", props={"order_number": "N2", "amount": "100"}, **fact)
    assert record("user_logged_in", event_id="l1", props={}, **fact)
    assert [e["id"] for e in stored()] == ["p1", "l1"]
    assert aside() == [("order_paid", "wrong_type", "amount")]
    assert (Quarantined.objects.get().device_id, Quarantined.objects.get().member_id) == (None, 7)


def test_adopting_a_plan_again_changes_nothing():
    assert adopt() is True
    adopted_at = Adoption.objects.get().adopted_at
    assert adopt(WIDER) is True
    found = current_plan()
    assert found is not None
    assert (found.plan, found.adopted_at) == (PLAN, adopted_at)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"events": [{"name": "a_b"}]},
        plan_of({**PAID, "schema": {"properties": {"x": {"type": "odd"}}, "required": []}}),
    ],
)
def test_a_plan_that_no_event_can_be_held_against_is_not_adopted(broken):
    adopt()
    with pytest.raises(KeyError):
        adopt(broken, 2)
    found = current_plan()
    assert found is not None
    assert found.revision == 1
    assert Job.objects.count() == 1


def test_an_older_plan_that_arrives_late_is_not_in_force():
    adopt(PLAN, 2)
    assert adopt(WIDER, 1) is False
    accept(batch(rated("a")))
    assert aside() == [("goods_rated", "unknown_event", "")]
    found = current_plan()
    assert found is not None
    assert (found.revision, found.plan) == (2, PLAN)
    assert Adoption.objects.count() == 2


def test_a_plan_remembers_since_when_each_event_is_planned():
    with time_machine.travel(dt.datetime(2026, 11, 2, tzinfo=dt.UTC), tick=False):
        adopt(plan_of(PAID, VIEWED), 1)
    with time_machine.travel(dt.datetime(2026, 11, 3, tzinfo=dt.UTC), tick=False):
        adopt(plan_of(PAID), 2)
    with time_machine.travel(dt.datetime(2026, 11, 4, tzinfo=dt.UTC), tick=False):
        adopt(plan_of(PAID, VIEWED), 3)
    found = current_plan()
    assert found is not None
    assert {name: at.day for name, at in found.since.items()} == {"order_paid": 2, "goods_viewed": 4}


def test_a_newer_plan_releases_what_it_knows_with_everything_it_had(drain):
    adopt()
    ts = now_ms() - 3 * DAY
    accept(batch(rated("a", ts=ts)), member_id=7)
    accept(batch(rated("b", ts=ts + 5), device_id="d2"))
    accept(batch(rated("c", ts=ts - 5), batch_id="b3"), member_id=7)
    accept(batch(viewed("d", product_id=1, mood=3), event("e", name="goods_smelled")))
    drain()
    before = {
        name: getattr(Quarantined.objects.get(payload__contains='"id":"a"'), name) for name in ("device_id",)
    }
    assert [name for name, *_ in aside()] == ["goods_rated"] * 3 + ["goods_smelled"]
    adopt(WIDER, 2)
    drain()
    assert aside() == [("goods_smelled", "unknown_event", "")]
    assert Quarantined.objects.get().revision == 2
    rows = {row.count: row for row in Batch.objects.filter(payload__contains="goods_rated")}
    assert [e["id"] for e in json.loads(rows[2].payload)] == ["a", "c"]
    assert (rows[2].device_id, rows[2].member_id, rows[2].program_id) == (before["device_id"], 7, 1)
    assert (rows[2].first_ts, rows[2].last_ts) == (ts - 5, ts)
    assert (rows[1].device.key if rows[1].device else "", rows[1].member_id) == ("d2", None)
    assert tallies() == {"goods_rated": 3, "goods_viewed": 1}
    accept(batch(rated("a", ts=ts)), member_id=7)
    assert len(stored()) == 4


def test_releasing_twice_changes_nothing(drain):
    adopt()
    accept(batch(rated("a")))
    adopt(WIDER, 2)
    drain()
    assert releasing.release() == 0
    assert ([e["id"] for e in stored()], tallies()) == (["a"], {"goods_rated": 1})


def test_many_are_released_in_pieces(drain, monkeypatch):
    monkeypatch.setattr(releasing, "CHUNK", 7)
    adopt()
    accept(
        batch(
            *(rated(f"r{n}") for n in range(30)), *(event(f"u{n}", name="goods_smelled") for n in range(30))
        )
    )
    adopt(WIDER, 2)
    drain()
    assert (sorted(e["id"] for e in stored()), len(aside())) == (sorted(f"r{n}" for n in range(30)), 30)
    assert tallies() == {"goods_rated": 30}


def test_what_fits_in_another_way_no_longer_is_told_anew(drain):
    adopt()
    accept(batch(rated("a")))
    adopt(plan_of(planned("goods_rated", stars="text")), 2)
    drain()
    assert aside() == [("goods_rated", "wrong_type", "stars")]


def test_a_plan_adopted_by_another_process_sets_nothing_aside_that_it_knows():
    adopt()
    accept(batch(event("a")))  # this process remembers the first plan
    Adoption.objects.create(revision=2, digest="another process", plan=json.dumps(WIDER), since={})
    accept(batch(rated("b")))
    assert (aside(), [e["id"] for e in stored()]) == ([], ["a", "b"])


def test_what_was_set_aside_during_an_adoption_is_released_within_a_minute():
    adopt(WIDER, 2)
    kept = {"id": "a", "name": "goods_rated", "ts": 1, "session": "", "page": "", "props": {"stars": 1}}
    Quarantined.objects.create(
        name="goods_rated",
        payload=json.dumps(kept),
        problem="unknown_event",
        prop="",
        revision=1,
    )
    release_stragglers()
    assert ([e["id"] for e in stored()], aside()) == (["a"], [])


def test_quarantine_forgets_after_thirty_days():
    adopt()
    accept(batch(rated("a"), rated("b")))
    old = timezone.now() - dt.timedelta(days=30)
    Quarantined.objects.filter(payload__contains='"id":"a"').update(received_at=old - dt.timedelta(minutes=1))
    Quarantined.objects.filter(payload__contains='"id":"b"').update(received_at=old + dt.timedelta(minutes=1))
    forget_quarantined()
    assert [json.loads(row.payload)["id"] for row in Quarantined.objects.all()] == ["b"]


def test_the_console_sees_kinds_counts_and_the_newest_samples():
    adopt(plan_of(planned("goods_rated", stars="int", optional=("mood",), mood="enum(好, 一般)")))
    start = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)
    for n in range(7):
        with time_machine.travel(start + dt.timedelta(minutes=n), tick=False):
            rating = n if n % 2 else None if n == 4 else str(n)
            props = {"stars": rating, "mood": "坏"}
            accept(batch(event(f"e{n}", name="goods_rated", props=props)), member_id=n)
            accept(batch(event(f"u{n}", name=f"goods_smelled{'' if n else '_first'}"), batch_id="u"))
    found = quarantine(start + dt.timedelta(days=1))
    assert [(m.event, m.problem, m.prop, m.count) for m in found] == [
        ("goods_smelled", "unknown_event", "", 6),
        ("goods_rated", "not_in_enum", "mood", 3),
        ("goods_rated", "wrong_type", "stars", 3),
        ("goods_rated", "missing_property", "stars", 1),
        ("goods_smelled_first", "unknown_event", "", 1),
    ]
    smelled, mood, wrong, missing = found[:4]
    assert [sample.event["id"] for sample in smelled.samples] == ["u6", "u5", "u4", "u3", "u2"]
    assert (smelled.first_at, smelled.last_at) == (
        start + dt.timedelta(minutes=1),
        start + dt.timedelta(minutes=6),
    )
    assert [(sample.event["id"], sample.member_id) for sample in mood.samples] == [
        ("e5", 5),
        ("e3", 3),
        ("e1", 1),
    ]
    assert (smelled.expected, smelled.came) == ("", ())
    assert (mood.expected, mood.came) == ("enum(好, 一般)", ("坏",))
    assert (wrong.expected, wrong.came) == ("int", ("text",))
    assert (missing.expected, missing.came) == ("int", ("null",))
    assert [m.words for m in found[:4]] == [
        "计划里没有事件 goods_smelled",
        "属性 mood 应为 enum(好, 一般) 之一，收到的是 坏",
        "属性 stars 应为 int，收到的是 text",
        "缺少属性 stars",
    ]
    assert quarantine(start + dt.timedelta(days=31)) == []


def test_looking_into_quarantine_costs_the_same_however_much_is_in_it():
    adopt()
    connection = connections[router.db_for_read(Quarantined)]

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            quarantine(timezone.now())
        return len(captured)

    accept(batch(rated("a")))
    assert statements() == 3
    accept(batch(*(event(f"e{n}", name=f"goods_smelled{n}") for n in range(100))))
    assert statements() == 3


def test_a_plan_costs_a_sound_batch_no_statement_and_a_flawed_one_two():
    adopt()
    connection = connections[router.db_for_write(Batch)]

    def statements(*events) -> int:
        with CaptureQueriesContext(connection) as captured:
            accept(batch(*events), member_id=3)
        return len(
            [q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
        )

    statements(event("w"))  # this process has now looked for the plan
    assert statements(*(event(f"s{n}") for n in range(100))) == 5
    assert statements(*(rated(f"r{n}") for n in range(50)), *(event(f"t{n}") for n in range(50))) == 7
    assert statements(*(rated(f"q{n}") for n in range(100))) == 5


def test_a_process_looks_for_a_newer_plan_every_few_seconds():
    adopt(WIDER, 1)
    accept(batch(rated("a")))
    Adoption.objects.create(revision=2, digest="another process", plan=json.dumps(PLAN), since={})
    cache.clear()
    accept(batch(rated("b")))
    assert ([e["id"] for e in stored()], len(aside())) == (["a"], 1)


@pytest.mark.race
@pytest.mark.django_db(databases="__all__", transaction=True)
def test_four_workers_release_each_event_once():
    adopt()
    for n in range(5):
        accept(batch(*(rated(f"e{n}-{k}") for k in range(100)), batch_id=f"b{n}", device_id=f"d{n}"))
    adopt(WIDER, 2)
    Job.objects.all().delete()
    gate = Barrier(4)

    def work(_: int) -> int:
        try:
            gate.wait()
            return releasing.release()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert sum(done) == 500
    assert (len(stored()), aside(), tallies()) == (500, [], {"goods_rated": 500})
    assert Seen.objects.count() == 500


@pytest.mark.race
@pytest.mark.django_db(databases="__all__", transaction=True)
def test_batches_that_arrive_at_once_are_all_in_the_tally():
    gate = Barrier(8)

    def send(n: int) -> None:
        try:
            gate.wait()
            for k in range(5):
                names = ["goods_viewed", "page_viewed", "app_shown"]
                accept(
                    batch(
                        *(event(f"{k}-{name}", name=name) for name in names),
                        device_id=f"d{n}",
                        batch_id=f"{k}",
                    )
                )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    assert tallies() == {"goods_viewed": 40, "page_viewed": 40, "app_shown": 40}
