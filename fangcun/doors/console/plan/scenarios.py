"""The scenarios: a list to search in, and one of them drawn as a flow."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from fangcun.blueprint.document import Blueprint
from fangcun.doors.console.plan.flows import flow_of, listed
from fangcun.doors.console.plan.shown import Shown
from fangcun.plan.scoreboard.queries import funnels


def scenarios(shown: Shown, bp: Blueprint, request: HttpRequest) -> dict[str, Any]:
    """The list, and the scenario that the address names: the first without one."""
    wanted = request.GET.get("scenario")
    chosen = next((one for one in bp.scenarios if one.id == wanted), None)
    if chosen is None and bp.scenarios:
        chosen = bp.scenarios[0]
    return {
        "listed": listed(bp, chosen),
        "goals": [goal for goal in bp.goals if any(goal.id in one.serves for one in bp.scenarios)],
        "flow": None
        if chosen is None
        else flow_of(chosen, bp, _counted(shown, chosen.id).get(chosen.id, ())),
    }


def every_scenario(shown: Shown, bp: Blueprint, _request: HttpRequest) -> dict[str, Any]:
    """All of them drawn one below the other, for paper."""
    counted = _counted(shown)
    return {"flows": [flow_of(one, bp, counted.get(one.id, ())) for one in bp.scenarios]}


def _counted(shown: Shown, only: str | None = None) -> dict[str, list[int]]:
    """How many came to each step of a scenario, or of each; nothing for a document that is not in force."""
    if not shown.is_current:
        return {}
    return {one.id: [step.count for step in one.steps] for one in funnels(only=only)}
