"""The steps of a funnel as they are asked for, and what each of them is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from fangcun.insight.analytics.conditions import Condition, condition_sql, text_of
from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.analytics.errors import QuestionInvalid

ROLES = ("step", "optional", "exclude")
MOST_STEPS = 20
# With more steps that one event may serve, the ways to share the events of one millisecond are too many to list.
MOST_ALIKE = 6


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """Any of these events on which all conditions hold.

    `role` is "step" (must be done), "optional" (may be skipped) or "exclude" (must not come between the steps
    around it).
    """

    events: tuple[str, ...]
    where: tuple[Condition, ...] = ()
    role: str = "step"
    name: str = ""

    def __str__(self) -> str:
        text = "|".join(self.events)
        return self.name or (f"{text}[{text_of(self.where)}]" if self.where else text)

    def same(self, other: FunnelStep) -> bool:
        """Whether the same events fit both, for certain."""
        return set(self.events) == set(other.events) and set(self.where) == set(other.where)

    def apart(self, other: FunnelStep) -> bool:
        """Whether no event fits both, for certain."""
        if not set(self.events) & set(other.events):
            return True
        mine = [one for one in self.where if one.op == "="]
        theirs = [one for one in other.where if one.op == "="]
        return any(a.prop == b.prop and not set(a.values) & set(b.values) for a in mine for b in theirs)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Steps (their numbers from 1) that the events of `kinds` (one step of each kind of step) have to share."""

    members: tuple[int, ...]
    kinds: tuple[int, ...]

    @property
    def name(self) -> str:
        """The column that says how many events fit any of them; n<number> is what is known of each step anyway."""
        return f"{'n' if len(self.kinds) == 1 else 'c'}{'_'.join(map(str, self.kinds))}"


@dataclass(frozen=True, slots=True)
class Way:
    """The steps by what they are for.

    `counted` are all but the excluded ones, numbered from 1 in SQL; `required` are the numbers of those that must
    be done, in order; `excluded` says what must not happen between one of them (its place in `required`, from 1)
    and the next.
    """

    counted: tuple[FunnelStep, ...]
    required: tuple[int, ...]
    excluded: dict[int, tuple[FunnelStep, ...]]

    @property
    def optional(self) -> list[int]:
        """The numbers of the steps that may be skipped."""
        return [n for n in range(1, len(self.counted) + 1) if n not in self.required]

    @property
    def alone(self) -> bool:
        """Whether no event fits two of the counted steps."""
        return all(a.apart(b) for a, b in combinations(self.counted, 2))

    def before(self, number: int) -> int:
        """The place (from 1) of the last required step before a step, 0 before the first."""
        return sum(n < number for n in self.required)

    def crowds(self, among: Sequence[int]) -> list[Crowd]:
        """Which steps of these may want the same events: enough to know whether they can all have one.

        By Hall's theorem steps can be given an event each if any of them together are fitted by at least as many
        events as they are. Steps that no event has in common need not be looked at together, and of the same steps
        all are. Raises QuestionInvalid when there are too many.
        """
        kinds: list[list[int]] = []
        for n in among:
            step = self.counted[n - 1]
            found = next((kind for kind in kinds if self.counted[kind[0] - 1].same(step)), None)
            if found is None:
                kinds.append([n])
            else:
                found.append(n)
        crowds = []
        for touching in _groups([kind[0] for kind in kinds], self._touch):
            if len(touching) > MOST_ALIKE:
                raise QuestionInvalid(
                    _(
                        "有 {number} 个步骤可能由同一个事件充当，最多 {most} 个。请改用严格先后，或把条件写得互不重叠"
                    ),
                    number=len(touching),
                    most=MOST_ALIKE,
                )
            for size in range(1, len(touching) + 1):
                for some in combinations(touching, size):
                    members = tuple(sorted(n for kind in kinds if kind[0] in some for n in kind))
                    if len(list(_groups(some, self._touch))) == 1:
                        crowds.append(Crowd(members, some))
        return crowds

    def _touch(self, a: int, b: int) -> bool:
        return not self.counted[a - 1].apart(self.counted[b - 1])


def way_of(steps: Sequence[FunnelStep], order: str) -> Way:
    """Sort steps by what they are for. Raises QuestionInvalid when they can't be walked so."""
    counted = tuple(step for step in steps if step.role != "exclude")
    if not 2 <= len(counted) <= MOST_STEPS or len(steps) - len(counted) > MOST_STEPS:
        raise QuestionInvalid(_("漏斗要有 2 到 {most} 个步骤"), most=MOST_STEPS)
    if any(not step.events for step in steps):
        raise QuestionInvalid(_("每个步骤至少要有一个事件"))
    if steps[0].role != "step":
        raise QuestionInvalid(_("第一个步骤必须是普通步骤，不能是可选或排除"))
    required = tuple(n for n, step in enumerate(counted, 1) if step.role == "step")
    excluded: dict[int, tuple[FunnelStep, ...]] = {}
    place = 0
    for step in steps:
        if step.role == "step":
            place += 1
        elif step.role == "exclude":
            excluded[place] = (*excluded.get(place, ()), step)
    if len(required) in excluded:
        raise QuestionInvalid(_("排除步骤要放在两个普通步骤之间"))
    way = Way(counted, required, excluded)
    if order == "unordered":
        if len(required) < len(steps):
            raise QuestionInvalid(_("不限顺序的漏斗里不能有可选步骤或排除步骤"))
        if not way.alone:
            raise QuestionInvalid(_("不限顺序的漏斗里，一个事件不能同时符合两个步骤"))
    if order == "ordered" and excluded and not way.alone:
        raise QuestionInvalid(_("有排除步骤时，一个事件不能同时符合两个步骤；请改用严格先后"))
    way.crowds(way.optional if order == "strict" else range(1, len(counted) + 1))
    return way


def fits_sql(step: FunnelStep, dialect: Dialect, prefix: str) -> tuple[str, dict[str, Any]]:
    """Whether an event fits a step, never NULL, and the parameters, whose names begin with `prefix`."""
    names = {f"{prefix}_e{n}": name for n, name in enumerate(step.events)}
    sql = f"event IN ({', '.join(f'${name}' for name in names)})"
    if not step.where:
        return sql, dict(names)
    where, params = condition_sql(step.where, dialect, prefix)
    return f"({sql} AND {where})", {**names, **params}


def _groups(numbers: Sequence[int], touch: Any) -> Iterator[list[int]]:
    """The numbers in groups within which each touches another one, directly or by way of others."""
    left = list(numbers)
    while left:
        group = [left.pop(0)]
        for one in group:
            near = [n for n in left if touch(one, n)]
            group += near
            left = [n for n in left if n not in near]
        yield sorted(group)
