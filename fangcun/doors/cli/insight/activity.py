"""`fangcun dau`: persons and events per day."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fangcun.doors.cli.insight.whole import AsJson, Days, First, Last, Program, asking, span_given

if TYPE_CHECKING:
    from fangcun.insight.analytics.activity import ActivityAnswer


def dau(
    first: First = "",
    last: Last = "",
    days: Days = None,
    unit: Annotated[str, typer.Option(help="day, week or month")] = "day",
    event: Annotated[str, typer.Option(help="only these events: order_paid|cart_added")] = "",
    where: Annotated[str, typer.Option(help="conditions on them: source=ads;price>=100")] = "",
    by: Annotated[str, typer.Option(help="property that groups events")] = "",
    top: Annotated[int, typer.Option(help="how many groups; 0 shows every one")] = 0,
    program: Program = "",
    as_json: AsJson = False,
) -> None:
    """Show how many persons and events there were on each day (week, month) on which anything happened.

    In the JSON, events without the property are under "", and those that no group shows under "others".
    """
    with asking():
        from fangcun.insight.analytics.activity import ActivityQuestion
        from fangcun.insight.analytics.asking import ask

        given = {"unit": unit, "event": event, "where": where, "by": by, "top": str(top), "program": program}
        question = ActivityQuestion.of({name: [value] for name, value in given.items()})
        answer = ask(replace(question, span=span_given(first, last, days, program=question.program)))
    if as_json:
        print(json.dumps({"days": _days(answer)}, ensure_ascii=False))
    else:
        _show(answer)


def _days(answer: ActivityAnswer) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        row.date.isoformat(): {
            "day": row.date.isoformat(),
            "users": row.persons,
            "events": row.count,
            **({"by": {}} if answer.groups else {}),
        }
        for row in answer.rows
        if row.count
    }
    for group in answer.groups:
        for row in group.rows:
            counts = {"users": row.persons, "events": row.count}
            if row.count and group.other:
                found[row.date.isoformat()]["others"] = counts
            elif row.count:
                found[row.date.isoformat()]["by"][group.value or ""] = counts
    return list(found.values())


def _show(answer: ActivityAnswer) -> None:
    from rich.console import Console
    from rich.table import Table

    names = ["(others)" if group.other else group.value or "(none)" for group in answer.groups]
    table = Table(answer.unit, "persons", "events", *names)
    for place, row in enumerate(answer.rows):
        if row.count:
            parts = [str(group.rows[place].persons) for group in answer.groups]
            table.add_row(row.date.isoformat(), str(row.persons), str(row.count), *parts)
    Console().print(table)
