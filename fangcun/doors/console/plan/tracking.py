"""The events of the plan: what each carries and when it happens, whether it arrives, and what doesn't fit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import now

from fangcun.blueprint.compiling.tracking import PlannedEvent, Trigger, expected_rates, planned_events
from fangcun.blueprint.document import Blueprint, Branch
from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS
from fangcun.doors.console.plan.shown import Shown
from fangcun.doors.console.plan.words import actor_name, amount
from fangcun.insight.analytics.alarms import Alarm, alarms
from fangcun.insight.tracking.queries import Arrival, Coverage, Misfit, coverage


@dataclass(frozen=True, slots=True)
class Where:
    """A place of the plan at which an event happens."""

    scenario: str
    scenario_id: str
    actor: str
    page: str
    when: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An event of the dictionary. `arrival` is None in a document that is not in force."""

    event: PlannedEvent
    props: tuple[tuple[str, str, bool], ...]
    where: tuple[Where, ...]
    expected: str
    arrival: Arrival | None
    alarm: Alarm | None

    @property
    def state(self) -> str:
        """A word for the filter: arrives, silent (not for a while), never, or nothing."""
        if self.arrival is None:
            return ""
        if self.arrival.last_at is None:
            return "never"
        return "arrives" if self.arrival.arrives else "silent"

    @property
    def words(self) -> str:
        """What a search looks in."""
        told = [self.event.name, *(name for name, _kind, _must in self.props)]
        told += [f"{one.scenario} {one.page}" for one in self.where]
        return " ".join(told).lower()


def tracking(shown: Shown, bp: Blueprint) -> dict[str, Any]:
    """The dictionary with what arrives, the quarantine, the alarms."""
    covered = coverage(now()) if shown.is_current else None
    misfits = shown.misfits
    found = alarms(shown.today) if shown.is_current else []
    arrivals = {one.event: one for one in covered.events} if covered else {}
    loud = {one.event: one for one in found}
    rates = expected_rates(bp)
    titles = {name: page.title for name, page in bp.pages.items()}
    events = [
        Listed(
            event,
            tuple((name, kind, name in event.required) for name, kind in event.props.items()),
            tuple(_where(one, titles) for one in event.triggers),
            _expected(rates.get(event.name)),
            arrivals.get(event.name),
            loud.get(event.name),
        )
        for event in planned_events(bp)
    ]
    return {
        "events": events,
        "states": [
            (state, sum(one.state == state for one in events)) for state in ("arrives", "silent", "never")
        ],
        "automatic": list(AUTOMATIC_EVENTS.items()),
        "coverage": summary(covered, found, misfits),
        "alarms": found,
        "quarantine": [(one, [_sample(sample.event) for sample in one.samples]) for one in misfits],
    }


def summary(
    covered: Coverage | None, found: Sequence[Alarm], misfits: Sequence[Misfit]
) -> dict[str, Any] | None:
    """The line over the page; None where nothing is counted."""
    if covered is None:
        return None
    return {
        "planned": covered.planned,
        "arriving": covered.arriving,
        "percent": round(100 * covered.arriving / covered.planned) if covered.planned else 0,
        "alarms": len(found),
        "quarantined": len({one.event for one in misfits}),
        "trouble": len(found) + len({one.event for one in misfits}),
    }


def _where(one: Trigger, titles: dict[str, str]) -> Where:
    when = one.moment.when if isinstance(one.moment, Branch) else ""
    page = titles.get(one.moment.page or "", one.moment.page or "")
    return Where(one.scenario.name, one.scenario.id, actor_name(one.moment.actor), page, when)


def _expected(rate: dict[str, Any] | None) -> str:
    if rate is None:
        return ""
    return f"{amount(rate['low'], 'number')} – {amount(rate['high'], 'number')}"


def _sample(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False, indent=2)[:2000]
