"""What a person sees and touches: the phone's screen and the operator's."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page, Request, expect

expect.set_options(timeout=30_000)
PASTED = "小方 13800138000 云南省昆明市五华区 翠湖南路 1 号"


class Screen:
    """The mini program on a phone. It knows its parts by their test ids."""

    def __init__(self, page: Page, base_url: str, user: str) -> None:
        self.page, self.base_url, self.user = page, base_url, user
        self.tracked: list[dict[str, Any]] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/v1/events"):
            self.tracked.append(json.loads(request.post_data or "{}"))

    def open(self, path: str = "/") -> Screen:
        """Start the mini program at one of its pages."""
        self.page.goto("about:blank")  # another hash of the same address would not load anything
        self.page.goto(f"{self.base_url}/h5/?user={quote(self.user)}#{path}")
        return self

    def part(self, name: str, **attributes: object) -> Locator:
        """A visible part of the page; attributes are its data-…"""
        rest = "".join(f'[data-{key}="{value}"]' for key, value in attributes.items())
        return self.page.locator(f'[data-testid="{name}"]{rest}').filter(visible=True)

    def tap(self, name: str, **attributes: object) -> Screen:
        self.part(name, **attributes).first.tap()
        return self

    def see(self, name: str, text: str | re.Pattern[str] = "", **attributes: object) -> Locator:
        """Wait until a part shows, with this text."""
        found = self.part(name, **attributes).first
        expect(found).to_be_visible()
        if text:
            expect(found).to_contain_text(text)
        return found

    def gone(self, name: str, **attributes: object) -> Screen:
        expect(self.part(name, **attributes)).to_have_count(0)
        return self

    def fill(self, name: str, text: str) -> Screen:
        self.part(name).first.locator("input, textarea").first.fill(text)
        return self

    def agree(self) -> Screen:
        """Consent to the privacy policy."""
        return self.tap("privacy-agree").gone("privacy-sheet")

    def card(self, title: str) -> Locator:
        return self.part("product-card").filter(has_text=title).first

    def choose(self, title: str) -> Screen:
        """From a list to the product's page."""
        self.card(title).tap()
        self.see("product-title", title)
        return self

    def new_address(self) -> Screen:
        """Fill in the page for an address and save it."""
        self.fill("address-paste", PASTED).tap("address-recognise")
        expect(self.part("address-name").first.locator("input")).to_have_value("小方")
        self.see("address-region", "云南省 昆明市 五华区")
        expect(self.part("address-detail").first.locator("textarea")).to_have_value("翠湖南路 1 号")
        return self.tap("address-save")

    def buy_at_once(self) -> Screen:
        """From the product's page, opened for the first time, to the checkout."""
        self.agree().tap("buy-now").tap("sku-buy").see("checkout")
        return self

    def with_address(self) -> Screen:
        """At the checkout of somebody who has no address yet."""
        self.see("checkout-address", "添加收货地址")
        self.tap("checkout-address").new_address()
        self.see("checkout-address", "翠湖南路 1 号")
        return self

    def submit(self, *, subscribe: bool = True) -> Screen:
        """Submit the order and answer the question about messages; the cashier opens."""
        self.tap("submit-order").tap("subscribe-allow" if subscribe else "subscribe-reject")
        self.see("cashier")
        return self

    def pay(self) -> str:
        """Pay at the cashier; the order's number."""
        self.tap("cashier-pay").see("pay-result", result="paid")
        return self.number()

    def number(self) -> str:
        """The order number in the address of the page."""
        self.page.wait_for_url(re.compile(r"number="))
        found = re.search(r"number=(\w+)", self.page.url)
        assert found is not None
        return found[1]

    def order(self, number: str) -> Screen:
        self.open(f"/pages-trade/order/order?number={number}")
        self.see("order-number", number)
        return self

    def hide(self) -> Screen:
        """Put the phone into the pocket; what tracking still holds goes out now, if at all."""
        self.page.evaluate(
            """() => {
                Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
                document.dispatchEvent(new Event('visibilitychange'))
                return fetch('/healthz').then(answer => answer.text())
            }"""
        )
        return self

    def dialog(self) -> Locator:
        """The dialog that stops the customer."""
        found = self.page.locator(".uni-modal").filter(visible=True)
        expect(found).to_be_visible()
        return found

    def answer(self, word: str) -> Screen:
        self.dialog().locator(".uni-modal__btn").filter(has_text=word).tap()
        expect(self.page.locator(".uni-modal").filter(visible=True)).to_have_count(0)
        return self


class Console:
    """The operator's screen."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page, self.base_url = page, base_url

    def enter(self, link: str) -> Console:
        self.page.goto(link)
        self.page.locator("#enter").click()
        self.page.wait_for_url(f"{self.base_url}/console/")
        return self

    def numbers(self) -> dict[str, Any]:
        """The overview's numbers, as its charts get them."""
        answer = self.page.request.get(f"{self.base_url}/console/overview.json?days=7")
        assert answer.ok, answer.text()
        numbers: dict[str, Any] = answer.json()
        return numbers

    def funnel(self) -> list[int]:
        """Persons at each step: viewed, put into the cart, submitted, paid."""
        return [step["persons"] for step in self.numbers()["funnel"]]

    def find_order(self, number: str) -> Console:
        """By its number in the list's search, then to its page."""
        self.page.goto(f"{self.base_url}/console/orders/order/")
        self.page.locator("input[name=q]").first.fill(number)
        self.page.locator("input[name=q]").first.press("Enter")
        self.page.wait_for_url(re.compile(f"q={number}"))
        rows = self.page.locator("#result_list tbody tr").filter(visible=True)
        expect(rows).to_have_count(1)
        rows.get_by_role("link", name=number).click()
        expect(self.page.get_by_role("heading", name=number, exact=True).first).to_be_visible()
        return self

    def ship(self, carrier: str, tracking_number: str) -> Console:
        self.page.locator("select[name=carrier]").select_option(label=carrier)
        self.page.locator("input[name=tracking_number]").fill(tracking_number)
        self.page.locator("#ship").click()
        expect(self.page.get_by_text("已发货，已通知买家")).to_be_visible()
        return self
