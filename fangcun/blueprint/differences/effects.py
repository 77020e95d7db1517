"""What follows from what was written: in numbers, events, funnels, consents, taps, dates and colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fangcun.blueprint.compiling import consents, funnels, sitemap, theme
from fangcun.blueprint.compiling.tracking import PlannedEvent, expected_rates, planned_events
from fangcun.blueprint.differences.difference import Difference, number
from fangcun.blueprint.differences.promises import acceptances, papers, scoreboard, table_of
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.vocabulary import enum_values, plain_type

SPANS = {"day": "天", "week": "周", "month": "月"}


def effects(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    """Everything that changes because the documents differ."""
    for look in (scoreboard, _events, _rates, _funnels, _consents, _map, acceptances, _dates, papers, _theme):
        yield from look(before, after)


def _events(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    old = {one.name: one for one in planned_events(before)}
    new = {one.name: one for one in planned_events(after)}
    for name, event in old.items():
        if name not in new:
            text = f"事件：不再计划 {name}，之后收到的会进隔离区"
            yield Difference("events", "retired", name, text, True, dict(event.props), None)
        else:
            yield from _event(event, new[name])
    for name, event in new.items():
        if name not in old:
            props = "、".join(f"{prop}（{kind}）" for prop, kind in event.props.items()) or "没有属性"
            yield Difference(
                "events", "added", name, f"事件：增加 {name}：{props}", False, None, dict(event.props)
            )


def _event(old: PlannedEvent, new: PlannedEvent) -> Iterator[Difference]:
    name = new.name
    for prop, kind in old.props.items():
        subject = f"{name}.{prop}"
        if prop not in new.props:
            text = f"事件：{name} 不再有属性 {prop}"
            yield Difference("events", "property_removed", subject, text, True, kind, None)
            continue
        wanted = new.props[prop]
        if plain_type(kind) != plain_type(wanted):
            values, more = enum_values(kind), enum_values(wanted)
            grown = values is not None and more is not None and set(values) <= set(more)
            text = f"事件：{name} 的属性 {prop} 类型从 {kind} 改为 {wanted}"
            yield Difference("events", "type_changed", subject, text, not grown, kind, wanted)
        was, now = prop in old.required, prop in new.required
        if was != now:
            text = f"事件：{name} 的属性 {prop} 变为{'必有' if now else '可有可无'}"
            yield Difference("events", "required" if now else "optional", subject, text, now, was, now)
    for prop, kind in new.props.items():
        if prop not in old.props:
            required = prop in new.required
            text = f"事件：{name} 增加属性 {prop}（{kind}{'，必有' if required else ''}）"
            yield Difference("events", "property_added", f"{name}.{prop}", text, required, None, kind)


def _rates(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    old, new = expected_rates(before), expected_rates(after)
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        text = f"事件：{name} 的预期量从{_rate(was)} 改为{_rate(now)}，远在这之外的日子会告警"
        if now is None:
            text = f"事件：{name} 不再有预期量（原来{_rate(was)}），不再因此告警"
        elif was is None:
            text = f"事件：{name} 有了预期量：{_rate(now)}，远在这之外的日子会告警"
        yield Difference("events", "expected", name, text, False, was, now)


def _rate(rate: Mapping[str, Any] | None) -> str:
    return "" if rate is None else f"每{SPANS[rate['per']]} {number(rate['low'])}–{number(rate['high'])}"


def _funnels(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    old = {one["id"]: one for one in funnels(before)}
    new = {one["id"]: one for one in funnels(after)}
    for name, funnel in old.items():
        if name not in new:
            yield Difference(
                "funnels", "removed", name, f"漏斗：不再有“{funnel['name']}”", True, funnel, None
            )
            continue
        now = new[name]
        for key, word in (("key", "计数单位"), ("window_ms", "时限"), ("steps", "步骤")):
            if funnel[key] != now[key]:
                shown = [_funnel_word(key, one[key]) for one in (funnel, now)]
                text = f"漏斗：“{now['name']}”的{word}从 {shown[0]} 改为 {shown[1]}，改动前后的转化不能比较"
                yield Difference("funnels", "changed", f"{name}.{key}", text, True, funnel[key], now[key])
    for name, funnel in new.items():
        if name not in old:
            yield Difference("funnels", "added", name, f"漏斗：增加“{funnel['name']}”", False, None, funnel)


def _funnel_word(key: str, value: Any) -> str:
    if key == "window_ms":
        return f"{number(value / 3_600_000)} 小时"
    if key == "steps":
        return " → ".join(step["event"] for step in value)
    return "人" if value == "person" else str(value)


def _consents(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    old, new = ({_consent_key(one): one for one in consents(bp)} for bp in (before, after))
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        one = now or was or {}
        subject = f"{one['scenario']}/{one['step']}/{one['template']}"
        where = f"{one['scenario']} 的 {one['step']}"
        if now is None:
            text = f"消息授权：在 {where} 不再询问 {one['template']}，依赖它的消息发不出去"
            yield Difference("consents", "removed", subject, text, True, was, None)
        elif was is None:
            text = f"消息授权：在 {where} 增加询问 {one['template']}"
            yield Difference("consents", "added", subject, text, False, None, now)
        else:
            text = f"消息授权：在 {where} 询问 {one['template']} 的页面、时机或次数改变"
            fewer = now["times"] < was["times"]
            yield Difference("consents", "changed", subject, text, fewer, was, now)


def _consent_key(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return one["scenario"], one["branch"], one["step"], one["template"]


def _map(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    old, new = ({one["id"]: one for one in sitemap(bp)["pages"]} for bp in (before, after))
    for name, now in new.items():
        was = old.get(name)
        if was is None or was["depth"] == now["depth"]:
            continue
        text = f"页面地图：“{now['title']}”离首页从 {_taps(was['depth'])} 变为 {_taps(now['depth'])}"
        deeper = now["depth"] is None or (was["depth"] is not None and now["depth"] > was["depth"])
        change = "deeper" if deeper else "nearer"
        yield Difference("map", change, name, text, False, was["depth"], now["depth"])


def _taps(depth: int | None) -> str:
    return "点不到" if depth is None else f"{depth} 次点击"


def _dates(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    old, new = table_of(before), table_of(after)
    if old is None or new is None:
        return
    was = {one.stage.id: one for one in old.stages}
    for now in new.stages:
        then = was.get(now.stage.id)
        if then is not None and (then.start, then.end) != (now.start, now.end):
            text = f"日期：“{now.stage.name}”从 {then.start}～{then.end} 移到 {now.start}～{now.end}"
            dates = [[one.start.isoformat(), one.end.isoformat()] for one in (then, now)]
            yield Difference("dates", "moved", now.stage.id, text, False, *dates)
    if old.launch_end != new.launch_end:
        days = (new.launch_end - old.launch_end).days
        text = f"日期：上线从 {old.launch_end} {'推迟' if days > 0 else '提前'} {abs(days)} 天到 {new.launch_end}"
        dates_of_launch = (old.launch_end.isoformat(), new.launch_end.isoformat())
        yield Difference("dates", "launch", "launch_end", text, False, *dates_of_launch)
    if old.critical != new.critical:
        text = f"日期：关键路径变为 {' → '.join(new.critical)}"
        yield Difference("dates", "critical", "critical", text, False, list(old.critical), list(new.critical))


def _theme(before: Blueprint, after: Blueprint) -> Iterator[Difference]:
    if any(
        bp.brand and not bp.brand.color for bp in (before, after)
    ):  # a draft's colour that couldn't be read
        return
    old, new = theme(before)["tokens"], theme(after)["tokens"]
    for name, now in new.items():
        if old[name] != now:
            text = f"主题：{name} 从 {old[name]} 改为 {now}，下次构建小程序时生效"
            yield Difference("theme", "changed", name, text, False, old[name], now)
