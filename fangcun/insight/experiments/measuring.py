"""Counting an experiment.

A person takes part from the first `experiment_exposed` of the experiment on; the variant of that event is his (ties
of one millisecond go by the event's id). Who was seen in two variants is a crossover: counted as such and left out
of all else. What he did counts from that moment, it included, until the end of the window of so many times 24 hours,
it included too. Where the horizon is fixed, persons count up to the moment at which every variant had as many as it
needs: who came later changes nothing any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

from django.utils import timezone

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.moments import DAY_MS, date_of, ms
from fangcun.insight.analytics.spans import Params, Span, day_sql, one
from fangcun.insight.experiments.design import FIXED, ExperimentSpec
from fangcun.insight.experiments.errors import ExperimentNotRunning
from fangcun.insight.experiments.exposure_sql import (
    clean_sql,
    done_sql,
    exposed_sql,
    firsts_sql,
    horizon_sql,
)
from fangcun.insight.experiments.models import Experiment
from fangcun.insight.experiments.queries import experiment_of

MINUTE_MS = 60_000


class Shown(NamedTuple):
    """Persons first exposed on one day to one variant: those who count, how many of these are still within their
    window, those left out as crossovers, and those who came after the horizon.
    """

    persons: int
    young: int
    crossovers: int
    late: int


class Added(NamedTuple):
    """What one day added to a metric: persons who did it the first time, the sums of values and squares."""

    persons: int
    total: float
    squares: float


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, by day of the shop's calendar (numbered as `spans.day_sql` does) and variant.

    `done` holds a map for each metric of `ExperimentSpec.ordered`. `horizon_ms` is when the last variant had the
    persons it needs; None before that, and where there is no horizon.
    """

    exposed: Mapping[tuple[int, str], Shown]
    done: tuple[Mapping[tuple[int, str], Added], ...]
    horizon_ms: int | None


@dataclass(frozen=True, slots=True)
class ExperimentQuestion:
    """How an experiment stands. Exposures count from `since_ms` to before `until_ms`, all else to before `at_ms`."""

    spec: ExperimentSpec
    needed: tuple[tuple[str, int], ...]
    since_ms: int
    until_ms: int
    at_ms: int

    kind: ClassVar[str] = "experiment"

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read `experiment`, a key; as of now. Raises ExperimentUnknown, ExperimentNotRunning."""
        return cls.about(experiment_of(one(params, "experiment")), timezone.now())

    @classmethod
    def about(cls, experiment: Experiment, now: dt.datetime) -> Self:
        """The question about an experiment that has begun, as of a moment. Raises ExperimentNotRunning."""
        if experiment.started_at is None:
            raise ExperimentNotRunning
        # Everything is counted up to full minutes, so that looking again at once costs nothing.
        since, at = ms(experiment.started_at), _minute_after(now)
        stopped = at if experiment.stopped_at is None else _minute_after(experiment.stopped_at)
        return cls(
            spec=experiment.spec,
            needed=tuple(experiment.planned.items()),
            since_ms=since,
            until_ms=max(since, min(at, stopped)),
            at_ms=max(since, min(at, stopped + experiment.window_days * DAY_MS + 1)),
        )

    def params(self) -> list[tuple[str, str]]:
        return [("experiment", self.spec.key)]

    def reads(self) -> Mapping[str, Any]:
        return {"since_ms": self.since_ms, "until_ms": self.at_ms, "program_id": self.spec.program_id}

    def answer(self, engine: Engine) -> Counts:
        """Count. Pure but for the engine."""
        firsts, params = firsts_sql(
            self.spec.key, [name for name, _weight in self.spec.weights], engine.dialect
        )
        params |= {
            "since": self.since_ms,
            "until": self.until_ms,
            "at": self.at_ms,
            "cut": self.until_ms,
            "window": self.spec.window_days * DAY_MS,
        }
        horizon = self._horizon(engine, firsts, params) if self.spec.method == FIXED else None
        if horizon is not None:
            params["cut"] = horizon
        day = day_sql("ts", Span(date_of(self.since_ms), date_of(self.at_ms)), engine.dialect)
        exposed = engine.rows(exposed_sql(firsts, day), params)
        done = []
        for metric in self.spec.ordered:
            sql, more = done_sql(clean_sql(firsts), metric, day, engine.dialect)
            rows = engine.rows(sql, params | more)
            done.append({(int(d), name): Added(int(n), float(x), float(xx)) for d, name, n, x, xx in rows})
        shown = {(int(d), name): Shown(*map(int, numbers)) for d, name, *numbers in exposed}
        return Counts(shown, tuple(done), horizon)

    def _horizon(self, engine: Engine, firsts: str, params: Mapping[str, Any]) -> int | None:
        sql, more = horizon_sql(firsts, self.needed)
        reached, moment = engine.rows(sql, {**params, **more})[0]
        return int(moment) if reached == len(self.needed) else None


def _minute_after(moment: dt.datetime) -> int:
    return -(-ms(moment) // MINUTE_MS) * MINUTE_MS
