"""Whoever has a coupon hears that it is about to end, unless he has used it meanwhile."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fangcun.flows.after_coupon import tell_that_it_ends_soon
from fangcun.grow.messaging.models import Message
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Program
from fangcun.shop.offers.events import CouponExpiring
from fangcun.shop.offers.services import use_coupon
from fangcun.shop.offers.tests.makers import coupon_of

pytestmark = pytest.mark.django_db


def test_a_coupon_that_was_used_meanwhile_is_not_said_to_end():
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜")
    member = Member.objects.create(nickname="小方")
    Account.objects.create(program=program, openid="o-1", member=member)
    held, used = coupon_of(member.pk, key="a"), coupon_of(member.pk, key="b")
    use_coupon(coupon_id=used.pk, member_id=member.pk, order_number="1", now=timezone.now())
    for coupon in (held, used):
        tell_that_it_ends_soon(
            CouponExpiring(coupon.pk, member.pk, coupon.template.title, coupon.expires_at.isoformat())
        )
    message = Message.objects.get()
    assert (message.title, message.dedupe_key) == ("优惠券即将到期", f"coupon_expiring:{held.pk}")
