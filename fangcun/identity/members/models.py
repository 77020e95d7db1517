"""Customers: a person, his account in each mini program, his logins, addresses and consents."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.identity.programs.models import Program
from fangcun.kernel.secrets import EncryptedTextField


class Member(models.Model):
    """A customer, the same person in all mini programs of the enterprise."""

    nickname = models.CharField(_("昵称"), max_length=20, blank=True, default="")
    avatar = models.CharField(_("头像"), max_length=500, blank=True, default="")
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_digest = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    # NULL, not "": members without a unionid must not collide
    unionid = models.CharField(_("UnionID"), max_length=64, null=True, blank=True, unique=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("已并入"),
    )
    created_at = models.DateTimeField(_("注册于"), default=timezone.now, db_index=True, editable=False)

    class Meta:
        verbose_name = _("会员")
        verbose_name_plural = _("会员")

    def __str__(self) -> str:
        return self.nickname or f"会员 {self.pk}"


class Account(models.Model):
    """What one mini program knows a member by: the OpenID."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="accounts", verbose_name=_("小程序"))
    openid = models.CharField(_("OpenID"), max_length=64)
    member = models.ForeignKey(Member, models.PROTECT, related_name="accounts", verbose_name=_("会员"))
    session_key = EncryptedTextField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("首次登录于"), default=timezone.now, editable=False)
    logged_in_at = models.DateTimeField(_("最近登录于"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("小程序账号")
        verbose_name_plural = _("小程序账号")
        constraints = [models.UniqueConstraint(fields=["program", "openid"], name="account_openid")]

    def __str__(self) -> str:
        return f"{self.program_id}/{self.openid}"


class Token(models.Model):
    """A login. The phone holds the token, we hold its digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens", verbose_name=_("账号"))
    created_at = models.DateTimeField(_("登录于"), default=timezone.now)
    expires_at = models.DateTimeField(_("失效于"), db_index=True)
    revoked_at = models.DateTimeField(_("注销于"), null=True, blank=True)
    ip = models.GenericIPAddressField(_("IP 地址"), null=True, blank=True)

    class Meta:
        verbose_name = _("登录凭证")
        verbose_name_plural = _("登录凭证")

    def __str__(self) -> str:
        return f"{self.account_id} {self.created_at:%Y-%m-%d %H:%M}"


class Address(models.Model):
    """Where a member's goods go."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="addresses", verbose_name=_("会员"))
    name = models.CharField(_("收货人"), max_length=25)
    phone = models.CharField(_("电话"), max_length=20)
    region_code = models.CharField(_("地区编码"), max_length=6)
    province = models.CharField(_("省份"), max_length=30)
    city = models.CharField(_("城市"), max_length=30)
    district = models.CharField(_("区县"), max_length=30)
    detail = models.CharField(_("详细地址"), max_length=120)
    is_default = models.BooleanField(_("默认"), default=False)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("收货地址")
        verbose_name_plural = _("收货地址")
        ordering = ["-is_default", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(is_default=True), name="address_one_default"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.province}{self.city}{self.district}{self.detail}"

    def snapshot(self) -> dict[str, Any]:
        """What an order keeps of an address; later changes of the address don't touch it."""
        return {
            "name": self.name,
            "phone": self.phone,
            "province": self.province,
            "city": self.city,
            "district": self.district,
            "region_code": self.region_code,
            "detail": self.detail,
        }


class PrivacyConsent(models.Model):
    """That a member agreed to one version of a mini program's privacy statement, when and from where."""

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="privacy_consents", verbose_name=_("会员")
    )
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    version = models.CharField(_("版本"), max_length=20)
    at = models.DateTimeField(_("同意于"), default=timezone.now)
    ip = models.GenericIPAddressField(_("IP 地址"), null=True, blank=True)

    class Meta:
        verbose_name = _("隐私同意")
        verbose_name_plural = _("隐私同意")

    def __str__(self) -> str:
        return f"{self.member_id} {self.version}"


class MemberTag(models.Model):
    """A word that the shop keeps about a member, such as 沉睡 or 送礼; rules of segments can ask for it."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="tags", verbose_name=_("会员"))
    tag = models.CharField(_("标签"), max_length=20)
    at = models.DateTimeField(_("打上于"), default=timezone.now)

    class Meta:
        verbose_name = _("会员标签")
        verbose_name_plural = _("会员标签")
        constraints = [models.UniqueConstraint(fields=["member", "tag"], name="member_tag_once")]
        indexes = [models.Index(fields=["tag", "member"], name="member_by_tag")]

    def __str__(self) -> str:
        return self.tag
