"""How members come by coupons, and what time does to them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.segments.models import Kind, Segment, SegmentPerson
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry, Job
from fangcun.shop.offers import services, wording
from fangcun.shop.offers.errors import (
    CouponNotForYou,
    CouponNotYet,
    CouponOver,
    CouponsGone,
    CouponTemplateGone,
    OfferInvalid,
    TemplateInUse,
)
from fangcun.shop.offers.models import Coupon, CouponCode, CouponHolder, CouponTemplate, Giving
from fangcun.shop.offers.queries import Claimant, claimable_templates, coupons_of
from fangcun.shop.offers.tests.makers import HOUR, coupon_of, template_of

pytestmark = pytest.mark.django_db(databases="__all__")
CLERK = Actor.staff(7, "店员")


@pytest.fixture
def member(db):
    return Member.objects.create(nickname="小方")


def claim(template: CouponTemplate, member: Member, **facts) -> Coupon:
    claimant = Claimant(member.pk, **{"is_newcomer": True, "tier": 0, **facts})
    return services.claim_coupon(template_id=template.pk, claimant=claimant, program_id=1)


def segment_of(members) -> Segment:
    segment = Segment.objects.create(name="老客", kind=Kind.SNAPSHOT)
    SegmentPerson.objects.bulk_create(SegmentPerson(segment=segment, person=2 * one.pk) for one in members)
    return segment


def test_a_coupon_is_good_for_as_long_as_its_template_says(member):
    days = claim(template_of(valid_days=7), member)
    assert days.expires_at - days.starts_at == dt.timedelta(days=7)
    until = timezone.now() + dt.timedelta(days=3)
    both = claim(template_of(valid_days=7, valid_until=until), member)
    assert both.expires_at == until
    later = timezone.now() + dt.timedelta(days=1)
    assert claim(template_of(valid_days=None, valid_from=later, valid_until=until), member).starts_at == later


def test_what_cannot_be_claimed_says_why_and_nothing_is_counted(member):
    now = timezone.now()
    refusals = [
        (template_of(way="staff"), CouponTemplateGone),
        (template_of(claim_starts_at=now + HOUR), CouponNotYet),
        (template_of(claim_starts_at=now - 2 * HOUR, claim_ends_at=now - HOUR), CouponOver),
        (template_of(audience="tier", tier=2), CouponNotForYou),
    ]
    for template, refusal in refusals:
        with pytest.raises(refusal):
            claim(template, member, tier=1)
    with pytest.raises(CouponNotForYou):
        claim(template_of(audience="newcomers"), member, is_newcomer=False)
    assert (Coupon.objects.count(), CouponHolder.objects.count()) == (0, 0)
    assert set(CouponTemplate.objects.values_list("claimed", flat=True)) == {0}


def test_a_segments_coupon_is_for_who_is_in_it(member):
    stranger = Member.objects.create(nickname="路人")
    template = template_of(audience="segment", segment=segment_of([member]))
    assert claim(template, member).status == "unused"
    with pytest.raises(CouponNotForYou):
        claim(template, stranger)
    seen = claimable_templates(claimant=Claimant(stranger.pk, is_newcomer=True), now=timezone.now())
    assert [(one.state, one.reason) for one in seen] == [("not_for_you", "仅限受邀的会员")]


def test_who_comes_too_late_gets_none_and_does_not_count(member):
    template = template_of(total=1)
    claim(template, member)
    with pytest.raises(CouponsGone):
        claim(template, Member.objects.create(nickname="小圆"))
    assert (CouponTemplate.objects.get().claimed, CouponHolder.objects.count()) == (1, 1)


def test_a_gift_is_given_once_per_key_and_announced(member):
    template = template_of(way="staff")
    first = services.give_coupon(
        template_id=template.pk, member_id=member.pk, by=SYSTEM, key="a", source="birthday"
    )
    again = services.give_coupon(template_id=template.pk, member_id=member.pk, by=SYSTEM, key="a")
    other = services.give_coupon(template_id=template.pk, member_id=member.pk, by=SYSTEM, key="b")
    assert first is not None
    assert other is not None
    assert again is not None
    assert (first.pk == again.pk, other.pk == first.pk, CouponTemplate.objects.get().claimed) == (
        True,
        False,
        2,
    )
    assert Job.objects.filter(task__endswith="tell_of_new_coupons").count() == 2
    CouponTemplate.objects.update(is_active=False)
    assert services.give_coupon(template_id=template.pk, member_id=member.pk, by=SYSTEM, key="c") is None


def test_a_whole_segment_is_given_to_in_batches_that_can_be_broken_off(member):
    members = [member, *(Member.objects.create(nickname=f"会员{n}") for n in range(6))]
    template = template_of(way="staff", per_member=1)
    segment = segment_of(members)
    giving = services.start_giving(template, segment=segment, by=CLERK)
    assert services.give_batch(giving_id=giving.pk, limit=3) is True
    giving.refresh_from_db()
    assert (giving.status, giving.people, giving.done, giving.given) == ("running", 7, 3, 3)
    while services.give_batch(giving_id=giving.pk, limit=3):
        pass
    giving.refresh_from_db()
    assert (giving.status, giving.done, giving.given, Coupon.objects.count()) == ("done", 7, 7, 7)
    assert set(CouponHolder.objects.values_list("taken", flat=True)) == {1}
    assert services.give_batch(giving_id=giving.pk) is False
    second = services.start_giving(template, segment=segment, by=CLERK)
    while services.give_batch(giving_id=second.pk):
        pass
    second.refresh_from_db()
    assert (second.given, Coupon.objects.count()) == (0, 7), "each may have one"
    assert AuditEntry.objects.filter(action="offers.give_to_segment").count() == 2


def test_a_giving_ends_when_the_coupons_do(member):
    members = [member, *(Member.objects.create(nickname=f"会员{n}") for n in range(6))]
    giving = services.start_giving(template_of(way="staff", total=5), segment=segment_of(members), by=CLERK)
    while services.give_batch(giving_id=giving.pk, limit=3):
        pass
    giving.refresh_from_db()
    assert (giving.status, giving.given, Coupon.objects.count()) == ("short", 5, 5)
    assert CouponTemplate.objects.get().claimed == 5
    assert sum(CouponHolder.objects.values_list("taken", flat=True)) == 5


def test_the_job_gives_to_everybody_and_tells_them(member, drain):
    giving = services.start_giving(template_of(way="staff"), segment=segment_of([member]), by=CLERK)
    drain()
    assert (Giving.objects.get(pk=giving.pk).status, Coupon.objects.get().member_id) == ("done", member.pk)


def test_time_lets_coupons_expire_and_reminds_once_before(member):
    coupon = coupon_of(member.pk, valid_days=5)
    soon = coupon.expires_at - dt.timedelta(hours=20)
    assert services.remind_of_coupons(now=soon - dt.timedelta(days=1)) == 0
    assert (services.remind_of_coupons(now=soon), services.remind_of_coupons(now=soon)) == (1, 0)
    assert Job.objects.filter(task__endswith="tell_that_it_ends_soon").count() == 1
    assert services.expire_coupons(now=coupon.expires_at - dt.timedelta(seconds=1)) == 0
    assert services.expire_coupons(now=coupon.expires_at) == 1
    assert services.expire_coupons(now=coupon.expires_at) == 0
    assert [one.pk for one in coupons_of(member_id=member.pk, status="expired", now=timezone.now())] == [
        coupon.pk
    ]


def test_codes_are_random_and_their_making_is_audited():
    template = template_of(way="code")
    services.make_codes(template, number=500, by=CLERK)
    codes = set(CouponCode.objects.values_list("code", flat=True))
    assert len(codes) == 500
    assert all(len(code) == 12 and not set(code) & set("01ILO") for code in codes)
    with pytest.raises(OfferInvalid):
        services.make_codes(template, number=0, by=CLERK)
    assert AuditEntry.objects.filter(action="offers.make_codes").count() == 1


def test_what_a_coupon_gives_stays_once_somebody_holds_one(member):
    template = template_of(total=5)
    claim(template, member)
    template.value_amount = 1
    with pytest.raises(TemplateInUse):
        services.save_template(template, by=CLERK)
    template = CouponTemplate.objects.get()
    template.total = 9
    services.save_template(template, by=CLERK)
    template.total = 1
    services.save_template(template, by=CLERK)
    kept = CouponTemplate.objects.get()
    assert (kept.value_amount, kept.total, kept.claimed) == (1000, 1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"value_amount": 0}, "value_amount"),
        ({"threshold_amount": 500}, "value_amount"),
        ({"kind": "percent", "permille": 1000}, "permille"),
        ({"kind": "exchange"}, "scope_ids"),
        ({"scope": "products"}, "scope_ids"),
        ({"valid_days": None}, "valid_days"),
        ({"audience": "segment"}, "segment"),
        ({"audience": "tier"}, "tier"),
        ({"total": 0}, "total"),
    ],
)
def test_a_template_that_makes_no_sense_is_refused_at_its_field(changes, field):
    with pytest.raises(OfferInvalid) as refused:
        template_of(**changes)
    assert list(refused.value.details["fields"]) == [field]
    assert CouponTemplate.objects.count() == 0


def test_a_template_reads_as_one_sentence():
    template = template_of(
        kind="percent", value_amount=0, permille=850, cap_amount=2000, threshold_amount=9900, total=50
    )
    assert wording.sentence(template) == (
        "购买全部商品满 ¥99 打 8.5 折（最多减 ¥20）；领取后 30 天内有效。"
        "领券中心公开领取：所有人每人限领 1 张，共 50 张。"
    )


def test_merged_members_have_the_coupons_of_both_and_take_no_more_than_one_may(member):
    gone, template = Member.objects.create(nickname="旧号"), template_of()
    claim(template, member)
    claim(template, gone)
    services.reassign_offers(kept_id=member.pk, gone_id=gone.pk)
    assert list(Coupon.objects.values_list("member_id", flat=True)) == [member.pk] * 2
    assert CouponHolder.objects.get().taken == 2
