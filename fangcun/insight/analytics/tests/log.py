"""A small log of events for these tests, and the plainest counting of it there is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from fangcun.insight.tracking.models import Batch

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = 86_400_000
ZERO = dt.date(2026, 11, 2)  # a Monday
T0 = int(dt.datetime.combine(ZERO, dt.time.min, tzinfo=SHANGHAI).timestamp() * 1000)
LENGTH = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}
VISITS = ("app_shown", "page_viewed")


@dataclass(frozen=True)
class Event:
    """One event of a log; `at` is ms after the midnight that begins ZERO, `who` a member or nobody."""

    who: int | None
    name: str
    at: int
    props: dict[str, Any] = field(default_factory=dict)
    program: int = 1


def moment(at: int) -> dt.datetime:
    return dt.datetime.fromtimestamp((T0 + at) / 1000, dt.UTC)


def store(*events: Event) -> None:
    """Write them down, one batch for each person and program, in the order given."""
    batches: dict[tuple[int | None, int], list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        batches[event.who, event.program].append(
            {
                "id": "x",
                "name": event.name,
                "ts": T0 + event.at,
                "session": "",
                "page": "",
                "props": event.props,
            }
        )
    Batch.objects.bulk_create(
        Batch(
            payload=orjson.dumps(batch).decode(),
            count=len(batch),
            first_ts=min(event["ts"] for event in batch),
            last_ts=max(event["ts"] for event in batch),
            member_id=who,
            program_id=program,
        )
        for (who, program), batch in batches.items()
    )


def fits(event: Event, where: dict[str, Any]) -> bool:
    return all(
        any(
            same(event.props.get(prop), value) for value in (wanted if isinstance(wanted, list) else [wanted])
        )
        for prop, wanted in where.items()
    )


def same(value: Any, wanted: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    value, wanted = (int(v) if isinstance(v, float) and v.is_integer() else v for v in (value, wanted))
    if isinstance(value, float) or isinstance(wanted, float):
        return bool(value == wanted)
    return str(value) == str(wanted)


def number(events: Sequence[Event], metric: dict[str, Any], at: int, per: str | None = None) -> float | int:
    """A count, sum or number of persons."""
    span = LENGTH.get(metric.get("per") or per or "")
    low = at - span if span else -(10**15)
    found = [
        e
        for e in events
        if e.name == metric["event"] and low <= e.at < at and fits(e, metric.get("where") or {})
    ]
    if metric["kind"] == "count":
        return len(found)
    if metric["kind"] == "persons":
        return len({e.who for e in found} - {None})
    values = [e.props.get(metric["prop"]) for e in found]
    return sum(v for v in values if isinstance(v, int | float) and not isinstance(v, bool))


def chains(rows: Sequence[Event], steps: Sequence[str], window: int) -> Iterator[tuple[Event, ...]]:
    """Every way through the steps, of every length, by different rows in order of time."""

    def longer(chain: tuple[Event, ...]) -> Iterator[tuple[Event, ...]]:
        yield chain
        if len(chain) < len(steps):
            for row in rows:
                if (
                    row.name == steps[len(chain)]
                    and all(row is not used for used in chain)
                    and chain[-1].at <= row.at <= chain[0].at + window
                ):
                    yield from longer((*chain, row))

    for row in rows:
        if row.name == steps[0]:
            yield from longer((row,))


def units(events: Iterable[Event], key: str) -> list[list[Event]]:
    """The events of each person, or of each value of a property."""
    found: dict[Any, list[Event]] = defaultdict(list)
    for event in events:
        unit: Any = event.who if key == "person" else event.props.get(key)
        if unit not in (None, ""):
            found[unit if key == "person" else str(unit)].append(event)
    return list(found.values())


def conversion(
    events: Sequence[Event], scenario: dict[str, Any], metric: dict[str, Any], at: int
) -> tuple[int, int]:
    span = LENGTH.get(metric.get("per") or "")
    low = at - span if span else -(10**15)
    where = metric.get("where") or {}
    steps = [step["event"] for step in scenario["steps"]]
    past = [
        e
        for e in events
        if e.at < at and fits(e, {p: v for p, v in where.items() if e.props.get(p) is not None})
    ]
    depths = [
        max((len(c) for c in chains(rows, steps, scenario["window_ms"]) if low <= c[0].at), default=0)
        for rows in units(past, scenario["key"])
    ]
    return sum(depth == len(steps) for depth in depths), sum(depth > 0 for depth in depths)


def repeat(events: Sequence[Event], metric: dict[str, Any], at: int) -> tuple[int, int]:
    low = at - metric["window_days"] * DAY
    times: dict[int, int] = defaultdict(int)
    for e in events:
        if e.name == metric["event"] and low <= e.at < at and e.who and fits(e, metric.get("where") or {}):
            times[e.who] += 1
    return sum(n >= 2 for n in times.values()), len(times)


def retention(events: Sequence[Event], metric: dict[str, Any], at: int) -> tuple[int, int]:
    visits = [e for e in events if e.name in VISITS and e.who and e.at < at]
    today = (at - 1) // DAY
    days = {"day": 1, "week": 7, "month": 30}.get(metric.get("per") or "", 10**6)
    came, all_of_them = 0, 0
    for who in {e.who for e in visits}:
        mine = [e for e in visits if e.who == who]
        first = min(e.at for e in mine)
        back = first // DAY + metric["day"]
        if today - days < back <= today and any(
            e.at == first and fits(e, metric.get("where") or {}) for e in mine
        ):
            all_of_them += 1
            came += any(e.at // DAY == back for e in mine)
    return came, all_of_them
