"""`fangcun visits`, `fangcun sources`, `fangcun sharing`: who came, from where, and brought by whom."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from fangcun.doors.cli.insight.whole import AsJson, Days, First, Last, Program, asking, span_given


def visits(
    first: First = "",
    last: Last = "",
    days: Days = None,
    unit: Annotated[str, typer.Option(help="day, week or month")] = "day",
    program: Program = "",
    as_json: AsJson = False,
) -> None:
    """Show visitors, visits, page views, bounces and stay, by day (week, month), page and hour."""
    with asking():
        from fangcun.insight.analytics.asking import ask
        from fangcun.insight.analytics.visits import VisitsQuestion

        question = VisitsQuestion.of({"unit": [unit], "program": [program]})
        span = span_given(first, last, days, program=question.program)
        answer = ask(dataclasses.replace(question, span=span))
    if as_json:
        _print(answer)
        return
    _table(
        [unit, "visitors", "new", "visits", "views", "bounces", "stay s"],
        [
            (
                d.date,
                d.visitors,
                d.new_visitors,
                d.visits,
                d.page_views,
                d.bounces,
                _seconds(d.stay_ms_median),
            )
            for d in answer.days
            if d.visits or d.page_views
        ],
    )
    _table(
        ["page", "views", "visitors", "entries", "exits", "stay s"],
        [
            (p.page, p.views, p.visitors, p.entries, p.exits, _seconds(p.stay_ms_median))
            for p in answer.pages[:20]
        ],
    )


def sources(
    first: First = "",
    last: Last = "",
    days: Days = None,
    by: Annotated[str, typer.Option(help="scene, channel, campaign, source or another property")] = "scene",
    event: Annotated[str, typer.Option(help="the purchase")] = "order_paid",
    amount: Annotated[str, typer.Option(help="its property with the money in fen")] = "amount",
    top: Annotated[int, typer.Option(help="how many sources")] = 20,
    program: Program = "",
    as_json: AsJson = False,
) -> None:
    """Show where visits come from, and the newcomers and orders that each source brought."""
    with asking():
        from fangcun.insight.analytics.asking import ask
        from fangcun.insight.analytics.visits import SourcesQuestion

        given = {"by": by, "event": event, "amount": amount, "top": str(top), "program": program}
        question = SourcesQuestion.of({name: [value] for name, value in given.items()})
        span = span_given(first, last, days, program=question.program)
        answer = ask(dataclasses.replace(question, span=span))
    if as_json:
        _print(answer)
        return
    _table(
        [by, "", "visits", "visitors", "new", "buyers", "orders", "fen"],
        [
            (
                "(others)" if r.other else r.value or "(none)",
                r.label if r.label != r.value else "",
                *(r.visits, r.visitors, r.new_visitors, r.buyers, r.orders, r.amount_fen),
            )
            for r in answer.rows
        ],
    )


def sharing(
    first: First = "",
    last: Last = "",
    days: Days = None,
    root: Annotated[str, typer.Option(help="id of the share whose tree is wanted")] = "",
    top: Annotated[int, typer.Option(help="how many sharers")] = 20,
    program: Program = "",
    as_json: AsJson = False,
) -> None:
    """Show who brought whom by sharing; a person is 2 × a member's number, or 2 × a phone's + 1."""
    with asking():
        from fangcun.insight.analytics.asking import ask
        from fangcun.insight.analytics.sharing import SharingQuestion

        question = SharingQuestion.of({"root": [root], "top": [str(top)], "program": [program]})
        span = span_given(first, last, days, program=question.program)
        answer = ask(dataclasses.replace(question, span=span))
    if as_json:
        _print(answer, k_factor=answer.k_factor, per_visitor=answer.per_visitor)
        return
    _table(
        ["shares", "sharers", "opened by", "newcomers", "buyers", "K"],
        [
            (
                *(answer.shares, answer.sharers, answer.opens, answer.newcomers, answer.buyers),
                "" if answer.k_factor is None else f"{answer.k_factor:.2f}",
            )
        ],
    )
    _table(
        ["person", "shares", "opened by", "newcomers", "buyers", "depth", "downstream"],
        [dataclasses.astuple(sharer) for sharer in answer.top],
    )


def _print(answer: Any, **more: Any) -> None:
    print(json.dumps(dataclasses.asdict(answer) | more, ensure_ascii=False, default=str))


def _seconds(ms: float | None) -> str:
    return "" if ms is None else f"{ms / 1000:.1f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads)
    for row in rows:
        table.add_row(*map(str, row))
    Console().print(table)
