"""What an automation and one member's way through it can be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AutomationStatus(models.TextChoices):
    DRAFT = "draft", _("未启用")
    RUNNING = "running", _("运行中")
    PAUSED = "paused", _("已暂停")
    ENDED = "ended", _("已结束")


AUTOMATION_TRANSITIONS = {
    AutomationStatus.DRAFT: {AutomationStatus.RUNNING},
    AutomationStatus.RUNNING: {AutomationStatus.PAUSED, AutomationStatus.ENDED},
    AutomationStatus.PAUSED: {AutomationStatus.RUNNING, AutomationStatus.ENDED},
}


class RunStatus(models.TextChoices):
    """A run waits for its next step until it is done, was skipped on the way, or stopped from outside."""

    WAITING = "waiting", _("等待中")
    DONE = "done", _("已完成")
    SKIPPED = "skipped", _("已跳过")
    STOPPED = "stopped", _("已停止")
    HELD = "held", _("对照组")


class Arm(models.TextChoices):
    ACTED = "acted", _("触达组")
    HELD = "held", _("对照组")


class Outcome(models.TextChoices):
    DONE = "done", _("已执行")
    SKIPPED = "skipped", _("已跳过")
