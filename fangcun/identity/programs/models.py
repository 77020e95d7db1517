"""The mini programs of the enterprise and the WeChat Pay merchants that collect their money."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.kernel.secrets import EncryptedTextField


class Merchant(models.Model):
    """A WeChat Pay merchant number with the keys to sign for it and to check what WeChat signs."""

    class Mode(models.TextChoices):
        PUBLIC_KEY = "public_key", _("微信支付公钥")
        CERTIFICATE = "certificate", _("平台证书")

    mchid = models.CharField(_("商户号"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    serial_no = models.CharField(_("商户证书序列号"), max_length=64)
    private_key = EncryptedTextField(_("商户私钥"))
    api_v3_key = EncryptedTextField(_("APIv3 密钥"))
    mode = models.CharField(_("验签方式"), max_length=12, choices=Mode, default=Mode.PUBLIC_KEY)
    wechatpay_public_key = models.TextField(_("微信支付公钥"), blank=True, default="")
    public_key_id = models.CharField(_("微信支付公钥 ID"), max_length=64, blank=True, default="")
    platform_certificates = models.JSONField(_("平台证书"), blank=True, default=dict)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("商户号")
        verbose_name_plural = _("商户号")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.mchid}"


class Program(models.Model):
    """One registered mini program; the phone names it in every request by its AppID."""

    class Role(models.TextChoices):
        MAIN = "main", _("主小程序")
        CONTENT = "content", _("内容")
        MEMBERS = "members", _("会员")
        TOOLS = "tools", _("工具")

    appid = models.CharField(_("AppID"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    role = models.CharField(_("角色"), max_length=10, choices=Role, default=Role.MAIN)
    app_secret = EncryptedTextField(_("AppSecret"), blank=True, default="")
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="programs", verbose_name=_("商户号")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("小程序")
        verbose_name_plural = _("小程序")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} {self.appid}"


class PushSettings(models.Model):
    """How WeChat's message push reaches us for one mini program; what was typed into WeChat's console too."""

    class Mode(models.TextChoices):
        PLAIN = "plain", _("明文模式")
        COMPATIBLE = "compatible", _("兼容模式")
        SECURE = "secure", _("安全模式")

    program = models.OneToOneField(
        Program, models.CASCADE, related_name="push", verbose_name=_("小程序"), primary_key=True
    )
    token = EncryptedTextField(_("消息推送 Token"))
    aes_key = EncryptedTextField("EncodingAESKey", blank=True, default="")
    mode = models.CharField(_("消息加密方式"), max_length=10, choices=Mode, default=Mode.SECURE)
    hands_over = models.BooleanField(_("同时转给微信客服工具"), default=False)
    heard_at = models.DateTimeField(_("最近收到推送于"), null=True, editable=False)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("消息推送")
        verbose_name_plural = _("消息推送")

    def __str__(self) -> str:
        return f"{self.program_id} {self.mode}"


class PushReceipt(models.Model):
    """A push that was taken, so that the same one is not taken again, and its nonce not for another."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    key = models.CharField(_("去重键"), max_length=120)
    nonce = models.CharField(_("随机串"), max_length=80)
    at = models.DateTimeField(_("收到于"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("收到的推送")
        verbose_name_plural = _("收到的推送")
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="push_once"),
            models.UniqueConstraint(fields=["program", "nonce"], name="push_nonce_once"),
        ]

    def __str__(self) -> str:
        return self.key


class AccessToken(models.Model):
    """WeChat's access token of one mini program, shared by all processes."""

    key = models.CharField(max_length=200, primary_key=True)
    token = EncryptedTextField()
    # The column above is sealed anew at every writing, so only this one can be compared.
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("接口凭证")
        verbose_name_plural = _("接口凭证")

    def __str__(self) -> str:
        return self.key
