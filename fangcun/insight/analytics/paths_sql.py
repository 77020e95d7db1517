"""The SQL of paths: visits with the start in them, the steps beyond it, layer by layer."""

# ruff: noqa: S608 - the text holds conditions whose values are parameters, and our own names
# Numbers of rows are cast: on some engines they have no sign and can't meet those that have one.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fangcun.insight.analytics.visits.cutting import IDLE_MS


@dataclass(frozen=True, slots=True)
class Way:
    """What the statement is made of.

    Conditions on `ev`: `kept` what may be looked at at all, `start` and `step` those events; `name` is a step's;
    `session` tells the sessions of a person apart.
    `sessions` and `loose` say which sorts of visits there are: with a session, and without. `exact` tells rows of
    one moment and event apart, which is not needed where they are the same step anyway. Parameters: those of the
    conditions, $at (the name of the start), $depth, $top.
    """

    kept: str
    start: str
    step: str
    name: str
    before: bool
    exact: bool
    session: str
    sessions: bool
    loose: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """What rows are ordered by."""
        return ("ts", "event", "id", "page") if self.exact else ("ts", "event")


def paths_sql(way: Way) -> str:
    """Rows (layer, source, target, source's name, target's name, visits): from a node of the layer to one of the next.

    Nodes have numbers: from 1 by the number of their visits, 0 for all others, -1 where a visit has come to its end.
    The start is number 1 of layer 0.
    """
    return f"WITH {', '.join((*_visits(way), *_steps(way)))} {_LINKS}"


def _visits(way: Way) -> Iterator[str]:
    """`begun(person, s, visit)`, the visits with a start, and `beyond`: the steps on the other side of the first one.

    A visit with a session has that as s and the number 0; the others are numbered from 1.
    """
    order, begun, rows = ", ".join(way.columns), [], []
    if way.sessions:
        yield f"""begun_s AS (SELECT person, s, {order} FROM (SELECT person, {way.session} AS s, {order},
                row_number() OVER (PARTITION BY person, {way.session} ORDER BY {order}) AS r
            FROM ev WHERE {way.kept} AND session <> '' AND {way.start}) x WHERE r = 1)"""
        begun.append("SELECT person, s, 0 AS visit FROM begun_s")
        rows.append(f"""SELECT x.person AS person, x.s AS s, 0 AS visit, {_listed(way, "x")}, x.name AS name
            FROM (SELECT person, {way.session} AS s, {order}, {way.name} AS name
                  FROM ev WHERE {way.kept} AND session <> '' AND {way.step}) x
            JOIN begun_s b ON b.person = x.person AND b.s = x.s WHERE {_beyond(way)}""")
    if way.loose:
        yield f"""gap AS (SELECT person, s, {order}, name, begins, goes,
                CASE WHEN ts - earlier <= {IDLE_MS} THEN 0 ELSE 1 END AS fresh
            FROM (SELECT person, {way.session} AS s, {order}, {way.name} AS name,
                         CASE WHEN {way.start} THEN 1 ELSE 0 END AS begins,
                         CASE WHEN {way.step} THEN 1 ELSE 0 END AS goes,
                         max(ts) OVER (PARTITION BY person ORDER BY ts
                                       ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS earlier
                  FROM ev WHERE {way.kept} AND session = '' AND person IN
                      (SELECT person FROM ev WHERE {way.kept} AND session = '' AND {way.start})) x)"""
        yield f"""cut AS (SELECT person, s, {order}, name, begins, goes,
                CAST(sum(fresh) OVER (PARTITION BY person ORDER BY ts, fresh DESC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS visit FROM gap)"""
        yield f"""begun_l AS (SELECT person, s, visit, {order} FROM (SELECT person, s, visit, {order},
                row_number() OVER (PARTITION BY person, visit ORDER BY {order}) AS r
            FROM cut WHERE begins = 1) x WHERE r = 1)"""
        begun.append("SELECT person, s, visit FROM begun_l")
        rows.append(f"""SELECT x.person AS person, x.s AS s, x.visit AS visit, {_listed(way, "x")}, x.name AS name
            FROM cut x JOIN begun_l b ON b.person = x.person AND b.visit = x.visit
            WHERE x.goes = 1 AND {_beyond(way)}""")
    yield f"begun AS ({' UNION ALL '.join(begun)})"
    yield f"beyond AS ({' UNION ALL '.join(rows)})"


def _listed(way: Way, table: str) -> str:
    return ", ".join(f"{table}.{column} AS {column}" for column in way.columns)


def _beyond(way: Way) -> str:
    """That a row x comes after the start b (or before it), in the order of the columns."""
    sign, text = "<" if way.before else ">", ""
    for column in reversed(way.columns):
        further = f"x.{column} {sign} b.{column}"
        text = f"({further} OR (x.{column} = b.{column} AND {text}))" if text else further
    return text


def _steps(way: Way) -> Iterator[str]:
    order = ", ".join(f"{column}{' DESC' if way.before else ''}" for column in way.columns)
    # Staying at a step is no step.
    yield f"""moved AS (SELECT person, s, visit, name,
            CAST(row_number() OVER (PARTITION BY person, s, visit ORDER BY {order}) AS BIGINT) AS layer
        FROM (SELECT person, s, visit, {", ".join(way.columns)}, name,
                     coalesce(max(name) OVER (PARTITION BY person, s, visit ORDER BY {order}
                     ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING), $at) AS earlier FROM beyond) x
        WHERE name <> earlier)"""
    yield """sized AS (SELECT layer, name, count(*) AS n FROM moved WHERE layer <= $depth GROUP BY layer, name)"""
    yield """ranked AS (SELECT layer, name,
            CAST(row_number() OVER (PARTITION BY layer ORDER BY n DESC, name) AS BIGINT) AS m FROM sized)"""
    yield """step AS (SELECT x.person AS person, x.s AS s, x.visit AS visit, x.layer AS layer, x.name AS name,
            CASE WHEN y.m <= $top THEN y.m ELSE 0 END AS m
        FROM moved x JOIN ranked y ON y.layer = x.layer AND y.name = x.name)"""
    yield """node AS (SELECT person, s, visit, 0 AS layer, $at AS name, 1 AS m FROM begun
        UNION ALL SELECT person, s, visit, layer, name, m FROM step WHERE layer < $depth)"""


_LINKS = """SELECT x.layer AS layer, x.m AS source, coalesce(y.m, -1) AS target, min(x.name) AS source_name,
        min(y.name) AS target_name, count(*) AS visits
    FROM node x LEFT JOIN step y ON y.person = x.person AND y.s = x.s AND y.visit = x.visit AND y.layer = x.layer + 1
    GROUP BY x.layer, x.m, coalesce(y.m, -1)"""
