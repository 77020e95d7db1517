"""Automations, what each of their versions does, and every member's way through them."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.automations.states import (
    AUTOMATION_TRANSITIONS,
    Arm,
    AutomationStatus,
    Outcome,
    RunStatus,
)
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.states import Stateful

HELD_OUT = 1_000  # basis points


def new_salt() -> str:
    """What makes the control group of one automation say nothing of another's."""
    return secrets.token_hex(8)


class Automation(Stateful):
    """What is done to whom by itself. Its content is in versions: whoever is under way keeps the one he entered."""

    transitions: ClassVar = AUTOMATION_TRANSITIONS

    name = models.CharField(_("名称"), max_length=60)
    ready = models.CharField(_("来自模板"), max_length=40, blank=True, default="", editable=False)
    status = models.CharField(
        _("状态"), max_length=10, choices=AutomationStatus, default=AutomationStatus.DRAFT
    )
    # Of the newest version: which news lets in, so that news nobody waits for costs one look.
    news = models.CharField(max_length=20, blank=True, default="", editable=False)
    # Basis points of those who enter and are left alone, so that it can be told what the rest did because of it.
    held_out = models.PositiveIntegerField(_("对照组比例"), default=HELD_OUT)
    salt = models.CharField(max_length=16, default=new_salt, editable=False)
    made_at = models.DateTimeField(_("创建于"), default=timezone.now)
    started_at = models.DateTimeField(_("启用于"), null=True)
    looked_at = models.DateTimeField(_("最近检查于"), null=True)
    trouble = models.CharField(_("最近的问题"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("自动化")
        verbose_name_plural = _("自动化")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ready"],
                condition=~Q(ready="") & ~Q(status=AutomationStatus.ENDED),
                name="automation_ready_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """What an automation does, as a document; never changed, a new one follows it."""

    automation = models.ForeignKey(
        Automation, models.CASCADE, related_name="versions", verbose_name=_("自动化")
    )
    number = models.PositiveIntegerField(_("版本"))
    document = models.JSONField(_("内容"))
    made_at = models.DateTimeField(_("保存于"), default=timezone.now)

    class Meta:
        verbose_name = _("自动化版本")
        verbose_name_plural = _("自动化版本")
        constraints = [models.UniqueConstraint(fields=["automation", "number"], name="version_of_automation")]

    def __str__(self) -> str:
        return f"{self.automation_id} v{self.number}"


class Run(models.Model):
    """One member's way through one version. `step` is the next one to take, `due_at` when; `reason` why it ended."""

    automation = models.ForeignKey(Automation, models.CASCADE, related_name="runs", verbose_name=_("自动化"))
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("版本"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("会员"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    key = models.CharField(max_length=120)
    arm = models.CharField(_("分组"), max_length=8, choices=Arm)
    status = models.CharField(_("状态"), max_length=10, choices=RunStatus, default=RunStatus.WAITING)
    step = models.PositiveSmallIntegerField(_("下一步"), default=0)
    due_at = models.DateTimeField(_("下一步于"))
    reason = models.CharField(_("说明"), max_length=200, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(_("连续失败次数"), default=0)
    facts = models.JSONField(_("触发时的事实"), default=dict)
    entered_at = models.DateTimeField(_("进入于"), default=timezone.now)
    ended_at = models.DateTimeField(_("结束于"), null=True)

    class Meta:
        verbose_name = _("自动化记录")
        verbose_name_plural = _("自动化记录")
        constraints = [
            models.UniqueConstraint(fields=["automation", "member", "key"], name="run_once_per_key"),
            models.UniqueConstraint(
                fields=["automation", "member"],
                condition=Q(status=RunStatus.WAITING),
                name="run_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status=RunStatus.WAITING), name="run_due"),
            models.Index(fields=["automation", "status", "-id"], name="run_of_automation"),
            models.Index(fields=["member", "-id"], name="run_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.automation_id}/{self.member_id} {self.status}"


class Act(models.Model):
    """What one step did to one member, once; `reason` says why it did not."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="acts", verbose_name=_("自动化记录"))
    step = models.PositiveSmallIntegerField(_("步骤"))
    do = models.CharField(_("动作"), max_length=10)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    reason = models.CharField(_("说明"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("自动化动作")
        verbose_name_plural = _("自动化动作")
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="act_once_per_step")]

    def __str__(self) -> str:
        return f"{self.run_id}[{self.step}] {self.outcome}"


class Inside(models.Model):
    """That a member was in a segment when an automation last looked: only who comes in afterwards enters."""

    automation = models.ForeignKey(Automation, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["automation", "member"], name="inside_once")]

    def __str__(self) -> str:
        return f"{self.automation_id}/{self.member_id}"
