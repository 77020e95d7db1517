"""The numbers of the shop: the funnel, visitors, the trend. Counted from the events themselves when asked.

Answers are remembered for a few seconds, as long as nothing more is counted: after a purchase the next look
counts anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.core.cache import cache

from fangcun.insight.analytics.engines.duck import duck
from fangcun.insight.analytics.funnels.answer import Tally
from fangcun.insight.analytics.funnels.chains import chain_counts
from fangcun.insight.analytics.funnels.source import PERSON
from fangcun.insight.analytics.moments import DAY_MS, END_OF_TIME, midnight, ms
from fangcun.insight.tracking.reading import snapshot, version

T = TypeVar("T")

PURCHASE = ("goods_viewed", "cart_added", "order_submitted", "order_paid")
REMEMBER_SECONDS = 20
MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class Step:
    """How many persons (or values of the funnel's key) got this far, and how long from the step before.

    `median_ms` is None for the first step, and where nobody came.
    """

    event: str
    persons: int
    median_ms: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the trend. `buyers` are those of the day's visitors who paid that day."""

    date: dt.date
    visitors: int
    new_visitors: int
    sessions: int
    buyers: int

    @property
    def conversion(self) -> float | None:
        """The share of the visitors who paid, 0 to 1; None on a day without visitors."""
        return self.buyers / self.visitors if self.visitors else None


def funnel(
    steps: Sequence[str] = PURCHASE,
    *,
    since: dt.datetime,
    until: dt.datetime | None = None,
    window_ms: int = 7 * DAY_MS,
    program_id: int | None = None,
    key: str = PERSON,
) -> list[Step]:
    """How many persons went how far along these events, in this order, within `window_ms` of the first.

    Starts in [since, until) count, without `until` all that have happened by now; later steps may follow
    after `until`. An event may be a step more than once. With another `key` than "person" the values of that
    property are counted instead, whoever caused the events; events without it belong to nobody. For the exact
    meaning see `funnels`. Raises ValueError unless there are 1 to 40 events.
    """
    names = tuple(steps)
    if not 1 <= len(names) <= MOST_STEPS:
        raise ValueError(f"A funnel has 1 to {MOST_STEPS} events, not {names!r}.")
    start, end = ms(since), END_OF_TIME if until is None else ms(until)

    def count() -> list[Step]:
        read = snapshot(since_ms=start, until_ms=end + window_ms, program_id=program_id)
        with duck(read, program_id=program_id) as engine:
            params = {"since": start, "until": end, "window": window_ms}
            return counted(chain_counts(names, key, engine, params), names)

    return _remembered(count, start, end + window_ms, "funnel", names, start, end, window_ms, program_id, key)


def counted(found: Tally, names: Sequence[str]) -> list[Step]:
    """The counts of a funnel by its steps."""
    return [Step(*step) for step in zip(names, found.counts, found.medians, strict=True)]


_VISITORS = """
SELECT count(DISTINCT person) FROM ev
WHERE event IN ('app_shown', 'page_viewed') AND ts >= $since AND ts < $until
"""


def visitors(*, since: dt.datetime, until: dt.datetime | None = None, program_id: int | None = None) -> int:
    """How many persons had the mini program open in [since, until), without `until` up to now."""
    start, end = ms(since), END_OF_TIME if until is None else ms(until)

    def count() -> int:
        with duck(
            snapshot(since_ms=start, until_ms=end, program_id=program_id), program_id=program_id
        ) as engine:
            found: int = engine.rows(_VISITORS, {"since": start, "until": end})[0][0]
        return found

    return _remembered(count, start, end, "visitors", start, end, program_id)


_PERSONS = """
SELECT event, count(DISTINCT person) FROM ev
WHERE event IN (SELECT unnest($names)) AND ts >= $since AND ts < $until GROUP BY event
"""


def persons(names: Iterable[str], *, first: dt.date, last: dt.date) -> dict[str, int]:
    """To how many persons each event happened from `first` to `last`, both included; events of nobody are left out."""
    wanted = sorted(names)
    start, end = midnight(first), midnight(last + dt.timedelta(days=1))

    def count() -> dict[str, int]:
        with duck(snapshot(since_ms=start, until_ms=end)) as engine:
            rows = engine.rows(_PERSONS, {"names": wanted, "since": start, "until": end})
        return {name: number for name, number in rows if number}

    return _remembered(count, start, end, "persons", tuple(wanted), start, end)


_TREND = """
WITH day AS (SELECT unnest($days) AS d),
v AS (SELECT person, ts, session FROM ev WHERE event IN ('app_shown', 'page_viewed') AND person IS NOT NULL),
first_visit AS (SELECT person, min(ts) AS t FROM v GROUP BY person),
visit AS (SELECT d, person, session FROM v ASOF JOIN day ON v.ts >= day.d WHERE v.ts < $until),
fresh AS (SELECT d, count(*) AS n FROM first_visit f ASOF JOIN day ON f.t >= day.d
          WHERE f.t < $until GROUP BY d),
paid AS (SELECT DISTINCT d, person FROM ev ASOF JOIN day ON ev.ts >= day.d
         WHERE event = 'order_paid' AND ev.ts < $until),
people AS (SELECT d, count(DISTINCT person) AS n,
                  count(DISTINCT (person, session)) FILTER (session <> '') AS sessions FROM visit GROUP BY d),
buyer AS (SELECT d, count(*) AS n FROM paid SEMI JOIN visit USING (d, person) GROUP BY d)
SELECT coalesce(people.n, 0), coalesce(fresh.n, 0), coalesce(people.sessions, 0), coalesce(buyer.n, 0)
FROM day LEFT JOIN people USING (d) LEFT JOIN fresh USING (d) LEFT JOIN buyer USING (d) ORDER BY day.d
"""


def trend(*, first: dt.date, last: dt.date, program_id: int | None = None) -> list[Day]:
    """Each day from `first` to `last`, both included, by the shop's time zone; quiet days have zeros.

    A visitor is new on the day of the first visit that is on record.
    """
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    if not dates:
        return []
    starts = [midnight(date) for date in dates]
    end = midnight(last + dt.timedelta(days=1))

    def count() -> list[Day]:
        with duck(snapshot(until_ms=end, program_id=program_id), program_id=program_id) as engine:
            rows = engine.rows(_TREND, {"days": starts, "until": end})
        return [Day(date, *row) for date, row in zip(dates, rows, strict=True)]

    return _remembered(count, None, end, "trend", first, last, program_id)


def _remembered(count: Callable[[], T], since_ms: int | None, until_ms: int, *question: object) -> T:
    asked = (version(since_ms=since_ms, until_ms=until_ms), question)
    digest = hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()
    key = f"analytics.{digest}"
    answer: T | None = cache.get(key)
    if answer is None:
        answer = count()
        cache.set(key, answer, REMEMBER_SECONDS)
    return answer
