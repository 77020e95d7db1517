"""Competitors as a heat table with the openings it shows; features as a matrix with the MVP line."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, get_args

from fangcun.blueprint.document import Blueprint, Criterion, Feature, Opening
from fangcun.blueprint.vocabulary import FeatureKind, Priority, Side

FIRST_VERSION: Final = ("must", "should")
GOOD: Final = 2  # a competitor above this is good on a criterion


@dataclass(frozen=True, slots=True)
class Compared:
    """A criterion with every competitor's score, None where there is none."""

    criterion: Criterion
    scores: tuple[int | None, ...]
    best: int | None
    opening: Opening | None
    answer: Feature | None

    @property
    def is_open(self) -> bool:
        """Whether nobody is good on it: where we can be better."""
        return self.best is not None and self.best <= GOOD


@dataclass(frozen=True, slots=True)
class SideRows:
    """The criteria of one side, with each competitor's average."""

    side: str
    averages: tuple[float | None, ...]
    rows: tuple[Compared, ...]


def competitors(bp: Blueprint) -> dict[str, Any]:
    """The heat table, sides grouped, and the openings with what answers them."""
    entries = bp.competitors.entries
    openings = {one.criterion: one for one in bp.competitors.openings}
    features = {one.id: one for one in bp.features}
    place = {side: number for number, side in enumerate(get_args(Side))}
    criteria = sorted(bp.competitors.criteria, key=lambda one: place.get(one.side, len(place)))
    sides = []
    for side, group in groupby(criteria, key=lambda one: one.side):
        rows = []
        for criterion in group:
            scores = tuple(entry.scores.get(criterion.id) for entry in entries)
            opening = openings.get(criterion.id)
            answer = features.get(opening.feature or "") if opening else None
            known = [score for score in scores if score is not None]
            rows.append(Compared(criterion, scores, max(known, default=None), opening, answer))
        averages = tuple(_average([row.scores[number] for row in rows]) for number in range(len(entries)))
        sides.append(SideRows(side, averages, tuple(rows)))
    rows = [row for one in sides for row in one.rows]
    return {
        "sides": sides,
        "entries": [(entry, _average(list(entry.scores.values()))) for entry in entries],
        "openings": [row for row in rows if row.is_open or row.opening],
    }


def _average(scores: list[int | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return sum(known) / len(known) if known else None


def features(bp: Blueprint) -> dict[str, Any]:
    """Priority × kind: a row for each priority, a column for each kind; the first version lies above the line."""
    names = {one.id: one.name for one in bp.scenarios}
    kinds = get_args(FeatureKind)
    answers = {one.feature for one in bp.competitors.openings if one.feature}
    rows = []
    for priority in get_args(Priority):
        cells = []
        for kind in kinds:
            found = [one for one in bp.features if (one.priority, one.kind) == (priority, kind)]
            cells.append(
                (
                    kind,
                    [
                        {
                            "feature": one,
                            "scenarios": [(name, names.get(name)) for name in one.scenarios],
                            "answers": one.id in answers,
                            "homeless": priority in FIRST_VERSION and not one.scenarios,
                        }
                        for one in found
                    ],
                )
            )
        rows.append(
            {
                "priority": priority,
                "cells": cells,
                "count": sum(len(found) for _kind, found in cells),
                "is_first": priority in FIRST_VERSION,
                "ends_first": priority == FIRST_VERSION[-1],
            }
        )
    first = sum(one.priority in FIRST_VERSION for one in bp.features)
    return {"rows": rows, "kinds": kinds, "first": first, "later": len(bp.features) - first}
