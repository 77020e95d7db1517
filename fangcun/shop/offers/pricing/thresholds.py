"""Spend X save Y, N for M, and gifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fangcun.kernel.money import yuan
from fangcun.shop.offers.pricing.till import Till
from fangcun.shop.offers.rules import Step, ThresholdKind, ThresholdRule
from fangcun.shop.offers.sale import Discount, DiscountKind, Gift

MOST_HINTS = 3


class Found(NamedTuple):
    """What a threshold takes off these lines (by their numbers), shared out by these weights."""

    amount: int
    numbers: list[int]
    weights: list[int]
    text: str


def take_thresholds(till: Till, rules: Iterable[ThresholdRule], now: dt.datetime) -> list[str]:
    """Take off what is reached; what is nearly reached is hinted at.

    A line counts for one threshold: for the one with the highest priority, then for the one that saves most.
    """
    running = [rule for rule in rules if rule.runs(now) and rule.kind != ThresholdKind.GIFT]
    free = set(till.open_for(DiscountKind.THRESHOLD))
    before = list(till.nets)
    taken: dict[int, set[int]] = {}
    rest = list(running)
    while rest:
        offers = [(rule, _found(till, rule, free)) for rule in rest]
        rule, best = max(
            offers, key=lambda one: (one[1].amount > 0, one[0].priority, one[1].amount, -one[0].threshold_id)
        )
        if best.amount <= 0:
            break
        till.take_off(
            best.amount,
            best.numbers,
            Discount(DiscountKind.THRESHOLD, rule.threshold_id, best.text, best.amount),
            best.weights,
        )
        free -= set(best.numbers)
        taken[rule.threshold_id] = set(best.numbers)
        rest.remove(rule)
    hints = []
    for rule in running:
        own = free | taken.get(rule.threshold_id, set())
        numbers = [number for number in sorted(own) if rule.scope.covers(till.lines[number])]
        hints.append(_hint(rule, [before[n] for n in numbers], [till.lines[n].quantity for n in numbers]))
    return [hint for hint in hints if hint][:MOST_HINTS]


def gifts_for(till: Till, rules: Iterable[ThresholdRule], now: dt.datetime) -> tuple[list[Gift], list[str]]:
    """The gifts that what is still to be paid deserves, and hints at those that are near."""
    gifts, hints = [], []
    for rule in rules:
        if rule.kind != ThresholdKind.GIFT or not rule.runs(now):
            continue
        numbers = till.open_for(DiscountKind.THRESHOLD, rule.scope)
        spent = [till.nets[number] for number in numbers]
        if (step := _reached(rule.steps, sum(spent))) is not None:
            gifts.append(Gift(step.sku_id, step.give, rule.threshold_id, rule.title))
        hints.append(_hint(rule, spent, []))
    return gifts, [hint for hint in hints if hint]


def _found(till: Till, rule: ThresholdRule, free: set[int]) -> Found:
    numbers = [number for number in sorted(free) if rule.scope.covers(till.lines[number])]
    nets = [till.nets[number] for number in numbers]
    if rule.kind == ThresholdKind.SPEND_SAVE:
        step = _reached(rule.steps, sum(nets))
        saved = min(step.give, sum(nets)) if step else 0
        return Found(saved, numbers, nets, rule.title)
    best = Found(0, numbers, nets, rule.title)
    for step in rule.steps:
        reckon = _for_a_price if rule.kind == ThresholdKind.PIECES_PRICE else _some_free
        amount, weights = reckon(step, nets, [till.lines[number].quantity for number in numbers])
        if amount > best.amount:
            best = Found(amount, numbers, weights, rule.title)
    return best


def _pieces(nets: Sequence[int], quantities: Sequence[int]) -> list[tuple[int, int]]:
    """(price, line) of every piece, the dearest first; a fen that doesn't divide stays with the line."""
    pieces = [
        (net // quantity, number)
        for number, (net, quantity) in enumerate(zip(nets, quantities, strict=True))
        for _piece in range(quantity)
    ]
    return sorted(pieces, key=lambda piece: (-piece[0], piece[1]))


def _for_a_price(step: Step, nets: Sequence[int], quantities: Sequence[int]) -> tuple[int, list[int]]:
    """Any N pieces for one price: groups of the dearest ones, as long as a group costs more than that."""
    pieces, amount, weights = _pieces(nets, quantities), 0, [0] * len(nets)
    for start in range(0, len(pieces) - step.need + 1, step.need):
        group = pieces[start : start + step.need]
        saved = sum(price for price, _ in group) - step.give
        if saved <= 0:
            break
        amount += saved
        for price, number in group:
            weights[number] += price
    return amount, weights


def _some_free(step: Step, nets: Sequence[int], quantities: Sequence[int]) -> tuple[int, list[int]]:
    """Of every N pieces only M are paid: the cheapest are free."""
    pieces = _pieces(nets, quantities)
    free = len(pieces) // step.need * (step.need - step.give)
    return sum(price for price, _ in pieces[len(pieces) - free :]), list(nets)


def _reached(steps: Sequence[Step], have: int) -> Step | None:
    return next((step for step in reversed(steps) if have >= step.need), None)


def _hint(rule: ThresholdRule, nets: Sequence[int], quantities: Sequence[int]) -> str:
    spent = sum(nets)
    if spent <= 0:
        return ""
    if rule.kind in (ThresholdKind.SPEND_SAVE, ThresholdKind.GIFT):
        step = next((step for step in rule.steps if step.need > spent), None)
        if step is None:
            return ""
        gift = rule.kind == ThresholdKind.GIFT
        given = f"得赠品（{rule.title}）" if gift else f"减 ¥{yuan(step.give)}"
        return f"再买 ¥{yuan(step.need - spent)} 可{given}"
    count = sum(quantities)
    step = next((step for step in rule.steps if step.need > count), None)
    return f"再买 {step.need - count} 件可享「{rule.title}」" if step else ""
