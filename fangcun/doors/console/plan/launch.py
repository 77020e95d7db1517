"""What the launch needs: papers with their time, categories, purposes of capabilities, declarations."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from fangcun.blueprint.compiling.project import dossier
from fangcun.blueprint.document import Blueprint, Qualification
from fangcun.blueprint.rules.pages import contrast
from fangcun.blueprint.vocabulary import PERMITTED, PRIVATE
from fangcun.doors.console.plan.shown import Shown

SOON: Final = 60  # days after the launch within which a paper that runs out is a worry


def _paper(one: Qualification, bp: Blueprint, launch: dt.date | None) -> dict[str, Any]:
    features = {feature.id: feature.name for feature in bp.features}
    left = (one.expires - launch).days if one.expires and launch else None
    tone = "quiet" if left is None else "bad" if left < 0 else "warn" if left <= SOON else "good"
    return {
        "paper": one,
        "covers": [features.get(name, name) for name in one.covers],
        "left": left,
        "short": -left if left is not None and left < 0 else None,
        "tone": tone,
        "state_tone": {"have": "good", "applied": "info", "missing": "bad"}.get(one.status, "quiet"),
    }


def qualifications(shown: Shown, bp: Blueprint) -> dict[str, Any]:
    """The dossier of the launch, each part with what is still missing."""
    launch = shown.launch_end
    users: dict[str, list[str]] = {}
    for page in bp.pages.values():
        for capability in page.uses:
            users.setdefault(capability, []).append(page.title)
    covered = {name for one in bp.qualifications if one.status != "missing" for name in one.covers}
    papers = [_paper(one, bp, launch) for one in bp.qualifications]
    capabilities = list(dict.fromkeys([*users, *bp.launch.privacy]))
    order_page = next((page for page in bp.pages.values() if page.path == bp.launch.order_path), None)
    return {
        "papers": papers,
        "states": [
            (state, sum(one.status == state for one in bp.qualifications))
            for state in ("have", "applied", "missing")
        ],
        "launch_end": launch,
        "categories": [
            {
                "name": name,
                "papers": [one for one in bp.qualifications if name in one.covers],
                "is_covered": name in covered,
            }
            for name in bp.launch.categories
        ],
        "capabilities": [
            {
                "name": name,
                "pages": users.get(name, []),
                "purpose": bp.launch.privacy.get(name),  # type: ignore[call-overload]
                "needs_purpose": name in PRIVATE,
                "needs_permission": name in PERMITTED,
                "is_permitted": name in covered,
            }
            for name in capabilities
        ],
        "declaration": bp.launch.content_declaration,
        "publishes": bool(bp.content.ugc),
        "order_path": bp.launch.order_path,
        "order_page": order_page,
        "brand": bp.brand,
        "contrast": contrast(bp.brand.color, bp.brand.on_color) if bp.brand else None,
        "budgets": bp.budgets,
        "test_account": dossier(bp)["test_account"] if not shown.errors else "",
    }
