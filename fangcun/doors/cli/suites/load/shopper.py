"""A customer of a load test: logs in, walks scenarios, pays at the box's cashier. Imported by `rush` alone."""

from __future__ import annotations

import itertools
import json
import random
import time
import uuid
from collections import deque
from collections.abc import Mapping
from typing import IO, Any, ClassVar

import gevent
from locust import FastHttpUser, task

THINK_S = (0.2, 0.8)
LEAVES = 0.1  # of the walks after which somebody else takes the phone
ANSWERS_S = 20.0
ADDRESS = {
    "name": "小方",
    "phone": "13800138000",
    "province": "云南省",
    "city": "昆明市",
    "district": "五华区",
    "detail": "翠湖南路 1 号",
}
# Refusals that are part of life: somebody has his coupon already, or the group was quicker.
EXPECTED = {"claim_coupon": (409,), "join_group": (409,), "check_in": (409,)}


class GaveUp(Exception):
    """A step can't be done because the one before failed."""


class Stage:
    """What all customers have in common: the plan of the rush, where samples go, groups that wait for more."""

    def __init__(self, plan: Mapping[str, Any], out: IO[str]) -> None:
        self.plan, self.step, self.asked, self.failed = plan, -1, 0, 0
        self.chance = random.Random(plan["seed"])  # noqa: S311 - nothing secret
        self.numbers = itertools.count(1)
        self.open_groups: deque[tuple[int, int, str, int]] = deque(maxlen=200)
        self._out = out

    def note(self, name: str, began: float, answer: Any, kind: str) -> None:
        """One sample: moment, step, who asked what, milliseconds, status, kind of failure, diagnostics."""
        if self.step < 0:
            return
        self.asked += 1
        self.failed += bool(kind)
        headers = getattr(answer, "headers", None) or {}
        took = (time.time() - began) * 1000
        line = [
            round(began, 3),
            self.step,
            name,
            round(took, 2),
            getattr(answer, "status_code", 0) or 0,
            kind,
            headers.get("X-Fangcun-Diagnostics", ""),
        ]
        self._out.write(json.dumps(line, ensure_ascii=False) + "\n")


class Shopper(FastHttpUser):
    """A customer; his acts are the methods whose names the plan uses."""

    stage: ClassVar[Stage]
    connection_timeout = network_timeout = ANSWERS_S

    def on_start(self) -> None:
        self._take_the_phone()

    def _take_the_phone(self) -> None:
        number = next(self.stage.numbers)
        self.user_name = f"压测{self.stage.plan['seed']}-{number}"
        self.told: dict[str, str] = {
            "X-Program": self.stage.plan["program"],
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        }
        self.device = uuid.uuid4().hex
        self.product, self.sku, self.order_number, self.group_at = 0, 0, "", ("", 0)
        self.address: int | None = None
        code = self._box("/_box/login", appid=self.stage.plan["program"], user=self.user_name).get("code", "")
        answer = self._ask("login", "POST", "/login", {"code": code})
        if token := answer.get("token"):
            self.told["Authorization"] = f"Bearer {token}"

    @task
    def walk(self) -> None:
        """One scenario, whole or up to where most people leave."""
        shares = self.stage.plan["shares"]
        share = self.stage.chance.choices(shares, [one["percent"] for one in shares])[0]
        acts = share["acts"]
        if self.stage.chance.random() >= share["finished"]:
            acts = acts[: self.stage.chance.randint(1, max(1, len(acts) - 1))]
        try:
            self._do("launch")
            for step in acts:
                for act in step:
                    self._do(act)
                self._events(len(acts))
                gevent.sleep(self.stage.chance.uniform(*THINK_S))
        except GaveUp:
            gevent.sleep(THINK_S[1])
        if self.stage.chance.random() < LEAVES:
            self._take_the_phone()

    def _do(self, act: str) -> None:
        getattr(self, f"act_{act}")()

    def _ask(
        self, name: str, method: str, path: str, body: Any = None, *, title: str = "", **headers: str
    ) -> Any:
        began = time.time()
        answer = self.client.request(
            method,
            f"/api/v1{path}",
            name=name,
            json=body,
            headers={**self.told, **headers},
            catch_response=False,
        )
        kind = _kind(name, answer)
        self.stage.note(f"{method} {title or path}", began, answer, kind)
        if kind or not answer.status_code or answer.status_code >= 400:
            return {}
        try:
            return answer.json() if answer.content else {}
        except ValueError:
            return {}

    def _box(self, path: str, **body: Any) -> Any:
        """WeChat's side of the phone; what it answers is no sample, for WeChat is not under test."""
        answer = self.client.request("POST", f"{self.stage.plan['box']}{path}", name="wechat", json=body)
        try:
            return answer.json()
        except ValueError:
            return {}

    def _events(self, _steps: int) -> None:
        now = int(time.time() * 1000)
        told = [
            {
                "id": uuid.uuid4().hex,
                "name": "page_viewed",
                "ts": now - ago,
                "session_id": self.device,
                "page": "pages/home/home",
                "props": {"page": "pages/home/home"},
            }
            for ago in (900, 400, 0)
        ]
        body = {"batch_id": uuid.uuid4().hex, "sent_at": now, "device_id": self.device, "events": told}
        self._ask("events", "POST", "/events", body)

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


def _kind(name: str, answer: Any) -> str:
    """What went wrong in a word or two; empty when nothing did."""
    status = getattr(answer, "status_code", 0) or 0
    if status == 0:
        error = getattr(answer, "error", None)
        return "timeout" if "timed out" in str(error).lower() else "no answer"
    if status < 400 or status in EXPECTED.get(name, ()):
        return ""
    try:
        code = answer.json().get("code", "")
    except (ValueError, AttributeError):
        code = ""
    return f"{status} {code}".strip()
