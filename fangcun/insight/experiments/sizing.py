"""How many persons an experiment needs, worked out before it begins."""

from __future__ import annotations

import math

from scipy.stats import norm

from fangcun.insight.experiments.assigning import BUCKETS
from fangcun.insight.experiments.design import CONTROL, CONVERSION, UP, ExperimentSpec

# So many is more than there are people.
MOST = 10**12


def needed(spec: ExperimentSpec) -> dict[str, int]:
    """How many persons each variant needs, so that a change of `mde` is found with probability `power`.

    Every variant is compared with control, at alpha divided by the number of comparisons (a little more than Holm's
    method needs). A sequential experiment may end sooner; for it this is the size at which a fixed one would.
    """
    goal = spec.primary
    weights = dict(spec.weights)
    control = weights.pop(CONTROL)
    changed = goal.baseline * (1 + spec.mde if goal.good == UP else 1 - spec.mde)
    alpha = spec.alpha / len(weights)
    everybody = 0.0
    for weight in weights.values():
        if goal.kind == CONVERSION:
            of_control = rates_need(
                goal.baseline, changed, ratio=weight / control, alpha=alpha, power=spec.power
            )
        else:
            of_control = means_need(
                goal.baseline - changed,
                spread=goal.spread or math.inf,
                ratio=weight / control,
                alpha=alpha,
                power=spec.power,
            )
        everybody = max(everybody, of_control * BUCKETS / control)
    return {name: min(math.ceil(everybody * weight / BUCKETS), MOST) for name, weight in spec.weights}


def rates_need(before: float, after: float, *, ratio: float, alpha: float, power: float) -> float:
    """Persons of control for the two-sided z-test of two rates; the variant has `ratio` times as many.

    Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (3rd ed. 2003), formula 4.14 with unequal
    sizes (4.17), without continuity correction.
    """
    pooled = (before + ratio * after) / (1 + ratio)
    chance = norm.isf(alpha / 2) * math.sqrt((1 + 1 / ratio) * pooled * (1 - pooled))
    sureness = norm.ppf(power) * math.sqrt(before * (1 - before) + after * (1 - after) / ratio)
    return float((chance + sureness) ** 2 / (before - after) ** 2)


def means_need(difference: float, *, spread: float, ratio: float, alpha: float, power: float) -> float:
    """Persons of control for the two-sided test of two means; the variant has `ratio` times as many.

    `spread` is the standard deviation of one person's value.
    """
    reach = norm.isf(alpha / 2) + norm.ppf(power)
    return float((1 + 1 / ratio) * (spread * reach / difference) ** 2)
