"""What customers are told in the message centre, and how WeChat delivered it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.messaging.models.consents import Grant
from fangcun.grow.messaging.states import DELIVERY_TRANSITIONS, DeliveryStatus
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.states import Stateful


class Message(models.Model):
    """What a customer reads in the mini program's message centre. `link` is a page path; "" opens nothing."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("会员"))
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    kind = models.CharField(_("类型"), max_length=30)
    purpose = models.CharField(_("用途"), max_length=30, blank=True, default="")
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
            models.Index(fields=["purpose", "created_at"], name="message_purpose"),
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
    # What WeChat pushed about it afterwards.
    receipt = models.CharField(_("微信回执"), max_length=60, blank=True, default="")
    receipt_at = models.DateTimeField(_("回执于"), null=True, blank=True)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    sending_at = models.DateTimeField(_("最近发送于"), null=True, blank=True)
    settled_at = models.DateTimeField(_("完结于"), null=True, blank=True)

    class Meta:
        verbose_name = _("订阅消息发送")
        verbose_name_plural = _("订阅消息发送")
        indexes = [models.Index(fields=["msgid"], condition=~models.Q(msgid=""), name="delivery_msgid")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.status}"
