"""`fangcun retention`: who comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from fangcun.doors.cli.insight.whole import AsJson, Program, asking, span_given

if TYPE_CHECKING:
    from fangcun.insight.analytics.retention import RetentionAnswer

SHOWN = 14


def retention(
    first: Annotated[str, typer.Option("--from", help="first day of the cohorts")] = "",
    last: Annotated[str, typer.Option("--to", help="last day of the cohorts")] = "",
    days: Annotated[int, typer.Option("--days", help="how many periods to follow a cohort")] = 30,
    unit: Annotated[str, typer.Option(help="day, week or month")] = "day",
    start: Annotated[
        str, typer.Option(help="event that begins; visits, else any event, when not given")
    ] = "",
    start_where: Annotated[str, typer.Option(help="conditions on it: source=ads;price>=100")] = "",
    back: Annotated[str, typer.Option(help="event that is a return; * is any event")] = "",
    back_where: Annotated[str, typer.Option(help="conditions on it")] = "",
    mode: Annotated[str, typer.Option(help="first: by the first start ever; any: by every start")] = "first",
    returned: Annotated[
        str, typer.Option("--return", help="on that very period, or after: on it or later")
    ] = "on",
    by: Annotated[str, typer.Option(help="property of the start that groups persons")] = "",
    top: Annotated[int, typer.Option(help="how many groups")] = 5,
    program: Program = "",
    as_json: AsJson = False,
) -> None:
    """Show how many of those who began on a day (week, month) came back in the periods after it.

    Without dates it is about everybody in the store. In the JSON, `returned` and `curve` begin one period after
    the cohort's own; null stands for periods that have not begun.
    """
    with asking():
        from fangcun.insight.analytics.asking import ask
        from fangcun.insight.analytics.retention import RetentionQuestion

        given = {
            "unit": unit,
            "periods": str(days),
            "start": start,
            "start_where": start_where,
            "back": back,
            "back_where": back_where,
            "mode": mode,
            "return": returned,
            "by": by,
            "top": str(top),
            "program": program,
        }
        question = RetentionQuestion.of({name: [value] for name, value in given.items()})
        answer = ask(replace(question, span=span_given(first, last, program=question.program)))
    if as_json:
        print(json.dumps(_json(answer), ensure_ascii=False))
    else:
        _show(answer)


def _json(answer: RetentionAnswer) -> dict[str, object]:
    groups = [
        {"value": group.value, "other": group.other, "size": group.size, "curve": group.curve[1:]}
        for group in answer.groups
    ]
    return {
        "cohorts": [
            {"day": cohort.date.isoformat(), "size": cohort.size, "returned": cohort.returned[1:]}
            for cohort in answer.cohorts
        ],
        "curve": answer.curve[1:],
        **({"groups": groups} if groups else {}),
    }


def _show(answer: RetentionAnswer) -> None:
    from rich.console import Console
    from rich.table import Table

    shown = min(len(answer.curve), SHOWN + 1)
    table = Table(answer.unit, "size", *(f"+{n}" for n in range(1, shown)))
    for cohort in answer.cohorts:
        shares = [
            "" if number is None else f"{number / cohort.size:.1%}" for number in cohort.returned[1:shown]
        ]
        table.add_row(cohort.date.isoformat(), str(cohort.size), *shares)
    size = sum(cohort.size for cohort in answer.cohorts)
    table.add_row(
        "all", str(size), *("" if share is None else f"{share:.1%}" for share in answer.curve[1:shown])
    )
    Console().print(table)
