"""What must hold before a stage is done, and whether it does."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fangcun.blueprint.document import Acceptance, Stage
from fangcun.plan.schedule.checks import TITLES, CheckState, State
from fangcun.plan.schedule.models import Tick


@dataclass(frozen=True, slots=True)
class AcceptanceItem:
    """One thing that must hold. `key` is what `tick` takes; `check` is None where a person decides."""

    key: str
    text: str
    check: str | None
    state: State
    detail: str = ""
    by: str = ""
    at: dt.datetime | None = None
    evidence: str = ""
    link: str = ""


def key_of(item: Acceptance) -> str:
    """What an acceptance item is known by: the check's name, else a digest, so that a changed text is another item."""
    return item.check or hashlib.sha256((item.text or "").encode()).hexdigest()[:16]


def ticks_of(stages: Iterable[str]) -> dict[tuple[str, str], Tick]:
    """What persons accepted, by stage and item."""
    return {(tick.stage, tick.item): tick for tick in Tick.objects.filter(stage__in=list(stages))}


def acceptance_of(
    stage: Stage, *, ticks: Mapping[tuple[str, str], Tick], checks: Mapping[str, CheckState]
) -> tuple[AcceptanceItem, ...]:
    """The acceptance of a stage, item by item, in the order of the plan."""
    return tuple(
        _decided(item, checks[item.check])
        if item.check
        else _ticked(item, ticks.get((stage.id, key_of(item))))
        for item in stage.acceptance
        if item.check or item.text
    )


def unticked(stage: Stage) -> list[str]:
    """The items of a stage that wait for a person's word."""
    by_persons = replace(stage, acceptance=tuple(item for item in stage.acceptance if not item.check))
    return missing(acceptance_of(by_persons, ticks=ticks_of([stage.id]), checks={}))


def missing(items: Iterable[AcceptanceItem]) -> list[str]:
    """What does not hold yet, in words."""
    return [item.text for item in items if item.state != "passed"]


def _decided(item: Acceptance, said: CheckState) -> AcceptanceItem:
    title = str(TITLES[said.check])
    text = f"{item.text}（{title}）" if item.text else title
    report = said.evidence.get("report", "") if isinstance(said.evidence, dict) else ""
    return AcceptanceItem(
        said.check, text, said.check, said.state, said.detail, said.by, said.at, link=str(report)
    )


def _ticked(item: Acceptance, tick: Tick | None) -> AcceptanceItem:
    key, text = key_of(item), item.text or ""
    if tick is None:
        return AcceptanceItem(key, text, None, "open")
    return AcceptanceItem(
        key, text, None, "passed", by=tick.actor_name, at=tick.at, evidence=tick.evidence, link=tick.link
    )
