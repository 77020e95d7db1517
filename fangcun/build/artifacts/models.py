"""Builds of the mini program, as rows; their files lie in FANGCUN_HOME/artifacts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.identity.programs.models import Program
from fangcun.kernel.models import ActorFields
from fangcun.kernel.states import Stateful


class Platform(models.TextChoices):
    """Where a build runs; the names that uni-app gives them."""

    WEIXIN = "mp-weixin", _("微信小程序")
    H5 = "h5", "H5"
    ALIPAY = "mp-alipay", _("支付宝小程序")
    DOUYIN = "mp-toutiao", _("抖音小程序")


class Environment(models.TextChoices):
    """For whom a build is, in WeChat's words: developers, testers, everybody."""

    DEVELOP = "develop", _("开发版")
    TRIAL = "trial", _("体验版")
    RELEASE = "release", _("正式版")


class Status(models.TextChoices):
    BUILDING = "building", _("构建中")
    READY = "ready", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")


class Artifact(Stateful, ActorFields):
    """One build: what it was made from, its manifest and where its files are.

    `revision` is the number of the blueprint's revision. `digest` names all of its
    files by their content: two builds of the same are the same. `step` and `percent` tell how far it is; `error` is
    the end of what the tools said. `pinned` ones outlive their turn: a release was made from them.
    """

    transitions: ClassVar = {
        Status.BUILDING: {Status.READY, Status.FAILED, Status.CANCELLED},
    }

    number = models.PositiveIntegerField(_("编号"), unique=True)
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, related_name="+", verbose_name=_("小程序")
    )
    platform = models.CharField(_("平台"), max_length=12, choices=Platform)
    environment = models.CharField(_("环境"), max_length=8, choices=Environment)
    version = models.CharField(_("版本号"), max_length=32)
    api_base = models.CharField(_("服务器地址"), max_length=200)
    revision = models.PositiveIntegerField(_("规划版本"))
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.BUILDING)
    step = models.CharField(_("进度"), max_length=60, blank=True, default="")
    percent = models.PositiveSmallIntegerField(_("完成百分比"), default=0)
    cancel_asked = models.BooleanField(_("要求取消"), default=False)
    digest = models.CharField(_("摘要"), max_length=64, blank=True, default="")
    manifest = models.JSONField(_("清单"), default=dict)
    error = models.TextField(_("错误"), blank=True, default="")
    pinned = models.BooleanField(_("保留"), default=False)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成于"), null=True)

    class Meta:
        verbose_name = _("构建")
        verbose_name_plural = _("构建")
        ordering = ["-number"]
        indexes = [models.Index(fields=["platform", "status", "-number"], name="artifact_newest")]

    def __str__(self) -> str:
        return f"#{self.number} {self.version} {self.get_platform_display()}"

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        packages: dict[str, Any] = self.manifest.get("packages", {})
        return sum(packages.values())
