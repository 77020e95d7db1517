"""The scoreboard's numbers are those that the events say, under the plan that holds."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from fangcun.blueprint.tests.clean import CLEAN, planted
from fangcun.identity.programs.models import Program
from fangcun.insight.tracking.services import adopt_plan, record
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.services import publish_text
from fangcun.plan.scoreboard.queries import FunnelStep, board, funnels
from fangcun.plan.scoreboard.scores import GoalScore

pytestmark = pytest.mark.django_db(databases="__all__")


def at(month: int, day: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=timezone.get_default_timezone())


def publish(text: str, base: int | None, on: dt.datetime) -> Revision:
    with time_machine.travel(on, tick=False):
        return publish_text(text=text, base=base, message="发布", by=SYSTEM)


def paid(
    member: int, when: dt.datetime, amount: int = 1000, channel: str = "friend", program: int = 1
) -> None:
    number = f"F{member}-{when:%d%H}-{program}"
    record(
        "order_paid",
        event_id=f"order_paid:{number}",
        member_id=member,
        program_id=program,
        props={"order_number": number, "amount": amount, "channel": channel},
        at=when,
    )


def goal(name: str, now: dt.datetime) -> GoalScore:
    return next(one for one in board(now).goals if one.goal.id == name)


@pytest.fixture
def plan(db) -> Revision:
    return publish(CLEAN, None, at(12, 1))


def test_without_a_plan_there_is_an_empty_board():
    assert board().goals == ()
    assert (board().coverage, board().alarms, funnels()) == (None, (), [])


def test_every_goal_of_the_plan_stands_on_the_board_in_its_order(plan):
    found = board(at(12, 5)).goals
    assert [one.goal.id for one in found] == ["repeat_30d", "basket"]
    assert [one.status for one in found] == ["not_yet", "not_yet"]
    assert all(one.why and one.value is None for one in found)
    assert [len(one.series) for one in found] == [5, 5]


def test_values_are_counted_from_the_events(plan):
    for member, days in {1: [2, 3], 2: [2], 3: [2, 4, 5], 4: [5]}.items():
        for day in days:
            paid(member, at(12, day, 9), amount=1000 * member, channel="other" if member == 4 else "poster")
    repeat, basket = board(at(12, 5)).goals
    assert (repeat.value, repeat.why) == (2 / 4, "")
    assert repeat.progress == pytest.approx((0.5 - 0.12) / 0.08)
    assert repeat.status == "reached"
    assert basket.value == (2000 + 2000 + 9000 + 4000) / 6
    assert repeat.series == (
        (dt.date(2026, 12, 1), None),
        (dt.date(2026, 12, 2), 0.0),
        (dt.date(2026, 12, 3), 1 / 3),
        (dt.date(2026, 12, 4), 2 / 3),
        (dt.date(2026, 12, 5), 2 / 4),
    )


def test_what_has_not_happened_by_the_moment_does_not_count(plan):
    paid(1, at(12, 2))
    paid(1, at(12, 4))
    assert goal("repeat_30d", at(12, 3)).value == 0.0
    assert goal("repeat_30d", at(12, 5)).value == 1.0


def test_a_goal_is_followed_since_the_first_revision_that_had_it_at_most_ninety_days(plan):
    text = planted(
        ("  - id: basket\n", "  - id: basket_new\n"),
        ("serves: [repeat_30d, basket]", "serves: [repeat_30d, basket_new]"),
    )
    publish(text, 1, at(12, 4))
    old, new = board(at(12, 6)).goals
    assert (old.since, new.since) == (dt.date(2026, 12, 1), dt.date(2026, 12, 4))
    assert [len(old.series), len(new.series)] == [6, 3]
    later = goal("repeat_30d", at(12, 1) + dt.timedelta(days=200))
    assert len(later.series) == 90
    assert later.series[-1][0] == dt.date(2026, 12, 1) + dt.timedelta(days=200)
    assert later.since == dt.date(2026, 12, 1)


def test_the_mini_program_of_a_metric_is_the_registered_one_of_its_role(plan):
    text = planted(
        ("event: order_paid, window_days: 30}", "event: order_paid, window_days: 30, program: shop}")
    )
    shop = Program.objects.create(appid="wx1", name="商城", role="main")
    club = Program.objects.create(appid="wx2", name="会员", role="members")
    publish(text, 1, at(12, 2))
    for program in (shop, shop, club):
        paid(program.pk, at(12, 3, 8 + program.pk % 2), program=program.pk)
    paid(shop.pk, at(12, 4), program=shop.pk)
    assert goal("repeat_30d", at(12, 5)).value == 1.0
    Program.objects.create(appid="wx3", name="二号商城", role="main")
    assert goal("repeat_30d", at(12, 5)).value == 0.5


def test_the_board_is_counted_once_and_anew_when_something_happens(plan, django_assert_max_num_queries):
    with time_machine.travel(at(12, 5), tick=False):
        first = board()
        with django_assert_max_num_queries(2):  # which plan, and whether anything is new
            assert board() == first
        paid(1, at(12, 4))
        paid(1, at(12, 5, 9))
        second = board()
        assert second.goals[0].value == 1.0
        publish_text(text=planted(("target: 0.20", "target: 0.25")), base=1, message="改", by=SYSTEM)
        assert board().goals[0].goal.target == 0.25
    cache.clear()


def test_coverage_and_alarms_pass_through(plan):
    with time_machine.travel(at(12, 1), tick=False):
        adopt_plan(plan=json.loads(plan.compiled["tracking.json"]), revision=1)
    paid(1, at(12, 4))
    found = board(at(12, 5))
    assert found.coverage is not None
    assert (found.coverage.arriving, found.coverage.planned) == (1, 9)
    assert found.alarms == ()


def test_every_scenario_has_its_funnel(plan):
    for name, hour in (("goods_viewed", 8), ("order_submitted", 9)):
        for member in (1, 2) if name == "goods_viewed" else (1,):
            record(
                name, event_id=f"{name}:{member}", member_id=member, program_id=1,
                props={"product_id": "p", "order_number": "F1"}, at=at(12, 3, hour),
            )  # fmt: skip
    paid(1, at(12, 3, 10))
    for name, member in (("group_opened", 1), ("group_joined", 2)):
        record(
            name,
            event_id=name,
            member_id=member,
            program_id=1,
            props={"group_id": "g"},
            at=at(12, 3, 9 + member),
        )
    buy, group = funnels(at(12, 5))
    assert (buy.id, buy.name, buy.key) == ("buy", "下单", "person")
    assert buy.steps == (
        FunnelStep("look", "goods_viewed", 2, None),
        FunnelStep("submit", "order_submitted", 1, 3_600_000.0),
        FunnelStep("pay", "order_paid", 1, 3_600_000.0),
        FunnelStep("told", "message_sent", 0, None),
    )
    assert (group.key, group.window_ms) == ("group_id", 24 * 3_600_000)
    assert [step.count for step in group.steps] == [1, 1, 0]
