"""The package that goes to WeChat, run in Chromium on WeChat's own component framework, against a running platform."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.goods import GOODS
from tests.journeys.screens import Screen
from tests.journeys.stack import ROOT, Platform

BUILD = ROOT / "miniapp" / "dist" / "build" / "mp-weixin"
APPLE = next(goods["title"] for goods in GOODS if goods["key"] == "apple")
RUNNER = ROOT / "miniapp" / "tools" / "mp-runner"


class PackageScreen(Screen):
    """The same parts under the same test ids; around them WeChat's bars and dialogs."""

    def __init__(self, page: Page, base_url: str, user: str) -> None:
        super().__init__(page, base_url, user)
        page.goto(base_url)
        page.wait_for_function("window.__mp?.ready || window.__mp?.errors.length")

    def tab(self, name: str) -> PackageScreen:
        self.page.locator("#tabs").get_by_text(name, exact=True).tap()
        return self

    def back(self) -> PackageScreen:
        self.page.locator("#navigation .back").tap()
        return self

    def answer_wechat(self, title: str, word: str) -> PackageScreen:
        """A dialog of WeChat itself."""
        dialog = self.page.get_by_role("dialog").filter(has_text=title)
        dialog.get_by_role("button", name=word, exact=True).tap()
        expect(dialog).to_have_count(0)
        return self

    def stack(self) -> list[str]:
        """The open pages, the lowest first."""
        pages: list[str] = self.page.evaluate("__mp.stack")
        return pages

    def errors(self) -> list[str]:
        """What went wrong inside the package."""
        errors: list[str] = self.page.evaluate("__mp.errors")
        return errors


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built package as a page for a browser."""
    out = tmp_path_factory.mktemp("package") / "page"
    ended = subprocess.run(
        ["node", RUNNER / "pack.mjs", BUILD, out], capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return out


@pytest.fixture
def wechat(packed: Path, platform: Platform, new_context) -> Iterator[Callable[[str], PackageScreen]]:
    """Opens the package on the phone of a person."""
    servers = []

    def make(user: str) -> PackageScreen:
        where = ["--platform", platform.url, "--box", platform.box_url, "--appid", platform.appid]
        server = subprocess.Popen(
            ["node", RUNNER / "serve.mjs", packed, *where, "--user", user], stderr=subprocess.PIPE, text=True
        )
        servers.append(server)
        assert server.stderr is not None
        address = server.stderr.readline().removeprefix("listening on ").strip()
        context = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        return PackageScreen(context.new_page(), address, user)

    yield make
    for server in servers:
        server.terminate()
        server.wait(10)


def test_the_wechat_package_leads_from_home_over_a_product_into_the_cart(wechat):
    phone = wechat("小微")
    phone.agree().choose(APPLE)
    assert phone.stack() == ["pages/home/home", "pages-goods/product/product"]
    phone.tap("add-to-cart").tap("sku-add").gone("sku-sheet").see("bar-cart-count", "1")
    phone.back().tab("购物车").see("cart", APPLE)
    phone.see("cart", "8.90")
    phone.see("cart-checkout", "1")
    assert phone.stack() == ["pages/cart/cart"]
    assert phone.errors() == []


def test_the_wechat_package_takes_an_order_and_the_money_for_it(wechat, platform, until):
    phone = wechat("小信")
    phone.agree().choose(APPLE)
    phone.tap("buy-now").tap("sku-buy").with_address()
    phone.tap("submit-order").answer_wechat("订阅消息", "允许").answer_wechat("微信支付", "立即支付")
    phone.see("pay-result", result="paid")
    phone.tap("result-order").see("order-status", "待发货")
    assert until(lambda: platform.box.inbox("小信"))[0]["title"] == "订单支付成功通知"
    assert phone.errors() == []


def test_every_tab_of_the_wechat_package_opens_before_anybody_agreed_to_anything(wechat):
    phone = wechat("小游")
    phone.tap("privacy-refuse").gone("privacy-sheet")
    for tab, page in (
        ("分类", "pages/category/category"),
        ("购物车", "pages/cart/cart"),
        ("我的", "pages/me/me"),
    ):
        phone.tab(tab)
        assert phone.stack() == [page]
    phone.tab("首页")
    expect(phone.card(APPLE)).to_be_visible()
    assert phone.page.evaluate("Object.keys(localStorage)") == []
    assert phone.tracked == []
    assert phone.errors() == []


def test_every_page_of_the_wechat_package_draws_itself_without_an_error(wechat):
    phone = wechat("小全")
    phone.agree()
    pages = phone.page.evaluate("__mp.pages.all")
    assert len(pages) >= 16
    for page in pages:
        phone.page.evaluate("page => __mp.wx.reLaunch({ url: `/${page}` })", page)
        phone.page.wait_for_load_state("networkidle")
        assert phone.stack() == [page]
        expect(phone.page.locator(".mp-page").filter(visible=True)).not_to_have_text("")
        assert phone.errors() == [], page
