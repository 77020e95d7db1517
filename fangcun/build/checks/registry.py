"""Which function looks for which rule of the pack."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from fangcun.build.checks.finding import Finding, Undecided

# A check gets a Subject (rules of kind "package" and "blueprint") or a Walk (kind "walk"). It yields findings,
# or an Undecided when it lacks something that nobody told it.
Check = Callable[[Any], Iterable[Finding | Undecided]]
Function = TypeVar("Function", bound=Callable[[Any], Iterable[Finding | Undecided]])

# Importing these packages registers every check.
HOMES = ("fangcun.build.checks.rules", "fangcun.build.checks.walking.rules")

_CHECKS: dict[str, Check] = {}


def rule(name: str) -> Callable[[Function], Function]:
    """Make a function the check of the rule with this id."""

    def register(function: Function) -> Function:
        if name in _CHECKS:
            raise ValueError(f"{name} has a check already: {_CHECKS[name].__qualname__}")
        _CHECKS[name] = function
        return function

    return register


def checks() -> dict[str, Check]:
    """Every check, by the id of its rule."""
    for home in HOMES:
        importlib.import_module(home)
    return dict(_CHECKS)
