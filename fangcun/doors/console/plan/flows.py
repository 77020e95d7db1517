"""Scenarios as they are drawn: a lane for each actor, a row for each step, branches beside the step they leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fangcun.blueprint.document import Blueprint, Branch, Scenario, Step
from fangcun.doors.console.plan.words import actor_name


@dataclass(frozen=True, slots=True)
class Side:
    """A branch beside the step it leaves."""

    branch: Branch
    actor: str
    page: str


@dataclass(slots=True)
class Row:
    """A step in its lane. `column` counts lanes from 1; `before` is the lane of the step before, None for the first.

    `reached` is how many got here, `share` those among the ones of the step before, `width` among the first step's.
    """

    number: int
    step: Step | None
    column: int
    before: int | None
    actor: str = ""
    page: str = ""
    closes: bool = False
    sides: list[Side] = field(default_factory=list)
    reached: int | None = None
    share: float | None = None
    width: int = 0

    @property
    def percent(self) -> str:
        """The share as people read it."""
        return "" if self.share is None else f"{self.share:.0%}"

    @property
    def line(self) -> str:
        """The way from the step before in a box whose lanes are each 100 wide, as an SVG path."""
        if self.before is None:
            return ""
        start, end = self.before * 100 - 50, self.column * 100 - 50
        return f"M{start} 0V50H{end}V100" if start != end else f"M{start} 0V100"


@dataclass(frozen=True, slots=True)
class Flow:
    """A scenario ready to be drawn. `lanes` are the actors' names from left to right."""

    scenario: Scenario
    lanes: tuple[str, ...]
    rows: tuple[Row, ...]
    goals: tuple[tuple[str, str], ...]
    features: tuple[tuple[str, str], ...]
    unhappy: int

    @property
    def columns(self) -> str:
        """The grid: numbers, a lane for each actor, branches."""
        return f"56px repeat({len(self.lanes)}, minmax(150px, 1fr)) minmax(190px, 1.05fr)"

    @property
    def box(self) -> str:
        """The drawing box of the lines between steps."""
        return f"0 0 {len(self.lanes) * 100} 100"


def flow_of(scenario: Scenario, bp: Blueprint, reached: Sequence[int] = ()) -> Flow:
    """One scenario as a drawing; `reached` says how many came to each step, where that is known."""
    actors = list(dict.fromkeys(step.actor for step in scenario.steps))
    title = {name: page.title for name, page in bp.pages.items()}
    sides: dict[str | None, list[Side]] = {}
    known = {step.id for step in scenario.steps}
    for branch in scenario.otherwise:
        place = branch.after if branch.after in known else None
        side = Side(branch, actor_name(branch.actor), title.get(branch.page or "", branch.page or ""))
        sides.setdefault(place, []).append(side)
    rows = []
    before: int | None = None
    if None in sides and actors:
        rows.append(Row(0, None, 1, None, sides=sides[None]))
        before = 1
    for number, step in enumerate(scenario.steps, 1):
        column = actors.index(step.actor) + 1
        rows.append(
            Row(
                number,
                step,
                column,
                before,
                actor=actor_name(step.actor),
                page=title.get(step.page or "", step.page or ""),
                closes=step.id == scenario.closes_with,
                sides=sides.pop(step.id, []),
            )
        )
        before = column
    _count(rows, reached)
    return Flow(
        scenario,
        tuple(actor_name(actor) for actor in actors),
        tuple(rows),
        tuple((goal.id, goal.statement) for goal in bp.goals if goal.id in scenario.serves),
        tuple((one.id, one.name) for one in bp.features if scenario.id in one.scenarios),
        len(scenario.otherwise),
    )


def _count(rows: list[Row], reached: Sequence[int]) -> None:
    steps = [row for row in rows if row.step is not None]
    if len(steps) != len(reached):
        return
    last: int | None = None
    for row, count in zip(steps, reached, strict=True):
        row.reached = count
        row.share = count / last if last else None
        row.width = round(100 * count / reached[0]) if reached[0] else 0
        last = count


@dataclass(frozen=True, slots=True)
class Listed:
    """A scenario in the list at the side. `words` is what a search looks in."""

    scenario: Scenario
    chosen: bool
    words: str
    goals: str


def listed(bp: Blueprint, chosen: Scenario | None) -> list[Listed]:
    """All scenarios, in the order of the document."""
    goals = {goal.id: goal.statement for goal in bp.goals}
    features: dict[str, list[str]] = {}
    for feature in bp.features:
        for name in feature.scenarios:
            features.setdefault(name, []).append(feature.name)
    found = []
    for one in bp.scenarios:
        names = [one.id, one.name, *features.get(one.id, ()), *(goals.get(goal, "") for goal in one.serves)]
        names += [step.event or "" for step in one.moments]
        found.append(Listed(one, one is chosen, " ".join(names).lower(), " ".join(one.serves)))
    return found
