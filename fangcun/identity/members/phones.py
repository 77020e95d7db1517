"""Phone numbers: reading them, masking them, finding a member by one."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from django.conf import settings

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
# Area code and number, with an extension of up to six digits: 0571-88886666-123
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))-?([2-9]\d{6,7})(?:-(\d{1,6}))?", re.ASCII)
_LONGEST = 40


def readable_phone(text: str) -> str | None:
    """A Chinese mobile number or landline as it is dialled, or None when it is neither.

    "+86 138 0000 0000" becomes "13800000000", "（0571）88886666" becomes "0571-88886666".
    """
    if len(text) > _LONGEST:
        return None
    bare = re.sub(r"[\s()]+", "", unicodedata.normalize("NFKC", text))
    bare = re.sub(r"^(\+|00)86-?|^86(?=1\d{10}$)", "", re.sub(r"[‐‑‒–—―]", "-", bare))
    if _MOBILE.fullmatch(digits := bare.replace("-", "")):
        return digits
    if landline := _LANDLINE.fullmatch(bare):
        return "-".join(part for part in landline.groups() if part)
    return None


def masked(phone: str) -> str | None:
    """A number of which only its owner recognises the rest: "138****0000"; None when there is none."""
    return f"{phone[:-8]}****{phone[-4:]}" if phone else None


def phone_digests(phone: str) -> list[str]:
    """By what a number is found without being readable: a keyed digest with each of FIELD_KEYS, newest first."""
    return [
        hmac.new(key.encode(), f"phone:{phone}".encode(), hashlib.sha256).hexdigest()
        for key in settings.FIELD_KEYS
    ]
