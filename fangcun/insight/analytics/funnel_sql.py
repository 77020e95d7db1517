"""The SQL of a funnel of any length.

An attempt starts at any event of the first step; a later step counts when it happens at or after the one
before it and within the window from the start. Events of the same millisecond count in the order of the steps.
A person stands where the deepest attempt got to; its times come from that attempt, of several equally deep ones
from the one completed first, and then from the one started last.

Why it may be so short: of all starts that a later event can belong to, the latest one is always the best to
keep, because its window ends last. So each step needs only the latest row at or before it, one ASOF join.
"""

# ruff: noqa: S608 - the text is made of step numbers only; names travel as parameters

from __future__ import annotations


def funnel_sql(count: int) -> str:
    """One row: how many persons reached each of `count` steps, then the median time between neighbours.

    Parameters: $step1 … $stepN (names of events), $since and $until (starts; epoch ms, the end excluded),
    $window (ms).
    """
    later = range(2, count + 1)
    names = ", ".join(f"$step{n}" for n in range(1, count + 1))
    numbers = " ".join(f"WHEN $step{n} THEN {n}" for n in range(1, count + 1))
    parts = [
        f"""e AS MATERIALIZED (
            SELECT person, ts AS t, CASE event {numbers} END AS step
            FROM ev
            WHERE event IN ({names}) AND person IS NOT NULL AND ts >= $since AND ts < $until + $window)""",
        "l1 AS (SELECT person, t, t AS s FROM e WHERE step = 1 AND t < $until)",
        *(
            f"""l{n} AS (
            SELECT x.person, x.t, l.s FROM (SELECT person, t FROM e WHERE step = {n}) x
            ASOF JOIN l{n - 1} l ON x.person = l.person AND x.t >= l.t WHERE x.t <= l.s + $window)"""
            for n in later
        ),
    ]
    reached = " UNION ALL ".join(f"SELECT person, s, t, {n} AS step FROM l{n}" for n in later)
    firsts = ", ".join(f"min(CASE WHEN step = {n} THEN t END) AS t{n}" for n in later)
    ends = " ".join(f"WHEN {n} THEN t{n}" for n in later)
    parts += [
        f"r AS ({reached})",
        f"a AS (SELECT person, s AS t1, max(step) AS level, {firsts} FROM r GROUP BY person, s)",
        f"""b AS (SELECT *, row_number() OVER (
            PARTITION BY person ORDER BY level DESC, CASE level {ends} END, t1 DESC) AS place FROM a)""",
    ]
    persons = ", ".join(f"count(*) FILTER (level >= {n})" for n in later)
    medians = ", ".join(f"median(t{n} - t{n - 1}) FILTER (level >= {n})" for n in later)
    return (
        f"WITH {', '.join(parts)} "
        f"SELECT (SELECT count(DISTINCT person) FROM l1), {persons}, {medians} FROM b WHERE place = 1"
    )
