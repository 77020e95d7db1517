"""The till: what is still to be paid for each line while one offer after the other is taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fangcun.shop.offers.pricing.allocation import allocate
from fangcun.shop.offers.rules import Scope, Stacking
from fangcun.shop.offers.sale import Discount, DiscountKind, SaleLine


@dataclass(slots=True)
class Till:
    """Lines, what of each is still to be paid (fen), and which kinds were taken off it already."""

    lines: Sequence[SaleLine]
    stacking: Stacking
    nets: list[int]
    applied: list[tuple[str, ...]]
    freight: int
    discounts: list[Discount] = field(default_factory=list)

    def copy(self) -> Till:
        """The same state, to try something."""
        return Till(
            self.lines,
            self.stacking,
            list(self.nets),
            list(self.applied),
            self.freight,
            list(self.discounts),
        )

    @property
    def total(self) -> int:
        return sum(self.nets) + self.freight

    def open_for(self, kind: DiscountKind, scope: Scope | None = None) -> list[int]:
        """The numbers of the lines that a kind may still be taken off."""
        return [
            number
            for number, line in enumerate(self.lines)
            if (scope is None or scope.covers(line)) and self.stacking.bar(self.applied[number], kind) is None
        ]

    def take_off(
        self, amount: int, numbers: Sequence[int], discount: Discount, weights: Sequence[int] | None = None
    ) -> None:
        """Take an amount off some lines, shared out by what is still to be paid for them, or by given weights."""
        shares = allocate(amount, weights or [self.nets[number] for number in numbers])
        for number, share in zip(numbers, shares, strict=True):
            self.nets[number] -= share
            self.applied[number] = (*self.applied[number], str(discount.kind))
        self.discounts.append(discount)
