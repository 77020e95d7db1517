"""Offers in the console: coupons from form to codes, prices for a time, thresholds, stacking, part refunds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from fangcun.doors.console.offers import goods
from fangcun.identity.members.models import Member
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.segments.models import Kind, Segment, SegmentPerson
from fangcun.kernel.models import AuditEntry
from fangcun.shop.catalog.models import Sku
from fangcun.shop.offers.models import (
    Coupon,
    CouponCode,
    CouponTemplate,
    FlashLine,
    Giving,
    LimitedLine,
    OfferBook,
    Threshold,
)
from fangcun.shop.offers.queries import running
from fangcun.shop.offers.sale import DiscountKind
from fangcun.shop.offers.tests.makers import coupon_of, flash_of, template_of
from fangcun.shop.payments.models import Refund

pytestmark = pytest.mark.django_db(databases="__all__")

COUPON = {
    "title": "满百减十", "kind": "amount", "value_amount": "10", "threshold_amount": "100", "scope": "all",
    "valid_days": "30", "way": "public", "audience": "everybody", "per_member": "2", "total": "100",
    "is_active": "on",
}  # fmt: skip


def times() -> dict[str, str]:
    now = timezone.localtime()
    return {
        "title": "早市", "is_active": "on",
        "starts_at": f"{now - dt.timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + dt.timedelta(hours=2):%Y-%m-%dT%H:%M}",
    }  # fmt: skip


def page(browser, name: str, *args: object) -> str:
    answer = browser.get(reverse(f"admin:{name}", args=args))
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_a_coupon_is_made_read_as_a_sentence_and_changed(enter, audited):
    browser, add = enter("operator"), reverse("admin:offers_coupontemplate_add")
    assert "一句话说明" in browser.get(add).content.decode()
    said = browser.post(reverse("admin:offers_coupon_preview"), COUPON).content.decode()
    assert said == (
        "购买全部商品满 ¥100 减 ¥10；领取后 30 天内有效。领券中心公开领取：所有人每人限领 2 张，共 100 张。"
    )
    answer = browser.post(add, COUPON)
    template = CouponTemplate.objects.get()
    assert answer.url == reverse("admin:offers_coupontemplate_change", args=[template.pk])
    assert (template.value_amount, template.threshold_amount, template.total, template.per_member) == (
        1000, 10_000, 100, 2,
    )  # fmt: skip
    assert said in page(browser, "offers_coupontemplate_change", template.pk)
    browser.post(answer.url, {**COUPON, "kind": "percent", "fold": "8.5", "value_amount": ""})
    template.refresh_from_db()
    assert (template.kind, template.permille, template.value_amount) == ("percent", 850, 0)
    assert audited()[-2:] == ["offers.save_template"] * 2


def test_a_coupon_that_makes_no_sense_is_shown_again_with_the_reason_at_its_field(enter):
    browser, add = enter("operator"), reverse("admin:offers_coupontemplate_add")
    for change, told in (
        ({"value_amount": "200"}, "减的金额不能大于门槛"),
        ({"valid_days": ""}, "请填写有效期"),
        ({"kind": "exchange", "scope": "products"}, "兑换券要指定一件商品"),
        ({"value_amount": "很多"}, "请输入金额"),
    ):
        text = browser.post(add, {**COUPON, **change}).content.decode()
        assert "还没有保存" in text
        assert told in text
    assert CouponTemplate.objects.count() == 0


def test_goods_that_were_chosen_stay_among_the_choices_however_many_there_are(carrot, monkeypatch):
    monkeypatch.setattr(goods, "MOST_CHOICES", 0)
    assert goods.sku_choices() == [("", "—")]
    assert goods.product_choices() == []
    assert [pk for pk, _ in goods.sku_choices([carrot.pk])] == ["", carrot.pk]
    assert [pk for pk, _ in goods.product_choices([carrot.product_id])] == [carrot.product_id]


def test_what_is_held_can_no_longer_be_made_worth_less(enter, account):
    coupon = coupon_of(account.member_id)
    browser = enter("operator")
    address = reverse("admin:offers_coupontemplate_change", args=[coupon.template_id])
    assert "已经有人领取" in browser.get(address).content.decode()
    preview = f"{reverse('admin:offers_coupon_preview')}?template={coupon.template_id}"
    assert "减 ¥10；" in browser.post(preview, {"title": "新名字"}).content.decode()
    browser.post(address, {**COUPON, "value_amount": "1", "title": "新名字"})
    template = CouponTemplate.objects.get()
    assert (template.title, template.value_amount) == ("新名字", 1000)


def test_a_segment_is_given_to_and_the_progress_is_seen(enter, drain):
    template, segment = template_of(way="staff"), Segment.objects.create(name="老客", kind=Kind.SNAPSHOT)
    member = Member.objects.create(nickname="小方")
    SegmentPerson.objects.create(segment=segment, person=2 * member.pk)
    browser = enter("operator")
    browser.post(reverse("admin:offers_coupon_give", args=[template.pk]), {"segment": segment.pk})
    assert "every 2s" in page(browser, "offers_coupon_givings", template.pk)
    drain()
    told = page(browser, "offers_coupon_givings", template.pk)
    assert "已处理 1 / 1 人，发出 1 张" in told
    assert "every 2s" not in told
    assert (Giving.objects.get().status, Coupon.objects.get().member_id) == ("done", member.pk)


def test_codes_are_made_exported_and_audited(enter):
    template, browser = template_of(way="code"), enter("operator")
    browser.post(reverse("admin:offers_coupon_codes", args=[template.pk]), {"number": "3"})
    batch = CouponCode.objects.values_list("batch", flat=True)[0]
    text = b"".join(
        browser.get(reverse("admin:offers_coupon_codes_csv", args=[template.pk, batch])).streaming_content
    ).decode()
    lines = text.lstrip("\ufeff").split()
    assert lines[0] == "兑换码,兑换于"
    assert [line.rstrip(",").replace("-", "") for line in lines[1:]] == list(
        CouponCode.objects.values_list("code", flat=True)
    )
    assert AuditEntry.objects.filter(action="offers.export_codes").count() == 1
    browser.post(reverse("admin:offers_coupon_codes", args=[template.pk]), {"number": "0"})
    assert CouponCode.objects.count() == 3


def test_a_coupon_is_withdrawn_once(enter, account):
    coupon = coupon_of(account.member_id)
    browser = enter("operator")
    for _ in range(2):
        browser.post(reverse("admin:offers_coupon_verb", args=[coupon.pk, "withdraw"]))
    coupon.refresh_from_db()
    assert coupon.status == "withdrawn"
    assert AuditEntry.objects.filter(action="offers.withdraw_coupon").count() == 1


def test_a_flash_sale_is_set_and_what_was_taken_stays(enter, carrot):
    browser, add = enter("operator"), reverse("admin:offers_flashsale_add")
    lines = {"line-0-sku_id": carrot.pk, "line-0-price_amount": "5.00", "line-0-stock": "3",
             "line-0-per_member": "1", "line-1-sku_id": ""}  # fmt: skip
    answer = browser.post(add, {**times(), **lines})
    line = FlashLine.objects.get()
    assert (line.price_amount, line.stock, line.per_member) == (500, 3, 1)
    assert running().flash[carrot.pk][0].price_amount == 500
    FlashLine.objects.update(taken=2)
    text = browser.post(answer.url, {**times(), **lines, "line-0-stock": "1"}).content.decode()
    assert "秒杀已经有人下单" in text
    assert FlashLine.objects.get().stock == 3
    assert "1 个规格" in page(browser, "offers_flashsale_changelist")


def test_a_limited_price_is_lower_than_the_usual_one(enter, carrot):
    browser, add = enter("operator"), reverse("admin:offers_limitedsale_add")
    lines = {"line-0-sku_id": carrot.pk, "line-0-price_amount": "12.80"}
    assert "活动价应大于 0 且低于售价" in browser.post(add, {**times(), **lines}).content.decode()
    assert "请填写" in browser.post(add, {**times(), **lines, "line-0-price_amount": ""}).content.decode()
    assert LimitedLine.objects.count() == 0
    browser.post(add, {**times(), **lines, "line-0-price_amount": "9.90"})
    assert LimitedLine.objects.get().price_amount == 990


@pytest.mark.parametrize(
    ("kind", "need", "give", "kept"),
    [
        ("spend_save", "100", "10", (10_000, 1000)),
        ("pieces_price", "3", "99", (3, 9900)),
        ("pieces_free", "3", "2", (3, 2)),
        ("gift", "100", "1", (10_000, 1)),
    ],
)
def test_a_threshold_is_typed_in_yuan_and_pieces(enter, carrot, kind, need, give, kept):
    browser, add = enter("operator"), reverse("admin:offers_threshold_add")
    body = {**times(), "kind": kind, "priority": "0", "scope": "all",
            "step-0-need": need, "step-0-give": give, "step-0-sku_id": carrot.pk}  # fmt: skip
    answer = browser.post(add, body)
    threshold = Threshold.objects.get()
    assert (threshold.steps[0]["need"], threshold.steps[0]["give"]) == kept
    text = browser.get(answer.url).content.decode()
    assert f'value="{need}' in text
    wrong = browser.post(answer.url, {**body, "step-0-need": "很多"}).content.decode()
    assert "请填写数字" in wrong


def test_the_matrix_of_stacking_is_shown_and_saved(enter, audited):
    browser, address = enter("operator"), reverse("admin:offers_stacking")
    assert "秒杀价 + 优惠券" in browser.get(address).content.decode()
    browser.post(
        address,
        {"flash-coupon": "on", "order-0": "coupon", "order-1": "threshold", "order-2": "tier"},
    )
    stacking = running().stacking
    assert stacking.order[0] == DiscountKind.COUPON
    assert (DiscountKind.FLASH, DiscountKind.COUPON) not in stacking.apart
    assert (DiscountKind.THRESHOLD, DiscountKind.COUPON) in stacking.apart
    before = OfferBook.objects.get().stacking
    browser.post(address, {"order-0": "coupon", "order-1": "coupon", "order-2": "tier"})
    assert OfferBook.objects.get().stacking == before
    assert audited()[-1] == "offers.save_stacking"


def test_a_part_of_an_order_is_paid_back_by_who_may(enter, paid):
    line = paid.lines.get()
    address = reverse("admin:orders_order_refund", args=[paid.pk])
    assert enter("support").post(address, {f"line-{line.pk}": "1", "reason": "坏了"}).status_code == 403
    browser = enter("operator")
    assert 'id="refund"' in page(browser, "orders_order_change", paid.pk)
    browser.post(address, {f"line-{line.pk}": "1", "reason": "坏了"})
    assert (Refund.objects.get().amount, Sku.objects.get().stock) == (1280, 19)
    browser.post(address, {f"line-{line.pk}": "5", "reason": "坏了"})
    assert Refund.objects.count() == 1


def test_an_order_shows_what_took_something_off(enter, buy, pay, carrot, account):
    flash_of(carrot.pk, price=900)
    order = pay(buy(2))
    text = page(enter("operator"), "orders_order_change", order.pk)
    assert "早市秒杀" in text
    assert "已含在上面的金额里" in text


@pytest.mark.parametrize("role", Role.values)
def test_who_may_not_change_offers_changes_nothing(role, enter, account):
    template = template_of(way="code")
    browser = enter(role)
    changing = "grow.change" in GRANTS[role]
    for name, args in (
        ("offers_coupon_give", [template.pk]),
        ("offers_coupon_codes", [template.pk]),
        ("offers_stacking", []),
    ):
        status = browser.post(reverse(f"admin:{name}", args=args), {"number": "1"}).status_code
        assert (status != 403) == changing, name
    viewing = "grow.view" in GRANTS[role]
    for name, args in (("offers_stacking", []), ("offers_coupon_givings", [template.pk])):
        assert (browser.get(reverse(f"admin:{name}", args=args)).status_code == 200) == viewing, name
    assert CouponCode.objects.count() == int(changing)
