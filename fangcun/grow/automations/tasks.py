"""Background work of automations."""

from __future__ import annotations

from django.utils import timezone

from fangcun.grow.automations.advancing import advance_due
from fangcun.grow.automations.entering import look_around
from fangcun.grow.automations.models import Automation
from fangcun.grow.automations.states import AutomationStatus
from fangcun.kernel.jobs import every


@every(seconds=60)
def let_in() -> None:
    """Let in whoever the triggers of running automations find now."""
    running = Automation.objects.filter(status=AutomationStatus.RUNNING).order_by("id")
    for automation_id in running.values_list("id", flat=True):
        look_around(automation_id, timezone.now())


@every(seconds=15)
def go_on() -> None:
    """Take the next step of every run that is due."""
    advance_due(timezone.now())
