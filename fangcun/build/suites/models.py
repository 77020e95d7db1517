"""Runs of test suites. What a report consists of lies in files; the row keeps what outlives them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.build.artifacts.models import Artifact
from fangcun.kernel.models import ActorFields


class Suite(models.TextChoices):
    """What is tried before a launch."""

    JOURNEYS = "journeys", _("场景走查")
    COMPAT = "compat", _("兼容性")
    LOAD = "load", _("压力")
    SECURITY = "security", _("安全")


class SuiteRun(ActorFields):
    """One run of a suite that came to its end. `decides` when nothing was left out, so that acceptance may rest on it.

    `artifact` is the build that was looked at, where it was one of those that are kept.
    `facts` is what people read at a glance: pairs of a title and a value in words. `numbers` is for programs.
    `has_report` is false once the files were removed to make room.
    """

    suite = models.CharField(_("测试"), max_length=20, choices=Suite)
    passed = models.BooleanField(_("通过"))
    decides = models.BooleanField(_("计入验收"), default=True)
    artifact = models.ForeignKey(
        Artifact, models.SET_NULL, null=True, related_name="+", verbose_name=_("构建")
    )
    target = models.CharField(_("对象"), max_length=300, blank=True, default="")
    summary = models.TextField(_("结论"))
    facts = models.JSONField(_("要点"), default=list)
    numbers = models.JSONField(_("数字"), default=dict)
    began_at = models.DateTimeField(_("开始于"))
    seconds = models.FloatField(_("用时（秒）"))
    has_report = models.BooleanField(_("有报告"), default=True)
    created_at = models.DateTimeField(_("记录于"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("测试报告")
        verbose_name_plural = _("测试报告")
        ordering = ["-id"]
        indexes = [models.Index(fields=["suite", "-id"], name="suite_newest")]

    def __str__(self) -> str:
        return f"{self.get_suite_display()} #{self.pk}"
