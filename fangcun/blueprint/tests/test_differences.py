"""A change is named with everything that follows from it; what did not change is not named."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.blueprint.differences import diff
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.tests.clean import CLEAN, plan, planted


def changes(*pairs: tuple[str, str]) -> list[tuple[str, str, str, bool]]:
    found = diff(plan(CLEAN), plan(planted(*pairs)))
    assert all(one.text for one in found)
    return [(one.area, one.change, one.subject, one.breaking) for one in found]


def test_the_same_plan_has_no_differences():
    assert diff(plan(CLEAN), plan(CLEAN)) == []
    assert diff(plan(CLEAN), plan(CLEAN.replace("# ", "#  ").replace("role: main,", "role:   main,"))) == []


def test_a_changed_target_names_the_pace_the_alarm_what_it_counts_and_who_serves_it():
    before = planted(
        ("{kind: repeat, event: order_paid, window_days: 30}", "{kind: count, event: order_paid, per: day}"),
        ("baseline: 0.12", "baseline: 20"),
        ("target: 0.20", "target: 50"),
    )
    found = diff(plan(before), plan(before.replace("target: 50", "target: 80")))
    assert [(one.area, one.change, one.before, one.after) for one in found] == [
        ("goals", "changed", 50.0, 80.0),
        ("scoreboard", "counted_from", None, "事件 order_paid"),
        ("scoreboard", "pace", 0.17341, 0.346821),
        ("scoreboard", "served_by", None, ["下单", "拼团"]),
        ("events", "expected", {"goal": "repeat_30d", "counts": "count", "per": "day", "low": 20.0, "high": 50.0},
         {"goal": "repeat_30d", "counts": "count", "per": "day", "low": 20.0, "high": 80.0}),
    ]  # fmt: skip
    assert [one.text for one in found] == [
        "目标：“30 天复购率从 12% 到 20%”的目标值从 50 改为 80",
        "记分牌：“30 天复购率从 12% 到 20%”仍由事件 order_paid 计数",
        "记分牌：“30 天复购率从 12% 到 20%”每天要推进 0.173 → 0.347（上线到到期）",
        "记分牌：“30 天复购率从 12% 到 20%”由场景 下单、拼团 推动，请确认它们仍够用",
        "事件：order_paid 的预期量从每天 20–50 改为每天 20–80，远在这之外的日子会告警",
    ]
    assert not any(one.breaking for one in found)


def test_another_metric_breaks_the_history_of_its_number():
    found = changes(("{kind: repeat, event: order_paid, window_days: 30}", "{kind: retention, day: 7}"))
    assert ("goals", "changed", "goals[repeat_30d].metric", True) in found
    assert ("scoreboard", "redefined", "repeat_30d", True) in found


def test_a_retired_event_and_a_changed_type_are_breaking():
    assert ("events", "retired", "goods_viewed", True) in changes(
        ("event: goods_viewed", "event: goods_opened")
    )
    assert ("events", "added", "goods_opened", False) in changes(
        ("event: goods_viewed", "event: goods_opened")
    )
    assert ("events", "type_changed", "order_paid.amount", True) in changes(("amount: fen", "amount: int"))
    assert ("events", "property_removed", "order_paid.amount", True) in changes(
        ("amount: fen, ", ""), ("prop: amount", "prop: amount")
    )


def test_a_property_that_must_be_there_is_breaking_and_one_more_value_is_not():
    assert ("events", "property_added", "goods_viewed.scene", True) in changes(
        ("{product_id: id}", "{product_id: id, scene: int}")
    )
    assert ("events", "type_changed", "order_paid.channel", False) in changes(
        ("enum(friend, poster)", "enum(friend, poster, link)")
    )
    assert ("events", "type_changed", "order_paid.channel", True) in changes(
        ("enum(friend, poster)", "enum(friend)")
    )


def test_a_goal_names_the_funnel_it_is_counted_from_and_breaks_with_it():
    before = planted(
        ("{kind: repeat, event: order_paid, window_days: 30}", "{kind: conversion, scenario: buy}")
    )
    moved = diff(plan(before), plan(before.replace("target: 0.20", "target: 0.30")))
    assert "记分牌：“30 天复购率从 12% 到 20%”仍由漏斗“下单”计数" in [one.text for one in moved]
    longer = diff(
        plan(before), plan(before.replace("    name: 下单\n", "    name: 下单\n    window_hours: 1\n"))
    )
    assert [(one.area, one.change, one.subject, one.breaking) for one in longer] == [
        ("scenarios", "added", "scenarios[buy].window_hours", False),
        ("scoreboard", "recounted", "repeat_30d", True),
        ("funnels", "changed", "buy.window_ms", True),
    ]


def test_a_goal_breaks_with_the_property_it_sums_or_filters_by():
    for change in (("amount: fen", "amount: float"), ("enum(friend, poster)", "enum(friend, link)")):
        assert ("scoreboard", "recounted", "basket", True) in changes(change)
    assert ("scoreboard", "recounted", "basket", True) not in changes(
        ("page: paid, event", "page: me, event")
    )


def test_a_goal_that_comes_or_goes_is_named_on_the_scoreboard():
    start, end = CLEAN.index("  - id: basket\n"), CLEAN.index("\ncompetitors:")
    without = CLEAN[:start] + CLEAN[end:]
    gone = [(one.area, one.change, one.subject) for one in diff(plan(CLEAN), plan(without))]
    assert gone == [("goals", "removed", "goals[basket]"), ("scoreboard", "removed", "basket")]
    came = [one.text for one in diff(plan(without), plan(CLEAN))]
    assert came == ["目标：增加“每单金额”", "记分牌：增加“每单金额”，由事件 order_paid 计数"]


def test_a_goal_that_loses_a_scenario_says_who_serves_it_now():
    found = diff(plan(CLEAN), plan(planted(("serves: [repeat_30d, basket]", "serves: [basket]"))))
    served = [(one.subject, one.before, one.after) for one in found if one.change == "served_by"]
    assert served == [("repeat_30d", ["下单", "拼团"], ["拼团"])]


def test_another_step_is_walked_again_along_every_way_it_lies_on():
    found = diff(plan(CLEAN), plan(planted(("id: submit, actor: customer, page: checkout", "id: submit, actor: customer, page: paid"))))  # fmt: skip
    assert [one.text for one in found if one.area == "acceptance"] == [
        "验收：要按新的步骤走查“下单”、“下单：15 分钟未付款”"
    ]
    branch = CLEAN[CLEAN.index("      - {id: expired,") : CLEAN.index("\ncontent:")]
    gone = diff(plan(CLEAN), plan(CLEAN.replace(branch, "").replace("told\n    otherwise:\n\n", "told\n\n")))
    assert [one.text for one in gone if one.area == "acceptance"] == ["验收：不再走查“拼团：24 小时未成团”"]


def test_a_capability_on_another_page_changes_the_papers():
    found = changes(("leads_to: [paid], uses: [address, payment]", "leads_to: [paid], uses: [payment]"))
    assert ("dossier", "changed", "uses.address", False) in found


def test_a_funnel_that_counts_something_else_is_breaking():
    assert ("funnels", "changed", "group_buy.window_ms", True) in changes(
        ("window_hours: 24", "window_hours: 48")
    )
    assert ("funnels", "changed", "group_buy.key", True) in changes(("    key: group_id\n", ""))
    assert ("funnels", "changed", "buy.steps", True) in changes(
        ("event: goods_viewed", "event: goods_opened")
    )


def test_a_consent_that_is_no_longer_asked_is_breaking():
    found = changes((", ask_consent: [order_paid]", ""))
    assert ("consents", "removed", "buy/submit/order_paid", True) in found


def test_a_tap_less_moves_pages_away():
    found = changes(("leads_to: [checkout, group]", "leads_to: [group]"))
    assert ("map", "deeper", "checkout", False) in found
    assert ("map", "deeper", "paid", False) in found


def test_another_path_breaks_links():
    assert ("pages", "changed", "pages.group.path", True) in changes(
        ("pages-grow/group/index", "pages-grow/group/main")
    )


def test_a_longer_stage_moves_everything_behind_it():
    found = diff(plan(CLEAN), plan(planted(("days: 10", "days: 12"))))
    assert [one.subject for one in found if one.area == "dates"] == ["dev", "qa", "live", "launch_end"]
    assert "日期：上线从 2027-01-08 推迟 4 天到 2027-01-12" in [one.text for one in found]
    assert "提审材料：“食品经营许可证”上线后还有效 479 天 → 475 天" in [one.text for one in found]
    assert ("scoreboard", "pace") not in [(one.area, one.change) for one in found]


def test_a_new_colour_reaches_the_theme():
    found = changes(("#087F45", "#0A6A3A"))
    assert ("theme", "changed", "brand", False) in found
    assert ("theme", "changed", "brand_deep", False) in found


def leaves(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every plain value in a blueprint."""
    if dataclasses.is_dataclass(value):
        return [w for f in dataclasses.fields(value) for w in leaves(getattr(value, f.name), (*way, f.name))]
    if isinstance(value, dict):
        return [w for key, inner in value.items() for w in leaves(inner, (*way, ("key", key)))]
    if isinstance(value, tuple):
        return [w for n, inner in enumerate(value) for w in leaves(inner, (*way, n))]
    return [] if value is None else [way]


def with_other(value: Any, way: tuple[Any, ...]) -> Any:
    """The same, but for one plain value."""
    if not way:
        match value:
            case bool():
                return not value
            case int() | float():
                return value + 1
            case dt.date():
                return value + dt.timedelta(days=7)
            case _:
                return value + "x"
    first, rest = way[0], way[1:]
    if isinstance(first, str):
        return dataclasses.replace(value, **{first: with_other(getattr(value, first), rest)})
    if isinstance(first, tuple):
        return {**value, first[1]: with_other(value[first[1]], rest)}
    return tuple(with_other(inner, rest) if n == first else inner for n, inner in enumerate(value))


def written_path(value: Any, way: tuple[Any, ...]) -> str:
    """The way as findings and editing write it."""
    path = ""
    for key in way:
        if isinstance(key, str):
            path, value = f"{path}.{key}", getattr(value, key)
        elif isinstance(key, tuple):
            path, value = f"{path}.{key[1]}", value[key[1]]
        else:
            value = value[key]
            path += f"[{value.id}]" if hasattr(value, "id") else "[]"
    return path.removeprefix(".")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_changes_is_named_by_its_path(data):
    bp: Blueprint = plan(CLEAN)
    fixed = ("kind", "id", "blueprint", "color", "on_color")
    ways = [way for way in leaves(bp) if way[-1] not in fixed and "props" not in way]
    way = data.draw(st.sampled_from(ways))
    first = diff(bp, with_other(bp, way))[0]
    assert first.subject == written_path(bp, way).partition("[]")[0]
    assert first.before != first.after


@pytest.mark.parametrize(
    "change",
    [
        ('color: "#087F45"', "color: green"),
        ("start: 2026-12-01", "start: soon"),
        ("after: [req]", "after: [qa]"),
        ("navigation: {start: home", "navigation: {start: nowhere"),
        ("amount: fen", "amount: money"),
    ],
)
def test_a_draft_with_errors_can_still_be_compared(change):
    wrong = plan(planted(change))
    for before, after in ((plan(CLEAN), wrong), (wrong, plan(CLEAN))):
        assert [one.as_json() for one in diff(before, after)] != []
