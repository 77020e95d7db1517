"""Small logs whose every column matters, and the calendar as plain Python knows it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from hypothesis import strategies as st

from fangcun.insight.analytics.engines.dialect import DuckDialect
from fangcun.insight.analytics.engines.duck import DuckEngine, duck
from fangcun.insight.tracking.queries import HotRow
from fangcun.insight.tracking.reading import Snapshot

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
# Clocks of New York go back on the first and forward on the second of these days.
AUTUMN, SPRING = dt.date(2026, 11, 1), dt.date(2026, 3, 8)


@dataclass(frozen=True)
class Fact:
    """One row of `ev`."""

    person: int | None
    event: str
    ts: int
    props: dict[str, Any] = field(default_factory=dict)
    program: int = 1
    session: str = ""
    page: str = ""
    id: str = "x"


@contextmanager
def counting(facts: Iterable[Fact], *, program_id: int | None = None) -> Iterator[DuckEngine]:
    """An engine that knows these and nothing else."""
    batches: dict[tuple[int | None, int], list[dict[str, Any]]] = defaultdict(list)
    for fact in facts:
        event = {"id": fact.id, "name": fact.event, "ts": fact.ts, "props": fact.props}
        batches[fact.person, fact.program].append(event | {"session": fact.session, "page": fact.page})
    hot = tuple(
        HotRow(orjson.dumps(events).decode(), None, None, None, program)
        for (_person, program), events in batches.items()
    )
    snapshot = Snapshot((), hot, tuple(person for person, _program in batches), {})
    with duck(snapshot, program_id=program_id) as engine:
        yield engine


def answered(question: Any, facts: Iterable[Fact]) -> Any:
    """The answer, once it is the same in short forms and in those that every engine understands."""
    with counting(facts) as engine:
        found = question.answer(engine)
        engine.dialect = DuckDialect(asof=False)
        assert question.answer(engine) == found
    return found


def at(date: dt.date, time: dt.time, zone: ZoneInfo) -> int:
    """Epoch ms."""
    return int(dt.datetime.combine(date, time, tzinfo=zone).timestamp() * 1000)


def period(moment: int, unit: str, zone: ZoneInfo) -> dt.date:
    """The first day of the day, week or month of a moment."""
    return period_of_date(dt.datetime.fromtimestamp(moment / 1000, zone).date(), unit)


def period_of_date(date: dt.date, unit: str) -> dt.date:
    if unit == "week":
        return date - dt.timedelta(days=date.weekday())
    return date.replace(day=1) if unit == "month" else date


def after(begin: dt.date, number: int, unit: str) -> dt.date:
    """The first day of the period so many periods later."""
    if unit == "month":
        for _month in range(number):
            begin = (begin + dt.timedelta(days=31)).replace(day=1)
        return begin
    return begin + dt.timedelta(days=number * (7 if unit == "week" else 1))


def moments(dates: Iterable[dt.date], zone: ZoneInfo) -> st.SearchStrategy[int]:
    """Moments at the edges of these days and in them, many of them the same."""
    edges = [at(date, dt.time.min, zone) + shift for date in dates for shift in (-1, 0, 1, 43_200_000)]
    return st.sampled_from(sorted(set(edges)))
