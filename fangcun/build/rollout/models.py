"""What each version does, minute by minute, and the rollouts that are decided by it."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.build.flags.models import Flag
from fangcun.build.rollout.judging.judge import Decision
from fangcun.build.rollout.states import OPEN, ROLLOUT_TRANSITIONS, RolloutStatus
from fangcun.identity.programs.models import Program
from fangcun.kernel.models import ActorFields
from fangcun.kernel.states import Stateful

MOST_COHORT = 20


def cohort_name(flag_key: str) -> str:
    """What a phone adds to its version, behind a "+", while this flag is on for it and is being rolled out."""
    return flag_key.replace("_", "-")[:MOST_COHORT]


class VersionMinute(models.Model):
    """Requests of a version's phones within one minute, and those answered by an error."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    version = models.CharField(_("版本"), max_length=32)
    minute = models.DateTimeField(_("分钟"))
    requests = models.BigIntegerField(_("请求数"))
    errors = models.BigIntegerField(_("出错数"))

    class Meta:
        verbose_name = _("版本请求数")
        verbose_name_plural = _("版本请求数")
        constraints = [
            models.UniqueConstraint(fields=["program", "version", "minute"], name="version_minute"),
        ]
        indexes = [models.Index(fields=["minute"], name="version_minute_old")]

    def __str__(self) -> str:
        return f"{self.version} {self.minute:%H:%M} ×{self.requests}"


class MemberVersion(models.Model):
    """That a member was here with a version: since when, and on which day last."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    member_id = models.BigIntegerField(_("会员编号"))
    version = models.CharField(_("版本"), max_length=32)
    first_at = models.DateTimeField(_("首次出现于"), default=timezone.now)
    last_at = models.DateTimeField(_("最近出现于"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("会员的版本")
        verbose_name_plural = _("会员的版本")
        constraints = [
            models.UniqueConstraint(fields=["member_id", "program", "version"], name="member_version"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.version}"


class PaymentAttempt(models.Model):
    """An order that somebody went to pay, by the version he did it with first, and what became of it.

    `failed` is why no cashier could be opened, "" when it was. Who pays has `paid_at`; who does not has given up,
    or could not: from here both look the same.
    """

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    version = models.CharField(_("版本"), max_length=32)
    order_number = models.CharField(_("订单号"), max_length=32, unique=True)
    began_at = models.DateTimeField(_("开始于"), default=timezone.now)
    failed = models.CharField(_("未能下单的原因"), max_length=40, blank=True, default="")
    paid_at = models.DateTimeField(_("付款于"), null=True, blank=True)

    class Meta:
        verbose_name = _("支付尝试")
        verbose_name_plural = _("支付尝试")
        indexes = [models.Index(fields=["program", "began_at"], name="payment_attempt_by_time")]

    def __str__(self) -> str:
        return self.order_number


class Rollout(Stateful):
    """One version on its way to everybody.

    `against` is the version that is running ("" for a first release). `steps` are per cent that rise and end with
    100, `place` the one that it is at, `moves` each step so far with the moment (epoch ms) at which it began.
    `waived` names metrics and reasons that the staff have overruled. `patient_since` is since when there is waiting
    for a decision.
    """

    transitions: ClassVar = ROLLOUT_TRANSITIONS

    class Channel(models.TextChoices):
        PLATFORM = "platform", _("第三方平台（灰度由接口执行）")
        CI = "ci", _("自有小程序（灰度在微信后台操作）")

    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    version = models.CharField(_("版本"), max_length=32)
    against = models.CharField(_("对比版本"), max_length=32, blank=True, default="")
    release_number = models.CharField(_("发布单号"), max_length=32, blank=True, default="", db_index=True)
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel.choices, default=Channel.CI)
    flag = models.ForeignKey(
        Flag, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("跟随的开关")
    )
    steps = models.JSONField(_("步骤（%）"))
    place = models.PositiveSmallIntegerField(_("第几步"), default=0)
    moves = models.JSONField(_("每步开始于"))
    status = models.CharField(
        _("状态"), max_length=12, choices=RolloutStatus.choices, default=RolloutStatus.RUNNING
    )
    waived = models.JSONField(_("已豁免"), default=list)
    started_at = models.DateTimeField(_("开始于"), default=timezone.now)
    stepped_at = models.DateTimeField(_("本步开始于"), default=timezone.now)
    patient_since = models.DateTimeField(_("等待判断自"), default=timezone.now)
    ended_at = models.DateTimeField(_("结束于"), null=True, blank=True)

    class Meta:
        verbose_name = _("放量")
        verbose_name_plural = _("放量")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["program"],
                condition=Q(status__in=[str(one) for one in OPEN]),
                name="rollout_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def percent(self) -> int:
        """To how many per cent the version is given now."""
        percent: int = 0 if self.status == RolloutStatus.TURNED_BACK else self.steps[self.place]
        return percent

    @property
    def following(self) -> int:
        """To how many per cent the next step would give it; 100 at the last one."""
        percent: int = self.steps[min(self.place + 1, len(self.steps) - 1)]
        return percent

    @property
    def is_open(self) -> bool:
        """Whether it is still on its way."""
        return self.status in OPEN


class Look(ActorFields):
    """One decision on a rollout, with the numbers that it was made on.

    Looks that decide the same in a row are kept as one, renewed for an hour. `acted` says that something was done;
    `note` is what somebody of the staff said.
    """

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="looks", verbose_name=_("放量"))
    began_at = models.DateTimeField(_("首次得出于"), default=timezone.now)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    percent = models.PositiveSmallIntegerField(_("比例（%）"))
    verdict = models.CharField(_("结论"), max_length=12)
    decision = models.JSONField(_("依据"), null=True)
    acted = models.BooleanField(_("已执行"), default=False)
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("放量判断")
        verbose_name_plural = _("放量判断")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.rollout_id} {self.verdict}"

    @property
    def found(self) -> Decision | None:
        """The numbers, typed; None for what somebody did without any."""
        kept: dict[str, Any] | None = self.decision
        return None if kept is None else Decision.of(kept)


RENEW = dt.timedelta(hours=1)
