"""Who gets which variant: worked out from the phone's own id, the same at every time and place. Pure.

A phone's id and the experiment's salt are hashed (SHA-256) into one of 10,000 buckets, twice: the first says whether
the phone takes part, the second which variant it gets. So more traffic lets phones in and moves none, and what a
phone gets in one experiment says nothing about another. It is the phone that is assigned, before and after a login:
a member with two phones may meet two variants, and is then left out of what is counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

BUCKETS = 10_000


def bucket(salt: str, device_key: str, use: str) -> int:
    """The bucket of a phone, 0 to 9,999, for one use of an experiment."""
    told = hashlib.sha256(f"{salt}\n{use}\n{device_key}".encode()).digest()
    return int.from_bytes(told[:8], "big") % BUCKETS


def takes_part(salt: str, device_key: str, traffic: int) -> bool:
    """Whether the phone is of the share (in basis points) that takes part."""
    return bucket(salt, device_key, "traffic") < traffic


def variant_of(salt: str, device_key: str, weights: Sequence[tuple[str, int]]) -> str:
    """The variant that a phone gets; `weights` are names with basis points that sum to 10,000."""
    place = bucket(salt, device_key, "variant")
    for name, weight in weights:
        place -= weight
        if place < 0:
            return name
    raise ValueError("The weights do not sum to 10,000.")
