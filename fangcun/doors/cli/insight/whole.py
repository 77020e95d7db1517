"""What the commands that ask about events share: options, their days, and how they end when there is no answer."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fangcun.insight.analytics.spans import Span

REFUSED = 2

First = Annotated[str, typer.Option("--from", help="first day")]
Last = Annotated[str, typer.Option("--to", help="last day")]
Days = Annotated[int | None, typer.Option("--days", help="the last so many days")]
Program = Annotated[str, typer.Option(help="number of one mini program")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output")]


@contextmanager
def asking() -> Iterator[None]:
    """Load the rooms; end with the one sentence of whatever rule was broken."""
    from fangcun.doors.cli.main import wire
    from fangcun.kernel.errors import DomainError

    wire()
    try:
        yield
    except DomainError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(REFUSED) from None


def span_given(first: str, last: str, days: int | None = None, *, program: int | None = None) -> Span:
    """The days named; without any, from the first event on record to the last.

    One of two dates may be missing: it is that of the first or the last event. Raises QuestionInvalid.
    """
    from fangcun.insight.analytics.engines import opened
    from fangcun.insight.analytics.moments import date_of
    from fangcun.insight.analytics.spans import Span, last_days, span_of

    if first and last:
        return span_of({"from": [first], "to": [last]})
    if days is not None:
        return span_of({"days": [str(days)]})
    with opened(program_id=program) as engine:
        earliest, latest = engine.rows("SELECT min(ts) AS a, max(ts) AS b FROM ev")[0]
    if earliest is None or latest is None:
        return last_days(1)
    if first or last:
        dates: dict[str, dt.date] = {"from": date_of(earliest), "to": date_of(latest)}
        given = {name: [value] for name, value in (("from", first), ("to", last)) if value}
        return span_of({name: [date.isoformat()] for name, date in dates.items()} | given)
    return Span(date_of(earliest), date_of(latest))
