"""Messages to customers: what they agreed to, what they are told, and how the telling went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.messaging.states import DELIVERY_TRANSITIONS, DeliveryStatus, GrantStatus
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.states import Stateful


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
    """A customer's answer to one question for consent. A yes is good for one message (WeChat: one-off consent)."""

    class Answer(models.TextChoices):
        ACCEPT = "accept", _("同意")
        REJECT = "reject", _("拒绝")
        BAN = "ban", _("已被后台封禁")
        FILTER = "filter", _("因标题重复被过滤")

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("账号"))
    template = models.ForeignKey(Template, models.CASCADE, related_name="+", verbose_name=_("模板"))
    moment = models.CharField(_("时机"), max_length=20, choices=Moment)
    answer = models.CharField(_("回答"), max_length=10, choices=Answer)
    status = models.CharField(_("状态"), max_length=10, choices=GrantStatus)
    answered_at = models.DateTimeField(_("回答于"), default=timezone.now)

    class Meta:
        verbose_name = _("消息授权")
        verbose_name_plural = _("消息授权")
        indexes = [
            models.Index(
                fields=["account", "template", "id"],
                condition=models.Q(status__in=["open", "claimed"]),
                name="grant_usable",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.answer}"


class Message(models.Model):
    """What a customer reads in the mini program's message centre. `link` is a page path; "" opens nothing."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("会员"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    kind = models.CharField(_("类型"), max_length=30)
    title = models.CharField(_("标题"), max_length=60)
    body = models.CharField(_("内容"), max_length=500)
    link = models.CharField(_("链接"), max_length=200, blank=True, default="")
    dedupe_key = models.CharField(_("去重键"), max_length=120, unique=True)
    created_at = models.DateTimeField(_("发出于"), default=timezone.now)
    read_at = models.DateTimeField(_("读于"), null=True, blank=True)

    class Meta:
        verbose_name = _("站内消息")
        verbose_name_plural = _("站内消息")
        indexes = [
            models.Index(fields=["member", "-id"], name="message_member"),
            models.Index(fields=["member"], condition=models.Q(read_at=None), name="message_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(Stateful):
    """A message on its way through WeChat, paid for with one consent."""

    transitions: ClassVar = DELIVERY_TRANSITIONS

    message = models.OneToOneField(
        Message, models.CASCADE, related_name="delivery", verbose_name=_("站内消息")
    )
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+", verbose_name=_("授权"))
    status = models.CharField(
        _("状态"), max_length=10, choices=DeliveryStatus, default=DeliveryStatus.QUEUED, db_index=True
    )
    data = models.JSONField(_("字段内容"))
    page = models.CharField(_("打开的页面"), max_length=200, blank=True, default="")
    attempts = models.SmallIntegerField(_("尝试次数"), default=0)
    doubtful = models.BooleanField(_("此前一次结果不明"), default=False)
    msgid = models.CharField(_("微信消息 ID"), max_length=64, blank=True, default="")
    error_code = models.CharField(_("错误码"), max_length=40, blank=True, default="")
    error_field = models.CharField(_("出错的字段"), max_length=60, blank=True, default="")
    error = models.CharField(_("错误"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    sending_at = models.DateTimeField(_("最近发送于"), null=True, blank=True)
    settled_at = models.DateTimeField(_("完结于"), null=True, blank=True)

    class Meta:
        verbose_name = _("订阅消息发送")
        verbose_name_plural = _("订阅消息发送")

    def __str__(self) -> str:
        return f"#{self.pk} {self.status}"
