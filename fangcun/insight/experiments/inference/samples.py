"""What a variant's persons did, summed up, and how far the value of it may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from scipy.stats import norm


@dataclass(frozen=True, slots=True)
class Sample:
    """So many persons, what their values sum up to, and their squares. A conversion's values are 0 and 1."""

    n: int
    total: float
    squares: float
    binary: bool = False

    @classmethod
    def of_conversions(cls, conversions: int, n: int) -> Sample:
        """So many of so many persons converted."""
        return cls(n, conversions, conversions, binary=True)

    @property
    def value(self) -> float:
        """The rate, or the mean; of nobody it is NaN."""
        return self.total / self.n if self.n else math.nan

    @property
    def variance(self) -> float:
        """The estimated variance of one person's value; NaN for fewer than two."""
        if self.n < 2:
            return math.nan
        return max(self.squares - self.total * self.total / self.n, 0.0) / (self.n - 1)


class Interval(NamedTuple):
    """From low to high."""

    low: float
    high: float


def wilson(conversions: int, n: int, *, alpha: float) -> Interval:
    """The interval of a rate: Wilson's score interval, without continuity correction.

    Wilson 1927, J. Am. Stat. Assoc. 22, 209-212; method 3 of Newcombe 1998a, Statistics in Medicine 17, 857-872.
    """
    z = float(norm.isf(alpha / 2))
    rate = conversions / n
    middle = rate + z * z / (2 * n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    below = 1 + z * z / n
    # At its ends it is 0 and 1 exactly, which rounding would miss by a hair.
    low = 0.0 if conversions == 0 else (middle - half) / below
    high = 1.0 if conversions == n else (middle + half) / below
    return Interval(low, high)


def ratio_interval(above: float, above_in: Interval, below: float, below_in: Interval) -> Interval | None:
    """The interval of above ÷ below from those of both; None when it is not bounded.

    The method of variance estimates recovery (MOVER-R, Donner and Zou 2012, Statistical Methods in Medical Research
    21, 347-359). It leaves out 1 exactly when the same method's interval of the difference (`newcombe`, Welch's)
    leaves out 0; for symmetric intervals it is Fieller's.
    """
    both = above * below
    # In the paper's words: l1 (2 p1 - l1), u1 (2 p1 - u1), u2 (2 p2 - u2) and l2 (2 p2 - l2).
    above_low = above * above - (above - above_in.low) ** 2
    above_high = above * above - (above_in.high - above) ** 2
    below_high = below * below - (below_in.high - below) ** 2
    below_low = below * below - (below - below_in.low) ** 2
    low_root = both * both - above_low * below_high
    if below <= 0 or below_low <= 0 or low_root < 0:
        return None
    # The lower bound is written so that nothing goes wrong where u2 (2 p2 - u2) is 0.
    far = both + math.sqrt(low_root)
    low = above_low / far if far else 0.0
    return Interval(low, (both + math.sqrt(both * both - above_high * below_low)) / below_low)
