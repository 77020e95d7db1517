"""How often a sick version gets past a step of its rollout, and how often a good one is turned back.

Thousands of rollouts are made up, with a seed, and judged hour by hour by the platform's own `judge`. Visits follow the
hours of a day, payments succeed more or less often from day to day for both versions alike, phones take up the new
version slowly after each step, and the requests of one visit fail together. Nobody overrules anything.

    .venv/bin/python bench/rollout.py [--rollouts 1000] [--seed 1]
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fangcun.build.rollout.judging.evidence import Counted, Evidence, Pair
from fangcun.build.rollout.judging.judge import BACK, GO, HOLD, judge
from fangcun.build.rollout.judging.metrics import API, COMPLAINT, CRASH, ORDER, PAYMENT, VIEW, Caution

STEPS = (1, 5, 20, 50, 100)
MOST_DAYS = 60
TAKE_UP_HOURS = 3.0  # after a step the phones of a version approach their share with this time constant
REQUESTS, ERRORS_OF_A_BAD_VISIT = 12, 5
HOURS_OF_A_DAY = np.array(
    [2, 1, 1, 0.5, 0.5, 1, 2, 4, 5, 5, 6, 7, 7, 6, 5, 5, 5, 6, 7, 8, 9, 8, 6, 4], dtype=float
)
HOURS_OF_A_DAY /= HOURS_OF_A_DAY.sum()
NAMES = (PAYMENT, CRASH, API, VIEW, ORDER, COMPLAINT)


@dataclass(frozen=True)
class Shop:
    name: str
    visits: int
    payments: int
    look_hours: int


class Version(NamedTuple):
    """How a new version differs from the running one: factors of its rates."""

    name: str
    pays: float = 1.0
    crashes: float = 1.0
    errors: float = 1.0
    views: float = 1.0


class Course(NamedTuple):
    """How a rollout went: its end, the furthest per cent, persons who had the version, days, which metric spoke."""

    end: str
    reached: int
    persons: int
    days: float
    metric: str


SHOPS = (Shop("small shop", 2_000, 60, 3), Shop("large shop", 200_000, 6_000, 1))
GOOD = (Version("as good as the running one"), Version("slightly better", pays=1.03, crashes=0.8))
SICK = (
    Version("half the payment success", pays=0.5),
    Version("payment success -20 %", pays=0.8),
    Version("payment success -10 %", pays=0.9),
    Version("script errors x 10", crashes=10),
    Version("API errors x 20", errors=20),
    Version("half open a product", views=0.5),
)
PAY, CRASHES, BAD_VISITS, VIEWS, COMPLAINTS = 0.85, 0.01, 0.004, 0.6, 0.002


def rollout(shop: Shop, version: Version, rng: np.random.Generator, caution: Caution) -> Course:
    """One rollout from its first step to its end."""
    place, step_hour, persons = 0, 0, 0
    seen = np.zeros((2, 2))  # of this step, by version: persons, requests
    strata: dict[tuple[int, int], np.ndarray] = {}
    tried = shop.payments / PAY / shop.visits
    share = 0.0
    for hour in range(MOST_DAYS * 24):
        day, of_day = divmod(hour, 24)
        if of_day == 0:
            busy, mood = math.exp(rng.normal(0, 0.1)), rng.normal(0, 0.15)
        share += (STEPS[place] / 100 - share) * (1 - math.exp(-1 / TAKE_UP_HOURS))
        pay = 1 / (1 + math.exp(-(math.log(PAY / (1 - PAY)) + mood)))
        visits = rng.poisson(shop.visits * busy * HOURS_OF_A_DAY[of_day])
        of_candidate = rng.binomial(visits, share)
        counts = np.zeros((2, len(NAMES), 2))
        for side, n in ((0, of_candidate), (1, visits - of_candidate)):
            other = version if side == 0 else Version("running")
            views = rng.binomial(n, VIEWS * other.views)
            attempts = rng.binomial(n, tried * other.views)
            bad = rng.binomial(n, min(1.0, BAD_VISITS * other.errors))
            counts[side] = (
                (rng.binomial(attempts, min(1.0, pay * other.pays)), attempts),
                (rng.binomial(n, min(1.0, CRASHES * other.crashes)), n),
                (bad * ERRORS_OF_A_BAD_VISIT, n * REQUESTS),
                (views, n),
                (min(attempts, views), views),
                (rng.binomial(n, COMPLAINTS), n),
            )
            seen[side] += (n, n * REQUESTS)
        persons += int(of_candidate)
        strata.setdefault((place, day), np.zeros_like(counts))
        strata[place, day] += counts
        if hour % shop.look_hours:
            continue
        evidence = evidence_of(strata, seen, hours=float(hour + 1 - step_hour))
        decision = judge(evidence, caution, following=STEPS[place + 1])
        days = (hour + 1) / 24
        if decision.verdict in (BACK, HOLD):
            reason = decision.reasons[0]
            return Course(decision.verdict, STEPS[place], persons, days, reason.metric or reason.code)
        if decision.verdict == GO:
            place, step_hour = place + 1, hour + 1
            seen[:] = 0
            if STEPS[place] == 100:
                return Course("live", 100, persons, days, "")
    return Course("unfinished", STEPS[place], persons, MOST_DAYS, "")


def evidence_of(strata: Mapping[tuple[int, int], np.ndarray], seen: np.ndarray, *, hours: float) -> Evidence:
    """What the platform would know."""
    pairs = {
        name: [
            Pair(Counted(*map(float, counts[0, number])), Counted(*map(float, counts[1, number])))
            for counts in strata.values()
        ]
        for number, name in enumerate(NAMES)
    }
    return Evidence(
        hours=hours,
        patience_hours=hours,
        persons=int(seen[0, 0]),
        running_persons=int(seen[1, 0]),
        requests=int(seen[0, 1]),
        running_requests=int(seen[1, 1]),
        pairs=pairs,
    )


def courses(shop: Shop, version: Version, seed: int, rollouts: int) -> list[Course]:
    """Many rollouts of one version."""
    caution = Caution()
    return [rollout(shop, version, np.random.default_rng([seed, n]), caution) for n in range(rollouts)]


def number_of(version: Version, rollouts: int) -> int:
    """How many rollouts of a version: those that no promise is about need to be known less exactly."""
    return rollouts if version in (*GOOD, SICK[0]) else max(1, rollouts // 5)


def share_of(count: int, total: int) -> str:
    """A percentage and how far it may be off (95 %, Wilson)."""
    rate, z = count / total, 1.96
    middle = (rate + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{100 * rate:5.1f} % ({100 * max(0, middle - half):.1f}-{100 * min(1, middle + half):.1f})"


def said(found: list[Course]) -> str:
    """Why the staff were asked, or what turned them back, the most frequent first."""
    counts = Counter(one.metric for one in found).most_common(3)
    return f" ({', '.join(f'{name} {count}' for name, count in counts)})" if counts else ""


def told(found: list[Course]) -> str:
    """What became of them, on one line."""
    total = len(found)
    back = [one for one in found if one.end == BACK]
    past = sum(one.reached > 5 for one in found)
    live = [one for one in found if one.end == "live"]
    asked = [one for one in found if one.end in (HOLD, "unfinished")]
    parts = [
        f"past 5 % {share_of(past, total)}",
        f"turned back {share_of(len(back), total)}" + said(back),
        f"live {share_of(len(live), total)}",
        f"staff asked {100 * len(asked) / total:.1f} %" + said(asked),
    ]
    if back:
        persons, days = [one.persons for one in back], [one.days for one in back]
        parts.append(
            f"back after {np.median(persons):,.0f} persons, {np.median(days):.1f} days"
            f" (9 in 10 by {np.quantile(persons, 0.9):,.0f} persons)"
        )
    if live:
        parts.append(f"live after {np.median([one.days for one in live]):.1f} days")
    return "; ".join(parts)


def main() -> int:
    """Print what became of all of them; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rollouts", type=int, default=1000, help="of each version that a promise is about, in each shop"
    )
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    began, broken = time.perf_counter(), False
    with ProcessPoolExecutor() as pool:
        jobs = {
            (shop, version): pool.submit(courses, shop, version, args.seed, number_of(version, args.rollouts))
            for shop in SHOPS
            for version in (*GOOD, *SICK)
        }
        for shop in SHOPS:
            a_day = f"{shop.visits:,} visits and {shop.payments:,} payments a day"
            print(f"{shop.name}: {a_day}, looked at every {shop.look_hours} h")
            for version in (*GOOD, *SICK):
                found = jobs[shop, version].result()
                print(f"  {version.name:28s} {told(found)}", flush=True)
                past = sum(one.reached > 5 for one in found) / len(found)
                back = sum(one.end == BACK for one in found) / len(found)
                broken |= version == SICK[0] and past >= 0.01
                broken |= version in GOOD and back >= 0.05
    total = sum(len(job.result()) for job in jobs.values())
    print(f"{total:,} rollouts in {time.perf_counter() - began:.0f} s")
    print("BROKEN: " if broken else "kept: ", end="")
    print("half the payment success passes 5 % in less than 1 %, good ones are turned back in less than 5 %")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
