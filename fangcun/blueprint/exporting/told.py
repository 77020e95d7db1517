"""An event in one sentence, for people of other systems."""

from __future__ import annotations

from fangcun.blueprint.compiling.tracking import PlannedEvent
from fangcun.blueprint.document import Blueprint, Branch


def told(bp: Blueprint, event: PlannedEvent) -> str:
    """When an event happens: scenario, who, on which page, or under which condition."""
    parts = []
    for one in event.triggers:
        moment = one.moment
        page = f"在“{bp.pages[moment.page].title}”" if moment.page in bp.pages else ""
        when = f"（{moment.when}）" if isinstance(moment, Branch) else ""
        parts.append(f"{one.scenario.name}：{moment.actor}{page}{when}")
    return "；".join(dict.fromkeys(parts)) or "小程序自动采集"
