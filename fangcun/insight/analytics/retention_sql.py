"""The SQL of retention: cohorts, who came back when, by what the start was like."""

# ruff: noqa: S608 - the text holds conditions whose values are parameters, and our own names

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fangcun.insight.analytics.engines.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Shape:
    """What the statement is made of.

    `start` and `back` are conditions on `ev`; `period` numbers the period of an event. Parameters: those of the
    conditions, $lowest and $highest (the numbers of the cohorts), $periods, and with `by` $by and $top.
    """

    start: str
    back: str
    period: str
    first: bool
    later: bool
    by: bool

    @property
    def same(self) -> bool:
        """Whether coming back is starting again; then nobody can come back before he started."""
        return self.start == self.back


def retention_sql(shape: Shape, dialect: Dialect) -> str:
    """Rows (group, cohort, n, persons, value).

    n is the number of periods after the cohort's own in which that many came back; with `later` the last one in
    which they did. n is -1 for the size of a cohort. Groups are numbered from 1, by size; the one after $top holds
    all other values. `value` names the group on the rows of sizes: '' when the start had no such property, NULL for
    the other values.
    """
    return f"WITH {', '.join(_tables(shape, dialect))} {_counts(shape)}"


def _tables(shape: Shape, dialect: Dialect) -> Iterator[str]:
    yield f"""s AS (SELECT person, {shape.period} AS p, min(ts) AS t
        FROM ev WHERE {shape.start} GROUP BY person, {shape.period})"""
    if not shape.same:
        yield f"""b AS (SELECT person, {shape.period} AS p, max(ts) AS t
            FROM ev WHERE {shape.back} GROUP BY person, {shape.period})"""
    if shape.first:
        yield """began AS (SELECT person, min(p) AS c, min(t) AS t FROM s GROUP BY person
            HAVING min(p) >= $lowest AND min(p) <= $highest)"""
    else:
        yield "began AS (SELECT person, p AS c, t FROM s WHERE p >= $lowest AND p <= $highest)"
    if not shape.by:
        yield "cohort AS (SELECT person, c, t, 1 AS k, '' AS v FROM began)"
        return
    # Of several starts at one moment the first by name and id says the value.
    yield f"""seen AS (SELECT person, c, t, v, row_number() OVER (PARTITION BY person, c ORDER BY event, id, v) AS r
        FROM (SELECT x.person AS person, x.c AS c, x.t AS t, e.event AS event, e.id AS id,
                     coalesce({dialect.text("by")}, '') AS v
              FROM began x JOIN (SELECT person, ts, event, id, props FROM ev WHERE {shape.start}) e
              ON e.person = x.person AND e.ts = x.t) f)"""
    yield """ranked AS (SELECT v, CAST(row_number() OVER (ORDER BY size DESC, v) AS BIGINT) AS k
        FROM (SELECT v, count(*) AS size FROM seen WHERE r = 1 GROUP BY v) q)"""
    yield """cohort AS (SELECT x.person AS person, x.c AS c, x.t AS t,
            CASE WHEN y.k <= $top THEN y.k ELSE $top + 1 END AS k, CASE WHEN y.k <= $top THEN x.v END AS v
        FROM seen x JOIN ranked y ON y.v = x.v WHERE x.r = 1)"""


def _counts(shape: Shape) -> str:
    returns = "s" if shape.same else "b"
    # Within the period of the start only what happened at it or after it is coming back.
    order = "" if shape.same else " AND (z.p > x.c OR z.t >= x.t)"
    sizes = "SELECT k, c, -1 AS n, count(*) AS persons, min(v) AS v FROM cohort GROUP BY k, c"
    if shape.later:
        n = "CASE WHEN z.p - x.c > $periods THEN $periods ELSE z.p - x.c END"
        returns, limit = f"(SELECT person, max(p) AS p, max(t) AS t FROM {returns} GROUP BY person)", ""
    else:
        n, limit = "z.p - x.c", " AND z.p <= x.c + $periods"
    return f"""SELECT x.k AS k, x.c AS c, {n} AS n, count(*) AS persons, '' AS v
        FROM cohort x JOIN {returns} z ON z.person = x.person WHERE z.p >= x.c{limit}{order}
        GROUP BY x.k, x.c, {n} UNION ALL {sizes}"""
