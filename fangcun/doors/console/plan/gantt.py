"""The schedule as a drawing: a bar for each stage, the plan behind it, what waits for what, and the days kept free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fangcun.blueprint.document import Blueprint, Contingency
from fangcun.blueprint.timetable import Calendar, StageDates, Timetable

ROW: Final = 40
HEAD: Final = 44
BAR: Final = 18
MARGIN_DAYS: Final = 3
MOST_DAYS: Final = 2_000  # a mistyped year must not make a picture without end


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of days: where it begins and how long it is, in pixels."""

    x: float
    width: float

    @property
    def end(self) -> float:
        return round(self.x + self.width, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """A stage's row. `planned` is the first plan, drawn when it differs; `slack` what it may slip."""

    now: StageDates
    y: int
    owner: str
    state: str
    bar: Bar
    planned: Bar | None
    slack: Bar | None
    slip_days: int

    @property
    def bar_y(self) -> int:
        return self.y + (ROW - BAR) // 2

    @property
    def middle(self) -> int:
        return self.y + ROW // 2

    @property
    def tone(self) -> str:
        """How the bar is painted."""
        if self.state in ("running", "late", "finished"):
            return self.state
        return "critical" if self.now.is_critical else "waiting"


@dataclass(frozen=True, slots=True)
class Kept:
    """The days kept free by a contingency, behind the end of the launch."""

    contingency: Contingency
    y: int
    owner: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Month:
    """A month on the scale."""

    first: dt.date
    bar: Bar


@dataclass(frozen=True, slots=True)
class Gantt:
    """The whole drawing, in pixels."""

    lines: tuple[Line, ...]
    kept: tuple[Kept, ...]
    months: tuple[Month, ...]
    weeks: tuple[tuple[dt.date, float], ...]
    free: tuple[Bar, ...]
    links: tuple[tuple[str, bool], ...]
    width: int
    height: int
    today: float | None
    launch: float

    @property
    def with_dates(self) -> bool:
        """Whether there is room for the first day of each week."""
        return len(self.weeks) < 2 or self.weeks[1][1] - self.weeks[0][1] >= 30


def gantt(
    bp: Blueprint,
    *,
    planned: Timetable,
    now: Timetable,
    states: Mapping[str, str],
    today: dt.date,
    room: int = 890,
) -> Gantt:
    """Lay out all stages over about `room` pixels. `states` says waiting, ready, running, late or finished for each."""
    calendar = Calendar(bp.schedule.holidays)
    kept_end = calendar.date(
        calendar.number(now.launch_end) + max([one.slack_days for one in bp.contingencies], default=0)
    )
    first = min(planned.start, now.start) - dt.timedelta(days=MARGIN_DAYS)
    last = max(planned.end, now.end, kept_end) + dt.timedelta(days=MARGIN_DAYS)
    days = min((last - first).days + 1, MOST_DAYS)
    scale = max(min(room / days, 22.0), 3.0)

    def bar(start: dt.date, end: dt.date) -> Bar:
        return Bar(round((start - first).days * scale, 1), round(((end - start).days + 1) * scale, 1))

    people = {one.id: one.name for one in bp.team.members}
    lines = []
    for number, one in enumerate(now.stages):
        before = planned.of(one.stage.id)
        moved = (before.start, before.end) != (one.start, one.end)
        slack = None
        if one.slack_days > 0 and states.get(one.stage.id) != "finished":
            slack = bar(
                one.end + dt.timedelta(days=1), calendar.date(calendar.number(one.end) + one.slack_days)
            )
        lines.append(
            Line(
                one,
                HEAD + number * ROW,
                people.get(one.stage.owner or "", one.stage.owner or ""),
                states.get(one.stage.id, "waiting"),
                bar(one.start, one.end),
                bar(before.start, before.end) if moved else None,
                slack,
                calendar.between(before.end, one.end),
            )
        )
    bottom = HEAD + len(lines) * ROW
    kept = [
        Kept(
            one,
            bottom + number * ROW,
            people.get(one.owner, one.owner),
            bar(
                now.launch_end + dt.timedelta(days=1),
                calendar.date(calendar.number(now.launch_end) + one.slack_days),
            )
            if one.slack_days
            else None,
        )
        for number, one in enumerate(bp.contingencies)
    ]
    weeks = [
        (day, round((day - first).days * scale, 1))
        for day in (first + dt.timedelta(days=n) for n in range(days))
        if day.weekday() == 0
    ]
    holidays = {day for day in bp.schedule.holidays if day.weekday() < 5}
    free = [
        bar(day, day)
        for day in (first + dt.timedelta(days=n) for n in range(days))
        if day in holidays or (day.weekday() > 4 and scale >= 6)
    ]
    return Gantt(
        tuple(lines),
        tuple(kept),
        _months(first, days, scale),
        tuple(weeks),
        tuple(free),
        _links(lines),
        round(days * scale),
        bottom + len(kept) * ROW + 8,
        round((today - first).days * scale + scale / 2, 1) if 0 <= (today - first).days < days else None,
        bar(now.launch_end, now.launch_end).end,
    )


def _months(first: dt.date, days: int, scale: float) -> tuple[Month, ...]:
    months = []
    end = first + dt.timedelta(days=days)
    here = first
    while here < end:
        after = (here.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        width = (min(after, end) - here).days * scale
        months.append(Month(here, Bar(round((here - first).days * scale, 1), round(width, 1))))
        here = after
    return tuple(months)


def _links(lines: list[Line]) -> tuple[tuple[str, bool], ...]:
    """From the end of each stage to the beginning of those that wait for it; and whether both are critical."""
    places = {line.now.stage.id: line for line in lines}
    links = []
    for line in lines:
        for name in dict.fromkeys(line.now.stage.after):
            before = places.get(name)
            if before is None:
                continue
            x, end = before.bar.end, line.bar.x
            turn = round(max(x + 5, end - 6), 1) if end - x >= 6 else round(x + 4, 1)
            path = f"M{x} {before.middle}H{turn}V{line.middle}H{end}"
            links.append((path, before.now.is_critical and line.now.is_critical))
    return tuple(links)
