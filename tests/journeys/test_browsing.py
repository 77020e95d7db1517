"""Before anything is bought: consent, the way in, the way back, and goods that somebody else just took."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.phone import ADDRESS


def test_who_refuses_consent_still_browses_and_nothing_is_recorded(screen, platform):
    phone = screen("清明")
    asked = []
    phone.page.on("request", lambda request: asked.append((request.method, request.url)))
    phone.tap("privacy-refuse").gone("privacy-sheet")
    phone.choose(platform.goods["apple"].title)
    phone.page.go_back()
    phone.see("home-search")
    phone.tap("home-search").fill("search-input", "蓝莓").tap("search-go")
    phone.see("product-card", "云南蓝莓")
    kept = phone.page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('fangcun.'))")
    phone.hide()
    assert phone.tracked == []
    assert [url for method, url in asked if method == "POST"] == []
    assert kept == []


def test_who_agrees_is_counted(screen, platform):
    phone = screen("谷雨")
    phone.agree().choose(platform.goods["apple"].title)
    with phone.page.expect_request("**/api/v1/events"):
        phone.hide()
    names = {event["name"] for batch in phone.tracked for event in batch["events"]}
    assert {"app_launched", "page_viewed", "goods_viewed"} <= names


def test_the_cart_asks_who_refused_again_and_takes_no_for_an_answer(screen, platform):
    phone = screen("立夏")
    phone.tap("privacy-refuse").gone("privacy-sheet").choose(platform.goods["broccoli"].title)
    phone.tap("add-to-cart").tap("sku-add").see("privacy-sheet", "需要登录")
    phone.tap("privacy-refuse").gone("privacy-sheet")
    phone.see("product-title", platform.goods["broccoli"].title)
    expect(phone.part("bar-cart-count")).to_have_count(0)
    phone.part("sku-close").first.tap()
    phone.tap("bar-cart").see("state", "登录后查看购物车")


def test_a_link_opens_its_page_and_the_way_back_leads_home(screen, platform):
    pear = platform.goods["pear"]
    phone = screen("小暑", f"/pages-goods/product/product?id={pear.product}")
    phone.agree().see("product-title", pear.title)
    phone.tap("bar-home").choose(pear.title)
    phone.tap("buy-now").tap("sku-buy").see("checkout")
    phone.page.go_back()
    phone.see("product-title", pear.title)
    phone.page.go_back()
    phone.see("home-search")
    phone.page.go_forward()
    phone.see("product-title", pear.title)


def test_somebody_elses_order_cannot_be_opened_by_its_link(screen, platform):
    number = platform.phone("处暑").buy(platform.goods["broccoli"].sku).json()["number"]
    phone = screen("路人", f"/pages-trade/order/order?number={number}")
    phone.agree().see("state", "找不到这个订单")
    expect(phone.part("order-number")).to_have_count(0)


def test_of_two_phones_at_the_last_piece_the_second_is_told_and_buys_nothing(screen, platform):
    last = platform.goods["last"]
    buyers = []
    for user in ("霜降", "冬至"):
        platform.phone(user).post("/addresses", {**ADDRESS, "is_default": True})
        phone = screen(user, f"/pages-goods/product/product?id={last.product}")
        buyers.append(phone.buy_at_once())
        phone.see("checkout-address", "翠湖南路 1 号")
    first, second = buyers
    first.submit()
    second.tap("submit-order").tap("subscribe-allow")
    expect(second.dialog()).to_contain_text("库存不足")
    second.answer("知道了").see("checkout-problem")
    expect(second.part("cashier")).to_have_count(0)
    assert platform.phone("冬至").get("/orders")["items"] == []
    first.pay()
    assert platform.stock("last") == 0
    second.open(f"/pages-goods/product/product?id={last.product}").see("sold-out")
