"""Text messages: by whom they are sent, what they say, and how each one went."""

from __future__ import annotations

import re
import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.messaging.states import TEXT_TRANSITIONS, TextStatus
from fangcun.identity.members.models import Member
from fangcun.kernel.secrets import EncryptedTextField
from fangcun.kernel.states import Stateful

PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,30})\}")


def new_token() -> str:
    """What the address in a text ends with: short, and not to be guessed."""
    return secrets.token_urlsafe(9)


class TextProvider(models.TextChoices):
    INBOX = "inbox", _("短信收件箱（不真发）")
    ALIYUN = "aliyun", _("阿里云")
    TENCENT = "tencent", _("腾讯云")


class TextSettings(models.Model):
    """By whom texts are sent. There is one row at most; without it they stay in the console's inbox."""

    provider = models.CharField(_("服务商"), max_length=10, choices=TextProvider, default=TextProvider.INBOX)
    sign_name = models.CharField(_("短信签名"), max_length=30, blank=True, default="")
    key_id = models.CharField("AccessKey ID / SecretId", max_length=128, blank=True, default="")
    secret = EncryptedTextField("AccessKey Secret / SecretKey", blank=True, default="")
    application = models.CharField("SdkAppId", max_length=30, blank=True, default="")
    region = models.CharField(_("地域"), max_length=30, blank=True, default="")

    class Meta:
        verbose_name = _("短信设置")
        verbose_name_plural = _("短信设置")

    def __str__(self) -> str:
        return str(self.get_provider_display())


class TextTemplate(models.Model):
    """What a text says: our wording, and the number under which the provider approved it."""

    code = models.SlugField(_("编号"), max_length=40, unique=True)
    title = models.CharField(_("名称"), max_length=60)
    body = models.CharField(
        _("内容"),
        max_length=300,
        help_text=_("变量写作 {name}，顺序与服务商模板一致；退订链接写作 {unsubscribe}"),
    )
    provider_code = models.CharField(_("服务商的模板编号"), max_length=60, blank=True, default="")
    marketing = models.BooleanField(_("营销短信"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("短信模板")
        verbose_name_plural = _("短信模板")

    def __str__(self) -> str:
        return self.title

    @property
    def places(self) -> list[str]:
        """The values that the wording names, in their order, each once."""
        return list(dict.fromkeys(PLACE.findall(self.body)))


class Text(Stateful):
    """One text on its way. `due_at` is when it may go at the earliest: marketing waits for the morning."""

    transitions: ClassVar = TEXT_TRANSITIONS

    template = models.ForeignKey(TextTemplate, models.PROTECT, related_name="+", verbose_name=_("模板"))
    member = models.ForeignKey(
        Member, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("会员")
    )
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_digest = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    values = models.JSONField(_("变量"), default=dict)
    body = models.CharField(_("内容"), max_length=600)
    marketing = models.BooleanField(_("营销短信"), default=False)
    dedupe_key = models.CharField(_("去重键"), max_length=120, unique=True)
    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    status = models.CharField(_("状态"), max_length=10, choices=TextStatus, default=TextStatus.QUEUED)
    provider = models.CharField(_("服务商"), max_length=10, choices=TextProvider, blank=True, default="")
    provider_number = models.CharField(_("服务商的编号"), max_length=64, blank=True, default="")
    attempts = models.SmallIntegerField(_("尝试次数"), default=0)
    error_code = models.CharField(_("错误码"), max_length=60, blank=True, default="")
    error = models.CharField(_("说明"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    due_at = models.DateTimeField(_("最早发送于"), default=timezone.now)
    settled_at = models.DateTimeField(_("完结于"), null=True, blank=True)

    class Meta:
        verbose_name = _("短信")
        verbose_name_plural = _("短信")
        indexes = [models.Index(fields=["status", "-id"], name="text_by_status")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.status}"
