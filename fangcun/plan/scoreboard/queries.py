"""The scoreboard: every goal of the plan with its number, counted from the events when asked, never stored."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language

from fangcun.blueprint.document import Blueprint, Goal
from fangcun.identity.programs.models import Program
from fangcun.insight.analytics.alarms import Alarm, alarms
from fangcun.insight.analytics.metrics import Meter, meter
from fangcun.insight.tracking.queries import Coverage, coverage
from fangcun.insight.tracking.reading import version
from fangcun.plan.revisions import queries as revisions
from fangcun.plan.scoreboard.scores import GoalScore, score

MOST_POINTS = 90
REMEMBER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Board:
    """All goals in the order of the plan, which planned events arrive, and which come far too seldom or too often."""

    goals: tuple[GoalScore, ...]
    coverage: Coverage | None
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many came this far: persons, or whatever the funnel counts; how long they took from the step before."""

    step: str
    event: str
    count: int
    median_ms: float | None


@dataclass(frozen=True, slots=True)
class ScenarioFunnel:
    """A scenario as it was gone through. `key` is "person" or the property that is counted."""

    id: str
    name: str
    key: str
    window_ms: int
    steps: tuple[FunnelStep, ...]


def board(now: dt.datetime | None = None) -> Board:
    """Every goal of the current plan with its number now. Without a plan there are no goals.

    Events are loaded once for all goals. Without `now` the answer is remembered for some seconds, until more is
    counted or another plan is published.
    """
    newest = revisions.newest_number()
    if newest is None:
        return Board((), None, ())
    key = f"scoreboard.{newest}.{version()}.{timezone.localdate()}.{get_language()}"
    known: Board | None = cache.get(key) if now is None else None
    if known is None:
        known = _board(now or timezone.now())
        if now is None:
            cache.set(key, known, REMEMBER_SECONDS)
    return known


def funnels(now: dt.datetime | None = None, *, only: str | None = None) -> list[ScenarioFunnel]:
    """The funnel of every scenario of the current plan, over everything counted before `now`.

    `only` names a single scenario, since each funnel is counted anew.
    """
    planned = {one["id"]: one for one in revisions.funnels() if only in (None, one["id"])}
    if not planned:
        return []
    with meter(at=now or timezone.now(), scenarios=planned) as engine:
        return [
            ScenarioFunnel(
                id=one["id"],
                name=one["name"],
                key=one["key"],
                window_ms=one["window_ms"],
                steps=tuple(
                    FunnelStep(step["step"], step["event"], found.persons, found.median_ms)
                    for step, found in zip(one["steps"], engine.funnel(one["id"]), strict=True)
                ),
            )
            for one in planned.values()
        ]


def _board(now: dt.datetime) -> Board:
    bp = revisions.current_blueprint()
    today = timezone.localdate(now)
    goals = bp.goals if bp else ()
    since = revisions.goals_since()
    scenarios = {one["id"]: one for one in revisions.funnels()}
    with meter(at=now, scenarios=scenarios, programs=_programs(bp)) as engine:
        scores = tuple(
            _score(goal, engine, since=timezone.localdate(since.get(goal.id, now)), today=today)
            for goal in goals
        )
    return Board(scores, coverage(now), tuple(alarms(today)))


def _score(goal: Goal, engine: Meter, *, since: dt.date, today: dt.date) -> GoalScore:
    metric = asdict(goal.metric)
    first = max(since, today - dt.timedelta(days=MOST_POINTS - 1))
    days = [first + dt.timedelta(days=n) for n in range((today - first).days + 1)]
    now = engine.measure(metric)
    return score(
        goal,
        value=now.value,
        why=now.why,
        series=list(zip(days, engine.series(metric, days=days), strict=True)),
        since=since,
        today=today,
    )


def _programs(bp: Blueprint | None) -> dict[str, int]:
    """Which registered mini program each one of the plan is: the one of its role, where a role has but one."""
    planned = Counter[str](one.role for one in bp.programs) if bp else Counter[str]()
    registered = list(Program.objects.filter(is_active=True).values_list("role", "pk"))
    roles = Counter(role for role, _pk in registered)
    known = {role: pk for role, pk in registered if roles[role] == 1 and planned[role] == 1}
    return {one.id: known[one.role] for one in (bp.programs if bp else ()) if one.role in known}
