from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.insight.segments.models import Segment
from fangcun.kernel.models import ActorFields
from fangcun.kernel.states import Stateful
from fangcun.shop.offers.rules import CouponKind, CouponTerms, Scope, ScopeKind
from fangcun.shop.offers.states import COUPON_TRANSITIONS, GIVING_TRANSITIONS, CouponStatus, GivingStatus


class CouponTemplate(models.Model):
    """What coupons of one kind give, to whom, how they are had and for how long they are good.

    Amounts in fen. `value_amount`: what an amount coupon takes off, or what the piece of an exchange costs;
    `permille`: what is paid with a percent coupon. Good for `valid_days` after it was had, else until `valid_until`.
    `claimed` counts all that were handed out.
    """

    class Way(models.TextChoices):
        PUBLIC = "public", _("领券中心公开领取")
        LINK = "link", _("仅凭链接领取")
        CODE = "code", _("凭兑换码领取")
        STAFF = "staff", _("仅由商家或活动发放")

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("所有人")
        NEWCOMERS = "newcomers", _("新客（还没有付过款）")
        TIER = "tier", _("达到等级的会员")
        SEGMENT = "segment", _("指定人群")

    title = models.CharField(_("名称"), max_length=30)
    kind = models.CharField(_("种类"), max_length=8, choices=CouponKind.choices)
    value_amount = models.BigIntegerField(_("面额（分）"), default=0)
    permille = models.PositiveSmallIntegerField(_("折扣（千分比）"), default=1000)
    cap_amount = models.BigIntegerField(_("最多减（分）"), null=True, blank=True)
    threshold_amount = models.BigIntegerField(_("满多少可用（分）"), default=0)
    scope = models.CharField(_("适用范围"), max_length=10, choices=ScopeKind.choices, default=ScopeKind.ALL)
    scope_ids = models.JSONField(_("分类或商品"), default=list, blank=True)
    valid_from = models.DateTimeField(_("有效期始"), null=True, blank=True)
    valid_until = models.DateTimeField(_("有效期止"), null=True, blank=True)
    valid_days = models.PositiveIntegerField(_("领取后有效天数"), null=True, blank=True)
    way = models.CharField(_("领取方式"), max_length=8, choices=Way.choices, default=Way.PUBLIC)
    link_token = models.CharField(max_length=32, blank=True, default="", editable=False)
    # NULL, not "": templates without a word must not collide
    word = models.CharField(_("通用口令"), max_length=20, null=True, blank=True, unique=True)
    audience = models.CharField(
        _("领取人群"), max_length=10, choices=Audience.choices, default=Audience.EVERYBODY
    )
    tier = models.PositiveSmallIntegerField(_("最低等级"), default=0)
    segment = models.ForeignKey(
        Segment, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("人群")
    )
    claim_starts_at = models.DateTimeField(_("开始领取"), null=True, blank=True)
    claim_ends_at = models.DateTimeField(_("停止领取"), null=True, blank=True)
    total = models.PositiveIntegerField(_("发放总量"), null=True, blank=True, help_text=_("留空表示不限"))
    per_member = models.PositiveIntegerField(_("每人限领"), default=1)
    claimed = models.PositiveIntegerField(_("已领"), default=0, editable=False)
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建于"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("优惠券")
        verbose_name_plural = _("优惠券")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=None) | Q(claimed__lte=F("total")), name="coupon_claimed_within_total"
            ),
            models.CheckConstraint(
                condition=Q(
                    value_amount__gte=0, threshold_amount__gte=0, permille__lte=1000, per_member__gte=1
                ),
                name="coupon_template_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def terms(self) -> CouponTerms:
        """What its coupons give, as the till reads it."""
        return CouponTerms(
            kind=CouponKind(self.kind),
            title=self.title,
            value_amount=self.value_amount,
            permille=self.permille,
            cap_amount=self.cap_amount,
            threshold_amount=self.threshold_amount,
            scope=Scope(ScopeKind(self.scope), frozenset(self.scope_ids)),
        )


class Coupon(Stateful):
    """One member's coupon. `key` tells what it was given for, so that it is given once."""

    transitions = COUPON_TRANSITIONS

    template = models.ForeignKey(
        CouponTemplate, models.PROTECT, related_name="coupons", verbose_name=_("优惠券")
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name=_("会员"))
    status = models.CharField(
        _("状态"), max_length=10, choices=CouponStatus.choices, default=CouponStatus.UNUSED
    )
    starts_at = models.DateTimeField(_("生效于"))
    expires_at = models.DateTimeField(_("失效于"))
    source = models.CharField(_("来源"), max_length=20)
    key = models.CharField(max_length=100, null=True, unique=True)  # noqa: DJ001 - those without one don't collide
    order_number = models.CharField(_("订单号"), max_length=32, blank=True, default="")
    claimed_at = models.DateTimeField(_("领取于"), default=timezone.now)
    used_at = models.DateTimeField(_("使用于"), null=True)
    reminded_at = models.DateTimeField(_("提醒于"), null=True)

    class Meta:
        verbose_name = _("会员的券")
        verbose_name_plural = _("会员的券")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["member", "status", "expires_at"], name="coupon_of_member"),
            models.Index(
                fields=["expires_at"], condition=Q(status=CouponStatus.UNUSED), name="coupon_to_expire"
            ),
            models.Index(fields=["order_number"], condition=~Q(order_number=""), name="coupon_of_order"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}/{self.pk}"


class CouponHolder(models.Model):
    """How many coupons of a template one member was handed out."""

    template = models.ForeignKey(
        CouponTemplate, models.CASCADE, related_name="holders", verbose_name=_("优惠券")
    )
    member = models.ForeignKey("members.Member", models.CASCADE, related_name="+", verbose_name=_("会员"))
    taken = models.PositiveIntegerField(_("已领"), default=0)

    class Meta:
        verbose_name = _("领券人")
        verbose_name_plural = _("领券人")
        constraints = [models.UniqueConstraint(fields=["template", "member"], name="coupon_holder_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.taken}"


class CouponCode(models.Model):
    """A code that is good for one coupon, once."""

    template = models.ForeignKey(
        CouponTemplate, models.CASCADE, related_name="codes", verbose_name=_("优惠券")
    )
    code = models.CharField(_("兑换码"), max_length=20, unique=True)
    batch = models.CharField(_("批次"), max_length=20)
    created_at = models.DateTimeField(_("生成于"), default=timezone.now)
    coupon = models.OneToOneField(
        Coupon, models.PROTECT, null=True, related_name="code", verbose_name=_("会员的券")
    )
    used_at = models.DateTimeField(_("兑换于"), null=True)

    class Meta:
        verbose_name = _("兑换码")
        verbose_name_plural = _("兑换码")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.code


class Giving(Stateful, ActorFields):
    """Coupons for everybody of a segment. `last_member_id` is how far it has come: it goes on there."""

    transitions = GIVING_TRANSITIONS

    template = models.ForeignKey(
        CouponTemplate, models.PROTECT, related_name="givings", verbose_name=_("优惠券")
    )
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, related_name="+", verbose_name=_("人群"))
    status = models.CharField(
        _("状态"), max_length=8, choices=GivingStatus.choices, default=GivingStatus.WAITING
    )
    people = models.PositiveIntegerField(_("人数"), default=0)
    done = models.PositiveIntegerField(_("已处理"), default=0)
    given = models.PositiveIntegerField(_("已发放"), default=0)
    last_member_id = models.BigIntegerField(default=0)
    error = models.CharField(_("原因"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("开始于"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成于"), null=True)

    class Meta:
        verbose_name = _("发券任务")
        verbose_name_plural = _("发券任务")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.template_id} → {self.segment_id}"
