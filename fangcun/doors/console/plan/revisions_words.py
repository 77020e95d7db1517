"""How differences between two revisions are told: by area, with a sign, what breaks marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext as _

from fangcun.blueprint.differences import AREAS, Difference

Kind = Literal["added", "removed", "changed"]
SIGNS: Final[dict[Kind, str]] = {"added": "+", "removed": "−", "changed": "~"}
FEW: Final = 12
ADDED: Final = {"added", "property_added"}
REMOVED: Final = {"removed", "retired", "property_removed"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference as it is shown."""

    kind: Kind
    text: str
    breaking: bool

    @property
    def sign(self) -> str:
        return SIGNS[self.kind]


@dataclass(frozen=True, slots=True)
class Area:
    """The differences of one part of the plan."""

    name: str
    changes: list[Change]

    @property
    def breaking(self) -> int:
        """How many of them break something."""
        return sum(one.breaking for one in self.changes)

    @property
    def is_open(self) -> bool:
        """Whether they are few or grave enough to be shown at once."""
        return len(self.changes) <= FEW or self.breaking > 0


def areas_of(differences: Iterable[Difference]) -> list[Area]:
    """Differences by the part of the plan that they concern, in the parts' order."""
    found: dict[str, list[Change]] = {}
    for one in differences:
        text = one.text.removeprefix(f"{AREAS[one.area]}：")
        found.setdefault(one.area, []).append(Change(_kind(one), text, one.breaking))
    return [Area(AREAS[area], found[area]) for area in AREAS if area in found]


def changes_in(differences: list[Difference]) -> str:
    """How much changed, in signs: +2  −1  ~5."""
    kinds = [_kind(one) for one in differences]
    counted = [(kinds.count(kind), SIGNS[kind]) for kind in SIGNS]
    return "  ".join(f"{sign}{count}" for count, sign in counted if count)


def revision_name(number: int) -> str:
    """How a revision is called."""
    return _("第 %s 版") % number


def _kind(one: Difference) -> Kind:
    if one.change in ADDED:
        return "added"
    return "removed" if one.change in REMOVED else "changed"
