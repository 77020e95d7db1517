"""The days a question is about, and the shop's calendar in SQL that every engine understands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.insight.analytics.engines.dialect import Dialect
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.moments import DAY_MS, midnight

USUAL_DAYS = 30
MOST_DAYS = 3_660
HOUR_MS = 3_600_000
UNITS = ("day", "week", "month")

Params = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the shop's calendar, both included. `days` is set when they are "the last so many days"."""

    first: dt.date
    last: dt.date
    days: int | None = None

    @property
    def start_ms(self) -> int:
        return midnight(self.first)

    @property
    def end_ms(self) -> int:
        """The moment after the last day."""
        return midnight(self.last + dt.timedelta(days=1))

    def params(self) -> list[tuple[str, str]]:
        if self.days is not None:
            return [] if self.days == USUAL_DAYS else [("days", str(self.days))]
        return [("from", self.first.isoformat()), ("to", self.last.isoformat())]


def last_days(days: int = USUAL_DAYS, *, today: dt.date | None = None) -> Span:
    """The last so many days, today included."""
    last = today or timezone.localdate()
    return Span(last - dt.timedelta(days=days - 1), last, days)


def span_of(params: Params) -> Span:
    """Read `from` and `to` (dates), or `days`; 30 days without any. Raises QuestionInvalid."""
    first, last, days = (one(params, name) for name in ("from", "to", "days"))
    if first or last:
        try:
            begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        except ValueError:
            raise QuestionInvalid(_("日期应写作 2026-01-31，起止都要写")) from None
        if not 0 <= (end - begin).days < MOST_DAYS:
            raise QuestionInvalid(_("结束日期应在开始日期之后，最多 10 年"))
        return Span(begin, end)
    if days and not (days.isdecimal() and 1 <= int(days) <= MOST_DAYS):
        raise QuestionInvalid(_("天数应为 1 到 {most} 的整数"), most=MOST_DAYS)
    return last_days(int(days) if days else USUAL_DAYS)


def one(params: Params, name: str, default: str = "") -> str:
    """The last value of a parameter, without spaces around it."""
    values = params.get(name) or [default]
    return values[-1].strip()


def day_sql(moment: str, span: Span, dialect: Dialect, *, unit: str = "day") -> str:
    """The number of the day, week or month of the shop's calendar that a moment (epoch ms) falls into.

    Days are counted from 1970-01-01 (`dt.date.toordinal` minus that of 1970-01-01), weeks from the week of that day
    (they begin on Monday), months are year × 12 + month - 1 of it. See `date_of_number`. The zone's offset may
    change within the span.
    """
    local = f"({moment} + {_offset_sql(moment, span)})"
    day = dialect.whole(local, DAY_MS)
    if unit == "day":
        return day
    if unit == "week":
        return dialect.whole(f"({day} + 3)", 7)
    arms = []
    month = span.last.replace(day=1)
    # From the last month back: most events are young.
    while month > span.first.replace(day=1):
        arms.append(f"WHEN {moment} >= {midnight(month)} THEN {month.year * 12 + month.month - 1}")
        month = (month - dt.timedelta(days=1)).replace(day=1)
    number = month.year * 12 + month.month - 1
    # Never a bare number: behind GROUP BY that would mean a column's place.
    return f"(CASE {' '.join(arms) or f'WHEN {moment} IS NULL THEN NULL'} ELSE {number} END)"


def hour_sql(moment: str, span: Span, dialect: Dialect) -> str:
    """The number of the hour of the shop's calendar that a moment (epoch ms) falls into, counted from 1970-01-01."""
    return dialect.whole(f"({moment} + {_offset_sql(moment, span)})", HOUR_MS)


def date_of_number(number: int, unit: str = "day") -> dt.date:
    """The first day of a day, week or month that `day_sql` numbered."""
    if unit == "month":
        return dt.date(number // 12, number % 12 + 1, 1)
    days = number if unit == "day" else number * 7 - 3
    return dt.date(1970, 1, 1) + dt.timedelta(days=days)


def number_of_date(date: dt.date, unit: str = "day") -> int:
    """The number that `day_sql` gives to the day, week or month of a date."""
    days = (date - dt.date(1970, 1, 1)).days
    if unit == "day":
        return days
    return (days + 3) // 7 if unit == "week" else date.year * 12 + date.month - 1


def _offset_sql(moment: str, span: Span) -> str:
    """The shop's distance from UTC in ms, at a moment of the span or some days around it."""
    zone = timezone.get_default_timezone()
    first, last = span.first - dt.timedelta(days=45), span.last + dt.timedelta(days=45)
    changes: list[tuple[int, int]] = []
    at = dt.datetime.combine(first, dt.time.min, tzinfo=dt.UTC)
    end = dt.datetime.combine(last, dt.time.min, tzinfo=dt.UTC)
    before = _offset(at, zone)
    begin = before
    while at < end:
        later = at + dt.timedelta(days=1)
        if (now := _offset(later, zone)) != before:
            changes.append((_change(at, later, zone), now))
            before = now
        at = later
    if not changes:
        return str(begin)
    arms = " ".join(f"WHEN {moment} >= {ms} THEN {offset}" for ms, offset in reversed(changes))
    return f"(CASE {arms} ELSE {begin} END)"


def _offset(moment: dt.datetime, zone: dt.tzinfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101 - an aware moment has one
    return int(offset.total_seconds() * 1000)


def _change(low: dt.datetime, high: dt.datetime, zone: dt.tzinfo) -> int:
    """The moment (epoch ms) within a day at which the zone's offset changes; changes come at whole minutes."""
    was = _offset(low, zone)
    while high - low > dt.timedelta(minutes=1):
        middle = low + (high - low) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle <= low:
            break
        if _offset(middle, zone) == was:
            low = middle
        else:
            high = middle
    return int(high.timestamp() * 1000)
