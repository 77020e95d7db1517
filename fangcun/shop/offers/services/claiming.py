"""How a member comes by a coupon: he takes it, he has a code, or somebody gives it."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from fangcun.insight.tracking.services import record_later
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.shop.offers.codes import plain
from fangcun.shop.offers.counting import count_up
from fangcun.shop.offers.errors import (
    CodeSpent,
    CodeUnknown,
    CouponLimitReached,
    CouponNotForYou,
    CouponNotYet,
    CouponOver,
    CouponsGone,
    CouponTemplateGone,
)
from fangcun.shop.offers.events import CouponsGiven
from fangcun.shop.offers.models import Coupon, CouponCode, CouponTemplate
from fangcun.shop.offers.queries.claimable import Claimant, why_not

Way = CouponTemplate.Way


def claim_coupon(*, template_id: int, claimant: Claimant, program_id: int, token: str = "") -> Coupon:
    """Take one of the shop's coupons; one that only a link leads to needs its token.

    However many take at once, never more than there are and never more than each may have. Raises
    CouponTemplateGone, CouponNotYet, CouponOver, CouponNotForYou, CouponLimitReached, CouponsGone.
    """
    template = CouponTemplate.objects.filter(pk=template_id, is_active=True).first()
    public = template is not None and template.way == Way.PUBLIC
    linked = template is not None and template.way == Way.LINK and token == template.link_token != ""
    if template is None or not (public or linked):
        raise CouponTemplateGone
    _refuse(template, claimant)
    with transaction.atomic():
        return _hand_out(template, claimant, program_id, source=template.way)


def redeem_code(*, code: str, claimant: Claimant, program_id: int) -> Coupon:
    """Take a coupon for a code that is good once, or for a word that everybody may use.

    Raises CodeUnknown, CodeSpent, and what claim_coupon raises.
    """
    text = plain(code)
    one = CouponCode.objects.select_related("template").filter(code=text).first()
    if one is None:
        template = CouponTemplate.objects.filter(word=text, is_active=True, way=Way.CODE).first()
        if template is None or not text:
            raise CodeUnknown
        _refuse(template, claimant)
        with transaction.atomic():
            return _hand_out(template, claimant, program_id, source="word")
    if one.used_at is not None:
        raise CodeSpent
    if not one.template.is_active:
        raise CouponTemplateGone
    _refuse(one.template, claimant)
    with transaction.atomic():
        unused = CouponCode.objects.filter(pk=one.pk, used_at=None)
        if not unused.update(used_at=timezone.now()):
            raise CodeSpent
        coupon = _hand_out(one.template, claimant, program_id, source="code")
        CouponCode.objects.filter(pk=one.pk).update(coupon=coupon)
    return coupon


def give_coupon(
    *, template_id: int, member_id: int, by: Actor, key: str, source: str = "gift"
) -> Coupon | None:
    """Give somebody a coupon, once per `key`; saying it again gives the same one.

    What one member may take himself does not limit what he is given. None when the template is no longer in
    use, its time is over, or all of its coupons are handed out.
    """
    if (earlier := Coupon.objects.filter(key=key).first()) is not None:
        return earlier
    template = CouponTemplate.objects.filter(pk=template_id, is_active=True).first()
    now = timezone.now()
    if template is None or span(template, now) is None:
        return None
    try:
        with transaction.atomic():
            if not count_template(template, 1):
                return None
            coupon = Coupon.objects.create(**_fields(template, member_id, now), source=source[:20], key=key)
            if by.kind == "staff":
                record("offers.give_coupon", by=by, object=template, after={"member_id": member_id})
            announce_given(template, [coupon], source=source)
    except IntegrityError:  # the same key at the same moment
        return Coupon.objects.filter(key=key).first()
    return coupon


def announce_given(template: CouponTemplate, coupons: list[Coupon], *, source: str) -> None:
    """Let it be known that members got these."""
    announce(
        CouponsGiven(
            template_id=template.pk,
            title=template.title,
            source=source,
            expires_at=coupons[0].expires_at.isoformat(),
            coupons=[[coupon.pk, coupon.member_id] for coupon in coupons],
        )
    )


def span(template: CouponTemplate, now: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """From when until when a coupon that is had now is good; None when it never would be."""
    start = max(template.valid_from or now, now)
    ends = [template.valid_until] if template.valid_until else []
    if template.valid_days:
        ends.append(start + dt.timedelta(days=template.valid_days))
    return (start, min(ends)) if ends and min(ends) > start else None


def count_template(template: CouponTemplate, number: int) -> bool:
    """Count so many more of a template as handed out; False, and nothing counted, when there are not as many."""
    enough = Q(total=None) | Q(claimed__lte=F("total") - number)
    there = CouponTemplate.objects.filter(enough, pk=template.pk, is_active=True)
    return bool(there.update(claimed=F("claimed") + number))


def _fields(template: CouponTemplate, member_id: int, now: dt.datetime) -> dict[str, object]:
    found = span(template, now)
    if found is None:
        raise CouponOver
    return {
        "template": template,
        "member_id": member_id,
        "starts_at": found[0],
        "expires_at": found[1],
        "claimed_at": now,
    }


def _refuse(template: CouponTemplate, claimant: Claimant) -> None:
    now = timezone.now()
    if template.claim_starts_at is not None and now < template.claim_starts_at:
        raise CouponNotYet
    if (template.claim_ends_at is not None and now >= template.claim_ends_at) or span(template, now) is None:
        raise CouponOver
    if reason := why_not(template, claimant):
        raise CouponNotForYou(reason=reason)


def _hand_out(template: CouponTemplate, claimant: Claimant, program_id: int, *, source: str) -> Coupon:
    now = timezone.now()
    if not count_up("coupons", [(template.pk, claimant.member_id, 1)]):
        raise CouponLimitReached(most=template.per_member)
    if not count_template(template, 1):
        raise CouponsGone
    coupon = Coupon.objects.create(**_fields(template, claimant.member_id, now), source=source)
    record_later(
        "coupon_claimed",
        event_id=f"coupon_claimed:{coupon.pk}",
        member_id=claimant.member_id,
        program_id=program_id,
        props={"template_id": template.pk},
        at=now,
    )
    return coupon
