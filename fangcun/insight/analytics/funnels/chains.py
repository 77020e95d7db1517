"""Funnels of plain events, as scenarios and the pages of numbers have them: no conditions, any length."""

# ruff: noqa: S608 - the text is made of our own names

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fangcun.insight.analytics.engines import Dialect, Engine
from fangcun.insight.analytics.funnels.answer import Tally, form_of, tallies
from fangcun.insight.analytics.funnels.asof import ways
from fangcun.insight.analytics.funnels.blocks import latest_starts
from fangcun.insight.analytics.funnels.source import NEVER, PERSON, Plan, events_sql
from fangcun.insight.analytics.funnels.steps import FunnelStep, Way


def chain_counts(events: Sequence[str], key: str, engine: Engine, params: dict[str, Any]) -> Tally:
    """How many persons, or values of a property, did how many of these events in turn, and how long it took them.

    Parameters: $since, $until, $window (ms).
    """
    plan = _plan(events, key, engine.dialect, "TRUE")
    return tallies(form_of(plan, engine.dialect), plan, engine, {**params, "key": key}).total


def ends_sql(events: Sequence[str], key: str, dialect: Dialect, limit: str) -> tuple[str, dict[str, Any]]:
    """A WITH of `start(unit, t)`, every start, and `attempt(unit, t1, tn)`, ways from a start to the last event.

    Of several ways with the same end only the one with the latest start is listed. `limit` is a condition on events.
    Parameters: $since, $until, $window (ms), those of `limit`, and those that are returned.
    """
    plan = _plan(events, key, dialect, limit)
    last = len(events)
    if dialect.asof and plan.way.alone and last > 1:
        sql, params = events_sql(plan, dialect, alone=True)
        tables = [f"e AS MATERIALIZED ({sql})", *ways(plan), "start AS (SELECT unit, t FROM l0)"]
        tables.append(f"attempt AS (SELECT unit, s AS t1, t AS tn FROM l{last})")
    else:
        tables, params = latest_starts(plan, dialect)
        tables.append(f"start AS (SELECT unit, ts AS t FROM w{last} WHERE a1 > {NEVER})")
        tables.append(
            f"attempt AS (SELECT unit, a{last} AS t1, ts AS tn FROM w{last} WHERE a{last} > {NEVER})"
        )
    return f"WITH {', '.join(tables)}", {**params, "key": key}


def _plan(events: Sequence[str], key: str, dialect: Dialect, limit: str) -> Plan:
    way = Way(tuple(FunnelStep((event,)) for event in events), tuple(range(1, len(events) + 1)), {})
    unit = "person" if key == PERSON else dialect.text("key")
    return Plan(way, "ordered", unit, limit, everyone=False)
