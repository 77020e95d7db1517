"""The plan's texts: those that were published, and those on their way."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.kernel.models import ActorFields


class Revision(ActorFields):
    """A published text with a number, and every file that was compiled from it. Rows are only ever added.

    `base` is the number of the revision it was written on, None for the first.
    """

    number = models.PositiveIntegerField(_("版本号"), unique=True)
    text = models.TextField(_("蓝图"))
    digest = models.CharField(_("摘要"), max_length=64)
    message = models.CharField(_("说明"), max_length=300)
    base = models.PositiveIntegerField(_("基于版本"), null=True)
    restored_from = models.PositiveIntegerField(_("恢复自版本"), null=True)
    compiled = models.JSONField(_("推导出的文件"))
    goals = models.JSONField(
        _("目标"), default=list
    )  # ids: since when a goal is kept count of is asked often
    published_at = models.DateTimeField(_("发布于"), default=timezone.now)

    class Meta:
        verbose_name = _("规划版本")
        verbose_name_plural = _("规划版本")

    def __str__(self) -> str:
        return f"#{self.number} {self.message}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A revision is never changed.")
        super().save(*args, **kwargs)

    @property
    def author(self) -> str:
        """Who published it."""
        return self.actor_name


class Draft(ActorFields):
    """A text that somebody writes, with the number of the revision it began from.

    `version` grows with every save, so that of two people who write at once the later sees the earlier.
    """

    text = models.TextField(_("蓝图"))
    base = models.PositiveIntegerField(_("基于版本"), null=True)
    note = models.CharField(_("备注"), max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(_("保存次数"), default=1)
    saved_by = models.CharField(_("最近保存者"), max_length=150, blank=True, default="")
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    updated_at = models.DateTimeField(_("更新于"), default=timezone.now)

    class Meta:
        verbose_name = _("草稿")
        verbose_name_plural = _("草稿")

    def __str__(self) -> str:
        return self.note or f"#{self.pk}"

    @property
    def author(self) -> str:
        """Who began it."""
        return self.actor_name
