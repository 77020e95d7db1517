"""Funnels of every kind on random small logs full of ties and repeats, against trying every chain."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fangcun.insight.analytics.conditions import conditions
from fangcun.insight.analytics.engines import DuckDialect
from fangcun.insight.analytics.funnels.answer import form_of, steps_of, tallies
from fangcun.insight.analytics.funnels.blocks import block_form
from fangcun.insight.analytics.funnels.source import Plan
from fangcun.insight.analytics.funnels.steps import FunnelStep, way_of
from fangcun.insight.analytics.funnels.tests import plainly
from fangcun.insight.analytics.funnels.tests.plainly import Asked, Row

by_examples = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Small:
    """An engine over a table in memory, filled anew for each log."""

    dialect = DuckDialect()

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        self.rows(
            "CREATE TABLE ev (person BIGINT, event VARCHAR, ts BIGINT, props VARCHAR, id VARCHAR, program BIGINT)"
        )

    def rows(self, sql: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        wanted = {name: value for name, value in (params or {}).items() if re.search(rf"\${name}\b", sql)}
        return self._connection.execute(sql, wanted).fetchall()

    def fill(self, rows: Sequence[Row]) -> None:
        self.rows("DELETE FROM ev")
        for row in rows:
            values = {"person": row.person, "event": row.event, "ts": row.ts, "id": row.id}
            self.rows(
                "INSERT INTO ev VALUES ($person, $event, $ts, $props, $id, 1)",
                {**values, "props": json.dumps(row.props)},
            )


@pytest.fixture(scope="module")
def engine():
    return Small()


@dataclass(frozen=True)
class Case:
    """A funnel in both shapes."""

    steps: tuple[FunnelStep, ...]
    order: str
    since: int
    until: int
    window: int
    first_touch: bool
    key: str

    def asked(self) -> Asked:
        return Asked(
            [(step.role, fits(step)) for step in self.steps],
            self.since,
            self.until,
            self.window,
            self.order,
            self.first_touch,
        )


def fits(step: FunnelStep):
    wanted = {one.prop: set(one.values) for one in step.where}
    return lambda row: (
        row.event in step.events and all(row.props.get(prop) in values for prop, values in wanted.items())
    )


EVENT_SETS = [("a",), ("a",), ("b",), ("b",), ("c",), ("c",), ("a", "b"), ("b", "c")]
WHERES = ["", "", "", "", "p=x", "p=y", "p=x,y", "q=x"]
ROWS = st.builds(
    lambda person, event, ts, props: (person, event, ts, props),
    st.sampled_from([None, 1, 1, 1, 2]),
    st.sampled_from(["a", "b", "c"]),
    st.one_of(st.integers(0, 3), st.integers(0, 12)),
    st.fixed_dictionaries(
        {},
        optional={
            "p": st.sampled_from(["x", "y"]),
            "q": st.sampled_from(["x", "y"]),
            "g": st.sampled_from(["1", "2"]),
        },
    ),
)
LOGS = st.lists(ROWS, max_size=11).map(
    lambda rows: [
        Row(person, event, ts, props, f"{n:02}") for n, (person, event, ts, props) in enumerate(rows)
    ]
)


def steps(roles: Sequence[str], event_sets: Sequence[tuple[str, ...]], wheres: Sequence[str]):
    return st.lists(
        st.builds(
            lambda events, where, role: FunnelStep(events, conditions(where), role),
            st.sampled_from(event_sets),
            st.sampled_from(wheres),
            st.sampled_from(roles),
        ),
        min_size=1,
        max_size=4,
    ).flatmap(
        lambda rest: st.builds(
            lambda events, where: (FunnelStep(events, conditions(where)), *rest),
            st.sampled_from(event_sets),
            st.sampled_from(wheres),
        )
    )


def cases(walked, orders: Sequence[str]):
    return st.builds(
        Case,
        walked,
        st.sampled_from(orders),
        st.sampled_from([0, 0, 1]),
        st.sampled_from([2, 6, 13]),
        st.sampled_from([0, 1, 3, 13]),
        st.sampled_from([False, False, False, True]),
        st.sampled_from(["person", "person", "g"]),
    )


def check(engine: Small, case: Case, rows: list[Row]) -> None:
    from fangcun.insight.analytics.errors import QuestionInvalid

    try:
        way = way_of(case.steps, case.order)
    except QuestionInvalid:
        assume(False)
    engine.fill(rows)
    asked = case.asked()
    found = plainly.attempts(rows, asked, case.key)
    params = {
        "since": case.since,
        "until": case.until,
        "window": case.window,
        "key": case.key,
        "by": "p",
    }
    unit = "person" if case.key == "person" else engine.dialect.text("key")
    for valued in (False, True):
        plan = Plan(way, case.order, unit, "TRUE", case.first_touch, valued, everyone=True)
        forms = [form_of(plan, engine.dialect)]
        if case.order != "unordered":
            forms.append(block_form(plan, engine.dialect))
        times = ", ".join(f"t{n}" for n in range(1, len(way.counted) + 1))
        value = ", v" if valued else ""
        expected = {
            unit: (one.level, *one.times, *([one.start.props.get("p", "")] if valued else []))
            for unit, one in found.items()
        }
        for form in forms:
            rows_found = engine.rows(
                f"WITH {', '.join(form.tables)} SELECT unit, level, {times}{value} FROM att",
                params | form.params,
            )
            assert len({row[0] for row in rows_found}) == len(rows_found)
            assert {row[0]: row[1:] for row in rows_found} == expected
    short = Plan(way, case.order, unit, "TRUE", case.first_touch, everyone=False)
    total = tallies(form_of(short, engine.dialect), short, engine, params).total
    waits = plainly.waits(found.values(), asked)
    assert list(total.counts) == plainly.counts(found.values(), asked)
    assert list(total.medians[1:]) == [plainly.median(one) for one in waits]
    assert list(total.p90s[1:]) == pytest.approx([plainly.p90(one) for one in waits])
    assert steps_of(way, total, [""] * len(way.counted))[0].count == len(found)


PLAIN = steps(["step"], [("a",), ("b",), ("c",)], [""])


@by_examples
@given(case=cases(PLAIN, ["ordered", "strict"]), rows=LOGS)
def test_steps_in_order(engine, case, rows):
    check(engine, case, rows)


@by_examples
@given(case=cases(steps(["step"], EVENT_SETS, WHERES), ["ordered", "strict"]), rows=LOGS)
def test_steps_that_want_the_same_events(engine, case, rows):
    check(engine, case, rows)


@by_examples
@given(case=cases(steps(["step", "step", "optional"], EVENT_SETS, WHERES), ["ordered", "strict"]), rows=LOGS)
def test_steps_that_may_be_skipped(engine, case, rows):
    check(engine, case, rows)


@by_examples
@given(
    case=cases(steps(["step", "step", "exclude", "optional"], EVENT_SETS[:6], WHERES), ["ordered", "strict"]),
    rows=LOGS,
)
def test_steps_that_must_not_come_between(engine, case, rows):
    check(engine, case, rows)


@by_examples
@given(case=cases(PLAIN, ["unordered"]), rows=LOGS)
def test_steps_in_any_order(engine, case, rows):
    check(engine, case, rows)
