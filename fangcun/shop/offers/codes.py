"""Codes that people type: no letters that look alike, and however they are written they are the same."""

from __future__ import annotations

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 signs: no 0 O, 1 I L
LENGTH = 12  # 31^12: guessing one of a million takes 8 × 10^11 tries


def new_code() -> str:
    """A random code of twelve signs."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def plain(text: str) -> str:
    """A code as it is kept: letters and digits alone, in capitals."""
    return re.sub(r"[\W_]", "", text).upper()[:40]


def spaced(code: str) -> str:
    """A code as it is printed, in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
