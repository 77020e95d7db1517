"""What follows from a blueprint, as files: the same bytes for the same document, on any machine and any day."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fangcun.blueprint.compiling.journeys import acceptance, consents, funnels
from fangcun.blueprint.compiling.phone import pages, sitemap, theme
from fangcun.blueprint.compiling.project import dossier, schedule
from fangcun.blueprint.compiling.tracking import tracking_plan, typescript
from fangcun.blueprint.document import Blueprint

__all__ = [
    "FILES",
    "acceptance",
    "compile_blueprint",
    "consents",
    "dossier",
    "funnels",
    "pages",
    "schedule",
    "sitemap",
    "theme",
    "tracking_plan",
    "typescript",
]

FILES: dict[str, Callable[[Blueprint], Any]] = {
    "tracking.json": tracking_plan,
    "funnels.json": funnels,
    "consents.json": consents,
    "sitemap.json": sitemap,
    "pages.json": pages,
    "theme.json": theme,
    "acceptance.json": acceptance,
    "schedule.json": schedule,
    "dossier.json": dossier,
    "tracking.d.ts": typescript,
}


def compile_blueprint(bp: Blueprint) -> dict[str, str]:
    """The text of every file, by name. The blueprint must be without errors."""
    made = {name: build(bp) for name, build in FILES.items()}
    return {
        name: what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, indent=2) + "\n"
        for name, what in made.items()
    }
