"""What the current revision plans of a stage."""

from __future__ import annotations

from fangcun.blueprint.document import Blueprint, Stage
from fangcun.plan.revisions.queries import current_blueprint
from fangcun.plan.schedule.errors import PlanMissing, StageUnknown


def planned() -> Blueprint:
    """The current blueprint. Raises PlanMissing before the first was published."""
    found = current_blueprint()
    if found is None:
        raise PlanMissing
    return found


def planned_stage(stage: str) -> Stage:
    """A stage of the current blueprint. Raises StageUnknown, PlanMissing."""
    for one in planned().schedule.stages:
        if one.id == stage:
            return one
    raise StageUnknown(stage=stage)
