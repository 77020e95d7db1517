"""The kernel's tables: jobs (and with them the outbox), transitions, the audit log, heartbeats."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """Work to be done after commit: a task, or one piece of news for one listener."""

    task = models.CharField(_("任务"), max_length=200)
    kwargs = models.JSONField(_("参数"), default=dict)
    # NULL, not "": rows without a key must not collide
    key = models.CharField(_("唯一键"), max_length=160, null=True, unique=True)  # noqa: DJ001
    run_at = models.DateTimeField(_("应执行于"), default=timezone.now)
    lease_until = models.DateTimeField(_("占用至"), null=True)
    lease_id = models.CharField(_("占用者"), max_length=32, default="", blank=True)
    attempts = models.SmallIntegerField(_("尝试次数"), default=0)
    error = models.TextField(_("最近一次错误"), blank=True, default="")
    dead = models.BooleanField(_("已放弃"), default=False)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        indexes = [models.Index(fields=["run_at"], condition=Q(dead=False), name="job_due")]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"


class ActorFields(models.Model):
    """Columns that tell who did it."""

    actor_kind = models.CharField(_("操作者类型"), max_length=10)
    actor_id = models.BigIntegerField(_("操作者编号"), null=True)
    actor_name = models.CharField(_("操作者"), max_length=150, default="", blank=True)

    class Meta:
        abstract = True


class Transition(ActorFields):
    """One step of one thing from a status to the next: the timeline an operator and a customer read."""

    subject = models.CharField(_("对象"), max_length=60)
    subject_id = models.BigIntegerField(_("对象编号"))
    source = models.CharField(_("原状态"), max_length=30, default="", blank=True)
    target = models.CharField(_("新状态"), max_length=30)
    reason = models.CharField(_("原因"), max_length=200, default="", blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("状态变更")
        verbose_name_plural = _("状态变更")
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="transition_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}: {self.source} → {self.target}"


class AuditEntry(ActorFields):
    """Who saw or changed what, when and from where. Rows are only ever added."""

    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    ip = models.GenericIPAddressField(_("IP 地址"), null=True)
    action = models.CharField(_("操作"), max_length=80, db_index=True)
    object_type = models.CharField(_("对象类型"), max_length=60, default="", blank=True)
    object_id = models.CharField(_("对象编号"), max_length=60, default="", blank=True)
    object_label = models.CharField(_("对象"), max_length=200, default="", blank=True)
    before = models.JSONField(_("变更前"), null=True)
    after = models.JSONField(_("变更后"), null=True)
    note = models.CharField(_("备注"), max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.action} {self.object_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An audit entry is never changed.")
        super().save(*args, **kwargs)


class Heartbeat(models.Model):
    """When a background process last said that it lives."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("心跳")
        verbose_name_plural = _("心跳")

    def __str__(self) -> str:
        return self.name
