"""Money is whole fen, everywhere; yuan exist only where a person reads them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def yuan(fen: int) -> str:
    """Write an amount the way a price tag does: 1230 becomes "12.30"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen(text: str) -> int:
    """Read an amount a person typed in yuan ("12.3", "¥12.30") into fen.

    Raises ValueError when it is no amount or is finer than a fen.
    """
    try:
        amount = Decimal(text.strip().lstrip("¥￥").replace(",", "")) * 100
    except InvalidOperation:
        raise ValueError(text) from None
    if not amount.is_finite() or abs(amount) > 10**15 or amount != amount.to_integral_value():
        raise ValueError(text)
    return int(amount)
