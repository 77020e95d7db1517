"""Cells of files that people open in a spreadsheet."""

from __future__ import annotations

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_RISKY) else text
