"""The built WeChat package on the scales: every package against the plan's budgets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fangcun.blueprint.document import Budgets

KB = 1000  # the stricter reading of WeChat's limits
LIMIT_KB = 2000  # what WeChat takes at most, where a plan says nothing
NOT_UPLOADED = frozenset({"project.config.json", "project.private.config.json"})
MAIN = "main"


@dataclass(frozen=True, slots=True)
class Weight:
    """One package: its size and what it may weigh, in bytes."""

    package: str
    size: int
    budget: int

    @property
    def fits(self) -> bool:
        return self.size <= self.budget


class NotBuilt(Exception):
    """There is no WeChat package in that folder."""


def weigh(build: Path, budgets: Budgets) -> list[Weight]:
    """Every package of a build, the main one first. Raises NotBuilt."""
    try:
        app: dict[str, Any] = json.loads((build / "app.json").read_text())
    except (OSError, ValueError):
        raise NotBuilt from None
    roots = [one["root"].strip("/") + "/" for one in app.get("subPackages") or app.get("subpackages") or []]
    sizes = dict.fromkeys([MAIN, *(root.rstrip("/") for root in roots)], 0)
    for file in sorted(build.rglob("*")):
        name = file.relative_to(build).as_posix()
        if file.is_file() and name not in NOT_UPLOADED:
            root = next((one for one in roots if name.startswith(one)), "")
            sizes[root.rstrip("/") or MAIN] += file.stat().st_size
    limits = {MAIN: budgets.main_kb or LIMIT_KB}
    return [
        Weight(name, size, limits.get(name, budgets.package_kb or LIMIT_KB) * KB)
        for name, size in sizes.items()
    ]
