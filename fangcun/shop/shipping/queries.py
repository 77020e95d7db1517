"""What delivery costs, and which parcels are under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fangcun.kernel.money import yuan
from fangcun.shop.shipping.models import FreightRule, Shipment


@dataclass(frozen=True, slots=True)
class Freight:
    """Delivery of one order: the price in fen, why, and whether we go there at all."""

    amount: int
    note: str
    reachable: bool = True


def freight_for(*, region_code: str, weight_g: int, items_amount: int) -> Freight:
    """What delivering this weight (grams) of goods worth this much (fen) to a region costs."""
    rule = match(active_rules(), region_code)
    return price(rule, weight_g=weight_g, items_amount=items_amount)


def active_rules() -> list[FreightRule]:
    """The rules that count now."""
    return list(FreightRule.objects.filter(is_active=True))


def match(rules: Sequence[FreightRule], region_code: str) -> FreightRule | None:
    """The rule with the longest area code that the region begins with; one without areas fits everywhere."""

    def fit(rule: FreightRule) -> int:
        if not rule.areas:
            return 0
        return max((len(code) for code in rule.areas if region_code.startswith(code)), default=-1)

    fitting = [(fit(rule), -(rule.pk or 0), rule) for rule in rules]
    best = max(fitting, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] >= 0 else None


def price(rule: FreightRule | None, *, weight_g: int, items_amount: int) -> Freight:
    """Apply one rule. No rule at all means that delivery is free."""
    if rule is None:
        return Freight(0, "包邮")
    if not rule.deliverable:
        return Freight(0, "该地区暂不配送", reachable=False)
    threshold = rule.free_over_amount
    if threshold is not None and items_amount >= threshold:
        return Freight(0, f"满 {yuan(threshold)} 元包邮")
    amount = rule.first_amount
    if rule.measure == FreightRule.Measure.WEIGHT and weight_g > rule.first_weight_g:
        extra_units = -(-(weight_g - rule.first_weight_g) // rule.extra_weight_g)
        amount += extra_units * rule.extra_amount
    if amount == 0:
        return Freight(0, "包邮")
    if threshold is None:
        return Freight(amount, "")
    return Freight(amount, f"再买 {yuan(threshold - items_amount)} 元包邮")


def shipments_of(order_numbers: Sequence[str]) -> list[Shipment]:
    """The parcels of these orders, oldest first."""
    return list(Shipment.objects.filter(order_number__in=order_numbers).order_by("id"))
