"""Where customers come from: channels with their cost, links and codes, and how often they were opened."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.grow.links.states import BATCH_TRANSITIONS, BatchStatus
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.states import Stateful


class ChannelKind(models.TextChoices):
    """What a source is; a staff member's codes say who brought the customer."""

    STORE = "store", _("门店二维码")
    PACKAGING = "packaging", _("包装码")
    POSTER = "poster", _("海报")
    SMS = "sms", _("短信链接")
    ARTICLE = "article", _("公众号文章")
    ADS = "ads", _("广告")
    STAFF = "staff", _("员工")
    OTHER = "other", _("其他")


class Channel(models.Model):
    """A source of customers. `code` is what tracking events call it, and never changes."""

    name = models.CharField(_("名称"), max_length=40)
    code = models.CharField(_("渠道代码"), max_length=32, unique=True)
    kind = models.CharField(_("类型"), max_length=12, choices=ChannelKind)
    owner = models.CharField(_("负责人"), max_length=40, blank=True, default="")
    note = models.CharField(_("备注"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("渠道")
        verbose_name_plural = _("渠道")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class ChannelCost(models.Model):
    """What a channel cost over some days, both included. Shorter spans count by the day."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="costs", verbose_name=_("渠道"))
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    amount = models.BigIntegerField(_("成本（分）"))
    note = models.CharField(_("说明"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("渠道成本")
        verbose_name_plural = _("渠道成本")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="channel_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="channel_cost_days",
                violation_error_message=_("结束日期不能早于开始日期"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"


class Batch(Stateful):
    """Many codes made at once, each a link of its own, to print."""

    transitions: ClassVar = BATCH_TRANSITIONS

    name = models.CharField(_("名称"), max_length=40)
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("渠道")
    )
    page = models.CharField(_("打开的页面"), max_length=128)
    query = models.JSONField(_("页面参数"), default=dict)
    count = models.PositiveSmallIntegerField(_("数量"))
    width = models.PositiveSmallIntegerField(_("边长（像素）"), default=430)
    status = models.CharField(_("状态"), max_length=10, choices=BatchStatus, default=BatchStatus.DRAWING)
    error = models.CharField(_("错误"), max_length=300, blank=True, default="")
    zip_path = models.CharField(max_length=200, blank=True, default="", editable=False)
    pdf_path = models.CharField(max_length=200, blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("完成于"), null=True, editable=False)

    class Meta:
        verbose_name = _("批量码")
        verbose_name_plural = _("批量码")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """One way in: a short id that stands for a page with its query. It is the scene of its mini program code."""

    short = models.CharField(_("短码"), max_length=16, unique=True)
    program = models.ForeignKey(Program, models.PROTECT, related_name="+", verbose_name=_("小程序"))
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="links", verbose_name=_("渠道")
    )
    title = models.CharField(_("名称"), max_length=60, blank=True, default="")
    page = models.CharField(_("打开的页面"), max_length=128)
    query = models.JSONField(_("页面参数"), default=dict)
    key = models.CharField(max_length=120, blank=True, default="", editable=False)
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, editable=False, related_name="links", verbose_name=_("批次")
    )
    position = models.PositiveSmallIntegerField(_("序号"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    code_path = models.CharField(max_length=200, blank=True, default="", editable=False)
    error = models.CharField(_("错误"), max_length=300, blank=True, default="")
    url = models.CharField(_("URL Link"), max_length=200, blank=True, default="")
    url_expires_at = models.DateTimeField(_("失效于"), null=True, blank=True)
    short_link = models.CharField(_("短链接"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("推广链接")
        verbose_name_plural = _("推广链接")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "key"], condition=~Q(key=""), name="link_once_per_key"
            ),
            models.UniqueConstraint(fields=["batch", "position"], name="link_once_per_position"),
        ]

    def __str__(self) -> str:
        return self.title or self.short

    @property
    def path(self) -> str:
        """The page with its query, as the phone navigates: `/pages/goods/goods?id=3`."""
        return f"/{self.page}?{urlencode(self.query)}" if self.query else f"/{self.page}"


class Opening(models.Model):
    """A visit that a link brought; opening it again within the visit counts nothing."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="openings", verbose_name=_("推广链接"))
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+", verbose_name=_("渠道"))
    visit = models.CharField(_("访问"), max_length=64)
    device = models.CharField(_("设备"), max_length=64, blank=True, default="")
    member = models.ForeignKey(Member, models.CASCADE, null=True, related_name="+", verbose_name=_("会员"))
    click_id = models.CharField(_("广告点击 ID"), max_length=128, blank=True, default="")
    at = models.DateTimeField(_("打开于"), default=timezone.now)

    class Meta:
        verbose_name = _("打开记录")
        verbose_name_plural = _("打开记录")
        constraints = [models.UniqueConstraint(fields=["link", "visit"], name="opening_once_per_visit")]
        indexes = [
            models.Index(fields=["channel", "at"], name="opening_of_channel"),
            models.Index(
                fields=["member", "-at"], condition=Q(channel__isnull=False), name="opening_of_member"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.visit}"


class AttributionRules(models.Model):
    """For how many days a channel is credited with what a customer does. There is one row at most."""

    days = models.PositiveSmallIntegerField(_("归因天数"), default=30)
    updated_at = models.DateTimeField(_("更新于"), auto_now=True)

    class Meta:
        verbose_name = _("归因规则")
        verbose_name_plural = _("归因规则")
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=365), name="attribution_days")
        ]

    def __str__(self) -> str:
        return f"{self.days}"


class CodeMinute(models.Model):
    """How many codes a mini program asked WeChat for in one minute; WeChat draws 5,000 at most."""

    program = models.OneToOneField(Program, models.CASCADE, related_name="+")
    minute = models.BigIntegerField(default=0)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("小程序码用量")
        verbose_name_plural = _("小程序码用量")

    def __str__(self) -> str:
        return f"{self.program_id} {self.used}"
