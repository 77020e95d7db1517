"""Several variants at once, and whether chance dealt them as it should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scipy.stats import chisquare

# A split this unlikely is a fault and no chance; it is looked at every day, so the bound is strict.
SPLIT_BROKEN = 0.001


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """p-values made comparable to one alpha for all of them (Holm 1979, Scand. J. Stat. 6, 65-70).

    A None stays one, and counts as a test all the same.
    """
    order = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    highest = 0.0
    for rank, (p, place) in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * p))
        adjusted[place] = highest
    return adjusted


def split_p(seen: Mapping[str, int], weights: Mapping[str, int]) -> float | None:
    """How likely a split as uneven as this one is by chance (chi-square); None when there are too few to say.

    With fewer than five persons expected in a variant the distribution does not hold.
    """
    everybody, total = sum(seen.values()), sum(weights.values())
    expected = [everybody * weight / total for weight in weights.values()]
    if min(expected) < 5:
        return None
    return float(chisquare([seen.get(name, 0) for name in weights], expected).pvalue)
