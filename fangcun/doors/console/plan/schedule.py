"""The schedule: where each stage stands, its acceptance, what came true of the contingencies."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.timetable import StageDates, Timetable
from fangcun.doors.console.plan.gantt import gantt
from fangcun.doors.console.plan.shown import Shown
from fangcun.plan.schedule import queries
from fangcun.plan.schedule.progress import Progress, StageState

STATES: Final[dict[str, tuple[str | Promise, str]]] = {
    "waiting": (_("未开始"), "quiet"),
    "ready": (_("可以开始"), "info"),
    "running": (_("进行中"), "info"),
    "late": (_("已延误"), "bad"),
    "finished": (_("已完成"), "good"),
}
ITEMS: Final[dict[str, tuple[str | Promise, str, str]]] = {
    "open": (_("待验收"), "quiet", "radio_button_unchecked"),
    "passed": (_("通过"), "good", "check_circle"),
    "failed": (_("未通过"), "bad", "cancel"),
    "stale": (_("需要重新验收"), "warn", "history"),
}


@dataclass(frozen=True, slots=True)
class StageCard:
    """A stage with what may be done to it now. Without a state it belongs to a document that is not in force."""

    dates: StageDates
    owner: str
    after: tuple[str, ...]
    state: StageState | None
    items: tuple[dict[str, Any], ...]

    @property
    def label(self) -> str | Promise:
        return STATES[self.state.status][0] if self.state else ""

    @property
    def tone(self) -> str:
        return STATES[self.state.status][1] if self.state else "quiet"

    @property
    def passed(self) -> int:
        return sum(item["state"] == "passed" for item in self.items)

    @property
    def is_running(self) -> bool:
        return self.state is not None and self.state.started_on is not None and self.state.finished_on is None


def schedule(shown: Shown, bp: Blueprint, *, room: int = 890) -> dict[str, Any]:
    """The drawing, the stages with their acceptance, contingencies and what came true of them."""
    planned, progress = shown.planned, queries.progress() if shown.is_current else None
    if planned is None:
        return {"gantt": None, "cards": [], "contingencies": _contingencies(bp, progress)}
    states = {one.stage.id: one for one in progress.stages} if progress else {}
    before = _table(progress, expected=False) if progress else planned
    now = _table(progress, expected=True) if progress else planned
    names = {one.id: one.name for one in bp.schedule.stages}
    people = {one.id: one.name for one in bp.team.members}
    return {
        "gantt": gantt(
            bp,
            planned=before,
            now=now,
            states={name: one.status for name, one in states.items()},
            today=shown.today,
            room=room,
        ),
        "cards": [
            StageCard(
                one,
                people.get(one.stage.owner or "", one.stage.owner or ""),
                tuple(names.get(name, name) for name in one.stage.after),
                states.get(one.stage.id),
                _items(one, states.get(one.stage.id)),
            )
            for one in now.stages
        ],
        "progress": progress,
        "share": round(100 * progress.share) if progress else 0,
        "today": shown.today,
        "times": now,
        "critical": _critical(now),
        "contingencies": _contingencies(bp, progress),
        "conditions": [one for one in progress.conditions if one.condition.ended_at is None]
        if progress
        else [],
        "ended": [one for one in progress.conditions if one.condition.ended_at] if progress else [],
        "whens": list(dict.fromkeys(one.when for one in bp.contingencies)),
    }


def _critical(times: Timetable) -> list[tuple[str, bool]]:
    """The critical path by name, and whether the next one waits for it: there may be several paths side by side."""
    path = [times.of(name).stage for name in times.critical]
    return [
        (stage.name, follower is not None and stage.id in follower.after)
        for stage, follower in zip_longest(path, path[1:])
        if stage is not None
    ]


def _table(progress: Progress, *, expected: bool) -> Timetable:
    """What is to be expected, or what was planned at first, in the form in which it is drawn."""
    stages = []
    for one in progress.stages:
        dates = one.expected if expected else one.baseline or one.planned
        stages.append(StageDates(one.stage, dates.start, dates.end, one.slack_days))
    end, launch = progress.end, progress.launch_end
    return Timetable(
        tuple(stages),
        start=min(one.start for one in stages),
        end=end.expected if expected else end.baseline,
        launch_end=launch.expected if expected else launch.baseline,
    )


def _items(dates: StageDates, state: StageState | None) -> tuple[dict[str, Any], ...]:
    if state is None:
        return tuple(
            {
                "text": one.text,
                "check": one.check,
                "state": None,
                "icon": "radio_button_unchecked",
                "tone": "quiet",
            }
            for one in dates.stage.acceptance
        )
    found = []
    for one in state.acceptance:
        label, tone, icon = ITEMS[one.state]
        found.append(
            {
                "key": one.key, "text": one.text, "check": one.check, "state": one.state, "label": label,
                "tone": tone, "icon": icon, "detail": one.detail, "by": one.by, "at": one.at,
                "evidence": one.evidence, "link": one.link,
            }
        )  # fmt: skip
    return tuple(found)


def _contingencies(bp: Blueprint, progress: Progress | None) -> list[dict[str, Any]]:
    people = {one.id: one.name for one in bp.team.members}
    open_now = (
        {one.condition.when for one in progress.conditions if not one.condition.ended_at}
        if progress
        else set()
    )
    return [
        {"one": one, "owner": people.get(one.owner, one.owner), "is_on": one.when in open_now}
        for one in bp.contingencies
    ]
