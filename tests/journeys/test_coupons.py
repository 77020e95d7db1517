"""A coupon as a newcomer has it: claimed, taken off an order, given back when the order is given up."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_claimed_coupon_lowers_the_total_and_comes_back_with_a_cancelled_order(screen, platform):
    phone = screen("优优").open("/pages-grow/coupons/coupons?tab=claim").agree()
    welcome = phone.part("coupon-template").filter(has_text="新客见面礼")
    welcome.locator('[data-testid="coupon-claim"]').tap()
    expect(welcome.locator('[data-testid="coupon-claim"]')).to_have_text("已领取")
    assert usable(phone) == 1

    phone.open(f"/pages-goods/product/product?id={platform.goods['chestnut'].product}")
    phone.see("product-price", "30.00")
    phone.tap("buy-now").tap("sku-buy")
    phone.with_address().see("checkout-coupon", "-¥5.00")
    phone.see("checkout-discount", "新客见面礼")
    phone.see("checkout-total", "33.00")  # 30.00 − 5.00 and 8.00 for delivery

    phone.tap("checkout-coupon").tap("coupon-none").see("checkout-total", "38.00")
    phone.tap("checkout-coupon").tap("coupon-choice").see("checkout-total", "33.00")
    phone.submit(subscribe=False).tap("cashier-cancel")
    number = phone.number()
    phone.order(number).see("order-discount", "-¥5.00")
    phone.see("order-total", "33.00")
    assert usable(phone) == 0

    phone.order(number).tap("order-cancel")
    phone.page.locator(".uni-actionsheet__cell").filter(visible=True).first.tap()
    phone.see("order-status", "已取消")
    assert usable(phone) == 1


def usable(phone) -> int:
    """How many coupons the customer's own page says he can use."""
    phone.open("/pages-grow/coupons/coupons")
    counted = phone.see("coupon-status", status="usable").locator(".count")
    expect(counted).to_be_visible()
    return int(counted.inner_text())
