"""Customer service: conversations through WeChat, what was said in them, how each request was taken care of."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.conversations.states import (
    CONVERSATION_TRANSITIONS,
    ENTRY_TRANSITIONS,
    ConversationStatus,
    EntryStatus,
)
from fangcun.identity.members.models import Account
from fangcun.identity.programs.models import Program
from fangcun.kernel.states import Stateful

WINDOW = dt.timedelta(hours=48)
MOST_ANSWERS = 5


class Conversation(Stateful):
    """Everything between the enterprise and one person in one mini program, for good.

    Who writes before he ever logged in is known by his openid alone: nobody becomes a member by writing.
    `answers_left` and `window_until` are WeChat's rule: five answers within 48 hours of the customer's last message.
    """

    transitions: ClassVar = CONVERSATION_TRANSITIONS

    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    openid = models.CharField(_("OpenID"), max_length=64)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("账号")
    )
    status = models.CharField(
        _("状态"), max_length=10, choices=ConversationStatus, default=ConversationStatus.RESOLVED
    )
    assignee_id = models.BigIntegerField(_("接待人编号"), null=True, blank=True, db_index=True)
    assignee_name = models.CharField(_("接待人"), max_length=150, blank=True, default="")
    unread = models.PositiveIntegerField(_("未读"), default=0)
    waiting_since = models.DateTimeField(_("开始等待于"), null=True, blank=True)
    last_at = models.DateTimeField(_("最近消息于"), null=True, blank=True)
    last_text = models.CharField(_("最近消息"), max_length=80, blank=True, default="")
    came_from = models.CharField(_("来自"), max_length=1000, blank=True, default="")
    window_until = models.DateTimeField(_("可回复至"), null=True, blank=True)
    answers_left = models.PositiveSmallIntegerField(_("还可回复"), default=0)
    # The closed hours in which the customer was told so, by when they end.
    told_away = models.CharField(max_length=40, blank=True, default="")
    touched_at = models.DateTimeField(_("变化于"), default=timezone.now, db_index=True)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)

    class Meta:
        verbose_name = _("客服会话")
        verbose_name_plural = _("客服会话")
        constraints = [
            models.UniqueConstraint(fields=["program", "openid"], name="conversation_openid"),
            models.CheckConstraint(
                condition=Q(answers_left__lte=MOST_ANSWERS), name="conversation_answers_left"
            ),
        ]
        indexes = [models.Index(fields=["status", "-last_at"], name="conversation_status")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Case(models.Model):
    """One request of a customer, from his first message until somebody says that it is resolved."""

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="cases", verbose_name=_("客服会话")
    )
    opened_at = models.DateTimeField(_("开始于"), default=timezone.now, db_index=True)
    first_answer_at = models.DateTimeField(_("首次回复于"), null=True, blank=True)
    answerer_id = models.BigIntegerField(_("首次回复者编号"), null=True, blank=True)
    answerer_name = models.CharField(_("首次回复者"), max_length=150, blank=True, default="")
    resolved_at = models.DateTimeField(_("解决于"), null=True, blank=True)
    resolver_id = models.BigIntegerField(_("解决者编号"), null=True, blank=True)
    resolver_name = models.CharField(_("解决者"), max_length=150, blank=True, default="")
    rating_asked_at = models.DateTimeField(_("请求评价于"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("评价"), null=True, blank=True)
    rated_at = models.DateTimeField(_("评价于"), null=True, blank=True)

    class Meta:
        verbose_name = _("接待")
        verbose_name_plural = _("接待")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(resolved_at=None), name="case_one_open"
            ),
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__range=(1, 5)), name="case_rating"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Entry(Stateful):
    """One thing in a conversation: from the customer (in), to him (out), or seen by colleagues only (inner)."""

    transitions: ClassVar = ENTRY_TRANSITIONS

    class Way(models.TextChoices):
        IN = "in", _("客户")
        OUT = "out", _("客服")
        INNER = "inner", _("内部")

    class Kind(models.TextChoices):
        TEXT = "text", _("文字")
        IMAGE = "image", _("图片")
        CARD = "card", _("小程序卡片")
        LINK = "link", _("链接")
        NOTE = "note", _("备注")
        ENTERED = "entered", _("进入会话")
        OTHER = "other", _("其他")

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="entries", verbose_name=_("客服会话")
    )
    way = models.CharField(_("方向"), max_length=5, choices=Way)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind, default=Kind.TEXT)
    automatic = models.BooleanField(_("自动"), default=False)
    staff_id = models.BigIntegerField(_("员工编号"), null=True, blank=True)
    staff_name = models.CharField(_("员工"), max_length=150, blank=True, default="")
    text = models.TextField(_("内容"), max_length=4000, blank=True, default="")
    picture = models.CharField(_("图片"), max_length=200, blank=True, default="")
    title = models.CharField(_("标题"), max_length=200, blank=True, default="")
    page = models.CharField(_("页面"), max_length=1000, blank=True, default="")
    url = models.CharField(_("网址"), max_length=1000, blank=True, default="")
    media_id = models.CharField(_("微信媒体 ID"), max_length=200, blank=True, default="")
    media_at = models.DateTimeField(_("上传于"), null=True, blank=True)
    status = models.CharField(_("状态"), max_length=8, choices=EntryStatus, default=EntryStatus.KEPT)
    counted = models.BooleanField(_("计入 5 条"), default=False)
    attempts = models.SmallIntegerField(_("尝试次数"), default=0)
    error_code = models.CharField(_("错误码"), max_length=40, blank=True, default="")
    error = models.CharField(_("错误"), max_length=300, blank=True, default="")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    sending_at = models.DateTimeField(_("最近发送于"), null=True, blank=True)
    # NULL, not "": entries without a key must not collide
    key = models.CharField(_("去重键"), max_length=160, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("会话内容")
        verbose_name_plural = _("会话内容")
        constraints = [
            # One at a time, so that a customer reads answers in the order in which they were written.
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(status="sending"), name="entry_one_sending"
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "id"], name="entry_conversation"),
            models.Index(fields=["conversation"], condition=Q(status="queued"), name="entry_queued"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.way} {self.kind}"


class QuickReply(models.Model):
    """A text that everybody in customer service has at hand; words in braces are filled in."""

    category = models.CharField(_("分类"), max_length=20)
    title = models.CharField(_("标题"), max_length=40)
    shortcut = models.CharField(
        _("快捷码"), max_length=20, blank=True, default="", help_text=_("输入 / 加快捷码即可插入，例如 /fh")
    )
    text = models.TextField(
        _("内容"), max_length=600, help_text=_("可用：{昵称} {订单号} {订单状态} {物流} {客服}")
    )
    position = models.IntegerField(_("排序"), default=0)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("快捷回复")
        verbose_name_plural = _("快捷回复")
        ordering = ["category", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shortcut"],
                condition=~Q(shortcut=""),
                name="quickreply_shortcut",
                violation_error_message=_("已有同样的快捷码"),
            )
        ]

    def __str__(self) -> str:
        return self.title


class ServiceSettings(models.Model):
    """When somebody is there, and what is said without anybody. One row; an empty text says nothing.

    `hours` maps a weekday ("0" is Monday) to spans such as [["09:00", "18:00"]]; empty hours mean always.
    `holidays` are closed days and `workdays` days that are open in spite of their weekday, ISO dates.
    """

    hours = models.JSONField(_("服务时间"), default=dict, blank=True)
    holidays = models.JSONField(_("休息日"), default=list, blank=True)
    workdays = models.JSONField(_("调休上班日"), default=list, blank=True)
    away_text = models.CharField(_("非服务时间的自动回复"), max_length=600, blank=True, default="")
    welcome_text = models.CharField(_("欢迎语"), max_length=600, blank=True, default="")
    rating_on = models.BooleanField(_("解决后请客户评价"), default=True)
    rating_text = models.CharField(_("请求评价的消息"), max_length=600, blank=True, default="")
    thanks_text = models.CharField(_("评价后的感谢"), max_length=600, blank=True, default="")
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("客服设置")
        verbose_name_plural = _("客服设置")

    def __str__(self) -> str:
        return f"#{self.pk}"
