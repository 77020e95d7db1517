"""The page of funnels: how many of those who began went how far, who was lost where, how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Cell, Table
from fangcun.doors.console.insight.grids import Column, Grid, Link, grid
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import count, duration, events_label, group_label, share
from fangcun.doors.console.words import badge
from fangcun.insight.analytics.conditions import text_of
from fangcun.insight.analytics.funnels.answer import FunnelAnswer, StepAnswer
from fangcun.insight.analytics.funnels.question import (
    PERSON,
    USUAL_STEPS,
    FunnelQuestion,
    window_of,
    window_text,
)
from fangcun.insight.analytics.funnels.steps import MOST_STEPS, FunnelStep
from fangcun.kernel.errors import DomainError

ROLES = {"step": _("必经"), "optional": _("可选"), "exclude": _("排除")}
ORDERS = {
    "ordered": _("依次，同一时刻也算"),
    "strict": _("依次，必须更晚"),
    "unordered": _("不分先后"),
}
TRENDS = {"": _("不看趋势"), "day": _("按天"), "week": _("按周")}
WINDOWS = ("30m", "1h", "12h", "1d", "3d", "7d", "14d", "30d", "90d")


def form(ask: Asked, known: Known) -> dict[str, Any]:
    """The rows of steps, and how they are to be walked."""
    steps = ask.all("step") or list(USUAL_STEPS)
    sides = [[*ask.all(name), *[""] * len(steps)] for name in ("where", "role")]
    window, key = ask.one("window") or "7d", ask.one("key") or PERSON
    props = dict(known.props)
    return {
        "rows": [
            {"step": step, "where": where, "role": role or "step"}
            for step, where, role in zip(steps, *sides, strict=False)
        ],
        "blank": {"step": "", "where": "", "role": "step"},
        "most": MOST_STEPS,
        "roles": ROLES.items(),
        "window": window,
        "windows": [(one, _window_words(one)) for one in dict.fromkeys((*WINDOWS, window))],
        "order": ask.one("order") or "ordered",
        "orders": ORDERS.items(),
        "key": key,
        "keys": ({PERSON: _t("人")} | props | {key: props.get(key, key)} | {PERSON: _t("人")}).items(),
        "every": ask.one("every"),
        "trends": TRENDS.items(),
        "first_touch": ask.one("first") == "1",
        "ready_title": _t("蓝图里的场景"),
        "ready": [
            (one["name"], f"?{urlencode(scenario_params(one), doseq=True)}", False)
            for one in known.scenarios
            if 2 <= len(one["steps"]) <= MOST_STEPS
        ],
    }  # fmt: skip


def scenario_params(scenario: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """The address of a scenario's funnel, usual values left out."""
    found: dict[str, Sequence[str]] = {"step": [step["event"] for step in scenario["steps"]]}
    if (window := window_text(scenario["window_ms"])) != "7d":
        found["window"] = [window]
    if scenario["key"] != PERSON:
        found["key"] = [scenario["key"]]
    return found


def answer(question: FunnelQuestion, found: FunnelAnswer) -> dict[str, Any]:
    """The numbers over the chart, the bars, a table of the steps, the groups side by side, the trend."""
    names = step_names(question)
    last = found.steps[-1]
    groups = [(group_label(one, question.by), one.steps) for one in found.groups]
    shown = groups or [(_t("人数"), found.steps)]
    lost = _lost(found.steps)
    return {
        "empty": not found.steps[0].count,
        "empty_words": _t("所选日期里没有人做过第一步。换一段日期，或者换一个第一步再看。"),
        "people": _t("人") if question.key == PERSON else question.key,
        "names": names,
        "first": found.steps[0].count,
        "last": last.count,
        "whole": last.of_first,
        "worst": max(zip(names, lost, strict=True), key=lambda one: one[1] or 0),
        "numbers": _numbers(question, found.steps, lost),
        "bars": {
            "steps": names,
            "groups": [{"name": name, "counts": [step.count for step in steps]} for name, steps in shown],
            "lost": [gone or 0 for gone in lost],
            "words": {"lost": _t("在上一步流失")},
        },
        "groups": groups
        and grid(
            [_t("分组")],
            [*(f"{number}. {name}" for number, name in enumerate(names, 1)), _t("总转化率")],
            (
                [name, *(count(step.count) for step in steps), share(steps[-1].of_first)]
                for name, steps in groups
            ),
        ),
        "trend": found.trend
        and {
            "days": [one.date.isoformat() for one in found.trend],
            "percent": True,
            "lines": [
                {
                    "name": _t("总转化率"),
                    "values": [
                        one.steps_counts[-1] / one.steps_counts[0] if one.steps_counts[0] else None
                        for one in found.trend
                    ],
                }
            ],
        },
        "started": {
            "days": [one.date.isoformat() for one in found.trend],
            "lines": [
                {"name": name, "values": [one.steps_counts[n] for one in found.trend]}
                for n, name in enumerate(names)
            ],
        },
    }


def _numbers(question: FunnelQuestion, steps: Sequence[StepAnswer], lost: Sequence[int | None]) -> Grid:
    """A row for each step; those who were lost lead to who they are."""
    rows = []
    for number, (name, step, gone) in enumerate(zip(step_names(question), steps, lost, strict=True), 1):
        said = f"{number}. {name}"
        if step.role != "step":
            said = format_html("{} {}", said, badge(ROLES[step.role], "quiet"))
        who: str | Link = count(gone)
        if gone and question.key == PERSON:
            query = urlencode([*question.params(), ("dropped", str(number))])
            who = Link(count(gone), f"{reverse('admin:insight_dropped')}?{query}", _t("看流失的是谁"))
        rows.append(
            [
                said,
                count(step.count),
                share(step.of_first),
                share(step.of_previous) if number > 1 else "—",
                who,
                duration(step.median_ms),
                duration(step.p90_ms),
            ]
        )
    about = _t("走到这一步的人，从前一个必经步骤到这一步所用时间的中位数：一半的人更快，一半更慢。")
    return grid(
        [_t("步骤")],
        [
            _t("数量"), _t("占第一步"), _t("占上一步"), _t("流失"), Column(_t("中位用时"), about=about),
            _t("90% 不超过"),
        ],
        rows,
    )  # fmt: skip


def table(question: FunnelQuestion, found: FunnelAnswer) -> Table:
    """A row for each step, of everybody and of each group; below, the trend by the day of the start."""
    head = [
        _t("分组"), _t("步骤"), _t("事件"), _t("数量"), _t("占第一步"), _t("占上一步"),
        _t("中位用时（秒）"), _t("90% 的人不超过（秒）"),
    ]  # fmt: skip
    names = step_names(question)
    parts = [(_t("全部"), found.steps)]
    parts += [(group_label(one, question.by), one.steps) for one in found.groups]
    rows: list[list[Cell]] = [
        [
            group,
            number,
            name,
            step.count,
            _rounded(step.of_first),
            _rounded(step.of_previous),
            _seconds(step.median_ms),
            _seconds(step.p90_ms),
        ]
        for group, steps in parts
        for number, (name, step) in enumerate(zip(names, steps, strict=True), 1)
    ]
    if found.trend:
        rows += [[], [_t("开始日期"), *names]]
        rows += [[one.date.isoformat(), *one.steps_counts] for one in found.trend]
    return Table(head, rows)


def step_names(question: FunnelQuestion) -> list[str]:
    """The counted steps as people read them."""
    if question.order == "unordered":
        return question.names()
    return [_name(step) for step in question.way().counted]


def _name(step: FunnelStep) -> str:
    name = step.name or events_label("|".join(step.events))
    return f"{name}（{text_of(step.where)}）" if step.where else name


def _lost(steps: Sequence[StepAnswer]) -> list[int | None]:
    """How many did not come from the required step before to each step; None for the first and for optional ones."""
    lost: list[int | None] = []
    before: int | None = None
    for step in steps:
        lost.append(None if before is None or step.role != "step" else before - step.count)
        before = step.count if step.role == "step" else before
    return lost


def _rounded(part: float | None) -> float | None:
    return None if part is None else round(part, 4)


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else round(ms / 1000, 1)


def _window_words(window: str) -> str:
    try:
        return duration(window_of(window))
    except DomainError:
        return window


FUNNEL = QuestionPage(
    name="funnel",
    title=_("漏斗"),
    icon="filter_alt",
    about=_("开始的人里有多少走到了每一步，在哪一步流失，各花了多久。"),
    read=FunnelQuestion.of,
    form=form,
    answer=answer,
    table=table,
    start=lambda _known: {"step": USUAL_STEPS},
)
