"""The main loop as a newcomer walks it: from a tap on the phone to a number on the scoreboard."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_first_visit_ends_with_a_confirmed_order_and_the_funnel_moves_by_one_person(
    screen, console, platform, until
):
    apple = platform.goods["apple"]
    operator = console()
    before = operator.funnel()

    phone = screen("小满")
    phone.see("privacy-sheet")
    phone.agree().choose(apple.title)
    phone.tap("add-to-cart").see("sku-sheet")
    phone.part("sku-value").filter(has_text="2.5kg").tap()
    phone.tap("sku-add").gone("sku-sheet").see("bar-cart-count", "1")

    phone.tap("bar-cart").see("cart-line", apple.title)
    phone.see("cart-amount", "8.90")
    phone.tap("cart-checkout").with_address()
    phone.see("checkout-freight", "¥8.00")
    phone.see("checkout-total", "16.90")
    phone.submit().see("cashier-amount", "16.90")
    number = phone.pay()
    phone.see("result-title", "支付成功")

    paid = until(lambda: platform.box.inbox("小满"))
    assert [message["title"] for message in paid] == ["订单支付成功通知"]
    assert paid[0]["data"]["character_string1"]["value"] == number
    assert platform.box.inbox("小满", "payment")

    phone.tap("result-order").see("order-status", "待发货")
    phone.open("/pages/me/me").tap("me-messages")
    phone.see("message", number)
    expect(phone.part("message")).to_have_count(1)
    phone.tap("message").see("order-number", number)
    phone.open("/pages/me/me").tap("me-orders")
    phone.see("order-card", apple.title, number=number)
    phone.tap("order-card", number=number).see("order-total", "16.90")

    operator.find_order(number).ship("顺丰速运", "SF1234567890")

    phone.order(number).see("order-status", "待收货")
    phone.see("order-shipment", "SF1234567890")
    shipped = until(lambda: [one for one in platform.box.inbox("小满") if one["title"] == "订单发货提醒"])
    assert shipped[0]["data"]["character_string4"]["value"] == "SF1234567890"
    phone.open("/pages-user/messages/messages")
    expect(phone.part("message")).to_have_count(2)
    phone.see("message", "SF1234567890")

    phone.order(number).tap("order-confirm").answer("已收到").see("order-status", "已完成")

    until(lambda: operator.funnel() == [persons + 1 for persons in before], 60)
    operator.page.goto(f"{platform.url}/console/")
    expect(operator.page.locator("#funnel canvas").first).to_be_visible()
    expect(operator.page.locator("#funnel-empty")).to_be_hidden()
