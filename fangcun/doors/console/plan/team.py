"""Who does the work: people by role, with what each of them owns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from fangcun.blueprint.document import Blueprint, Contingency, Member, Stage, Video
from fangcun.blueprint.timetable import StageDates, Timetable
from fangcun.blueprint.vocabulary import TeamRole


@dataclass(frozen=True, slots=True)
class Person:
    """A person, and the parts of the plan that bear the name."""

    member: Member
    stages: tuple[Stage, ...]
    dates: tuple[tuple[Stage, StageDates | None], ...]
    videos: tuple[Video, ...]
    contingencies: tuple[Contingency, ...]

    @property
    def days(self) -> int:
        """Working days of all stages together."""
        return sum(stage.days for stage in self.stages)

    @property
    def is_idle(self) -> bool:
        """Whether nothing of the plan is this person's."""
        return not (self.stages or self.videos or self.contingencies)


def team(bp: Blueprint, times: Timetable | None) -> dict[str, Any]:
    """The five roles with their people; roles that are nobody's are there too."""
    dates = {one.stage.id: one for one in times.stages} if times else {}
    people = []
    for member in bp.team.members:
        stages = tuple(one for one in bp.schedule.stages if one.owner == member.id)
        people.append(
            Person(
                member,
                stages,
                tuple((one, dates.get(one.id)) for one in stages),
                tuple(one for one in bp.content.videos if one.owner == member.id),
                tuple(one for one in bp.contingencies if one.owner == member.id),
            )
        )
    roles = [
        {"role": role, "people": [one for one in people if one.member.role == role]}
        for role in get_args(TeamRole)
    ]
    return {
        "roles": roles,
        "driver": bp.team.driver,
        "most_days": max((one.days for one in people), default=0),
        "nobody": [one for one in bp.schedule.stages if one.owner is None],
    }
