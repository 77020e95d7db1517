"""The decision: go on, wait, hold and ask, or turn back. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from fangcun.build.rollout.judging.evidence import Evidence, side_by_side
from fangcun.build.rollout.judging.intervals import Difference, Rate, difference, exactly, rate_of
from fangcun.build.rollout.judging.metrics import BY_NAME, METRICS, PAYMENT, Caution, Metric, up_to

GO, WAIT, HOLD, BACK = "go", "wait", "hold", "back"
# What a metric says: proven worse by more than may be, proven worse, not worse than may be risked, not known yet,
# nothing to say.
HARM, WORSE, SAFE, OPEN, SILENT = "harm", "worse", "safe", "open", "silent"

# After so long a version that nobody's phone has told of is no matter of patience any more.
SILENT_HOURS = 24.0
# The running version's phones say how many persons so many requests come from; these many must be missing.
EXPECTED_PERSONS, TOLD_SHARE = 30, 0.4
# In the first hours of a step only this share of the loss that may be risked is risked.
EARLY_HOURS, EARLY_SHARE = 24.0, 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """One metric of both versions. Rates are None of nobody; `loss` is how much worse the candidate is, in points.

    `low` and `high` bound the loss with this metric's share of false alarms; `risk` is the most that it may be with
    the plan's doubt, and `allowed` what it must stay below for the next step (None: nothing is asked).
    """

    metric: str
    state: str
    candidate_hits: float
    candidate_n: float
    candidate_rate: float | None
    running_hits: float
    running_n: float
    running_rate: float | None
    loss: float | None
    low: float
    high: float
    risk: float
    margin: float
    allowed: float | None

    @property
    def good(self) -> str:
        """Whether more is better ("up") or worse ("down")."""
        return BY_NAME[self.metric].good


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code, the metric that it is about ("" for none) and the numbers that belong to it."""

    code: str
    metric: str = ""
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done at this look, for which reasons, and how each metric stands."""

    verdict: str
    reasons: tuple[Reason, ...]
    standings: tuple[Standing, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """As it was kept."""
        return cls(
            kept["verdict"],
            tuple(Reason(**one) for one in kept["reasons"]),
            tuple(Standing(**one) for one in kept["standings"]),
        )


def judge(
    evidence: Evidence,
    caution: Caution,
    *,
    following: int,
    alone: bool = False,
    waived: Collection[str] = (),
) -> Decision:
    """What is to be done now; `following` is the per cent that the next step would give the version to.

    `alone` says that there is no running version: then rates are held against what is usual. `waived` names metrics
    and reasons that the staff have overruled: they turn nothing back and hold nothing any more.
    """
    standings = tuple(_standing(metric, evidence, caution, following, alone) for metric in METRICS)
    harms = [one for one in standings if one.state == HARM and one.metric not in waived]
    if harms:
        return Decision(BACK, tuple(_reason("harm", one) for one in harms), standings)
    lost = [reason for reason in _lost(evidence, alone) if reason.code not in waived]
    if lost:
        return Decision(HOLD, tuple(lost), standings)
    missing = _missing(evidence, caution, standings, following, waived)
    if not missing:
        return Decision(GO, (Reason("enough", numbers={"persons": evidence.persons}),), standings)
    if evidence.patience_hours >= caution.patience_hours and "patience" not in waived:
        late = Reason("patience", numbers={"hours": evidence.patience_hours})
        return Decision(HOLD, (late, *missing), standings)
    return Decision(WAIT, tuple(missing), standings)


def _standing(metric: Metric, evidence: Evidence, caution: Caution, following: int, alone: bool) -> Standing:
    pairs = evidence.pairs.get(metric.name, ())
    both = side_by_side(pairs, alone=alone)
    # Both ends of an interval share its alpha; only one of them is ever acted on.
    alarm, doubt = 2 * caution.alarm * metric.share, 2 * caution.doubt
    (c, n), (r, m) = both.candidate, both.running
    if alone:
        compared = metric.usual is not None and n > 0
    else:
        compared = any(pair.candidate.n and pair.running.n for pair in pairs)
    candidate = rate_of(c / metric.together, n / metric.together, alarm)
    running = _running(metric, r, m, alarm, alone)
    low, high = _loss(metric, candidate, running)
    _least, risk = _loss(
        metric,
        rate_of(c / metric.together, n / metric.together, doubt),
        _running(metric, r, m, doubt, alone),
    )
    margin = metric.usual_margin if alone else metric.margin
    if metric.relative and not math.isnan(running.value):
        margin = max(margin, metric.relative * running.value)
    allowed = up_to(metric.ruled_out, following)
    if allowed is not None:
        # Who has many customers can know more within a day, and should.
        allowed *= EARLY_SHARE if evidence.hours < EARLY_HOURS else 1.0
        if metric.limits_relative:
            allowed = allowed * running.value if not math.isnan(running.value) else None
    loss = None
    if compared:
        gap = running.value - candidate.value
        loss = gap if metric.good == "up" else -gap
    return Standing(
        metric=metric.name,
        state=_state(compared, loss, low, risk, margin, allowed),
        candidate_hits=c,
        candidate_n=n,
        candidate_rate=c / n if n else None,
        running_hits=r,
        running_n=m,
        running_rate=(running.value if alone and compared else r / m if m else None),
        loss=loss,
        low=low,
        high=high,
        risk=risk,
        margin=margin,
        allowed=allowed,
    )


def _state(
    compared: bool, loss: float | None, low: float, risk: float, margin: float, allowed: float | None
) -> str:
    if not compared or loss is None:
        return SILENT
    if low > margin:
        return HARM
    if low > 0 and risk >= margin:
        return WORSE
    if allowed is not None and risk >= allowed:
        return OPEN
    return SAFE


def _running(metric: Metric, hits: float, n: float, alpha: float, alone: bool) -> Rate:
    if alone:
        return exactly(metric.usual if metric.usual is not None else math.nan)
    return rate_of(hits / metric.together, n / metric.together, alpha)


def _loss(metric: Metric, candidate: Rate, running: Rate) -> tuple[float, float]:
    found: Difference = (
        difference(running, candidate) if metric.good == "up" else difference(candidate, running)
    )
    if math.isnan(found.low) or math.isnan(found.high):
        return -1.0, 1.0
    return max(found.low, -1.0), min(found.high, 1.0)


def _reason(code: str, one: Standing) -> Reason:
    numbers = {
        "candidate": one.candidate_rate,
        "running": one.running_rate,
        "low": one.low,
        "risk": one.risk,
        "margin": one.margin,
        "allowed": one.allowed,
        "n": one.candidate_n,
    }
    return Reason(code, one.metric, {name: value for name, value in numbers.items() if value is not None})


def _lost(evidence: Evidence, alone: bool) -> list[Reason]:
    """Numbers that should be there and are not: what can't be seen can't be healthy."""
    if not evidence.requests:
        if evidence.hours < SILENT_HOURS:
            return []
        return [Reason("silent", numbers={"hours": evidence.hours})]
    if alone:
        return [] if evidence.persons or evidence.requests < 300 else [Reason("no_events")]
    if evidence.running_requests and evidence.running_persons:
        expected = evidence.requests * evidence.running_persons / evidence.running_requests
        if expected >= EXPECTED_PERSONS and evidence.persons < TOLD_SHARE * expected:
            numbers = {"expected": expected, "persons": float(evidence.persons)}
            return [Reason("few_events" if evidence.persons else "no_events", numbers=numbers)]
    elif evidence.hours >= SILENT_HOURS:
        return [Reason("no_comparison", numbers={"hours": evidence.hours})]
    return []


def _missing(
    evidence: Evidence,
    caution: Caution,
    standings: tuple[Standing, ...],
    following: int,
    waived: Collection[str],
) -> list[Reason]:
    """What speaks against going on yet."""
    found = []
    if evidence.hours < caution.least_hours:
        found.append(Reason("hours", numbers={"hours": evidence.hours, "least": caution.least_hours}))
    least = up_to(caution.least_persons, following) or 0
    if evidence.persons < least:
        found.append(Reason("persons", numbers={"persons": float(evidence.persons), "least": float(least)}))
    for one in standings:
        if one.metric in waived:
            continue
        if one.state == WORSE:
            found.append(_reason("worse", one))
        elif up_to(BY_NAME[one.metric].ruled_out, following) is None:
            continue
        elif one.state == OPEN:
            found.append(_reason("open", one))
        elif one.state == SILENT and (one.running_n or (one.metric == PAYMENT and not one.candidate_n)):
            found.append(_reason("nothing_yet", one))
    return found
