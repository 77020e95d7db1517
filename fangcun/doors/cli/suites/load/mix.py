"""In which proportions customers walk the scenarios, and what each step asks of the API.

The proportions follow from the plan. A goal that counts an event over a span is spread over the scenarios that serve
it; a scenario with a goal for its conversion is begun so much more often than it is finished; a scenario of which no
goal says how often it happens counts like the others on average.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from fangcun.blueprint.compiling import acceptance
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.document.purpose import ConversionMetric, CountMetric, PersonsMetric

DAYS = {"day": 1, "week": 7, "month": 30}

# What a phone asks of the API when an event happens, in the words of `rush`.
ACTS: Mapping[str, tuple[str, ...]] = {
    "goods_tapped": ("home",),
    "goods_viewed": ("product",),
    "goods_searched": ("search",),
    "cart_added": ("add_to_cart", "cart"),
    "checkout_viewed": ("checkout",),
    "order_submitted": ("submit",),
    "payment_requested": ("request_payment",),
    "payment_dismissed": ("order",),
    "order_paid": ("pay", "order"),
    "order_completed": ("orders", "order"),
    "group_opened": ("open_group",),
    "group_shared": ("group",),
    "group_viewed": ("group",),
    "group_joined": ("join_group",),
    "invite_shared": ("referral",),
    "invite_taken": ("home",),
    "checked_in": ("check_in",),
    "coupon_claimed": ("coupons", "claim_coupon"),
    "consent_answered": ("consents",),
}
# And when a page shows without one of these events: by the last part of its path.
PAGES: Mapping[str, tuple[str, ...]] = {
    "home": ("home",),
    "category": ("category",),
    "list": ("list",),
    "search": ("search",),
    "product": ("product",),
    "cart": ("cart",),
    "checkout": ("checkout",),
    "result": ("order",),
    "orders": ("orders",),
    "order": ("order",),
    "me": ("me",),
    "messages": ("messages",),
    "groups": ("groups",),
    "group": ("group",),
    "coupons": ("coupons",),
    "points": ("points",),
    "invite": ("referral",),
    "activities": ("activities",),
    "flash": ("flash",),
}


@dataclass(frozen=True, slots=True)
class Share:
    """One scenario: how many of a hundred walks begin it, how many of those are finished, and what it asks."""

    scenario: str
    name: str
    percent: float
    finished: float
    why: str
    acts: tuple[tuple[str, ...], ...]


def shares_of(bp: Blueprint) -> list[Share]:
    """Every scenario that asks anything of the API, with its share; the shares add up to 100."""
    asked = {one["scenario"]: _acts(one["steps"]) for one in acceptance(bp) if not one["branch"]}
    daily, finished = _daily(bp), _finished(bp)
    usual = mean(daily.values()) if daily else 1.0
    begun = {
        name: daily.get(name, usual) / finished.get(name, 1.0) for name, acts in asked.items() if any(acts)
    }
    whole = sum(begun.values())
    return [
        Share(
            one.id,
            one.name,
            100 * begun[one.id] / whole,
            finished.get(one.id, 1.0),
            _why(daily.get(one.id), finished.get(one.id), usual if daily else None),
            asked[one.id],
        )
        for one in bp.scenarios
        if one.id in begun
    ]


def _daily(bp: Blueprint) -> dict[str, float]:
    """How often each scenario comes to its end a day, where a goal says so."""
    found: dict[str, float] = {}
    for goal in bp.goals:
        metric = goal.metric
        if not isinstance(metric, CountMetric | PersonsMetric) or not metric.per or metric.where:
            continue
        serving = [one for one in bp.scenarios if goal.id in one.serves]
        for one in serving:
            rate = max(goal.baseline, goal.target) / DAYS[metric.per] / len(serving)
            found[one.id] = found.get(one.id, 0.0) + rate
    return {name: rate for name, rate in found.items() if rate > 0}


def _finished(bp: Blueprint) -> dict[str, float]:
    """The share of a scenario's walks that come to its end, where a goal says so."""
    return {
        goal.metric.scenario: min(1.0, goal.target)
        for goal in bp.goals
        if isinstance(goal.metric, ConversionMetric) and goal.target > 0
    }


def _why(daily: float | None, finished: float | None, usual: float | None) -> str:
    if daily is None:
        said = "目标没有说次数，按平均" if usual is not None else "目标都没有说次数，各占一份"
    else:
        said = f"目标每天完成 {daily:.3g} 次"
    return f"{said}，转化率 {finished:.0%}" if finished is not None else said


def _acts(steps: Iterable[Mapping[str, object]]) -> tuple[tuple[str, ...], ...]:
    return tuple(_acts_of(step) for step in steps if step["page_path"])


def _acts_of(step: Mapping[str, object]) -> tuple[str, ...]:
    event = step["event"]
    name = str(event["name"]) if isinstance(event, Mapping) else ""
    return ACTS.get(name) or PAGES.get(str(step["page_path"]).rpartition("/")[2], ())


def stopping_points(share: Share) -> Sequence[int]:
    """After how many steps a walk that is not finished may end."""
    return range(1, max(2, len(share.acts)))
