"""Funnels of every kind on random small logs full of ties and repeats, against trying every chain."""

from __future__ import annotations

import json
import random
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
from fangcun.insight.analytics.funnels.answer import counted, form_of, steps_of, tallies
from fangcun.insight.analytics.funnels.blocks import block_form
from fangcun.insight.analytics.funnels.source import Plan
from fangcun.insight.analytics.funnels.steps import FunnelStep, way_of
from fangcun.insight.analytics.funnels.tests import plainly
from fangcun.insight.analytics.funnels.tests.plainly import Asked, Row

by_examples = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Small:
    """An engine over a table in memory, filled anew for each log."""

    dialect = DuckDialect()

    def __init__(self) -> None:
        self._connection = duckdb.connect(":memory:", config={"threads": 1})

    def rows(self, sql: str, params: dict[str, Any] | None = None) -> Any:
        return self._ran(sql, params or {}).fetchall()

    def columns(self, sql: str, params: dict[str, Any] | None = None) -> Any:
        return self._ran(sql, params or {}).fetchnumpy()

    def _ran(self, sql: str, params: dict[str, Any]) -> Any:
        wanted = {name: value for name, value in params.items() if re.search(rf"\${name}\b", sql)}
        return self._connection.execute(sql, wanted)

    def fill(self, rows: Sequence[Row]) -> None:
        columns = {
            "person": [row.person for row in rows],
            "event": [row.event for row in rows],
            "ts": [row.ts for row in rows],
            "props": [json.dumps(row.props) for row in rows],
            "id": [row.id for row in rows],
        }
        self.rows(
            """CREATE OR REPLACE TABLE ev AS
            SELECT unnest($person::BIGINT[]) AS person, unnest($event::VARCHAR[]) AS event,
            unnest($ts::BIGINT[]) AS ts, unnest($props::VARCHAR[]) AS props, unnest($id::VARCHAR[]) AS id""",
            columns,
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


def logs(seed: int, number: int, *, most: int) -> list[Row]:
    """Small crowds, each with its own persons and its own values of g; many events at one moment."""
    chance = random.Random(seed)
    rows = []
    for crowd in range(number):
        late = chance.choice([1, 3, 3, 12])
        for _ in range(chance.randint(1, most)):
            props = {prop: chance.choice(["x", "y"]) for prop in "pq" if chance.random() < 0.7}
            if chance.random() < 0.8:
                props["g"] = f"{crowd}-{chance.randint(1, 2)}"
            person = chance.choice([None, *[2 * crowd] * 6, 2 * crowd + 1])
            rows.append(
                Row(person, chance.choice("abc"), chance.randint(0, late), props, f"{chance.random():.9f}")
            )
    return rows


SEEDS = st.integers(0, 2**32)


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


def check(engine: Any, case: Case, rows: list[Row]) -> None:
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
    waits = plainly.waits(found.values(), asked)
    in_sql = tallies(form_of(short, engine.dialect), short, engine, params)
    for total in (in_sql.total, counted(short, engine, params).total):
        assert list(total.counts) == plainly.counts(found.values(), asked)
        assert list(total.medians[1:]) == [plainly.median(one) for one in waits]
        assert list(total.p90s[1:]) == [plainly.p90(one) for one in waits]
        assert steps_of(way, total, [""] * len(way.counted))[0].count == len(found)


PLAIN = steps(["step"], [("a",), ("b",), ("c",)], [""])


@by_examples
@given(case=cases(PLAIN, ["ordered", "strict"]), seed=SEEDS)
def test_steps_in_order(engine, case, seed):
    check(engine, case, logs(seed, 60, most=9))


@by_examples
@given(case=cases(steps(["step"], EVENT_SETS, WHERES), ["ordered", "strict"]), seed=SEEDS)
def test_steps_that_want_the_same_events(engine, case, seed):
    check(engine, case, logs(seed, 60, most=9))


@by_examples
@given(case=cases(steps(["step", "step", "optional"], EVENT_SETS, WHERES), ["ordered", "strict"]), seed=SEEDS)
def test_steps_that_may_be_skipped(engine, case, seed):
    check(engine, case, logs(seed, 60, most=9))


@by_examples
@given(
    case=cases(steps(["step", "step", "exclude", "optional"], EVENT_SETS[:6], WHERES), ["ordered", "strict"]),
    seed=SEEDS,
)
def test_steps_that_must_not_come_between(engine, case, seed):
    check(engine, case, logs(seed, 60, most=9))


@by_examples
@given(case=cases(PLAIN, ["unordered"]), seed=SEEDS)
def test_steps_in_any_order(engine, case, seed):
    check(engine, case, logs(seed, 60, most=9))
