"""What the plan's pages draw is worked out here: flows, the tree of pages, the Gantt chart, the calendar, words."""

from __future__ import annotations

import datetime as dt

import pytest

from fangcun.blueprint.document import CountMetric, Goal, RatioMetric, SumMetric
from fangcun.blueprint.tests.clean import CLEAN, plan, planted
from fangcun.blueprint.timetable import Actual, timetable
from fangcun.doors.console.plan import words
from fangcun.doors.console.plan.features import competitors, features
from fangcun.doors.console.plan.flows import flow_of, listed
from fangcun.doors.console.plan.gantt import HEAD, ROW, gantt
from fangcun.doors.console.plan.goals import Card
from fangcun.doors.console.plan.sitemap import sitemap
from fangcun.doors.console.plan.spark import HEIGHT, spark
from fangcun.plan.scoreboard.scores import GoalScore

CLEAN_PLAN = plan(CLEAN)
TODAY = dt.date(2026, 12, 10)


def scenario(name: str, bp=CLEAN_PLAN):
    return next(one for one in bp.scenarios if one.id == name)


def test_each_actor_has_a_lane_and_each_branch_leaves_at_its_step():
    flow = flow_of(scenario("group_buy"), CLEAN_PLAN)
    assert flow.lanes == ("开团人", "受邀人", "系统")
    assert [(row.number, row.column, row.before) for row in flow.rows] == [(1, 1, None), (2, 2, 1), (3, 3, 2)]
    assert [(row.page, row.closes) for row in flow.rows] == [("商品", False), ("拼团", False), ("", True)]
    assert [[side.branch.id for side in row.sides] for row in flow.rows] == [["expired"], [], []]
    assert [row.line for row in flow.rows] == ["", "M50 0V50H150V100", "M150 0V50H250V100"]
    assert (flow.features, flow.goals) == (
        (("group_buy", "拼团"),),
        (("repeat_30d", "30 天复购率从 12% 到 20%"),),
    )


def test_a_branch_from_the_beginning_leaves_before_the_first_step():
    bp = plan(planted(("{id: late, when: 15 分钟未付款, after: submit,", "{id: late, when: 没有库存,")))
    flow = flow_of(scenario("buy", bp), bp)
    assert (flow.rows[0].step, [side.branch.id for side in flow.rows[0].sides]) == (None, ["late"])
    assert [row.number for row in flow.rows] == [0, 1, 2, 3, 4]
    assert flow.rows[1].line == "M50 0V100"


def test_the_funnel_stands_beside_the_steps():
    rows = flow_of(scenario("buy"), CLEAN_PLAN, [200, 100, 25, 0]).rows
    assert [(row.reached, row.percent, row.width) for row in rows] == [
        (200, "", 100), (100, "50%", 50), (25, "25%", 12), (0, "0%", 0),
    ]  # fmt: skip
    # Numbers of another set of steps are no numbers of these.
    assert [row.reached for row in flow_of(scenario("buy"), CLEAN_PLAN, [200, 100]).rows] == [None] * 4
    assert [row.percent for row in flow_of(scenario("buy"), CLEAN_PLAN, [0, 0, 0, 0]).rows] == [""] * 4


def test_a_scenario_is_found_by_its_goal_feature_and_events():
    buy, group = listed(CLEAN_PLAN, None)
    for word in ("下单", "商品下单", "每单金额", "order_cancelled"):
        assert word in buy.words
    assert "group_joined" in group.words
    assert (buy.goals, group.goals) == ("repeat_30d basket", "repeat_30d")


def test_pages_hang_on_their_shortest_way_with_tabs_first():
    found = sitemap(CLEAN_PLAN)
    assert found.root is not None
    assert [node.name for node in found.root.children] == ["me", "product"]
    assert [node.name for node in found.root.children[0].children] == ["orders"]
    assert found.depths == [(0, 1), (1, 2), (2, 3), (3, 2), (4, 1)]
    assert (found.lost, found.deep) == ([], [])
    assert [(package.name, package.pages) for package in found.packages] == [
        ("main", 2), ("goods", 1), ("grow", 1), ("trade", 3), ("note", 2),
    ]  # fmt: skip


def test_pages_that_are_too_far_or_out_of_reach_are_marked():
    bp = plan(
        planted(
            ("tab: 2, leads_to: [orders]}", "tab: 2, leads_to: []}"),
            (
                "path: pages-note/edit/index, package: note,",
                "path: pages-note/edit/index, package: note, key: true,",
            ),
            ("group], key: true}", "group, lonely], key: true}"),
            (
                "  paid: {title: 支付结果,",
                "  island: {title: 孤岛, path: pages/x/x, package: main}\n  paid: {title: 支付结果,",
            ),
        )
    )
    found = sitemap(bp)
    assert [node.name for node in found.lost] == ["island"]
    assert [(node.name, node.depth) for node in found.deep] == [("note_edit", 6)]
    assert found.deep[0].way.startswith("首页 → 商品 → 结算")


def test_a_plan_without_its_start_page_draws_no_tree():
    found = sitemap(plan(planted(("start: home", "start: nowhere"))))
    assert (found.root, len(found.lost)) == (None, 9)


def test_bars_lie_on_their_days_and_links_join_them():
    times = timetable(CLEAN_PLAN.schedule)
    found = gantt(CLEAN_PLAN, planned=times, now=times, states={}, today=TODAY, room=880)
    first, second = found.lines[0], found.lines[1]
    scale = first.bar.width / 7  # Tuesday to the next Monday
    assert (first.y, second.y) == (HEAD, HEAD + ROW)
    assert first.bar.x == round(3 * scale, 1)
    assert second.bar.x == first.bar.end
    assert all(
        line.tone == "critical" and line.planned is None and line.slack is None for line in found.lines
    )
    assert len(found.links) == 4
    assert all(critical for _path, critical in found.links)
    assert found.today == pytest.approx(12.5 * scale, abs=0.2)
    assert found.launch == found.lines[-1].bar.end
    # Three working days are kept free behind the launch, a weekend among them.
    kept = found.kept[0].bar
    assert kept is not None
    assert kept.x == found.launch
    assert kept.width == pytest.approx(5 * scale, abs=0.2)


def test_what_slipped_shows_the_first_plan_behind_it():
    planned = timetable(CLEAN_PLAN.schedule)
    late = timetable(CLEAN_PLAN.schedule, actuals={"req": Actual(dt.date(2026, 12, 1))}, today=TODAY)
    found = gantt(CLEAN_PLAN, planned=planned, now=late, states={"req": "late"}, today=TODAY)
    assert [line.slip_days for line in found.lines] == [7, 7, 7, 7, 7]
    assert found.lines[0].tone == "late"
    assert all(line.planned is not None for line in found.lines)


def test_a_mistyped_year_draws_no_endless_picture():
    bp = plan(planted(("days: 10, after: [ui]", "days: 1000, after: [ui]")))
    times = timetable(bp.schedule)
    found = gantt(bp, planned=times, now=times, states={}, today=TODAY)
    assert found.width <= 6_000
    assert found.with_dates is False


def test_a_criterion_on_which_nobody_is_good_is_open_until_it_is_answered():
    found = competitors(CLEAN_PLAN)
    rows = {row.criterion.id: row for side in found["sides"] for row in side.rows}
    assert {name: row.is_open for name, row in rows.items()} == {
        "price": True,
        "reorder": False,
        "aftersales": True,
    }
    assert rows["aftersales"].answer.name == "极速退款"
    assert (rows["price"].answer, rows["price"].opening.waived) == (None, "不打价格战")
    assert [side.side for side in found["sides"]] == ["monetise", "experience"]
    assert [side.averages for side in found["sides"]] == [(2.0,), (2.5,)]


def test_the_first_version_lies_above_the_line():
    found = features(CLEAN_PLAN)
    assert [(row["priority"], row["count"], row["ends_first"]) for row in found["rows"]] == [
        ("must", 1, False), ("should", 1, True), ("could", 1, False), ("wont", 0, False),
    ]  # fmt: skip
    assert (found["first"], found["later"]) == (2, 1)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.12, "percent", "12%"), (0.1234, "percent", "12.3%"), (3000000, "yuan", "¥30,000"), (1280, "yuan", "¥12.80"),
        (1200, "number", "1,200"), (1.25, "number", "1.2"), (None, "number", "—"), (-0.05, "percent", "-5%"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_their_unit(value, unit, said):
    assert words.amount(value, unit) == said


def test_a_goal_is_counted_in_what_its_metric_counts():
    units = [words.goal_unit(goal, CLEAN_PLAN) for goal in CLEAN_PLAN.goals]
    assert units == ["percent", "yuan"]
    count = CountMetric(kind="count", event="order_paid")
    assert words.unit_of(RatioMetric(kind="ratio", of=count, to=count), CLEAN_PLAN) == "percent"
    assert words.unit_of(SumMetric(kind="sum", event="order_paid", prop="nothing"), CLEAN_PLAN) == "number"
    per_head = Goal(
        id="x",
        statement="",
        metric=RatioMetric(kind="ratio", of=count, to=count),
        baseline=1.2,
        target=2,
        due=TODAY,
    )
    assert words.goal_unit(per_head, CLEAN_PLAN) == "number"


def test_a_metric_is_said_in_words():
    said = [words.metric_words(goal.metric, CLEAN_PLAN) for goal in CLEAN_PLAN.goals]
    assert said == [
        "30 天内有过 order_paid 的人中，至少两次的占比",
        "order_paid 的 amount 之和 ÷ order_paid（channel=friend/poster） 的次数",
    ]


def scored(goal: Goal, value: float | None, progress: float | None, **more) -> Card:
    days = [TODAY - dt.timedelta(days=n) for n in (2, 1, 0)]
    base = {
        "why": "",
        "since": days[0],
        "days_left": 200,
        "pace_needed": None,
        "pace": None,
        "forecast": None,
    }
    score = GoalScore(
        goal=goal, value=value, progress=progress, series=((days[0], None), (days[1], goal.baseline), (days[2], value)),
        status="on_track", **{**base, **more},
    )  # fmt: skip
    return Card(goal, "", "", words.goal_unit(goal, CLEAN_PLAN), (), score)


def test_a_falling_goal_fills_its_bar_as_it_falls():
    basket = CLEAN_PLAN.goals[1]  # 40 fen, down to 35
    card = scored(basket, 36.0, 0.8, pace_needed=-0.005, forecast=-3.0)
    assert (card.value, card.baseline, card.target) == ("¥0.36", "¥0.40", "¥0.35")
    assert (card.filled, card.progress) == (80, "80%")
    assert card.forecast == "¥0"  # nothing falls below zero
    worse = scored(basket, 44.0, -0.8)
    assert (worse.filled, worse.progress) == (0, "比现状还差")
    beyond = scored(basket, 30.0, 2.0)
    assert (beyond.filled, beyond.progress) == (100, "200%")


def test_the_chart_leads_from_today_to_the_target_and_the_forecast():
    repeat = CLEAN_PLAN.goals[0]
    chart = scored(repeat, 0.14, 0.25, pace_needed=0.0003, forecast=1.4).chart
    assert chart is not None
    assert chart["points"] == [["2026-12-08", None], ["2026-12-09", 0.12], ["2026-12-10", 0.14]]
    assert chart["needed"] == [["2026-12-10", 0.14], ["2027-06-30", 0.2]]
    assert chart["forecast"] == [["2026-12-10", 0.14], ["2027-06-30", 1]]  # no share above one
    assert scored(repeat, None, None).chart is not None  # it was counted once
    nothing = scored(repeat, None, None)
    assert nothing.value == "—"


def test_a_small_line_leaves_gaps_open():
    days = [TODAY + dt.timedelta(days=n) for n in range(4)]
    found = spark(list(zip(days, [1.0, None, 3.0, 5.0], strict=True)), target=5.0)
    assert found is not None
    assert found.path.count("M") == 2
    assert found.end == (236, 4.0)
    assert found.target == 4.0
    assert spark([(TODAY, None)], target=1) is None
    flat = spark([(TODAY, 2.0)], target=2.0)
    assert flat is not None
    assert 0 < flat.end[1] <= HEIGHT
