"""Whether a segment does something more often than everybody, or only seems to.

The lift is a ratio of two shares. The logarithm of such a ratio is nearly normal; its deviation follows from the
segment's share and that of all others (everybody includes the segment, so the two shares of the ratio are not
independent). The lower bound lies so many deviations below that all comparisons of one persona together are wrong in
one of twenty personas (Bonferroni). Shares are moved a little towards the middle, so that all or none of a few persons
is no certainty.
"""

from __future__ import annotations

import math
from statistics import NormalDist

LEAST_PERSONS = 10
WRONG = 0.05


def deviations(comparisons: int) -> float:
    """How many deviations below the lift its lower bound lies, when so many are looked at together."""
    return NormalDist().inv_cdf(1 - WRONG / max(comparisons, 1))


def lift_of(
    mine: int, segment: int, all_of_them: int, everybody: int, z: float
) -> tuple[float, float] | None:
    """The lift and its lower bound; None when it is not surely more than 1, or fewer than 10 persons do it.

    `mine` of the `segment` and `all_of_them` of `everybody` do it; the segment is part of everybody.
    """
    others = everybody - segment
    if mine < LEAST_PERSONS or others <= 0:
        return None
    lift = (mine / segment) / (all_of_them / everybody)
    weight = segment / everybody
    share, rest = (mine + 0.5) / (segment + 1), (all_of_them - mine + 0.5) / (others + 1)
    total = weight * share + (1 - weight) * rest
    spread = share * (1 - share) / segment * (1 / share - weight / total) ** 2
    spread += rest * (1 - rest) / others * ((1 - weight) / total) ** 2
    low = math.exp(math.log(lift) - z * math.sqrt(spread))
    return (lift, low) if low > 1 else None
