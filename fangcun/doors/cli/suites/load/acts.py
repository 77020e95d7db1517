"""What a customer of a load test asks of the API, act by act, in the words that the plan's steps are turned into."""

from __future__ import annotations

import uuid
from typing import Any

ADDRESS = {
    "name": "小方",
    "phone": "13800138000",
    "province": "云南省",
    "city": "昆明市",
    "district": "五华区",
    "detail": "翠湖南路 1 号",
}


class GaveUp(Exception):
    """A step can't be done because the one before failed."""


class Acts:
    """A customer's acts. Who mixes it in says how to ask the API and WeChat."""

    stage: Any
    device: str
    product: int
    sku: int
    order_number: str
    group_at: tuple[str, int]
    address: int | None

    def _ask(
        self, name: str, method: str, path: str, body: Any = None, *, title: str = "", **headers: str
    ) -> Any:
        raise NotImplementedError

    def _box(self, path: str, **body: Any) -> Any:
        raise NotImplementedError

    def act_launch(self) -> None:
        self._ask("home", "GET", "/home")
        self._ask("experiments", "GET", "/experiments", **{"X-Device": self.device})

    def act_home(self) -> None:
        self._ask("home", "GET", "/home")

    def act_category(self) -> None:
        self._ask("categories", "GET", "/categories")
        self.act_list()

    def act_list(self) -> None:
        self._ask("products", "GET", "/products?limit=20", title="/products")

    def act_search(self) -> None:
        self._ask("search_hot", "GET", "/search/hot")
        word = self.stage.chance.choice(self.stage.plan["words"])
        self._ask("search", "GET", f"/search?q={word}", title="/search")

    def act_product(self) -> None:
        self.product, self.sku = self.stage.chance.choice(self.stage.plan["goods"])
        self._ask("product", "GET", f"/products/{self.product}", title="/products/{id}")
        self._ask("stock", "GET", f"/products/{self.product}/stock", title="/products/{id}/stock")
        self._ask("offers", "GET", f"/products/{self.product}/offers", title="/products/{id}/offers")

    def act_add_to_cart(self) -> None:
        self._chosen()
        self._ask("add_to_cart", "POST", "/cart/lines", {"sku_id": self.sku, "quantity": 1})

    def act_cart(self) -> None:
        self._ask("cart", "GET", "/cart")

    def act_checkout(self) -> None:
        self._chosen()
        if self.address is None:
            self.address = self._ask("address", "POST", "/addresses", ADDRESS).get("id")
        self._ask("addresses", "GET", "/addresses")
        self._ask("quote", "POST", "/quote", {"lines": self._lines(), "address_id": self.address})

    def act_submit(self) -> None:
        self._submit(None)

    def act_request_payment(self) -> None:
        self._sell()
        self._ask("pay", "POST", f"/orders/{self.order_number}/pay", title="/orders/{number}/pay")

    def act_pay(self) -> None:
        self._sell()
        stem, title = f"/orders/{self.order_number}/pay", "/orders/{number}/pay"
        prepaid = self._ask("pay", "POST", stem, title=title)
        if prepaid:
            self._box("/_box/cashier", appid=self.stage.plan["program"], outcome="pay", **prepaid)
            self._ask("check_payment", "POST", f"{stem}/check", title=f"{title}/check")

    def act_order(self) -> None:
        if self.order_number:
            self._ask("order", "GET", f"/orders/{self.order_number}", title="/orders/{number}")

    def act_orders(self) -> None:
        self._ask("orders", "GET", "/orders")

    def act_open_group(self) -> None:
        if any(owner != id(self) for _campaign, _sku, _number, owner in self.stage.open_groups):
            self.act_join_group()  # who comes when a group waits joins it
        elif self.stage.plan["campaigns"]:
            campaign, sku = self.stage.chance.choice(self.stage.plan["campaigns"])
            self._buy_in_group(campaign, sku, None)

    def act_join_group(self) -> None:
        for waiting in tuple(self.stage.open_groups):
            campaign, sku, number, owner = waiting
            if owner != id(self):
                self.stage.open_groups.remove(waiting)
                self._buy_in_group(campaign, sku, number)
                return

    def act_group(self) -> None:
        number, campaign = self.group_at
        if number:
            self._ask("group", "GET", f"/groupbuy/groups/{number}", title="/groupbuy/groups/{number}")
        elif self.stage.plan["campaigns"]:
            campaign = self.stage.chance.choice(self.stage.plan["campaigns"])[0]
            self._ask("campaign", "GET", f"/groupbuy/campaigns/{campaign}", title="/groupbuy/campaigns/{id}")

    def act_groups(self) -> None:
        self._ask("campaigns", "GET", "/groupbuy/campaigns")

    def act_referral(self) -> None:
        self._ask("referral", "GET", "/referral")

    def act_points(self) -> None:
        self._ask("loyalty", "GET", "/loyalty")

    def act_check_in(self) -> None:
        self._ask("loyalty", "GET", "/loyalty")
        self._ask("check_in", "POST", "/loyalty/check-in")

    def act_coupons(self) -> None:
        self._ask("coupon_templates", "GET", "/coupon-templates")

    def act_claim_coupon(self) -> None:
        if self.stage.plan["coupons"]:
            template = self.stage.chance.choice(self.stage.plan["coupons"])
            title = "/coupon-templates/{id}/claim"
            self._ask("claim_coupon", "POST", f"/coupon-templates/{template}/claim", {}, title=title)

    def act_consents(self) -> None:
        self._ask("consents", "GET", "/consents")

    def act_me(self) -> None:
        self._ask("me", "GET", "/me")

    def act_messages(self) -> None:
        self._ask("messages", "GET", "/messages")

    def act_activities(self) -> None:
        self._ask("activities", "GET", "/activities")

    def act_flash(self) -> None:
        self._ask("flash", "GET", "/flash-sales")

    def _chosen(self) -> None:
        if not self.sku:
            self.product, self.sku = self.stage.chance.choice(self.stage.plan["goods"])

    def _lines(self) -> list[dict[str, int]]:
        return [{"sku_id": self.sku, "quantity": 1}]

    def _sell(self) -> None:
        """An order to pay, whoever skipped the page where it is placed."""
        if not self.order_number:
            self._submit(None)

    def _submit(self, group: dict[str, Any] | None) -> dict[str, Any]:
        self._chosen()
        if self.address is None:
            self.act_checkout()
        if self.address is None:
            raise GaveUp
        body: dict[str, Any] = {"lines": self._lines(), "address_id": self.address}
        if group:
            body["group"] = group
        name = "join_group" if group and group.get("number") else "submit"
        key = {"Idempotency-Key": uuid.uuid4().hex}
        order: dict[str, Any] = self._ask(name, "POST", "/orders", body, **key)
        self.order_number = order.get("number", "")
        if not self.order_number:
            raise GaveUp
        return order

    def _buy_in_group(self, campaign: int, sku: int, number: str | None) -> None:
        self.sku = sku
        group = {"campaign_id": campaign, **({"number": number} if number else {})}
        if self.address is None:
            self.act_checkout()
        self._ask(
            "quote", "POST", "/quote", {"lines": self._lines(), "address_id": self.address, "group": group}
        )
        order = self._submit(group)
        self.act_pay()
        there = (order.get("group") or {}).get("number", "")
        self.group_at = (there, campaign)
        if there and not number:
            self.stage.open_groups.append((campaign, sku, there, id(self)))
