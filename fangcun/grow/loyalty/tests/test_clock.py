"""What the clock does: birthday coupons, and a word before points expire."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.models import Card, Lot
from fangcun.grow.loyalty.reminding import remind_expiring, remind_missed
from fangcun.grow.loyalty.services import TierSpec
from fangcun.grow.messaging.models import Message
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.offers.models import Coupon, CouponTemplate
from fangcun.shop.offers.services import save_template

pytestmark = pytest.mark.django_db(databases="__all__")


def on(month: int, day: int, year: int = 2027) -> dt.datetime:
    return dt.datetime(year, month, day, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def cake(db) -> CouponTemplate:
    """A coupon for birthdays, on no shelf."""
    template = CouponTemplate(title="生日礼券", kind="amount", value_amount=1000, valid_days=365, way="staff")
    return save_template(template, by=SYSTEM)


def born(account, month: int, day: int) -> None:
    services.set_birthday(member_id=account.member_id, month=month, day=day)


def test_a_birthday_gives_one_coupon_a_year_to_those_whose_tier_does(customer, cake):
    services.save_tiers([TierSpec("银卡", 1, birthday_template_id=cake.pk)], by=SYSTEM)
    has_a_tier, has_none, another_day = customer(), customer(), customer()
    for one in (has_a_tier, another_day):
        services.earn(member_id=one.member_id, growth=5, reason="automation", key=f"g:{one.pk}")
    born(has_a_tier, 5, 8)
    born(has_none, 5, 8)
    born(another_day, 5, 9)
    for moment in (on(5, 7), on(5, 8), on(5, 8)):
        services.give_birthday_coupons(now=moment)
    assert [coupon.member_id for coupon in Coupon.objects.all()] == [has_a_tier.member_id]
    services.give_birthday_coupons(now=on(5, 8, 2028))
    assert Coupon.objects.filter(member_id=has_a_tier.member_id).count() == 2


def test_who_was_born_on_a_leap_day_has_his_birthday_on_the_day_before_else(account, cake):
    services.save_tiers([TierSpec("银卡", 1, birthday_template_id=cake.pk)], by=SYSTEM)
    services.earn(member_id=account.member_id, growth=5, reason="automation", key="g")
    born(account, 2, 29)
    assert services.give_birthday_coupons(now=on(2, 28)) == 1
    assert services.give_birthday_coupons(now=on(3, 1)) == 0
    assert services.give_birthday_coupons(now=on(2, 28, 2028)) == 0
    assert services.give_birthday_coupons(now=on(2, 29, 2028)) == 1
    assert Coupon.objects.count() == 2


def test_a_member_is_told_once_that_points_expire_soon(customer):
    soon, later = customer(), customer()
    for one in (soon, later):
        for number in range(2):
            services.earn(member_id=one.member_id, points=10, reason="check_in", key=f"{one.pk}:{number}")
    at = timezone.now() + dt.timedelta(days=6)
    Lot.objects.filter(member_id=soon.member_id).update(expires_at=at)
    assert remind_expiring() == 1
    remind_expiring()
    message = Message.objects.get(kind="points")
    assert (message.member_id, message.title) == (soon.member_id, "积分即将到期")
    local = timezone.localtime(at)
    assert message.body == f"您有 20 积分将于 {local.month}月{local.day}日到期，记得用掉。"


def test_who_missed_a_day_and_can_mend_it_is_told_once_in_the_daytime(customer):
    can, has_no_card, came = customer(), customer(), customer()
    for one, days in ((can, (3, 4)), (has_no_card, (3, 4)), (came, (3, 4, 5))):
        for day in days:
            services.check_in(member_id=one.member_id, program_id=one.program_id, now=on(5, day))
    Card.objects.exclude(pk=has_no_card.member_id).update(make_up_cards=1)
    assert remind_missed(now=on(5, 6).replace(hour=8)) == 0
    assert remind_missed(now=on(5, 5)) == 0
    assert remind_missed(now=on(5, 6)) == 1
    remind_missed(now=on(5, 6))
    message = Message.objects.get(title="昨天漏签了")
    assert message.member_id == can.member_id
    assert message.body == "您已连续签到 2 天，昨天漏签了。用一张补签卡就能接上。"


def test_what_can_not_be_mended_any_more_is_not_told(account):
    for day in (29, 30):
        services.check_in(member_id=account.member_id, program_id=account.program_id, now=on(4, day))
    Card.objects.update(make_up_cards=1)
    assert remind_missed(now=on(5, 2)) == 1
    assert remind_missed(now=on(5, 1)) == 0


def test_a_check_in_is_told_by_the_consent_that_was_given(account, drain):
    services.check_in(member_id=account.member_id, program_id=account.program_id)
    drain()
    message = Message.objects.get()
    assert (message.title, message.body) == ("积分变动", "签到：+5 积分，现有 5 积分。")
