"""How an experiment stands, in plain values: what the console, the command line and a spreadsheet show.

Every `words` is ready to be read by people. Numbers in one unit: rates and lifts are shares (0.1 = 10 %), amounts
are in the unit of the metric's property (fen). What can't be said yet is None.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be concluded. `loud` is for what must not be overlooked; `winner` is a variant's name.

    Codes of a whole experiment: draft, split_broken, nobody, too_early, ripening, short, undecided, winner, worse,
    no_difference, guardrail_broken. Of one variant: better, worse, no_difference, too_early, ripening, short,
    undecided, split_broken.
    """

    code: str
    words: str
    winner: str | None = None
    loud: bool = False


@dataclass(frozen=True, slots=True)
class VariantResult:
    """One variant by one metric; what is compared is compared with control, which has None there.

    `conversions` are persons who did it at least once; `total` and `mean` are of values (a conversion's is 1).
    `difference` and `lift` are those of the rate, or of the mean where money is measured. With several variants `p`
    is adjusted by Holm's method, and intervals are at alpha divided by the number of comparisons. Where one may look
    at any time, `p` and the intervals hold at any time.
    """

    variant: str
    title: str
    control: bool
    exposed: int
    conversions: int
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    total: float
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    lift: float | None = None
    lift_low: float | None = None
    lift_high: float | None = None
    p: float | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class MetricReport:
    """All variants by one metric, control first. Only the primary metric has verdicts."""

    name: str
    event: str
    kind: str
    role: str
    good: str
    variants: tuple[VariantResult, ...]


@dataclass(frozen=True, slots=True)
class GuardrailReport:
    """By how much a variant makes a guardrail metric worse (a share of control's value; below 0 it is better).

    The interval holds at any time. broken: surely worse by more than the tolerance; risky: it looks so, it may be
    chance; unclear: it does not look so, it may be; held: surely not.
    """

    metric: str
    variant: str
    worse: float | None
    low: float | None
    high: float | None
    tolerance: float
    status: str
    words: str
    loud: bool


@dataclass(frozen=True, slots=True)
class SplitShare:
    """How many persons a variant should have got, and got; crossovers and late ones included."""

    variant: str
    expected: float
    seen: int


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether chance dealt the variants by their weights. When it is broken, no number here can be trusted."""

    variants: tuple[SplitShare, ...]
    p: float | None
    broken: bool
    words: str


@dataclass(frozen=True, slots=True)
class ProgressOf:
    """How many persons a variant has of those it needs."""

    variant: str
    seen: int
    needed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `share` is that of the slowest variant, 1 at most; `ends_on` a guess by the pace so far."""

    variants: tuple[ProgressOf, ...]
    share: float
    ends_on: dt.date | None
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """A variant by the primary metric at the end of a day, everything before it included.

    `p` is given where one may look at any time: the smallest so far, adjusted for several variants.
    """

    variant: str
    exposed: int
    conversions: int
    total: float
    value: float | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the shop's calendar, every variant in it."""

    date: dt.date
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """Everything about an experiment as of `at`. `counted_until` is set when the horizon was reached: who came later,
    `late` persons, changes nothing any more. `exposed` are the persons counted, `young` those of them whose window is
    not over, `crossovers` those left out because they saw two variants.
    """

    key: str
    name: str
    status: str
    method: str
    at: dt.datetime
    started_at: dt.datetime | None
    stopped_at: dt.datetime | None
    verdict: Verdict
    metrics: tuple[MetricReport, ...]
    guardrails: tuple[GuardrailReport, ...]
    split: SampleRatio
    crossovers: int
    exposed: int
    young: int
    progress: Progress
    series: tuple[Day, ...]
    counted_until: dt.datetime | None
    late: int
    shipped: str
    because: str
    notes: tuple[str, ...]
