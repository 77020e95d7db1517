"""The engine behind goals: what a metric's value is, now and at the end of each day.

Every value is counted from the events themselves. Events count when they happened before the moment of the
measuring; a span is [moment - length, moment). `per` is the length: day = 24 hours, week = 7 days, month = 30 days;
without it everything that has happened counts. `since` cuts off what began before it.

count        how many such events there are in the span
sum          what their property adds up to; whole numbers (fen) stay exact, what is no number adds nothing
persons      how many persons they happened to; a person is what `reading.person_of` says, events of nobody are nobody's
ratio        one of these three divided by another, each in a span of its own `per` if it has one, else the ratio's
conversion   of those who began the scenario in the span, the share that had come to its end by the moment, each
             attempt within the scenario's window (`funnels` tells what an attempt is). Counted are persons, or
             the values of the scenario's `key`
repeat       of the persons to whom the event happened in the last `window_days` (of 24 hours), the share to whom
             it happened twice or more in them; `per` says nothing here
retention    of the persons whose day N fell into the span, the share that came again on it. A visit is `app_shown`
             or `page_viewed`; day N is the calendar day (of the shop) N days after that of the first visit on
             record. Days that are over count, and today as it stands; `per` is so many calendar days, today the last

`where` holds for every event that is counted. Of a conversion it looks only at events that carry the property, since
one step of the scenario may have it and others not; of a retention at the first visit. A ratio's holds for both its
sides, beside their own. A `program` that is not mapped is ignored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from fangcun.insight.analytics.engines.duck import DuckEngine, duck
from fangcun.insight.analytics.funnels.chains import chain_counts, ends_sql
from fangcun.insight.analytics.metric_sql import (
    conversion_sql,
    count_sql,
    persons_sql,
    repeat_sql,
    retention_sql,
    sum_sql,
)
from fangcun.insight.analytics.moments import BEGINNING_OF_TIME, DAY_MS, SPAN_DAYS, date_of, midnight, ms
from fangcun.insight.analytics.properties import number_sql, pointer, where_sql
from fangcun.insight.analytics.queries import Step, counted
from fangcun.insight.tracking.reading import snapshot

Number: TypeAlias = int | float
Metric: TypeAlias = Mapping[str, Any]

NONE = (0, 0)


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric's value: what was counted (`of`) against what (`to`, 1 for plain counts).

    `value` is None when it can't be worked out yet; `why` says so in Chinese, and is empty otherwise.
    """

    value: Number | None
    why: str
    of: Number
    to: Number


@contextmanager
def meter(
    *,
    at: dt.datetime,
    scenarios: Mapping[str, Mapping[str, Any]] | None = None,
    programs: Mapping[str, int] | None = None,
) -> Iterator[Meter]:
    """Everything that happened before `at`, as of one moment, ready to be measured.

    `scenarios` maps ids to the entries of funnels.json; `programs` the plan's ids of mini programs to Program.pk.
    """
    until = ms(at)
    with duck(snapshot(until_ms=until), until_ms=until) as engine:
        yield Meter(engine, until, scenarios or {}, programs or {})


class Meter:
    """Answers about metrics in plain JSON form (`dataclasses.asdict` of a document's metric will do)."""

    def __init__(
        self,
        engine: DuckEngine,
        at_ms: int,
        scenarios: Mapping[str, Mapping[str, Any]],
        programs: Mapping[str, int],
    ) -> None:
        self._engine = engine
        self._at = at_ms
        self._scenarios = scenarios
        self._programs = programs
        self._firsts = engine.rows("SELECT event, program, min(ts) FROM ev GROUP BY ALL")

    def measure(
        self, metric: Metric, *, at: dt.datetime | None = None, since: dt.datetime | None = None
    ) -> Measure:
        """The metric's value at a moment, which is the meter's own or an earlier one (else ValueError)."""
        moment = self._at if at is None else ms(at)
        if moment > self._at:
            raise ValueError("What happened after the meter's own moment is not loaded.")
        return self._measured(metric, [moment], since)[0]

    def series(
        self, metric: Metric, *, days: Sequence[dt.date], since: dt.datetime | None = None
    ) -> list[Number | None]:
        """The metric's value as it stood at the end of each day of the shop.

        Of the day of the meter's moment it is the value at that moment; days after it have none.
        """
        today = date_of(self._at)
        moments = [min(midnight(day + dt.timedelta(days=1)), self._at) for day in days if day <= today]
        known = iter(self._measured(metric, moments, since) if moments else [])
        return [next(known).value if day <= today else None for day in days]

    def funnel(self, scenario_id: str, *, since: dt.datetime | None = None) -> list[Step]:
        """How many of those who began the scenario since then came how far; KeyError for an unknown scenario."""
        scenario = self._scenarios[scenario_id]
        names = [step["event"] for step in scenario["steps"]]
        start = BEGINNING_OF_TIME if since is None else ms(since)
        params = {"since": start, "until": self._at, "window": scenario["window_ms"]}
        return counted(chain_counts(names, scenario["key"], self._engine, params), names)

    def _measured(self, metric: Metric, moments: list[int], since: dt.datetime | None) -> list[Measure]:
        start = BEGINNING_OF_TIME if since is None else ms(since)
        kind = metric["kind"]
        if kind == "ratio":
            return self._ratio(metric, moments, start)
        if kind == "conversion":
            return self._conversion(metric, moments, start)
        if kind == "repeat":
            return self._repeat(metric, moments, start)
        if kind == "retention":
            return self._retention(metric, moments, start)
        numbers = self._numbers(metric, moments, start)
        whys = [self._why(metric, metric["event"], moment) for moment in moments]
        return [
            Measure(None, why, 0, 1) if why else Measure(number, "", number, 1)
            for number, why in zip(numbers, whys, strict=True)
        ]

    def _numbers(
        self, metric: Metric, moments: list[int], start: int, around: Metric | None = None
    ) -> list[Number]:
        """A count, sum or number of persons at each moment; `around` is the ratio that it is a side of."""
        outer = around or {}
        source, where, params = self._events(
            {**metric, "program": metric.get("program") or outer.get("program")}, outer
        )
        lows = _lows(metric.get("per") or outer.get("per"), moments, start)
        params |= {"event": metric["event"], **_spans(lows, moments)}
        if metric["kind"] == "count":
            rows = self._rows(count_sql(source, where), params)
        elif metric["kind"] == "persons":
            rows = self._rows(persons_sql(source, where), params)
        elif metric["kind"] == "sum":
            sums = self._rows(
                sum_sql(source, where, *number_sql("number")), params | {"number": pointer(metric["prop"])}
            )
            rows = {
                n: ((whole or 0) + fraction if some else whole or 0,)
                for n, (whole, fraction, some) in sums.items()
            }
        else:
            raise ValueError(f"There is no metric of the kind {metric['kind']!r} here.")
        return [rows.get(n, (0,))[0] for n in range(len(moments))]

    def _ratio(self, metric: Metric, moments: list[int], start: int) -> list[Measure]:
        below = metric["to"]
        program = below.get("program") or metric.get("program")
        return [
            _share(
                (of, to),
                self._why({"program": program}, below["event"], moment)
                or _("统计时段内没有符合条件的 {event} 事件，没有可以作分母的数").format(
                    event=below["event"]
                ),
            )
            for moment, of, to in zip(
                moments,
                self._numbers(metric["of"], moments, start, metric),
                self._numbers(below, moments, start, metric),
                strict=True,
            )
        ]

    def _conversion(self, metric: Metric, moments: list[int], start: int) -> list[Measure]:
        scenario = self._scenarios.get(metric["scenario"])
        if scenario is None:
            why = _("规划里没有场景 {scenario}").format(scenario=metric["scenario"])
            return [Measure(None, why, 0, 0) for _moment in moments]
        names = [step["event"] for step in scenario["steps"]]
        where, params = where_sql([metric.get("where") or {}], if_carried=True)
        program = self._programs.get(metric.get("program") or "")
        if program is not None:
            where, params = f"program = $program AND {where}", params | {"program": program}
        ends, named = ends_sql(names, scenario["key"], self._engine.dialect, where)
        lows = _lows(metric.get("per"), moments, start)
        span = {"since": min(lows), "until": max(moments), "window": scenario["window_ms"]}
        rows = self._rows(conversion_sql(ends), params | named | span | _spans(lows, moments))
        return [
            _share(
                rows.get(n, NONE),
                self._why(metric, names[0], moment)
                or _("统计时段内还没有人开始场景“{scenario}”").format(scenario=scenario["name"]),
            )
            for n, moment in enumerate(moments)
        ]

    def _repeat(self, metric: Metric, moments: list[int], start: int) -> list[Measure]:
        source, where, params = self._events(metric)
        days = metric["window_days"]
        lows = [max(moment - days * DAY_MS, start) for moment in moments]
        rows = self._rows(
            repeat_sql(source, where),
            params | {"event": metric["event"]} | _spans(lows, moments),
        )
        return [
            _share(
                rows.get(n, NONE),
                self._why(metric, metric["event"], moment)
                or _("最近 {days} 天里没有人产生 {event} 事件").format(days=days, event=metric["event"]),
            )
            for n, moment in enumerate(moments)
        ]

    def _retention(self, metric: Metric, moments: list[int], start: int) -> list[Measure]:
        source, where, params = self._events(metric)
        opened = [first for event, _program, first in self._firsts if event in ("app_shown", "page_viewed")]
        if not opened:
            return [Measure(None, _("还没有人打开过小程序"), 0, 0) for _moment in moments]
        zero = date_of(min(opened))
        todays = [(date_of(moment - 1) - zero).days for moment in moments]
        span = SPAN_DAYS.get(metric.get("per") or "")
        rows = self._rows(
            retention_sql(source, where),
            params
            | {"days": [midnight(zero + dt.timedelta(days=n)) for n in range(max(*todays, 0) + 1)]}
            | {"n": list(range(len(moments))), "today": todays}
            | {"first": [today - span + 1 if span else 0 for today in todays]}
            | {"since": start, "until": max(moments), "later": metric["day"]},
        )
        why = _("统计时段内还没有访客来满 {days} 天").format(days=metric["day"])
        return [_share(rows.get(n, NONE), why) for n in range(len(moments))]

    def _events(self, metric: Metric, around: Metric | None = None) -> tuple[str, str, dict[str, Any]]:
        """Where a metric's events are, which of them count, and the parameters for both."""
        where, params = where_sql([one.get("where") or {} for one in (metric, around or {})])
        program = self._programs.get(metric.get("program") or "")
        if program is None:
            return "ev", where, params
        return "(SELECT * FROM ev WHERE program = $program)", where, params | {"program": program}

    def _why(self, metric: Metric, event: str, moment: int) -> str:
        """That the event had never come before the moment; empty if it had."""
        program = self._programs.get(metric.get("program") or "")
        for name, where, first in self._firsts:
            if name == event and first < moment and program in (None, where):
                return ""
        return _("还没有收到过 {event} 事件").format(event=event)

    def _rows(self, sql: str, params: dict[str, Any]) -> dict[int, tuple[Any, ...]]:
        return {n: tuple(row) for n, *row in self._engine.rows(sql, params)}


def _lows(per: str | None, moments: list[int], start: int) -> list[int]:
    if per is None:
        return [start] * len(moments)
    return [max(moment - SPAN_DAYS[per] * DAY_MS, start) for moment in moments]


def _spans(lows: list[int], highs: list[int]) -> dict[str, list[int]]:
    return {"n": list(range(len(lows))), "low": lows, "high": highs}


def _share(found: tuple[Number, ...], why: str) -> Measure:
    of, to = found
    return Measure(of / to, "", of, to) if to else Measure(None, why, of, to)
