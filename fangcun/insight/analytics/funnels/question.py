"""The question of a funnel: how many of those who began went how far, and how long it took them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.utils.translation import gettext as _

from fangcun.insight.analytics.conditions import conditions, text_of
from fangcun.insight.analytics.engines import Dialect, Engine
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.funnels.answer import (
    FunnelAnswer,
    FunnelDay,
    FunnelGroup,
    counted,
    steps_of,
)
from fangcun.insight.analytics.funnels.source import PERSON as PERSON
from fangcun.insight.analytics.funnels.source import Plan
from fangcun.insight.analytics.funnels.steps import ROLES, FunnelStep, Way, way_of
from fangcun.insight.analytics.moments import DAY_MS
from fangcun.insight.analytics.scope import MOST_GROUPS, choice_of, number_of, program_of, somebody_sql
from fangcun.insight.analytics.spans import Params, Span, date_of_number, day_sql, one, span_of

ORDERS = ("ordered", "strict", "unordered")
USUAL_STEPS = ("goods_viewed", "cart_added", "order_submitted", "order_paid")
USUAL_WINDOW_MS = 7 * DAY_MS
USUAL_TOP = 5
LONGEST_WINDOW_MS = 366 * DAY_MS
UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": DAY_MS}
_WINDOW = re.compile(r"([0-9]{1,9})(s|m|h|d)")


@dataclass(frozen=True, slots=True)
class FunnelQuestion:
    """A funnel. What exactly is counted is said at the beginning of this package.

    `key` is "person" or a property: then its values are counted, whoever caused the events, and events without it
    belong to nobody. `by` is a property of the first event of an attempt; the `top` most frequent values have
    groups. `every` adds a trend by the "day" or "week" in which attempts start. With `first_touch` only the first
    start of the span is one. `among` are the only persons whose events count, if not None.
    """

    steps: tuple[FunnelStep, ...]
    span: Span
    window_ms: int = USUAL_WINDOW_MS
    order: str = "ordered"
    key: str = PERSON
    by: str = ""
    top: int = USUAL_TOP
    every: str = ""
    first_touch: bool = False
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    kind: ClassVar[str] = "funnel"

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read a question; without steps it is about a purchase. Raises QuestionInvalid."""
        question = cls(
            steps=_steps(params),
            span=span_of(params),
            window_ms=window_of(one(params, "window")),
            order=choice_of(params, "order", ORDERS, "ordered"),
            key=one(params, "key") or PERSON,
            by=one(params, "by"),
            top=number_of(params, "top", USUAL_TOP, least=1, most=MOST_GROUPS),
            every=choice_of(params, "every", ("", "day", "week"), ""),
            first_touch=one(params, "first") == "1",
            program=program_of(params),
            segment=one(params, "segment"),
        )
        question.way()
        return question

    def params(self) -> list[tuple[str, str]]:
        """What `of` reads the same question from; usual values are left out."""
        found = []
        for step in self.steps:
            found += [("step", "|".join(step.events)), ("where", text_of(step.where)), ("role", step.role)]
            found += [("name", step.name)] if any(one.name for one in self.steps) else []
        usual = (
            ("window", window_text(self.window_ms), window_text(USUAL_WINDOW_MS)),
            ("order", self.order, "ordered"),
            ("key", self.key, PERSON),
            ("by", self.by, ""),
            ("top", str(self.top), str(USUAL_TOP)),
            ("every", self.every, ""),
            ("first", "1" if self.first_touch else "", ""),
            ("program", "" if self.program is None else str(self.program), ""),
            ("segment", self.segment, ""),
        )
        return [
            *found,
            *((name, value) for name, value, left_out in usual if value != left_out),
            *self.span.params(),
        ]

    def reads(self) -> Mapping[str, Any]:
        """The span, and as much after it as the window is long."""
        found = {"since_ms": self.span.start_ms, "until_ms": self.span.end_ms + self.window_ms}
        return found if self.program is None else {**found, "program_id": self.program}

    def way(self) -> Way:
        """The steps by what they are for. Raises QuestionInvalid when they can't be walked so."""
        return way_of(self.steps, self.order)

    def names(self) -> list[str]:
        """What the counted steps are called."""
        counted = self.way().counted
        if self.order == "unordered":
            return [_("任意 {number} 步").format(number=n) for n in range(1, len(counted) + 1)]
        return [str(step) for step in counted]

    def plan(self, engine: Engine, *, everyone: bool) -> Plan:
        """What the SQL is made of."""
        person = self.key == PERSON
        limit = "TRUE" if self.among is None else somebody_sql(engine, self.among)
        return Plan(
            self.way(),
            self.order,
            PERSON if person else engine.dialect.text("key"),
            limit,
            self.first_touch,
            bool(self.by),
            everyone,
        )

    def values(self) -> dict[str, Any]:
        """The parameters that the SQL names."""
        found = {"since": self.span.start_ms, "until": self.span.end_ms, "window": self.window_ms}
        return {**found, "key": self.key, "by": self.by}

    def answer(self, engine: Engine) -> FunnelAnswer:
        """Count. Raises QuestionInvalid when the steps can't be walked so."""
        plan = self.plan(engine, everyone=bool(self.by or self.every))
        found = counted(plan, engine, self.values(), period=self._period(engine.dialect), top=self.top)
        way, names = plan.way, self.names()
        groups = tuple(
            FunnelGroup(
                None if not one.label and one.number <= self.top else one.label,
                one.number > self.top,
                steps_of(way, one, names),
            )
            for one in found.groups
        )
        counts = {one.number: one.counts for one in found.periods}
        none = (0,) * len(way.counted)
        trend = tuple(
            FunnelDay(date_of_number(number, self.every), counts.get(number, none))
            for number in self._numbers()
        )
        return FunnelAnswer(steps_of(way, found.total, names), groups, trend)

    def _period(self, dialect: Dialect) -> str:
        return day_sql("t1", self.span, dialect, unit=self.every) if self.every else ""

    def _numbers(self) -> range:
        """The numbers of the days or weeks of the span."""
        if not self.every:
            return range(0)
        first, last = ((date - dt.date(1970, 1, 1)).days for date in (self.span.first, self.span.last))
        return range(first, last + 1) if self.every == "day" else range((first + 3) // 7, (last + 3) // 7 + 1)


def window_of(text: str) -> int:
    """A window such as 30m, 12h or 7d in ms; 7 days for ''. Raises QuestionInvalid."""
    if not text:
        return USUAL_WINDOW_MS
    match = _WINDOW.fullmatch(text)
    length = int(match[1]) * UNIT_MS[match[2]] if match else 0
    if not 0 < length <= LONGEST_WINDOW_MS:
        raise QuestionInvalid(_("窗口“{window}”应写作 30m、12h 或 7d，最长 366 天"), window=text)
    return length


def window_text(length_ms: int) -> str:
    """A window as `window_of` reads it, in the largest unit that fits."""
    unit = next((unit for unit in "dhm" if length_ms % UNIT_MS[unit] == 0), "s")
    return f"{length_ms // UNIT_MS[unit]}{unit}"


def scenario_question(scenario: Mapping[str, Any], span: Span) -> FunnelQuestion:
    """The funnel of a scenario of the plan, an entry of funnels.json. Raises QuestionInvalid for one step alone."""
    question = FunnelQuestion(
        tuple(FunnelStep((step["event"],), name=step["step"]) for step in scenario["steps"]),
        span,
        window_ms=scenario["window_ms"],
        key=scenario["key"],
    )
    question.way()
    return question


def _steps(params: Params) -> tuple[FunnelStep, ...]:
    texts = params.get("step", ())
    sides = [[*params.get(name, ()), *[""] * len(texts)] for name in ("where", "role", "name")]
    found = []
    for text, where, role, name in zip(texts, *sides, strict=False):
        events = tuple(event.strip() for event in text.split("|") if event.strip())
        if not events:
            continue
        if role and role not in ROLES:
            raise QuestionInvalid(_("步骤的类型应为 step、optional 或 exclude"))
        found.append(FunnelStep(events, conditions(where), role or "step", name.strip()))
    return tuple(found) or tuple(FunnelStep((event,)) for event in USUAL_STEPS)
