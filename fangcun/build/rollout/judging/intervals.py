"""Intervals of rates and of their difference that hold at every moment, however often somebody looks. Pure.

A rate's interval holds the p that the data does not speak against by more than 1/α: it is measured by the likelihood
ratio of the data, mixed over all rates by the density of Beta(½, ½), against p. Under p that ratio is a martingale
that begins at 1, so that the chance of its ever reaching 1/α is α at most (Ville's inequality); the interval may be
looked at after every customer, and it holds for few of them, too, where `inference.always` says nothing yet.
(Robbins, Ann. Math. Stat. 41, 1970; Ramdas, Grünwald, Vovk and Shafer, Statistical Science 38, 2023.)

The interval of a difference is made of two such intervals by square-and-add (Newcombe 1998b, Statistics in Medicine
17, 873-890; Zou and Donner 2008), as the fixed ones of experiments are. That step is an approximation: how often it
errs is measured by `bench/rollout.py`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

_A = 0.5
_ROUNDS = 30
_B = 2 * math.lgamma(_A) - math.lgamma(2 * _A)


class Rate(NamedTuple):
    """So many of so many, and the rates from low to high that this leaves possible. The counts need not be whole."""

    hits: float
    n: float
    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """How much larger one rate is than the other, at least and at most."""

    value: float
    low: float
    high: float


def rate_of(hits: float, n: float, alpha: float) -> Rate:
    """A rate and its always-valid interval; of nobody it may be anything."""
    if n <= 0:
        return Rate(0.0, 0.0, math.nan, 0.0, 1.0)
    rest = n - hits
    mixed = math.lgamma(_A + hits) + math.lgamma(_A + rest) - math.lgamma(2 * _A + n) - _B
    bound = mixed + math.log(alpha)
    value = hits / n
    low = 0.0 if hits <= 0 else _edge(hits, rest, bound, 0.0, value)
    high = 1.0 if rest <= 0 else _edge(hits, rest, bound, 1.0, value)
    return Rate(hits, n, value, low, high)


def exactly(value: float) -> Rate:
    """A rate that is asked for and not measured."""
    return Rate(math.nan, math.inf, value, value, value)


def difference(one: Rate, other: Rate) -> Difference:
    """One rate less the other; NaN in the middle when one of them is of nobody."""
    value = one.value - other.value
    if math.isnan(value):
        return Difference(value, one.low - other.high, one.high - other.low)
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    return Difference(value, low, high)


def _edge(hits: float, rest: float, bound: float, outside: float, inside: float) -> float:
    """Where the likelihood falls to the bound, between a rate out of the interval and one in it."""
    for _ in range(_ROUNDS):
        middle = (outside + inside) / 2
        told = (hits * math.log(middle) if hits else 0.0) + (rest * math.log1p(-middle) if rest else 0.0)
        if told < bound:
            outside = middle
        else:
            inside = middle
    return outside
