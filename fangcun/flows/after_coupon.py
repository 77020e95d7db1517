"""What follows when members get coupons, and when coupons are about to end."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.grow.messaging.models import Purpose
from fangcun.grow.messaging.services import notify
from fangcun.identity.members.events import MembersMerged
from fangcun.identity.members.queries import last_programs
from fangcun.kernel.events import listens
from fangcun.shop.offers import wording
from fangcun.shop.offers.events import CouponExpiring, CouponsGiven
from fangcun.shop.offers.models import Coupon, CouponTemplate
from fangcun.shop.offers.rules import CouponTerms
from fangcun.shop.offers.services import reassign_offers
from fangcun.shop.offers.states import CouponStatus

LINK = "/pages-grow/coupons/coupons"
REASONS = {"segment": "商家赠送", "birthday": "生日礼券", "invite": "邀请奖励"}
# An automation tells by itself, within the caps that it keeps.
SILENT = frozenset({"automation"})


@listens(CouponsGiven)
def tell_of_new_coupons(event: CouponsGiven) -> None:
    if event.source in SILENT:
        return
    terms = CouponTemplate.objects.get(pk=event.template_id).terms()
    programs = last_programs([member_id for _, member_id in event.coupons])
    for coupon_id, member_id in event.coupons:
        if member_id in programs:
            _tell(
                Purpose.COUPON_GIVEN,
                coupon_id,
                member_id,
                programs[member_id],
                terms,
                event.expires_at,
                title="您有一张新的优惠券",
                note=REASONS.get(event.source, "商家赠送"),
            )


@listens(CouponExpiring)
def tell_that_it_ends_soon(event: CouponExpiring) -> None:
    coupon = Coupon.objects.select_related("template").get(pk=event.coupon_id)
    if coupon.status != CouponStatus.UNUSED:
        return  # he has used it since
    if programs := last_programs([event.member_id]):
        _tell(
            Purpose.COUPON_EXPIRING,
            event.coupon_id,
            event.member_id,
            programs[event.member_id],
            coupon.template.terms(),
            event.expires_at,
            title="优惠券即将到期",
            note="请尽快使用",
        )


@listens(MembersMerged)
def keep_his_coupons(event: MembersMerged) -> None:
    reassign_offers(kept_id=event.kept_id, gone_id=event.gone_id)


def _tell(
    purpose: Purpose,
    coupon_id: int,
    member_id: int,
    program_id: int,
    terms: CouponTerms,
    expires_at: str,
    *,
    title: str,
    note: str,
) -> None:
    until = timezone.localtime(dt.datetime.fromisoformat(expires_at))
    value, condition = wording.value_text(terms), wording.condition_text(terms)
    notify(
        member_id=member_id,
        program_id=program_id,
        purpose=purpose,
        values={
            "coupon": terms.title,
            "amount": value,
            "condition": condition,
            "reason": note,
            "note": note,
            "expires_at": expires_at,
        },
        link=LINK,
        kind="coupon",
        title=title,
        body=f"{terms.title}（{value}，{condition}），{until:%Y-%m-%d %H:%M} 前有效。{note}。",
        dedupe_key=f"{purpose}:{coupon_id}",
    )
