"""Sharing an amount out so that no fen is lost."""

from __future__ import annotations

from collections.abc import Sequence


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Share an amount (fen) out by weights, by largest remainder; the shares add up to it exactly.

    Nobody gets more than his weight as long as `amount` is not more than all weights together.
    """
    whole = sum(weights)
    if amount <= 0 or whole <= 0:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    left = amount - sum(shares)
    by_remainder = sorted(
        range(len(weights)), key=lambda number: (-(amount * weights[number] % whole), number)
    )
    for number in by_remainder[:left]:
        shares[number] += 1
    return shares
