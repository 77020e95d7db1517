"""What customers are asked consent for, where, and what they answered."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.messaging.states import GrantStatus
from fangcun.identity.members.models import Account
from fangcun.identity.programs.models import Program


class Purpose(models.TextChoices):
    """On which occasion WeChat delivers a message of ours, outside the mini program."""

    ORDER_PAID = "order_paid", _("订单支付成功")
    ORDER_SHIPPED = "order_shipped", _("订单发货")
    GROUP_RESULT = "group_result", _("拼团结果")
    POINTS_CHANGED = "points_changed", _("积分变动")
    COUPON_GIVEN = "coupon_given", _("优惠券到账")
    COUPON_EXPIRING = "coupon_expiring", _("优惠券即将到期")
    ACTIVITY_STARTING = "activity_starting", _("活动即将开始")
    MEMBER_CARE = "member_care", _("会员关怀")


class Moment(models.TextChoices):
    """Where the customer acts and can be asked for consent (WeChat allows it only after a tap or a payment)."""

    ORDER_SUBMIT = "order_submit", _("提交订单时")
    ORDER_PAID = "order_paid", _("支付成功后")
    GROUP_OPEN = "group_open", _("开团时")
    GROUP_JOIN = "group_join", _("参团时")
    CHECK_IN = "check_in", _("签到时")
    COUPON_CLAIM = "coupon_claim", _("领券时")
    ACTIVITY_SIGN_UP = "activity_sign_up", _("活动报名时")


class Template(models.Model):
    """A subscribe-message template of a mini program, and which of our values goes into which of its fields."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    purpose = models.CharField(_("用途"), max_length=30, choices=Purpose)
    template_id = models.CharField(_("模板 ID"), max_length=64)
    title = models.CharField(_("标题"), max_length=60)
    fields = models.JSONField(_("字段"), help_text=_("模板字段 → 我们的值，如 thing2 → goods"))
    moments = models.JSONField(_("请求授权的时机"), default=list)
    page = models.CharField(_("打开的页面"), max_length=200, blank=True, default="")
    # Consents belong to WeChat's template id: one that was replaced stays, with its consents, but asks no more.
    is_active = models.BooleanField(_("启用"), default=True)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("订阅消息模板")
        verbose_name_plural = _("订阅消息模板")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "purpose"],
                condition=models.Q(is_active=True),
                name="template_one_per_purpose",
            ),
            models.UniqueConstraint(fields=["program", "template_id"], name="template_id_once"),
        ]

    def __str__(self) -> str:
        return self.title


class AskingPlan(models.Model):
    """Where the plan wants each consent to be asked. There is one row at most; without it our own habits hold.

    `moments` maps a purpose to its moments; `unknown` names what is planned and we can't ask for.
    """

    moments = models.JSONField(_("请求授权的时机"))
    unknown = models.JSONField(_("无法请求的授权"), default=list)
    revision = models.PositiveIntegerField(_("规划版本"))
    updated_at = models.DateTimeField(_("更新于"), default=timezone.now)

    class Meta:
        verbose_name = _("授权时机")
        verbose_name_plural = _("授权时机")

    def __str__(self) -> str:
        return f"#{self.revision}"


class Grant(models.Model):
    """A customer's answer to one question for consent. A yes is good for one message (WeChat: one-off consent).

    The phone tells it, WeChat tells it too where message push is set up: `told` says by whom we know, and `push_key`
    which push it was, so that the same answer is one row however often and by whomever it is told.
    """

    class Answer(models.TextChoices):
        ACCEPT = "accept", _("同意")
        REJECT = "reject", _("拒绝")
        BAN = "ban", _("已被后台封禁")
        FILTER = "filter", _("因标题重复被过滤")

    class Told(models.TextChoices):
        PHONE = "phone", _("手机")
        WECHAT = "wechat", _("微信")
        BOTH = "both", _("手机和微信")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("账号"))
    template = models.ForeignKey(Template, models.CASCADE, related_name="+", verbose_name=_("模板"))
    # Blank when only WeChat told: it does not say where.
    moment = models.CharField(_("时机"), max_length=20, choices=Moment, blank=True)
    answer = models.CharField(_("回答"), max_length=10, choices=Answer)
    status = models.CharField(_("状态"), max_length=10, choices=GrantStatus)
    answered_at = models.DateTimeField(_("回答于"), default=timezone.now)
    told = models.CharField(_("得知自"), max_length=8, choices=Told, default=Told.PHONE)
    push_key = models.CharField(max_length=160, null=True, blank=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("消息授权")
        verbose_name_plural = _("消息授权")
        indexes = [
            models.Index(
                fields=["account", "template", "id"],
                condition=models.Q(status__in=["open", "claimed"]),
                name="grant_usable",
            ),
            models.Index(fields=["template", "answered_at"], name="grant_of_template"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.answer}"
