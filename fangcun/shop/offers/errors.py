from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class OfferInvalid(DomainError):
    """`details.fields` says what is wrong where."""

    code = "offer_invalid"
    status = 400
    message = _("请检查填写的内容")


class CouponTemplateGone(NotFound):
    code = "coupon_template_not_found"
    message = _("没有找到这张优惠券，可能已下架")


class CouponNotYet(DomainError):
    code = "coupon_not_yet"
    message = _("还没到领取时间")


class CouponOver(DomainError):
    code = "coupon_over"
    message = _("领取时间已过")


class CouponsGone(DomainError):
    code = "coupons_gone"
    message = _("来晚了，券已被领完")


class CouponLimitReached(DomainError):
    code = "coupon_limit_reached"
    message = _("每人限领 {most} 张，您已经领过了")


class CouponNotForYou(DomainError):
    code = "coupon_not_for_you"
    message = _("这张券您暂时不能领取：{reason}")


class CouponUnusable(DomainError):
    code = "coupon_unusable"
    message = _("优惠券不能用于本单：{reason}")


class CouponSpent(DomainError):
    code = "coupon_spent"
    message = _("优惠券刚刚被使用或已失效，请重新确认订单")


class CodeUnknown(NotFound):
    code = "code_unknown"
    message = _("兑换码不正确")


class CodeSpent(DomainError):
    code = "code_spent"
    message = _("这个兑换码已经用过了")


class TemplateInUse(DomainError):
    code = "coupon_template_in_use"
    message = _("已经有人领取，优惠内容不能再改；可以停用后另建一张")


class FlashTaken(DomainError):
    code = "flash_sale_taken"
    message = _("秒杀已经有人下单，不能减到比已抢的还少，也不能删除这件商品")
