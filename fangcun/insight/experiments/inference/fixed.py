"""One look, at the planned number of persons: the tests of the textbooks. More looks make them lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import norm, t

from fangcun.insight.experiments.inference.samples import Interval, Sample, ratio_interval, wilson

# What can be said of fewer people is nothing.
NOTHING = math.nan


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant against control: difference and lift (relative) with intervals, and the two-sided p-value.

    `lift_in` is None when it has no bounds; everything is None when there are too few persons to say.
    """

    difference: float | None = None
    difference_in: Interval | None = None
    lift: float | None = None
    lift_in: Interval | None = None
    p: float | None = None


def compare(variant: Sample, control: Sample, *, alpha: float) -> Comparison:
    """Compare rates by the z-test and Newcombe's interval, means by Welch's test."""
    if variant.binary:
        return _rates(variant, control, alpha)
    return _means(variant, control, alpha)


def z_test(variant: Sample, control: Sample) -> float:
    """The two-sided p-value of two rates' being the same: the z-test with the pooled variance."""
    n1, n2 = variant.n, control.n
    pooled = (variant.total + control.total) / (n1 + n2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return 1.0 if error == 0 else float(2 * norm.sf(abs(variant.value - control.value) / error))


def newcombe(variant: Sample, control: Sample, *, alpha: float) -> Interval:
    """The interval of a difference of rates by the square-and-add method of Wilson's intervals.

    Method 10 of Newcombe 1998b, Statistics in Medicine 17, 873-890.
    """
    one = wilson(int(variant.total), variant.n, alpha=alpha)
    two = wilson(int(control.total), control.n, alpha=alpha)
    return square_and_add(variant.value, one, control.value, two)


def square_and_add(above: float, above_in: Interval, below: float, below_in: Interval) -> Interval:
    """The interval of a difference from those of both sides (MOVER-D)."""
    difference = above - below
    return Interval(
        difference - math.hypot(above - above_in.low, below_in.high - below),
        difference + math.hypot(above_in.high - above, below - below_in.low),
    )


def _rates(variant: Sample, control: Sample, alpha: float) -> Comparison:
    if not variant.n or not control.n:
        return Comparison()
    one = wilson(int(variant.total), variant.n, alpha=alpha)
    two = wilson(int(control.total), control.n, alpha=alpha)
    return Comparison(
        difference=variant.value - control.value,
        difference_in=square_and_add(variant.value, one, control.value, two),
        lift=lift_of(variant, control),
        lift_in=less_one(ratio_interval(variant.value, one, control.value, two)),
        p=z_test(variant, control),
    )


def _means(variant: Sample, control: Sample, alpha: float) -> Comparison:
    if variant.n < 2 or control.n < 2:
        return Comparison()
    one, two = variant.variance / variant.n, control.variance / control.n
    difference = variant.value - control.value
    error = math.sqrt(one + two)
    if error == 0:
        # Nobody differs from anybody else of his variant, which says nothing of the next person.
        return Comparison(difference=difference, lift=lift_of(variant, control))
    # Welch 1947, Biometrika 34, 28-35.
    freedom = (one + two) ** 2 / (one * one / (variant.n - 1) + two * two / (control.n - 1))
    reach = float(t.isf(alpha / 2, freedom))
    return Comparison(
        difference=difference,
        difference_in=Interval(difference - reach * error, difference + reach * error),
        lift=lift_of(variant, control),
        lift_in=less_one(
            ratio_interval(variant.value, around(variant, reach), control.value, around(control, reach))
        ),
        p=float(2 * t.sf(abs(difference) / error, freedom)),
    )


def mean_interval(sample: Sample, *, alpha: float) -> Interval | None:
    """The interval of a mean by Student's t; None for fewer than two persons."""
    if sample.n < 2:
        return None
    return around(sample, float(t.isf(alpha / 2, sample.n - 1)))


def around(sample: Sample, reach: float) -> Interval:
    """So many standard errors around a mean."""
    half = reach * math.sqrt(sample.variance / sample.n)
    return Interval(sample.value - half, sample.value + half)


def lift_of(variant: Sample, control: Sample) -> float | None:
    """How much more than control, as a share of control's value; None when that is nothing."""
    return variant.value / control.value - 1 if control.value > 0 else None


def less_one(ratio: Interval | None) -> Interval | None:
    """A ratio's interval as a lift's."""
    return None if ratio is None else Interval(ratio.low - 1, ratio.high - 1)
