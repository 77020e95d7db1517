"""As many looks as you like: a p-value and an interval that hold at every moment, however often somebody looks.

The mixture sequential probability ratio test (mSPRT) of Johari, Koomen, Pekelis and Walsh: "Peeking at A/B Tests"
(KDD 2017) and "Always Valid Inference: Continuous Monitoring of A/B Tests" (Operations Research 70, 2022), after
Robbins (Ann. Math. Stat. 41, 1970). The estimated difference D with variance V is weighed against no difference by
the likelihood ratio, mixed over effects that are normal around 0 with the variance T²:

    L = sqrt(V / (V + T²)) · exp(T² · D² / (2 · V · (V + T²)))

Under no difference L is a martingale that begins at 1, so that the chance of its ever reaching 1/α is α at most
(Ville's inequality). The always-valid p-value is the smallest 1/L so far; the interval holds the differences that
would not be rejected: D ± sqrt(V · (V + T²) / T² · (ln((V + T²) / V) - 2 · ln α)). V is estimated, so all of this
holds in large samples: below `FEWEST` nothing is said.
"""

from __future__ import annotations

import math

from fangcun.insight.experiments.inference.fixed import Comparison, less_one, lift_of
from fangcun.insight.experiments.inference.samples import Interval, Sample, ratio_interval

# Persons of each variant, and persons of both together who did something, from which on anything is said.
FEWEST_PERSONS, FEWEST_DOERS = 100, 20


def compare_always(
    variant: Sample, control: Sample, *, alpha: float, effect: float, doers: int
) -> Comparison:
    """Compare rates or means as they stand at this look.

    `effect` is T, the size of a difference that one expects, in the unit of the value, chosen before the experiment
    begins; `doers` is how many persons of both variants did what is measured. `p` is of this look alone: the
    always-valid one is the smallest so far.
    """
    if min(variant.n, control.n) < FEWEST_PERSONS or doers < FEWEST_DOERS:
        return Comparison()
    errors = [_variance(sample) / sample.n for sample in (variant, control)]
    v, t = sum(errors), effect * effect
    if v == 0:
        return Comparison()
    difference = variant.value - control.value
    log_ratio = 0.5 * math.log(v / (v + t)) + t * difference * difference / (2 * v * (v + t))
    half = math.sqrt(v * (v + t) / t * (math.log((v + t) / v) - 2 * math.log(alpha)))
    reach = half / math.sqrt(v)
    return Comparison(
        difference=difference,
        difference_in=Interval(difference - half, difference + half),
        lift=lift_of(variant, control),
        lift_in=less_one(
            ratio_interval(
                variant.value,
                _around(variant, reach * math.sqrt(errors[0])),
                control.value,
                _around(control, reach * math.sqrt(errors[1])),
            )
        ),
        p=min(1.0, math.exp(-log_ratio)),
    )


def _variance(sample: Sample) -> float:
    if not sample.binary:
        return sample.variance
    # One more who did and one who did not, after Agresti and Caffo (2000): no variance out of nothing.
    rate = (sample.total + 1) / (sample.n + 2)
    return rate * (1 - rate)


def _around(sample: Sample, half: float) -> Interval:
    return Interval(sample.value - half, sample.value + half)
