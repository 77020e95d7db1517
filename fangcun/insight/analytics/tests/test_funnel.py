"""The funnel against an oracle that tries every chain of events there is."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import statistics
from collections import defaultdict

import orjson
import pytest

from fangcun.identity.members.models import Member
from fangcun.insight.analytics.moments import END_OF_TIME
from fangcun.insight.analytics.queries import PURCHASE, Step, funnel
from fangcun.insight.analytics.tests import log
from fangcun.insight.tracking.models import Batch, Device, Identity
from fangcun.insight.tracking.services import record

pytestmark = pytest.mark.django_db(databases="__all__")

T0 = 1_790_000_000_000
SINCE = dt.datetime.fromtimestamp(T0 / 1000, dt.UTC)
Events = list[tuple[int, str, int]]  # who, what, when (ms after T0)


def store(events: Events, *, members: bool = True) -> None:
    """Each event in a batch of its own: of a member, or of a phone nobody logged in on."""
    for who, name, at in events:
        device = None
        if not members:
            device = Device.objects.get_or_create(key=f"d{who}")[0]
        write(name, T0 + at, member_id=who if members else None, device=device)


def write(name: str, ts: int, *, member_id: int | None, device: Device | None, program_id: int = 1) -> None:
    payload = orjson.dumps([{"id": "x", "name": name, "ts": ts, "session": "", "page": "", "props": {}}])
    Batch.objects.create(
        payload=payload.decode(), count=1, first_ts=ts, last_ts=ts,
        member_id=member_id, device=device, program_id=program_id,
    )  # fmt: skip


def oracle(events: Events, steps: tuple[str, ...], *, until: int, window: int) -> list[Step]:
    """Every chain of every length; per person the deepest, completed first, started last, its times earliest."""
    times: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for who, name, at in events:
        times[who][name].append(at)
    best = []
    for happened in times.values():
        chains = [
            chain
            for depth in range(1, len(steps) + 1)
            for chain in itertools.product(*(happened[name] for name in steps[:depth]))
            if 0 <= chain[0] < until and list(chain) == sorted(chain) and chain[-1] <= chain[0] + window
        ]
        if chains:
            best.append(min(chains, key=lambda chain: (-len(chain), chain[-1], -chain[0], chain)))
    answer = []
    for n, name in enumerate(steps):
        waits = [chain[n] - chain[n - 1] for chain in best if len(chain) > n] if n else []
        answer.append(Step(name, sum(len(c) > n for c in best), statistics.median(waits) if waits else None))
    return answer


@pytest.mark.parametrize("seed", range(40))
def test_any_crowd_is_counted_as_by_trying_every_chain(seed):
    chance = random.Random(seed)
    steps = PURCHASE[: chance.choice([2, 3, 4])]
    span = chance.choice([4, 12, 60])  # short spans: events of one millisecond everywhere
    window = chance.choice([0, 2, 5, 30])
    until = chance.choice([span // 2, span + 1])
    events = [
        (chance.randint(1, 5), chance.choice([*steps, "page_viewed"]), chance.randrange(span))
        for _ in range(chance.randint(5, 60))
    ]
    store(events, members=bool(seed % 2))
    end = SINCE + dt.timedelta(milliseconds=until)
    assert funnel(steps, since=SINCE, until=end, window_ms=window) == oracle(
        events, steps, until=until, window=window
    )


@pytest.mark.parametrize("seed", range(60))
def test_repeated_events_and_keys_are_counted_as_by_trying_every_chain(seed):
    chance = random.Random(seed)
    names = ("goods_viewed", "cart_added", "order_paid")
    steps = tuple(chance.choice(names[: chance.choice([1, 2, 3])]) for _ in range(chance.randint(1, 5)))
    key = chance.choice(["person", "order/number"])
    span, window = chance.choice([2, 5, 20]), chance.choice([0, 1, 4, 30])
    events = [
        log.Event(
            chance.choice([None, 1, 2]),
            chance.choice(names),
            chance.randrange(span),
            {"order/number": chance.choice([None, 1, "1", 2, ""])},
        )
        for _ in range(chance.randint(4, 14))
    ]
    log.store(*events)
    best = []
    for rows in log.units(events, key):
        walked = [tuple(row.at for row in chain) for chain in log.chains(rows, steps, window)]
        if walked:
            best.append(min(walked, key=lambda times: (-len(times), times[-1], -times[0], times)))
    expected = []
    for n, name in enumerate(steps):
        waits = [times[n] - times[n - 1] for times in best if len(times) > n] if n else []
        median = statistics.median(waits) if waits else None
        expected.append(Step(name, sum(len(times) > n for times in best), median))
    assert funnel(steps, since=log.moment(0), window_ms=window, key=key) == expected


def count(*events: tuple[int, str, int], window: int = 1000) -> list[int]:
    store(list(events))
    return [step.persons for step in funnel(since=SINCE, window_ms=window)]


def test_an_empty_shop_has_an_empty_funnel():
    assert funnel(since=SINCE) == [Step(name, 0, None) for name in PURCHASE]


def test_a_purchase_moves_every_step_with_its_times():
    store(
        [(1, "goods_viewed", 0), (1, "cart_added", 40), (1, "order_submitted", 100), (1, "order_paid", 700)]
    )
    assert funnel(since=SINCE) == [
        Step("goods_viewed", 1, None),
        Step("cart_added", 1, 40.0),
        Step("order_submitted", 1, 60.0),
        Step("order_paid", 1, 600.0),
    ]


def test_steps_of_one_millisecond_count_in_their_order():
    assert count(*((1, name, 5) for name in reversed(PURCHASE))) == [1, 1, 1, 1]


def test_a_payment_before_the_order_does_not_count():
    assert count((1, "goods_viewed", 0), (1, "cart_added", 1), (1, "order_paid", 2), (1, "order_submitted", 3)) == [
        1, 1, 1, 0,
    ]  # fmt: skip


def test_the_window_includes_its_last_millisecond():
    assert count((1, "goods_viewed", 0), (1, "cart_added", 1000), (2, "goods_viewed", 0), (2, "cart_added", 1001)) == [
        2, 1, 0, 0,
    ]  # fmt: skip


def test_a_later_start_within_the_window_saves_the_attempt():
    assert count((1, "goods_viewed", 0), (1, "goods_viewed", 900), (1, "cart_added", 1500)) == [1, 1, 0, 0]


def test_starts_before_and_after_the_span_do_not_count_later_steps_after_it_do():
    store([(1, "goods_viewed", -1), (1, "cart_added", 1)])
    store([(2, "goods_viewed", 100), (2, "cart_added", 101)])
    store([(3, "goods_viewed", 99), (3, "cart_added", 300)])
    end = SINCE + dt.timedelta(milliseconds=100)
    assert [s.persons for s in funnel(since=SINCE, until=end)] == [1, 1, 0, 0]


def test_what_a_phone_sent_before_the_login_belongs_to_its_member():
    device = Device.objects.create(key="d1")
    write("goods_viewed", T0, member_id=None, device=device)
    store([(7, "cart_added", 5)])
    assert [s.persons for s in funnel(since=SINCE)] == [1, 0, 0, 0]
    Identity.objects.create(device=device, member_id=7)
    write("page_viewed", T0 + 6, member_id=7, device=device)
    assert [s.persons for s in funnel(since=SINCE)] == [1, 1, 0, 0]


def test_a_second_member_of_a_shared_phone_keeps_his_own_events():
    device = Device.objects.create(key="d1")
    Identity.objects.create(device=device, member_id=7)
    write("goods_viewed", T0, member_id=8, device=device)
    store([(7, "cart_added", 5)])
    assert [s.persons for s in funnel(since=SINCE)] == [1, 0, 0, 0]
    store([(8, "cart_added", 6)])
    assert [s.persons for s in funnel(since=SINCE)] == [1, 1, 0, 0]


def test_a_member_and_a_phone_with_the_same_number_are_two_persons():
    device = Device.objects.create(key="d1")
    store([(device.pk, "goods_viewed", 0)])
    write("goods_viewed", T0, member_id=None, device=device)
    assert funnel(since=SINCE)[0].persons == 2


def test_merged_members_are_one_person():
    kept, gone = Member.objects.create(), Member.objects.create()
    store([(gone.pk, "goods_viewed", 0), (kept.pk, "cart_added", 5)])
    assert [s.persons for s in funnel(since=SINCE)] == [1, 0, 0, 0]
    Member.objects.filter(pk=gone.pk).update(merged_into=kept)
    write("page_viewed", T0, member_id=kept.pk, device=None)
    assert [s.persons for s in funnel(since=SINCE)] == [1, 1, 0, 0]


def test_a_program_can_be_looked_at_alone():
    write("goods_viewed", T0, member_id=1, device=None, program_id=1)
    write("goods_viewed", T0, member_id=2, device=None, program_id=2)
    assert funnel(since=SINCE)[0].persons == 2
    assert funnel(since=SINCE, program_id=2)[0].persons == 1


def test_a_new_fact_is_in_the_very_next_answer():
    assert funnel(since=SINCE)[3].persons == 0
    for n, name in enumerate(PURCHASE):
        record(name, event_id=name, member_id=1, program_id=1, props={}, at=SINCE + dt.timedelta(seconds=n))
    assert [s.persons for s in funnel(since=SINCE)] == [1, 1, 1, 1]


def test_an_unchanged_question_is_not_counted_twice(django_assert_num_queries):
    from django.db import connections, router

    store([(1, "goods_viewed", 0)])
    first = funnel(since=SINCE)
    with django_assert_num_queries(1, connection=connections[router.db_for_read(Batch)]):
        assert funnel(since=SINCE) == first


@pytest.mark.parametrize("steps", [(), tuple(f"e{n}" for n in range(41))])
def test_a_funnel_has_one_to_forty_events(steps):
    with pytest.raises(ValueError, match="1 to 40"):
        funnel(steps, since=SINCE)


def test_forty_steps_are_walked_to_the_end():
    steps = tuple(f"e{n}" for n in range(40))
    store([(1, name, n) for n, name in enumerate(steps)])
    assert [s.persons for s in funnel(steps, since=SINCE)] == [1] * 40
    assert T0 < END_OF_TIME


def test_a_hostile_name_of_an_event_is_only_a_name():
    assert funnel(("x' OR 1=1 --", "y"), since=SINCE) == [Step("x' OR 1=1 --", 0, None), Step("y", 0, None)]
