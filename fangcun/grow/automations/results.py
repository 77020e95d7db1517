"""What an automation did: those who were told against those who were left alone.

Everybody counts where chance put him when he first entered, told or not, so that the two are alike in all but that.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min

from fangcun.grow.automations.document import read_document
from fangcun.grow.automations.entering import latest
from fangcun.grow.automations.models import Act, Automation, Run
from fangcun.grow.automations.states import Arm
from fangcun.shop.orders.models import Order

if TYPE_CHECKING:
    from fangcun.insight.experiments.inference.fixed import Comparison

ALPHA = 0.05
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Side:
    """One group: how many entered, how many of them paid within the goal's days, and how much (fen)."""

    members: int
    bought: int
    amount: int

    @property
    def rate(self) -> float | None:
        """The share that paid; None of nobody."""
        return self.bought / self.members if self.members else None


@dataclass(frozen=True, slots=True)
class Result:
    """Both groups and the difference of their rates, with its 95 % interval. `ripe` are those whose days are over."""

    told: Side
    held: Side
    ripe: int
    goal_days: int
    comparison: Comparison | None


def result_of(automation: Automation, now: dt.datetime) -> Result:
    """Count both groups as of now."""
    from fangcun.insight.experiments.inference.fixed import compare  # loads scipy
    from fangcun.insight.experiments.inference.samples import Sample

    version = latest(automation)
    days = read_document(version.document).goal_days if version else 7
    goal = dt.timedelta(days=days)
    entries = (
        Run.objects.filter(automation=automation)
        .values("member_id", "arm")
        .annotate(first=Min("entered_at"))
        .order_by("member_id")
    )
    sides = {Arm.ACTED.value: [0, 0, 0], Arm.HELD.value: [0, 0, 0]}
    ripe = 0
    rows = list(entries)
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        paid: dict[int, list[tuple[dt.datetime, int]]] = {}
        orders = Order.objects.filter(member_id__in=[row["member_id"] for row in some], paid_at__isnull=False)
        for member, at, amount, back in orders.values_list(
            "member_id", "paid_at", "paid_amount", "refunded_amount"
        ):
            if at is not None:
                paid.setdefault(member, []).append((at, amount - back))
        for row in some:
            first = row["first"]
            within = [amount for at, amount in paid.get(row["member_id"], []) if first <= at < first + goal]
            side = sides[row["arm"]]
            side[0] += 1
            side[1] += bool(within)
            side[2] += sum(within)
            ripe += first + goal <= now
    told, held = Side(*sides[Arm.ACTED]), Side(*sides[Arm.HELD])
    comparison = None
    if told.members and held.members:
        comparison = compare(
            Sample.of_conversions(told.bought, told.members),
            Sample.of_conversions(held.bought, held.members),
            alpha=ALPHA,
        )
    return Result(told, held, ripe, days, comparison)


def acts_of(automation: Automation) -> list[tuple[int, str, str, str, int]]:
    """What the steps did: (step, do, outcome, reason, how often), in the order of the steps."""
    found = (
        Act.objects.filter(run__automation=automation)
        .values_list("step", "do", "outcome", "reason")
        .annotate(n=Count("id"))
        .order_by("step", "outcome", "-n")
    )
    return list(found)


def states_of(automation: Automation) -> dict[str, int]:
    """How many ways are in which state."""
    found = Run.objects.filter(automation=automation).values_list("status").annotate(n=Count("id"))
    return dict(found.order_by("status"))
