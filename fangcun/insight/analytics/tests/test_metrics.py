"""What goals are measured by: one exact example for each promise."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

import pytest
from django.db import connections, router
from django.test.utils import CaptureQueriesContext

from fangcun.blueprint.document import CountMetric
from fangcun.identity.members.models import Member
from fangcun.insight.analytics.metrics import Measure, meter
from fangcun.insight.analytics.queries import Step
from fangcun.insight.analytics.tests.log import DAY, ZERO, Event, moment, store
from fangcun.insight.tracking.models import Batch, Device, Identity

pytestmark = pytest.mark.django_db(databases="__all__")

HOUR = DAY // 24
END = 3 * DAY
ORDERS = {"kind": "count", "event": "order_paid"}
VIEWS = {"kind": "count", "event": "goods_viewed"}
SALES = {"kind": "sum", "event": "order_paid", "prop": "amount"}
BUYERS = {"kind": "persons", "event": "order_paid"}
GROUP = {
    "id": "group_buy", "name": "拼团", "key": "group_id", "window_ms": DAY,
    "steps": [{"step": "open", "event": "group_opened"}, {"step": "join", "event": "group_joined"},
              {"step": "more", "event": "group_joined"}, {"step": "full", "event": "group_completed"}],
}  # fmt: skip
BUY = {
    "id": "buy", "name": "购买", "key": "person", "window_ms": DAY,
    "steps": [{"step": "view", "event": "goods_viewed"}, {"step": "pay", "event": "order_paid"}],
}  # fmt: skip
SCENARIOS = {"group_buy": GROUP, "buy": BUY}


def paid(who: int | None, at: int, amount: Any = 100, **props: Any) -> Event:
    return Event(who, "order_paid", at, {"amount": amount, **props})


def measured(metric: dict[str, Any], at: int = END, **how: Any) -> Measure:
    with meter(at=moment(at), scenarios=SCENARIOS, programs={"shop": 1, "club": 2}) as m:
        return m.measure(metric, **how)


def test_a_span_begins_with_its_first_millisecond_and_ends_before_the_moment():
    store(paid(1, 0), paid(1, 1), paid(1, DAY - 1), paid(1, DAY))
    assert measured({**ORDERS, "per": "day"}, DAY).value == 3
    assert measured({**ORDERS, "per": "day"}, DAY + 1).value == 3
    assert measured(ORDERS, DAY + 1).value == 4


@pytest.mark.parametrize(("per", "days"), [("day", 1), ("week", 7), ("month", 30)])
def test_day_week_and_month_are_1_7_and_30_days(per, days):
    store(paid(1, END - days * DAY), paid(1, END - days * DAY - 1))
    assert measured({**ORDERS, "per": per}).value == 1


def test_fen_stay_whole_however_many_are_added():
    store(
        paid(1, 1, 2**53), paid(1, 2, 1), paid(2, 3, 1.0), paid(2, 4, -1), paid(2, 5, None), paid(2, 6, "9")
    )
    found = measured(SALES)
    assert found == Measure(2**53 + 1, "", 2**53 + 1, 1)
    assert isinstance(found.value, int)


def test_numbers_with_a_fraction_add_up_too():
    store(paid(1, 1, 0.5), paid(1, 2, 2))
    assert measured(SALES).value == 2.5


def test_true_is_no_number():
    store(paid(1, 1, True), paid(1, 2, 5))
    assert measured(SALES).value == 5


def test_persons_are_members_merged_and_phones_with_an_owner():
    kept = Member.objects.create()
    gone = Member.objects.create(merged_into=kept)
    phone = Device.objects.create(key="d1")
    Identity.objects.create(device=phone, member_id=gone.pk)
    store(paid(None, 1))
    Batch.objects.update(device=phone)
    store(paid(kept.pk, 2), paid(gone.pk, 3), paid(None, 4))  # the last is nobody's
    assert (measured(ORDERS).value, measured(BUYERS).value) == (4, 1)


def test_a_filter_takes_one_of_several_values_and_an_id_in_both_its_forms():
    store(
        paid(1, 1, sku_id=12, way="pickup"),
        paid(1, 2, sku_id="12", way="post"),
        paid(1, 3, sku_id=13, way="post"),
    )
    assert measured({**ORDERS, "where": {"sku_id": 12}}).value == 2
    assert measured({**ORDERS, "where": {"sku_id": "12"}}).value == 2
    assert measured({**ORDERS, "where": {"way": ["pickup", "post"], "sku_id": [12, 13]}}).value == 3
    assert measured({**ORDERS, "where": {"way": "post", "sku_id": 12}}).value == 1
    assert measured({**ORDERS, "where": {"colour": "red"}}).value == 0


def test_a_filter_with_a_hostile_name_or_value_is_only_a_filter():
    odd = "a'\"/~$.x"
    store(Event(1, "order_paid", 1, {odd: "' OR 1=1 --"}))
    assert measured({**ORDERS, "where": {odd: "' OR 1=1 --"}}).value == 1
    assert measured({**ORDERS, "where": {odd: "' OR '1'='1"}}).value == 0


def test_a_metric_of_the_document_is_taken_as_it_is():
    store(paid(1, 1, way="post"), paid(1, 2))
    metric = CountMetric(kind="count", event="order_paid", where={"way": ("post", "pickup")})
    assert measured(asdict(metric)).value == 1
    assert measured(asdict(CountMetric(kind="count", event="order_paid"))).value == 2


def test_a_mini_program_counts_alone_when_it_is_known():
    store(paid(1, 1), Event(2, "order_paid", 2, program=2), Event(3, "order_paid", 3, program=2))
    assert measured({**ORDERS, "program": "club"}).value == 2
    assert measured({**ORDERS, "program": "unheard_of"}).value == 3


def test_a_ratio_divides_what_its_sides_count_in_its_span():
    store(Event(1, "goods_viewed", END - 9 * DAY), Event(1, "goods_viewed", 0), Event(2, "goods_viewed", 1))
    store(paid(1, 2), paid(1, 3), paid(1, 4))
    ratio = {"kind": "ratio", "of": ORDERS, "to": {"kind": "persons", "event": "goods_viewed"}}
    assert measured({**ratio, "per": "week"}) == Measure(1.5, "", 3, 2)
    stickiness = {
        "kind": "ratio",
        "of": {"kind": "count", "event": "goods_viewed", "per": "week"},
        "to": {"kind": "count", "event": "goods_viewed", "per": "month"},
    }
    assert measured(stickiness) == Measure(2 / 3, "", 2, 3)


def test_a_ratio_of_something_that_never_came_is_zero():
    store(Event(1, "goods_viewed", 1))
    ratio = {"kind": "ratio", "of": ORDERS, "to": VIEWS}
    assert measured(ratio) == Measure(0, "", 0, 1)


def test_a_conversion_by_key_counts_groups_whoever_takes_part():
    store(
        Event(1, "group_opened", 0, {"group_id": 7}), Event(2, "group_joined", 10, {"group_id": "7"}),
        Event(3, "group_joined", 10, {"group_id": 7}), Event(None, "group_completed", 10, {"group_id": 7}),
        Event(1, "group_opened", 0, {"group_id": 8}), Event(2, "group_joined", 5, {"group_id": 8}),
        Event(None, "group_completed", 9, {"group_id": 8}),  # one joined: no row serves two steps
        Event(4, "group_opened", 0, {}), Event(4, "group_opened", 0, {"group_id": None}),
    )  # fmt: skip
    assert measured({"kind": "conversion", "scenario": "group_buy"}) == Measure(0.5, "", 1, 2)
    with meter(at=moment(END), scenarios=SCENARIOS) as m:
        assert m.funnel("group_buy") == [
            Step("group_opened", 2, None),
            Step("group_joined", 2, 7.5),
            Step("group_joined", 1, 0.0),
            Step("group_completed", 1, 0.0),
        ]


def test_a_conversion_counts_by_when_it_began_and_what_had_come_of_it():
    store(Event(1, "goods_viewed", 0), paid(1, DAY), Event(2, "goods_viewed", 10), paid(2, DAY + 11))
    conversion = {"kind": "conversion", "scenario": "buy"}
    assert measured(conversion) == Measure(0.5, "", 1, 2)  # the second came a millisecond after its window
    assert measured(conversion, DAY) == Measure(0.0, "", 0, 2)  # nothing had come of it yet
    assert measured({**conversion, "per": "day"}, DAY + 5) == Measure(0.0, "", 0, 1)


def test_a_conversion_looks_at_the_filter_where_an_event_carries_it():
    store(
        Event(1, "goods_viewed", 0),
        paid(1, 5, way="post"),
        Event(2, "goods_viewed", 0),
        paid(2, 5, way="pickup"),
    )
    assert measured({"kind": "conversion", "scenario": "buy", "where": {"way": "post"}}) == Measure(
        0.5, "", 1, 2
    )


def test_repeat_is_the_share_of_buyers_who_bought_again_in_the_window():
    store(
        paid(1, END - 5),
        paid(1, END - 1),
        paid(2, END - DAY),
        paid(2, END - DAY - 1),
        paid(None, 1),
        paid(None, 2),
    )
    repeat = {"kind": "repeat", "event": "order_paid", "window_days": 1}
    assert measured(repeat) == Measure(0.5, "", 1, 2)
    assert measured({**repeat, "window_days": 2}) == Measure(1.0, "", 2, 2)


def test_retention_goes_by_the_days_of_the_shop():
    store(
        Event(1, "app_shown", DAY - 1), Event(1, "page_viewed", DAY),  # came again a millisecond later, on the next day
        Event(2, "page_viewed", 0), Event(2, "page_viewed", DAY - 1), Event(2, "app_shown", 2 * DAY),
        Event(3, "app_shown", 2 * DAY + 5),  # day 1 is still to come
        Event(4, "order_paid", 0),
    )  # fmt: skip
    assert measured({"kind": "retention", "day": 1}, END) == Measure(0.5, "", 1, 2)
    assert measured({"kind": "retention", "day": 2}, END) == Measure(0.5, "", 1, 2)
    assert measured({"kind": "retention", "day": 1}, END + 1) == Measure(1 / 3, "", 1, 3)
    assert measured({"kind": "retention", "day": 1, "per": "day"}, END + 1) == Measure(0.0, "", 0, 1)


def test_retention_of_those_whose_first_visit_was_of_a_kind():
    store(
        Event(1, "app_shown", 0, {"scene": 1047}), Event(1, "app_shown", DAY, {"scene": 1001}),
        Event(2, "app_shown", 0, {"scene": 1001}), Event(2, "app_shown", DAY, {"scene": 1047}),
    )  # fmt: skip
    assert measured({"kind": "retention", "day": 1, "where": {"scene": 1047}}) == Measure(1.0, "", 1, 1)


def test_what_is_before_since_does_not_count():
    store(paid(1, 0), paid(1, DAY), paid(2, DAY), Event(1, "app_shown", 0), Event(2, "app_shown", DAY))
    since = moment(DAY)
    assert measured(ORDERS, since=since).value == 2
    assert measured({**ORDERS, "per": "month"}, since=since).value == 2
    assert measured({"kind": "repeat", "event": "order_paid", "window_days": 30}, since=since) == Measure(
        0.0, "", 0, 2
    )
    assert measured({"kind": "retention", "day": 1}, since=since) == Measure(0.0, "", 0, 1)


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        (ORDERS, "还没有收到过 order_paid 事件"),
        (SALES, "还没有收到过 order_paid 事件"),
        (BUYERS, "还没有收到过 order_paid 事件"),
        ({"kind": "ratio", "of": VIEWS, "to": BUYERS}, "还没有收到过 order_paid 事件"),
        ({"kind": "ratio", "of": ORDERS, "to": VIEWS, "per": "day"},
         "统计时段内没有符合条件的 goods_viewed 事件，没有可以作分母的数"),
        ({"kind": "conversion", "scenario": "group_buy"}, "还没有收到过 group_opened 事件"),
        ({"kind": "conversion", "scenario": "buy", "per": "day"}, "统计时段内还没有人开始场景“购买”"),
        ({"kind": "conversion", "scenario": "gone"}, "规划里没有场景 gone"),
        ({"kind": "repeat", "event": "order_paid", "window_days": 30}, "还没有收到过 order_paid 事件"),
        ({"kind": "repeat", "event": "goods_viewed", "window_days": 2}, "最近 2 天里没有人产生 goods_viewed 事件"),
        ({"kind": "retention", "day": 7}, "统计时段内还没有访客来满 7 天"),
    ],
)  # fmt: skip
def test_what_can_not_be_worked_out_says_why(metric, why):
    store(Event(1, "goods_viewed", 0), Event(1, "app_shown", 0))
    found = measured(metric)
    assert (found.value, found.why) == (None, why)


def test_without_a_visit_there_is_no_retention():
    assert measured({"kind": "retention", "day": 1}) == Measure(None, "还没有人打开过小程序", 0, 0)


def test_a_quiet_span_of_an_event_that_is_known_is_zero():
    store(paid(1, 0))
    assert measured({**ORDERS, "per": "day"}) == Measure(0, "", 0, 1)
    assert measured({**SALES, "per": "day"}) == Measure(0, "", 0, 1)


def test_a_series_has_the_value_at_the_end_of_each_day_and_now_for_today():
    store(paid(1, DAY), paid(1, 2 * DAY - 1), paid(2, 2 * DAY), paid(2, 3 * DAY + HOUR))
    days = [ZERO + dt.timedelta(days=n) for n in range(5)]
    with meter(at=moment(3 * DAY + HOUR + 1)) as m:
        assert m.series({**ORDERS, "per": "day"}, days=days) == [None, 2, 1, 1, None]
        assert m.series(ORDERS, days=days) == [None, 2, 3, 4, None]
        assert m.series(BUYERS, days=[days[2], days[1]]) == [2, 1]
        assert m.series(ORDERS, days=[]) == []
        assert m.series(ORDERS, days=[ZERO + dt.timedelta(days=40)]) == [None]


def test_the_past_can_be_measured_and_the_future_not():
    store(paid(1, 0), paid(1, DAY))
    with meter(at=moment(END)) as m:
        assert m.measure(ORDERS, at=moment(DAY)).value == 1
        with pytest.raises(ValueError, match="not loaded"):
            m.measure(ORDERS, at=moment(END + 1))


def test_an_unknown_kind_is_no_metric():
    with meter(at=moment(END)) as m, pytest.raises(ValueError, match="mood"):
        m.measure({"kind": "mood", "event": "order_paid"})


def test_a_board_reads_the_events_once():
    store(paid(1, 0))
    events = connections[router.db_for_read(Batch)]
    with CaptureQueriesContext(events) as captured, meter(at=moment(END), scenarios=SCENARIOS) as m:
        for metric in (ORDERS, SALES, BUYERS, {"kind": "conversion", "scenario": "buy"}):
            m.measure(metric)
            m.series(metric, days=[ZERO])
    assert len([query for query in captured if Batch._meta.db_table in query["sql"]]) == 1
