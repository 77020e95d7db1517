"""What people do without any experiment, to plan one by."""

# ruff: noqa: S608 - the text holds our own words; what people write travels as parameters

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import timezone

from fangcun.insight.analytics.asking import ask
from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.moments import DAY_MS
from fangcun.insight.analytics.spans import Span, last_days
from fangcun.insight.experiments.design import MetricSpec
from fangcun.insight.experiments.exposure_sql import done_sql

_CLEAN = """
visits AS (SELECT person, min(ts) AS first_ts FROM ev
           WHERE event IN ($visit_0, $visit_1) AND person IS NOT NULL AND ts >= $since AND ts < $until
           GROUP BY person),
clean AS (SELECT person, 'all' AS variant, first_ts AS ts FROM visits)"""


@dataclass(frozen=True, slots=True)
class Usual:
    """So many visitors; the mean of their values (a conversion's is the rate) and its standard deviation."""

    persons: int
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class UsualQuestion:
    """What visitors of some days did in the window after their first visit in these days."""

    metric: MetricSpec
    span: Span
    window_days: int
    program_id: int | None

    kind: ClassVar[str] = "usual"

    def params(self) -> list[tuple[str, str]]:
        return [("usual", repr(self))]

    def reads(self) -> Mapping[str, Any]:
        until = self.span.end_ms + self.window_days * DAY_MS + 1
        return {"since_ms": self.span.start_ms, "until_ms": until, "program_id": self.program_id}

    def answer(self, engine: Engine) -> Usual:
        """Count. Pure but for the engine."""
        sql, params = done_sql(_CLEAN, self.metric, "0", engine.dialect)
        params |= {
            "visit_0": "app_shown",
            "visit_1": "page_viewed",
            "since": self.span.start_ms,
            "until": self.span.end_ms,
            "at": self.span.end_ms + self.window_days * DAY_MS + 1,
            "window": self.window_days * DAY_MS,
        }
        persons = int(engine.rows(f"WITH {_CLEAN} SELECT count(*) AS persons FROM clean", params)[0][0])
        rows = engine.rows(sql, params)
        if not persons or not rows:
            return Usual(persons, 0.0, 0.0)
        total, squares = float(rows[0][3]), float(rows[0][4])
        mean = total / persons
        return Usual(persons, mean, math.sqrt(max(squares / persons - mean * mean, 0.0)))


def usual_of(metric: MetricSpec, *, days: int, window_days: int, program_id: int | None) -> Usual:
    """What a metric has been for the visitors of the last days whose window is over."""
    last = timezone.localdate() - dt.timedelta(days=window_days + 1)
    return ask(UsualQuestion(metric, last_days(days, today=last), window_days, program_id))
