"""What a version is watched by, how much worse it may be, and what has to be ruled out before more people get it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

PAYMENT = "payment"
CRASH = "crash"
API = "api"
VIEW = "view"
ORDER = "order"
COMPLAINT = "complaint"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that is compared.

    `margin` and `relative` say from which loss on it is harm: so many points of the rate, or that share of the
    running version's, whichever is more. `share` is this metric's part of the whole chance of a false alarm.
    `ruled_out`: before a version is given to (up to) so many per cent, a loss of this size has to be ruled out; a
    share of the running version's rate where `limits_relative`, else points. None asks nothing.
    `usual` and `usual_margin` stand in where there is no running version to compare with; None leaves the metric out.
    `together`: so many of what is counted rise and fall as one.
    """

    name: str
    good: str  # "up" or "down"
    share: float
    margin: float
    relative: float = 0.0
    ruled_out: tuple[tuple[int, float | None], ...] = ()
    limits_relative: bool = False
    usual: float | None = None
    usual_margin: float = 0.0
    together: float = 1.0


# The shares sum to 1. Numbers were tuned with bench/rollout.py; docs/guide/rollout.md says what they mean.
METRICS: tuple[Metric, ...] = (
    Metric(
        PAYMENT,
        "up",
        share=0.4,
        margin=0.02,
        ruled_out=((5, None), (20, 0.4), (50, 0.25), (100, 0.2)),
        limits_relative=True,
        usual=0.7,
        usual_margin=0.1,
    ),
    Metric(
        CRASH,
        "down",
        share=0.15,
        margin=0.01,
        ruled_out=((5, 0.2), (20, 0.1), (50, 0.05), (100, 0.03)),
        usual=0.02,
        usual_margin=0.03,
    ),
    Metric(
        API,
        "down",
        share=0.15,
        margin=0.01,
        ruled_out=((5, 0.2), (20, 0.1), (50, 0.05), (100, 0.03)),
        usual=0.01,
        usual_margin=0.02,
        together=10,  # the requests of one visit fail together
    ),
    Metric(VIEW, "up", share=0.1, margin=0.03, ruled_out=((5, None), (20, 0.25), (50, 0.15), (100, 0.1))),
    Metric(
        ORDER,
        "up",
        share=0.1,
        margin=0.002,
        relative=0.1,
        ruled_out=((50, None), (100, 0.6)),
        limits_relative=True,
    ),
    Metric(COMPLAINT, "down", share=0.1, margin=0.003),
)
BY_NAME = {metric.name: metric for metric in METRICS}


@dataclass(frozen=True, slots=True)
class Caution:
    """How a rollout is watched.

    `alarm` is the chance that a version which is as good as the running one is ever turned back by any metric,
    `doubt` that a loss which has to be ruled out is ruled out wrongly. A step lasts `least_hours` at least and sees
    so many persons, by the per cent that come next; after `patience_hours` without a decision the staff are asked.
    """

    alarm: float = 0.05
    doubt: float = 0.01
    least_hours: float = 4
    patience_hours: float = 336
    least_persons: tuple[tuple[int, int], ...] = ((5, 50), (20, 200), (50, 500), (100, 1000))


def up_to(table: tuple[tuple[int, T], ...], percent: int) -> T | None:
    """What a table says for so many per cent: its first row that reaches as far, else its last."""
    for most, value in table:
        if percent <= most:
            return value
    return table[-1][1] if table else None
