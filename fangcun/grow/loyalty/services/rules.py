"""The rules of points and check-ins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.loyalty.errors import RulesInvalid
from fangcun.grow.loyalty.models import Rules
from fangcun.grow.loyalty.models.rules import ONLY
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

MOST: Mapping[str, int] = {
    "earn_per_yuan": 1000, "growth_per_yuan": 1000, "points_per_yuan": 100_000, "most_permille": 900,
    "valid_days": 3650, "grace_days": 365, "check_in_growth": 1000, "make_up_every": 365, "make_up_most": 31,
}  # fmt: skip
MOST_POINTS = 10_000


@transaction.atomic
def save_rules(*, by: Actor, **changes: Any) -> Rules:
    """Change rules of points and check-in, named as the fields of Rules; what is not named stays.

    They hold for what comes: points that are there keep their date. Raises RulesInvalid.
    """
    _refuse(changes)
    rules = Rules.objects.select_for_update().filter(pk=ONLY).first() or Rules(pk=ONLY)
    before = rules.content()
    for name, value in changes.items():
        setattr(rules, name, value)
    rules.updated_at = timezone.now()
    rules.save()
    record("loyalty.save_rules", by=by, object=rules, before=before, after=rules.content())
    return rules


def _refuse(changes: Mapping[str, Any]) -> None:
    wrong = {
        name: _("应在 0 到 {most} 之间").format(most=most)
        for name, most in MOST.items()
        if name in changes and not 0 <= changes[name] <= most
    }
    days = changes.get("check_in_days", [1])
    if not (1 <= len(days) <= 31 and all(0 <= points <= MOST_POINTS for points in days)):
        wrong["check_in_days"] = _("请填写 1 到 31 个积分数，每个不超过 {most}").format(most=MOST_POINTS)
    milestones = changes.get("check_in_milestones", {})
    if not all(
        str(day).isdigit() and 1 <= int(day) <= 365 and 0 < points <= MOST_POINTS
        for day, points in milestones.items()
    ):
        wrong["check_in_milestones"] = _("每行一个：天数（1–365）和积分")
    unknown = changes.keys() - MOST.keys() - {"check_in_days", "check_in_milestones"}
    if unknown:
        raise TypeError(f"no such rules: {', '.join(sorted(unknown))}")
    if wrong:
        raise RulesInvalid(fields=wrong)
