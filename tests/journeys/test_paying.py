"""What else happens between "submit" and "paid": given up, mistyped, never heard of, too late."""

from __future__ import annotations

from playwright.sync_api import expect


def product(platform, key: str) -> str:
    return f"/pages-goods/product/product?id={platform.goods[key].product}"


def test_an_unpaid_order_is_cancelled_and_its_goods_are_back(screen, platform, until):
    before = platform.stock("pear")
    phone = screen("小寒", product(platform, "pear")).buy_at_once().with_address().submit()
    number = phone.tap("cashier-cancel").number()
    phone.see("pay-result", result="unpaid")
    phone.tap("result-order").see("order-status", "待付款")
    assert platform.stock("pear") == before - 1

    phone.tap("order-cancel")
    phone.page.locator(".uni-actionsheet__cell").filter(has_text="选错了").tap()
    phone.see("order-status", "已取消")
    assert platform.stock("pear") == before
    phone.open("/pages-trade/orders/orders?status=cancelled").see("order-card", number=number)
    until(lambda: platform.box.get("/orders", out_trade_no=number)["orders"][0]["trade_state"] == "CLOSED")
    assert platform.phone("小寒").order(number)["paid_amount"] == 0


def test_a_wrong_password_is_said_and_the_next_try_pays_and_without_consent_wechat_brings_nothing(
    screen, platform, until
):
    phone = screen("大雪", product(platform, "berry")).buy_at_once().with_address().submit(subscribe=False)
    phone.tap("cashier-wrong").see("cashier-problem", "支付密码错误")
    assert platform.box.get("/orders")["orders"][0]["trade_state"] == "NOTPAY"
    number = phone.pay()

    phone.open("/pages-user/messages/messages").see("message", number)
    until(
        lambda: (
            platform.shell(
                "from fangcun.kernel.models import Job; print(Job.objects.filter(key=None).count())"
            ).strip()
            == "0"
        )
    )
    assert platform.box.inbox("大雪") == []


def test_a_phone_that_never_hears_of_its_payment_asks_and_is_told(screen, platform):
    phone = screen("立秋", product(platform, "lemon")).buy_at_once().with_address().submit()
    number = phone.tap("cashier-lost").number()
    phone.see("pay-result", result="paid")
    phone.tap("result-order").see("order-status", "待发货")
    [order] = platform.box.get("/orders", out_trade_no=number)["orders"]
    assert order["trade_state"] == "SUCCESS"


def test_a_payment_of_which_nobody_told_is_found_by_asking_wechat(screen, platform, until):
    customer = platform.phone("白露")
    number = customer.buy(platform.goods["honey"].sku).json()["number"]
    platform.box.post("/faults", lose_notices=1)
    assert customer.cashier(number, "pay_silently")["errMsg"] == "requestPayment:fail (lost)"
    [notice] = platform.box.get("/notices", out_trade_no=number)["notices"]
    assert notice["state"] == "lost"
    assert customer.order(number)["status"] == "pending_payment"

    platform.shell(
        "from django.utils.timezone import now; from fangcun.shop.payments.models import Payment;"
        f"Payment.objects.filter(reference='{number}').update(next_query_at=now())"
    )
    until(lambda: customer.order(number)["status"] == "paid", 60)
    phone = screen("白露", "/pages/me/me")
    phone.agree().tap("me-head").see("me-name", "微信用户")
    phone.open("/pages-user/messages/messages").see("message", number)


def test_an_order_nobody_paid_in_time_closes_itself_and_cannot_be_paid_any_more(screen, platform, until):
    before = platform.stock("rice")
    phone = screen("惊蛰", product(platform, "rice")).buy_at_once().with_address().submit()
    number = phone.tap("cashier-cancel").number()
    customer = platform.phone("惊蛰")
    parameters = customer.post(f"/orders/{number}/pay")

    platform.shell(
        "from django.utils.timezone import now; from fangcun.shop.orders.models import Order;"
        f"Order.objects.filter(number='{number}').update(expires_at=now())"
    )
    until(lambda: customer.order(number)["status"] == "cancelled", 60)
    assert platform.stock("rice") == before
    until(
        lambda: platform.box.get("/orders", out_trade_no=number)["orders"][0]["trade_state"] == "CLOSED", 30
    )
    late = platform.box.post("/cashier", appid=platform.appid, outcome="pay", **parameters)
    assert late["errMsg"].startswith("requestPayment:fail")

    phone.order(number).see("order-status", "已取消")
    expect(phone.part("order-pay")).to_have_count(0)
    phone.see("order-timeline", "超时未付款")
    phone.open("/pages-user/messages/messages").see("message", "超时未付款")
