"""Environments of a mini program, its upload key, self-tests, and calls of WeChat's that were refused."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.build.papers.states import Stage
from fangcun.identity.programs.models import Program
from fangcun.kernel.models import ActorFields
from fangcun.kernel.secrets import EncryptedTextField


class Environment(models.Model):
    """What is entered in WeChat's console for one version of a mini program: servers and addresses."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    name = models.CharField(_("环境"), max_length=10, choices=Stage)
    request_domains = models.JSONField(_("request 合法域名"), default=list, blank=True)
    upload_domains = models.JSONField(_("uploadFile 合法域名"), default=list, blank=True)
    download_domains = models.JSONField(_("downloadFile 合法域名"), default=list, blank=True)
    socket_domains = models.JSONField(_("socket 合法域名"), default=list, blank=True)
    ip_allow_list = models.JSONField(_("IP 白名单"), default=list, blank=True)
    filing = models.CharField(_("ICP 备案号"), max_length=60, blank=True, default="")
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("环境")
        verbose_name_plural = _("环境")
        constraints = [models.UniqueConstraint(fields=["program", "name"], name="environment_once")]

    def __str__(self) -> str:
        return f"{self.program_id} {self.name}"

    @property
    def domains(self) -> frozenset[str]:
        """Every registered domain with its scheme, such as https://api.example.com."""
        lists = (self.request_domains, self.upload_domains, self.download_domains, self.socket_domains)
        return frozenset(domain for domains in lists for domain in domains)


class UploadKey(ActorFields):
    """The key that signs uploads of code (代码上传密钥). It goes in and is shown by its fingerprint only."""

    program = models.OneToOneField(
        Program, models.CASCADE, related_name="+", verbose_name=_("小程序"), primary_key=True
    )
    private_key = EncryptedTextField(_("代码上传密钥"))
    fingerprint = models.CharField(_("指纹"), max_length=80)
    at = models.DateTimeField(_("设置于"), default=timezone.now)

    class Meta:
        verbose_name = _("代码上传密钥")
        verbose_name_plural = _("代码上传密钥")

    def __str__(self) -> str:
        return self.fingerprint


class SelfTest(ActorFields):
    """One run of the self-tester. `results` are as `testing.Result.as_json` writes them, and grow while it runs."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    environment = models.CharField(_("环境"), max_length=10, choices=Stage)
    results = models.JSONField(_("结果"), default=list)
    failed = models.PositiveSmallIntegerField(_("有问题"), default=0)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("结束于"), null=True)

    class Meta:
        verbose_name = _("自检")
        verbose_name_plural = _("自检")
        indexes = [models.Index(fields=["program", "environment", "-id"], name="self_test_newest")]

    def __str__(self) -> str:
        return f"{self.program_id} {self.environment} {self.at:%Y-%m-%d %H:%M}"


class RefusedCall(models.Model):
    """The last call at a callback address that was not believed, by whose address it was and why.

    It is written at most once a minute for each reason, since anybody may knock. `skew_s` is how many seconds its
    timestamp lay behind our clock.
    """

    class Door(models.TextChoices):
        PUSH = "push", _("消息推送")
        NOTICE = "notice", _("支付通知")

    door = models.CharField(_("回调"), max_length=10, choices=Door)
    key = models.CharField(_("AppID 或商户号"), max_length=32)
    reason = models.CharField(_("原因"), max_length=20)
    skew_s = models.IntegerField(_("时间差（秒）"), null=True)
    ip = models.GenericIPAddressField(_("IP 地址"), null=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("被拒的回调")
        verbose_name_plural = _("被拒的回调")
        constraints = [models.UniqueConstraint(fields=["door", "key", "reason"], name="refused_call_once")]

    def __str__(self) -> str:
        return f"{self.door} {self.key} {self.reason}"
