"""Releases, their attempts at the audit, what the auditor said, and what is done at WeChat for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.build.artifacts.models import Artifact
from fangcun.build.release.states import (
    ERRAND_TRANSITIONS,
    OPEN,
    RELEASE_TRANSITIONS,
    UNDER_WAY,
    Channel,
    ErrandKind,
    ErrandStatus,
    ReleaseStatus,
    Verdict,
)
from fangcun.identity.programs.models import Program
from fangcun.kernel.models import ActorFields
from fangcun.kernel.states import Stateful
from fangcun.shop.offers.models import CouponTemplate

USUAL_STEPS = (1, 5, 20, 50, 100)


def usual_steps() -> list[int]:
    """The shares of users, in percent, by which a version is rolled out unless somebody says otherwise."""
    return list(USUAL_STEPS)


class Release(Stateful, ActorFields):
    """One version of one mini program on its way from a build to everybody.

    `percent` is the share of users that WeChat was last told of; `value_text` what the audit reads about the update;
    `against` the version that was online when it began.
    """

    transitions: ClassVar = RELEASE_TRANSITIONS

    program = models.ForeignKey(Program, models.PROTECT, related_name="releases", verbose_name=_("小程序"))
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel)
    version = models.CharField(_("版本号"), max_length=32)
    artifact = models.ForeignKey(Artifact, models.PROTECT, related_name="releases", verbose_name=_("构建"))
    digest = models.CharField(_("内容摘要"), max_length=64)
    status = models.CharField(
        _("状态"), max_length=12, choices=ReleaseStatus, default=ReleaseStatus.DRAFT, db_index=True
    )
    note = models.CharField(_("说明"), max_length=100, blank=True, default="")
    value_text = models.CharField(_("这次更新的价值"), max_length=500, blank=True, default="")
    steps = models.JSONField(_("灰度步骤"), default=usual_steps)
    percent = models.PositiveSmallIntegerField(_("已灰度百分比"), default=0)
    held = models.CharField(_("暂停原因"), max_length=200, blank=True, default="")
    attempt = models.PositiveSmallIntegerField(_("第几次提审"), default=1)
    against = models.CharField(_("对照版本"), max_length=32, blank=True, default="")
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    live_at = models.DateTimeField(_("全量于"), null=True)

    class Meta:
        verbose_name = _("发布")
        verbose_name_plural = _("发布")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["program"], condition=Q(status__in=OPEN), name="release_one_open"
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="release_percent_within_100"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.version}"

    @property
    def number(self) -> int:
        """How people and the command line call it."""
        return self.pk

    @property
    def is_open(self) -> bool:
        """Whether it is still on its way."""
        return self.status in OPEN

    @property
    def next_percent(self) -> int | None:
        """The share of users that the next step brings; None when there is none."""
        return next((step for step in self.steps if step > self.percent), None)


class Attempt(models.Model):
    """One try at the audit: what was checked, uploaded and submitted, and how it ended.

    `privacy` is what WeChat found in the code: {without_auth, without_conf}. `dossier` is what was submitted.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="attempts", verbose_name=_("发布"))
    number = models.PositiveSmallIntegerField(_("次序"))
    version = models.CharField(_("版本号"), max_length=32)
    digest = models.CharField(_("内容摘要"), max_length=64)
    check_run_id = models.BigIntegerField(_("检查"), null=True)
    uploaded_at = models.DateTimeField(_("上传于"), null=True)
    packages = models.JSONField(_("包大小"), default=dict)
    template_id = models.BigIntegerField(_("模板编号"), null=True)
    privacy = models.JSONField(_("隐私接口检测"), null=True)
    declared = models.JSONField(_("已填写的隐私保护指引"), null=True)
    declared_at = models.DateTimeField(_("隐私指引填写于"), null=True)
    submitted_at = models.DateTimeField(_("提审于"), null=True)
    auditid = models.BigIntegerField(_("审核编号"), null=True)
    dossier = models.JSONField(_("提审材料"), null=True)
    sped_up_at = models.DateTimeField(_("加急于"), null=True)
    delayed_at = models.DateTimeField(_("延期于"), null=True)
    delay_reason = models.TextField(_("延期原因"), blank=True, default="")
    verdict = models.CharField(_("审核结果"), max_length=10, choices=Verdict, blank=True, default="")
    ended_at = models.DateTimeField(_("审核结束于"), null=True)
    reason = models.TextField(_("审核意见"), blank=True, default="")
    screenshots = models.JSONField(_("审核截图"), default=list)
    looked_at = models.DateTimeField(_("最近查询于"), null=True)

    class Meta:
        verbose_name = _("提审")
        verbose_name_plural = _("提审")
        constraints = [models.UniqueConstraint(fields=["release", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.release_id}.{self.number}"


class RefusalItem(ActorFields):
    """One thing the auditor objects to, with the rules of the audit pack that it seems to be about.

    `evidence` and the actor say who mended it and what shows that.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="items", verbose_name=_("提审"))
    place = models.PositiveSmallIntegerField(_("序号"))
    text = models.TextField(_("驳回意见"))
    rules = models.JSONField(_("相关规则"), default=list)
    evidence = models.TextField(_("整改依据"), blank=True, default="")
    settled_at = models.DateTimeField(_("整改于"), null=True)

    class Meta:
        verbose_name = _("驳回条目")
        verbose_name_plural = _("驳回条目")
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["attempt", "place"], name="refusal_item_once")]

    def __str__(self) -> str:
        return f"{self.place}. {self.text[:60]}"


class Errand(Stateful, ActorFields):
    """Something to be done at WeChat: written down first, done outside any transaction, its answer written down.

    One at a time for each release. `tries` above 1 means that an earlier try may have happened: WeChat is asked first.
    """

    transitions: ClassVar = ERRAND_TRANSITIONS

    release = models.ForeignKey(Release, models.CASCADE, related_name="errands", verbose_name=_("发布"))
    attempt = models.PositiveSmallIntegerField(_("第几次提审"))
    kind = models.CharField(_("操作"), max_length=12, choices=ErrandKind)
    status = models.CharField(_("状态"), max_length=10, choices=ErrandStatus)
    payload = models.JSONField(_("内容"), default=dict)
    answer = models.JSONField(_("答复"), default=dict)
    progress = models.CharField(_("进度"), max_length=200, blank=True, default="")
    error = models.TextField(_("错误"), blank=True, default="")
    code = models.CharField(_("错误码"), max_length=40, blank=True, default="")
    evidence = models.TextField(_("依据"), blank=True, default="")
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    taken_at = models.DateTimeField(_("开始于"), null=True)
    created_at = models.DateTimeField(_("登记于"), default=timezone.now)
    ended_at = models.DateTimeField(_("结束于"), null=True)

    class Meta:
        verbose_name = _("微信操作")
        verbose_name_plural = _("微信操作")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release"], condition=Q(status__in=UNDER_WAY), name="errand_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.release_id} {self.kind}"


class ReviewPass(ActorFields):
    """What a release's auditors get to try the shop with: a word that gives a coupon of so many fen."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="passes", verbose_name=_("发布"))
    template = models.ForeignKey(CouponTemplate, models.PROTECT, related_name="+", verbose_name=_("优惠券"))
    word = models.CharField(_("口令"), max_length=20)
    amount = models.BigIntegerField(_("面额（分）"))
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    closed_at = models.DateTimeField(_("停用于"), null=True)

    class Meta:
        verbose_name = _("审核体验")
        verbose_name_plural = _("审核体验")
        constraints = [
            models.UniqueConstraint(
                fields=["release"], condition=Q(closed_at=None), name="review_pass_one_open"
            )
        ]

    def __str__(self) -> str:
        return self.word
