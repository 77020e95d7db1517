"""`fangcun funnel`: how many of those who began went how far."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fangcun.doors.cli.insight.whole import asking, span_given

if TYPE_CHECKING:
    from rich.table import Table

    from fangcun.insight.analytics.funnels.answer import FunnelAnswer, StepAnswer

WIDTH = 16  # of a bar, in letters
_BETWEEN_STEPS = re.compile(r",(?![^\[]*\])")
_STEP = re.compile(r"(!?)\s*([^\[\]?!]+?)\s*(?:\[([^\[\]]*)\])?\s*(\??)")


def funnel(
    steps: Annotated[str, typer.Option(help="pv,cart|favourite,search?,!refund,buy[price>=100;source=ads]")],
    window: Annotated[str, typer.Option(help="from the start to the last step: 90s, 30m, 12h, 7d")] = "7d",
    strict: Annotated[bool, typer.Option("--strict", help="each step later than the one before")] = False,
    unordered: Annotated[bool, typer.Option("--unordered", help="the steps in any order")] = False,
    key: Annotated[str, typer.Option(help="person, or the property whose values are counted")] = "person",
    by: Annotated[str, typer.Option(help="property of the first step that makes groups")] = "",
    top: Annotated[int, typer.Option(help="how many groups")] = 5,
    every: Annotated[str, typer.Option(help="day or week: a trend by when attempts start")] = "",
    first_touch: Annotated[bool, typer.Option("--first-touch", help="only the first start counts")] = False,
    where: Annotated[
        str, typer.Option(help="conditions of each step, parted by ;; : source=ads;;;;price>=100")
    ] = "",
    first: Annotated[str, typer.Option("--from", help="first day on which an attempt may start")] = "",
    last: Annotated[str, typer.Option("--to", help="last day on which one may start")] = "",
    days: Annotated[int | None, typer.Option("--days", help="the last so many days")] = None,
    program: Annotated[str, typer.Option(help="number of one mini program")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output")] = False,
) -> None:
    """Show how many went how far along the steps, and how long they took.

    Commas part steps, | any of several events; conditions stand in brackets; ? after a step lets it be skipped,
    ! before an event forbids it between the steps around it. Without dates it is about everything in the store.
    In the JSON, times are seconds from the required step before; null where nobody came.
    """
    with asking():
        from fangcun.insight.analytics.asking import ask
        from fangcun.insight.analytics.funnels.question import FunnelQuestion

        order = "strict" if strict else "ordered"
        given = {
            "window": window,
            "order": "unordered" if unordered else order,
            "key": key,
            "by": by,
            "top": str(top),
            "every": every,
            "first": "1" if first_touch else "",
            "program": program,
        }
        written = _steps(steps, where)
        question = FunnelQuestion.of({**{name: [value] for name, value in given.items()}, **written})
        answer = ask(replace(question, span=span_given(first, last, days, program=question.program)))
        if not answer.steps[0].count and _empty():
            print("The store holds no events yet.", file=sys.stderr)
    if as_json:
        print(json.dumps(_json(answer), ensure_ascii=False))
    else:
        _show(answer)


def _steps(text: str, where: str) -> dict[str, list[str]]:
    """The steps as the question reads them. Raises QuestionInvalid for what can't be understood."""
    from django.utils.translation import gettext as _

    from fangcun.insight.analytics.errors import QuestionInvalid

    found: dict[str, list[str]] = {"step": [], "where": [], "role": []}
    parts = _BETWEEN_STEPS.split(text)
    besides = where.split(";;") if where else []
    if len(besides) > len(parts):
        raise QuestionInvalid(_("条件比步骤多：{number} 个步骤"), number=len(parts))
    for part, beside in zip(parts, [*besides, *[""] * (len(parts) - len(besides))], strict=True):
        match = _STEP.fullmatch(part.strip())
        if match is None or (match[1] and match[4]):
            raise QuestionInvalid(
                _("看不懂步骤“{part}”。写法：pv,cart|fav,buy[price>=100]?,!refund"), part=part
            )
        role = "exclude" if match[1] else "optional" if match[4] else "step"
        found["step"].append(match[2])
        found["where"].append(";".join(one for one in (match[3] or "", beside) if one.strip()))
        found["role"].append(role)
    return found


def _empty() -> bool:
    from fangcun.insight.analytics.engines import opened

    with opened() as engine:
        return not engine.rows("SELECT 1 AS one FROM ev LIMIT 1")


def _numbers(steps: Sequence[StepAnswer]) -> dict[str, list[Any]]:
    return {
        "counts": [step.count for step in steps],
        "median_s": [_seconds(step.median_ms) for step in steps[1:]],
        "p90_s": [_seconds(step.p90_ms) for step in steps[1:]],
    }


def _json(answer: FunnelAnswer) -> dict[str, object]:
    found: dict[str, object] = dict(_numbers(answer.steps))
    if answer.groups:
        found["groups"] = [
            {"value": group.value, "other": group.other, **_numbers(group.steps)} for group in answer.groups
        ]
    if answer.trend:
        found["trend"] = [{"day": day.date.isoformat(), "counts": day.steps_counts} for day in answer.trend]
    return found


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else round(ms / 1000, 4)


def _show(answer: FunnelAnswer) -> None:
    from rich.console import Console

    console = Console()
    console.print(_table("all", answer.steps))
    for group in answer.groups:
        console.print(
            _table("(others)" if group.other else group.value or "(none)", group.steps),
        )
    for day in answer.trend:
        console.print(day.date.isoformat(), *day.steps_counts)


def _table(title: str, steps: Sequence[StepAnswer]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table("step", "", "count", "of first", "of previous", "median", "90 %", title=escape(title))
    for column in table.columns[2:]:
        column.justify = "right"
    for step in steps:
        name = f"{step.name} (optional)" if step.role == "optional" else step.name
        table.add_row(
            escape(name),
            "█" * round(WIDTH * (step.of_first or 0)),
            str(step.count),
            "" if step.of_first is None else f"{step.of_first:.1%}",
            "" if step.of_previous is None else f"{step.of_previous:.1%}",
            _time(step.median_ms),
            _time(step.p90_ms),
        )
    return table


def _time(ms: float | None) -> str:
    if ms is None:
        return ""
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if ms >= 2 * length:
            return f"{ms / length:.1f} {unit}"
    return f"{ms / 1000:.1f} s"
