"""Whether a flag is on for somebody: worked out from what is known of him, the same everywhere. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fangcun.insight.experiments.assigning import BUCKETS, bucket

VERSION = re.compile(r"[0-9A-Za-z.+-]{1,32}")
EVERYBODY = 100
_NUMBERS = re.compile(r"(\d{1,9}(?:\.\d{1,9})*)(-?)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A flag as it is decided by. `percent` is of everybody whom the rest lets in; "" is no bound of versions."""

    key: str
    is_on: bool
    killed: bool
    percent: int
    program_id: int | None
    segment_id: int | None
    min_version: str
    max_version: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `version` is "" when it was not said; a visitor has a phone and no member, or neither."""

    program_id: int | None
    version: str
    member_id: int | None
    device_key: str

    @property
    def unit(self) -> str:
        """What chance is dealt by: the member, else the phone; "" for nobody known."""
        return f"member:{self.member_id}" if self.member_id is not None else self.device_key


def decide(rule: Rule, asker: Asker, *, in_segment: bool) -> bool:
    """Whether the flag is on for who asks.

    A member is dealt by his number, so that all his phones and the server agree; a visitor by his phone's id. Of
    whom nothing is known gets what everybody has, and nothing that only some have.
    """
    if rule.killed or not rule.is_on:
        return False
    if rule.program_id not in (None, asker.program_id):
        return False
    if not between(asker.version, rule.min_version, rule.max_version):
        return False
    if rule.segment_id is not None and not in_segment:
        return False
    return within(rule.key, asker.unit, rule.percent)


def within(key: str, unit: str, percent: int) -> bool:
    """Whether somebody is among so many per cent: who is in stays in when there are more.

    The hash is that of experiments (`assigning.bucket`), with the flag's key as its salt.
    """
    if percent >= EVERYBODY:
        return True
    return unit != "" and bucket(key, unit, "flag") < percent * BUCKETS // EVERYBODY


def between(version: str, least: str, most: str) -> bool:
    """Whether a version lies between two others, both included; what can't be compared lies between none."""
    if not least and not most:
        return True
    place = order_of(version)
    if place is None:
        return False
    low, high = order_of(least) if least else None, order_of(most) if most else None
    return (low is None or low <= place) and (high is None or place <= high)


def order_of(version: str) -> tuple[tuple[int, ...], int] | None:
    """What versions are compared by: their numbers, and that "1.2.0-rc1" comes before "1.2.0"; None without numbers.

    What follows a "+" counts for nothing, as Semantic Versioning 2.0.0 has it; parts of what follows a "-" are not
    told apart.
    """
    found = _NUMBERS.match(version.partition("+")[0])
    if found is None:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), 0 if found[2] else 1
