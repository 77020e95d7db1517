"""The tracking plan in the forms of other systems, for whoever sends the same events there too."""

from __future__ import annotations

from collections.abc import Callable

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.exporting.dictionary import markdown
from fangcun.blueprint.exporting.rudder import rudder
from fangcun.blueprint.exporting.segment import segment
from fangcun.blueprint.exporting.wedata import wedata

__all__ = ["TARGETS", "export"]

TARGETS: dict[str, Callable[[Blueprint], str]] = {
    "segment": segment,
    "rudder": rudder,
    "wedata": wedata,
    "markdown": markdown,
}


def export(bp: Blueprint, *, to: str) -> str:
    """The tracking plan as the text that another system imports. Raises KeyError for a system not in TARGETS."""
    return TARGETS[to](bp)
