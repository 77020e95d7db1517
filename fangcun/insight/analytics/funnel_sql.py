"""The SQL of a funnel of any length, over persons or over the values of a property.

An attempt starts at any event of the first step; a later step counts when it happens at or after the one
before it and within the window from the start. Events of the same millisecond count in the order of the steps.
Whoever is counted stands where the deepest attempt got to; the times come from that attempt, of several equally
deep ones from the one completed first, and then from the one started last.

An event may be a step several times over: each of its rows serves one step of an attempt.

Why it may be so short: from a given start the earliest row that can serve a step is always the best one, because
whatever may follow a later row may follow it as well. So each step is one ASOF join. Rows of one event in one
millisecond are as good as each other and are taken in a fixed order.
"""

# ruff: noqa: S608 - the text is made of step numbers only; names travel as parameters

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BY_PERSON = "person"
# A property's value as text: 7 and "7" are the same id; an empty one is none.
BY_PROPERTY = "nullif(props ->> $key, '')"

# Room for rows of one event, of one person, in one millisecond.
PLACES = 2**14


def attempts_sql(events: Sequence[str], *, unit: str = BY_PERSON, source: str = "ev") -> str:
    """Common table expressions that end in `start(unit, t)`, every start, and `attempt(unit, t1 … tN)`.

    An attempt is a start that reached the second step, with the earliest times of its steps (epoch ms), NULL from
    the first step that it did not reach. Unless an event is a step twice, of several starts with the same second
    step only the latest is listed: it gets as far as the others, and as soon.

    `unit` is BY_PERSON or BY_PROPERTY; `source` is where the events are. Parameters: those of `step_names`,
    $since and $until (starts, the end excluded), $window (ms), and with BY_PROPERTY $key, a pointer into the
    properties.
    """
    return f"WITH {', '.join(_tables(events, unit, source))}"


def _tables(events: Sequence[str], unit: str, source: str) -> Iterator[str]:
    repeated = len(set(events)) < len(events)
    scale, place = 1, "ts"
    if repeated:
        # A place is a moment and a turn in it, so that two rows never have the same.
        turn = "row_number() OVER (PARTITION BY unit, event, ts) - 1"
        scale, place = PLACES, f"ts * {PLACES} + least({turn}, {PLACES - 1})"
    names = ", ".join(f"$step{n}" for n in range(1, len(events) + 1))
    yield f"""e AS MATERIALIZED (SELECT unit, event, ts, {place} AS p
        FROM (SELECT {unit} AS unit, event, ts FROM {source} WHERE event IN ({names})
              AND ts >= $since AND ts < $until + $window) WHERE unit IS NOT NULL)"""
    yield """start AS (SELECT unit, ts AS t, p AS p1, ts + $window AS last FROM e
        WHERE event = $step1 AND ts < $until)"""
    if len(events) == 1:
        yield "attempt AS (SELECT unit, t AS t1 FROM start)"
        return
    yield f"""found AS (SELECT l.unit, l.p1, l.last, x.p AS p2 FROM start l ASOF JOIN {_rows(2)} x
        ON l.unit = x.unit AND {_earliest(events, 2, scale)} <= x.p WHERE x.ts <= l.last)"""
    yield (
        "l2 AS (SELECT * FROM found)"
        if repeated
        else "l2 AS (SELECT unit, max(p1) AS p1, max(last) AS last, p2 FROM found GROUP BY unit, p2)"
    )
    for n in range(3, len(events) + 1):
        yield f"""l{n} AS (SELECT l.*, CASE WHEN x.ts <= l.last THEN x.p END AS p{n}
            FROM l{n - 1} l ASOF LEFT JOIN {_rows(n)} x
            ON l.unit = x.unit AND {_earliest(events, n, scale)} <= x.p)"""
    times = ", ".join(f"p{n} // {scale} AS t{n}" for n in range(1, len(events) + 1))
    yield f"attempt AS (SELECT unit, {times} FROM l{len(events)})"


def _rows(n: int) -> str:
    return f"(SELECT unit, ts, p FROM e WHERE event = $step{n})"


def _earliest(events: Sequence[str], n: int, scale: int) -> str:
    """The first place that may serve step `n`: at or after the step before it, and no row that has served."""
    moment = f"(l.p{n - 1} // {scale}) * {scale}"
    served = [m for m in range(1, n) if events[m - 1] == events[n - 1]]
    if not served:
        return moment
    # greatest() would pass over a step that was not reached.
    return f"CASE WHEN l.p{n - 1} IS NOT NULL THEN greatest({moment}, l.p{served[-1]} + 1) END"


def funnel_sql(events: Sequence[str], *, unit: str = BY_PERSON, source: str = "ev") -> str:
    """One row: how many reached each step, then the median time (ms) between neighbouring steps.

    Parameters as of `attempts_sql`.
    """
    later = range(2, len(events) + 1)
    level = " + ".join(["1", *(f"(t{n} IS NOT NULL)::INT" for n in later)])
    times = ", ".join(f"t{n}" for n in later)
    reached = "".join(f", count(*) FILTER (level >= {n})" for n in later)
    medians = "".join(f", median(t{n} - t{n - 1}) FILTER (level >= {n})" for n in later)
    first = "(SELECT count(DISTINCT unit) FROM start)"
    if not later:
        return f"{attempts_sql(events, unit=unit, source=source)} SELECT {first}"
    return f"""{attempts_sql(events, unit=unit, source=source)},
        a AS (SELECT *, {level} AS level, greatest({times}) AS ended FROM attempt),
        b AS (SELECT *, row_number() OVER (
            PARTITION BY unit ORDER BY level DESC, ended, t1 DESC, {times}) AS place FROM a)
        SELECT {first}{reached}{medians} FROM b WHERE place = 1"""


def step_names(events: Sequence[str]) -> Mapping[str, Any]:
    """The parameters $step1 … $stepN."""
    return {f"step{n}": name for n, name in enumerate(events, 1)}
