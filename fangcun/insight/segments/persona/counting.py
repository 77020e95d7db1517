"""The numbers of a persona, each by a statement of its own over the events of the span."""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.spans import Span, date_of_number, hour_sql
from fangcun.insight.segments.amounts import amount_sql
from fangcun.insight.segments.lifecycle import STAGES, WITHOUT_HIM, stages_sql
from fangcun.insight.segments.persona.answer import Bought, Lift, Slice, Worth
from fangcun.insight.segments.persona.facets import Counted
from fangcun.insight.segments.persona.lift import deviations, lift_of
from fangcun.insight.segments.rfm import AMOUNT, GROUPS, PAID, group_sql, scores_sql
from fangcun.insight.segments.titles import title_of

MOST = 20
MOST_LIFTS = 50
_MINE = "person IN (SELECT person FROM among)"
_SPAN = "person IS NOT NULL AND ts >= $since AND ts < $until"


def times(engine: Engine, span: Span) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """At which hours (24) and on which weekdays (7, Monday first) of the shop's calendar they did something."""
    without = ", ".join(f"'{name}'" for name in WITHOUT_HIM)
    hour = hour_sql("ts", span, engine.dialect)
    rows = engine.rows(
        f"SELECT h, count(*) AS n FROM (SELECT {hour} AS h FROM ev WHERE {_SPAN} AND {_MINE}"
        f" AND event NOT IN ({without})) AS seen GROUP BY h",
        {"since": span.start_ms, "until": span.end_ms},
    )
    hours, weekdays = [0] * 24, [0] * 7
    for number, count in rows:
        hours[number % 24] += count
        weekdays[date_of_number(number // 24).weekday()] += count
    return tuple(hours), tuple(weekdays)


def everybody(engine: Engine, until_ms: int) -> int:
    """How many persons there are: all members (`members`), and everybody who did something."""
    sql = (
        "SELECT count(*) AS n FROM (SELECT person FROM members UNION DISTINCT"
        " SELECT person FROM ev WHERE person IS NOT NULL AND ts < $until GROUP BY person) AS everybody"
    )
    found: int = engine.rows(sql, {"until": until_ms})[0][0]
    return found


def active(engine: Engine, span: Mapping[str, Any]) -> tuple[int, int]:
    """How many of the segment, and how many of everybody, did something within the span."""
    rows = engine.rows(
        f"""WITH active AS (SELECT person FROM ev WHERE {_SPAN} GROUP BY person)
            SELECT 1 AS mine, count(*) AS n FROM active WHERE {_MINE}
            UNION ALL SELECT 0 AS mine, count(*) AS n FROM active""",
        span,
    )
    numbers = dict(rows)
    return numbers[1], numbers[0]


def worth(engine: Engine, span: Mapping[str, Any], persons: tuple[int, int]) -> tuple[Worth, Worth]:
    """What the segment, and what everybody, paid. `persons` are those active."""
    fen = amount_sql("amount", engine.dialect)
    rows = engine.rows(
        f"""WITH buyer AS (SELECT person, count(*) AS orders, sum({fen}) AS fen FROM ev
                WHERE {_SPAN} AND event = $paid GROUP BY person)
            SELECT 1 AS mine, count(*) AS buyers, sum(orders) AS orders, sum(fen) AS fen FROM buyer WHERE {_MINE}
            UNION ALL SELECT 0 AS mine, count(*) AS buyers, sum(orders) AS orders, sum(fen) AS fen FROM buyer""",
        {**span, "paid": PAID, "amount": AMOUNT},
    )
    found = {mine: tuple(int(number or 0) for number in numbers) for mine, *numbers in rows}
    return Worth(persons[0], *found[1]), Worth(persons[1], *found[0])


def bought(engine: Engine, span: Mapping[str, Any], *, by: str, label: str) -> tuple[Bought, ...]:
    """What the segment bought, by a property of goods_bought, with another as its name; the largest amounts first."""
    text, name = engine.dialect.text("by"), engine.dialect.text("label")
    quantity, fen = amount_sql("quantity", engine.dialect), amount_sql("amount", engine.dialect)
    rows = engine.rows(
        f"""WITH line AS (SELECT person, {text} AS value, {name} AS label, {quantity} AS quantity, {fen} AS fen
                FROM ev WHERE {_SPAN} AND event = 'goods_bought' AND {_MINE})
            SELECT value, max(label) AS label, count(DISTINCT person) AS persons, sum(quantity) AS quantity,
                   sum(fen) AS total
            FROM line WHERE value IS NOT NULL GROUP BY value ORDER BY total DESC, value LIMIT {MOST}""",
        {**span, "by": by, "label": label, "quantity": "quantity", "amount": AMOUNT},
    )
    return tuple(
        Bought(value, label or value, persons, int(number), int(amount))
        for value, label, persons, number, amount in rows
    )


def stage_slices(engine: Engine, today: dt.date) -> tuple[Slice, ...]:
    """The stages of the segment's persons, and of everybody, as of the end of a day."""
    tables, params = stages_sql(today)
    found = _mine_and_all(engine, tables, params, "stage", "stages")
    return _mix(found, {key: str(stage.name) for key, stage in STAGES.items()})


def rfm_slices(engine: Engine, until_ms: int) -> tuple[Slice, ...]:
    """The RFM groups of the segment's buyers, and of all buyers; scored among all buyers."""
    tables, params = scores_sql(engine.dialect, until_ms=until_ms)
    found = _mine_and_all(engine, tables, params, group_sql(), "rfm")
    return _mix(found, {key: str(name) for key, (_high, name) in GROUPS.items()})


def _mine_and_all(
    engine: Engine, tables: str, params: Mapping[str, Any], key: str, table: str
) -> dict[tuple[int, str], int]:
    rows = engine.rows(
        f"""WITH {tables}, keyed AS (SELECT person, {key} AS k FROM {table})
            SELECT 1 AS mine, k, count(*) AS n FROM keyed WHERE {_MINE} GROUP BY k
            UNION ALL SELECT 0 AS mine, k, count(*) AS n FROM keyed GROUP BY k""",
        params,
    )
    return {(mine, key): number for mine, key, number in rows}


def _mix(found: Mapping[tuple[int, str], int], names: Mapping[str, str]) -> tuple[Slice, ...]:
    mine, all_of_them = (sum(n for (which, _key), n in found.items() if which == one) for one in (1, 0))
    return tuple(
        Slice(
            key,
            name,
            persons := found.get((1, key), 0),
            persons / mine if mine else None,
            found.get((0, key), 0) / all_of_them if all_of_them else None,
        )
        for key, name in names.items()
    )


def slices(
    found: Sequence[Counted], persons: tuple[int, int], label: Callable[[str], str] = str
) -> tuple[Slice, ...]:
    """The values of one facet that most persons of the segment have."""
    mine, all_of_them = persons
    top = sorted(found, key=lambda one: (-one.persons, -one.count, one.value))[:MOST]
    return tuple(
        Slice(
            one.value,
            label(one.value),
            one.persons,
            one.persons / mine,
            one.persons_all / all_of_them,
            one.count,
        )
        for one in top
    )


def lifts(found: Sequence[Counted], persons: tuple[int, int]) -> tuple[Lift, ...]:
    """What the segment surely does more than everybody, the surest first."""
    compared = [one for one in found if one.facet.kind in ("event", "property")]
    mine, all_of_them = persons
    z = deviations(len(compared))
    made = []
    for one in compared:
        lifted = lift_of(one.persons, mine, one.persons_all, all_of_them, z)
        if lifted is None:
            continue
        is_event = one.facet.kind == "event"
        event = one.value if is_event else one.facet.event
        made.append(
            Lift(
                one.facet.kind,
                event,
                one.facet.prop,
                "" if is_event else one.value,
                title_of(event) if is_event else f"{title_of(event)}：{one.facet.prop} = {one.value}",
                one.persons,
                one.persons / mine,
                one.persons_all,
                one.persons_all / all_of_them,
                *lifted,
            )
        )
    return tuple(sorted(made, key=lambda lift: (-lift.low, lift.event, lift.prop, lift.value))[:MOST_LIFTS])
