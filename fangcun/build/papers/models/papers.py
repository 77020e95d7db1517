"""Papers as they really are, their files, and the reminders about them."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.build.papers.states import PaperKind, PaperStatus
from fangcun.kernel.models import ActorFields


class Paper(models.Model):
    """A licence, permission or contract of the enterprise. What the plan says of it stands in the plan alone.

    `plan_id` is the id of the plan's qualification that this paper is; empty for one that the plan does not name.
    `covers` are features, capabilities or categories by their names in the plan.
    """

    plan_id = models.CharField(_("规划编号"), max_length=60, blank=True, default="")
    kind = models.CharField(_("种类"), max_length=12, choices=PaperKind)
    name = models.CharField(_("名称"), max_length=80)
    number = models.CharField(_("编号"), max_length=80, blank=True, default="")
    holder = models.CharField(_("持有人"), max_length=80, blank=True, default="")
    status = models.CharField(_("状态"), max_length=10, choices=PaperStatus, default=PaperStatus.MISSING)
    covers = models.JSONField(_("覆盖"), default=list, blank=True)
    issued_on = models.DateField(_("发证日期"), null=True, blank=True)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True, db_index=True)
    expected_on = models.DateField(_("预计取得"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("资质")
        verbose_name_plural = _("资质")
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan_id"], condition=~Q(plan_id=""), name="paper_once_per_qualification"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def expired(self, today: dt.date) -> bool:
        """Whether it has run out; it still holds on its last day."""
        return self.expires_on is not None and self.expires_on < today

    def holds(self, today: dt.date) -> bool:
        """Whether it can be shown to an auditor today."""
        return self.status == PaperStatus.HAVE and not self.expired(today)


class PaperFile(ActorFields):
    """A scan of a paper. The console hands it out, with an entry in the audit log; no other door does."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="files", verbose_name=_("资质"))
    name = models.CharField(_("文件名"), max_length=120)
    path = models.CharField(_("存放"), max_length=160)
    kind = models.CharField(_("类型"), max_length=40)
    size = models.PositiveIntegerField(_("大小（字节）"))
    digest = models.CharField("SHA-256", max_length=64)
    at = models.DateTimeField(_("上传于"), default=timezone.now)

    class Meta:
        verbose_name = _("资质文件")
        verbose_name_plural = _("资质文件")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["paper", "digest"], name="paper_file_once")]

    def __str__(self) -> str:
        return self.name


class Reminder(models.Model):
    """Somebody should look at a paper. One for each reason and day it is about, however often it is looked for."""

    class Reason(models.TextChoices):
        DAYS_90 = "expires_90", _("90 天内到期")
        DAYS_30 = "expires_30", _("30 天内到期")
        DAYS_7 = "expires_7", _("7 天内到期")
        EXPIRED = "expired", _("已过期")
        LATE = "late", _("赶不上上线")

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="reminders", verbose_name=_("资质"))
    reason = models.CharField(_("原因"), max_length=12, choices=Reason)
    about = models.DateField(_("日期"))
    at = models.DateTimeField(_("提醒于"), default=timezone.now)
    settled_at = models.DateTimeField(_("处理于"), null=True)

    class Meta:
        verbose_name = _("资质提醒")
        verbose_name_plural = _("资质提醒")
        ordering = ["about", "id"]
        constraints = [models.UniqueConstraint(fields=["paper", "reason", "about"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.reason}"
