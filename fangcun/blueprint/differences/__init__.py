"""From one blueprint to another: everything that changes, first what was written differently, then what follows.

Breaking is what makes numbers before and after incomparable, or what customers, links and messages already rely on.
"""

from __future__ import annotations

from fangcun.blueprint.differences.difference import AREAS, Difference
from fangcun.blueprint.differences.effects import effects
from fangcun.blueprint.differences.written import written
from fangcun.blueprint.document import Blueprint

__all__ = ["AREAS", "Difference", "diff"]


def diff(before: Blueprint, after: Blueprint) -> list[Difference]:
    """Every change between two blueprints, drafts with errors among them; nothing when they say the same."""
    return [] if before == after else [*written(before, after), *effects(before, after)]
