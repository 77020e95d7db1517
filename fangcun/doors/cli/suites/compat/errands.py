"""What a customer does before his phone is looked at: there is something in the cart, an order, a group."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

ADDRESS = {
    "name": "欧阳小方",
    "phone": "13800138000",
    "province": "云南省",
    "city": "昆明市",
    "district": "五华区",
    "detail": "翠湖南路 1 号翠湖名邸三期 12 栋 2 单元 1803 室，放在门口的鞋柜上",
}


@dataclass(frozen=True, slots=True)
class Shop:
    """A running shop: its address, WeChat's, and the program that asks."""

    url: str
    box: str
    program: str


def shop_at(url: str) -> Shop:
    """The shop at an address. Raises OSError."""
    told = _send(f"{url}/h5/config.json")
    return Shop(url, told["box_url"], told["program"])


def queries_of(shop: Shop, user: str) -> dict[str, str]:
    """Do the errands, and answer with what query each page shows something: by the last part of its path.

    Pages that are not named show something without. Raises OSError.
    """
    errand = _Errand(shop, user)
    goods = errand.ask("GET", "/products?limit=20")["items"]
    product = goods[0]["id"]
    sku = errand.ask("GET", f"/products/{product}")["skus"][0]["id"]
    address = errand.ask("POST", "/addresses", ADDRESS)["id"]
    errand.ask("POST", "/cart/lines", {"sku_id": sku, "quantity": 2})
    unpaid = errand.order({"lines": [{"sku_id": sku, "quantity": 3}], "address_id": address})
    paid = errand.order({"lines": [{"sku_id": sku, "quantity": 1}], "address_id": address})
    errand.pay(paid["number"])
    category = errand.ask("GET", "/categories")["items"][0]
    found = {
        "product": f"id={product}",
        "list": f"category={category['id']}&name={quote(category['name'])}",
        "search": f"q={quote(goods[0]['title'][:2])}",
        "checkout": f"sku={sku}&quantity=1",
        "result": f"number={paid['number']}",
        "order": f"number={unpaid['number']}",
        "address": f"id={address}",
    }
    return found | _group(errand, address) | _activity(errand)


def _group(errand: _Errand, address: int) -> dict[str, str]:
    campaigns = errand.ask("GET", "/groupbuy/campaigns")["items"]
    if not campaigns:
        return {}
    campaign, sku = campaigns[0]["id"], campaigns[0]["skus"][0]["sku_id"]
    body = {"lines": [{"sku_id": sku, "quantity": 1}], "address_id": address}
    order = errand.order({**body, "group": {"campaign_id": campaign}})
    errand.pay(order["number"])
    return {"group": f"number={order['group']['number']}"}


def _activity(errand: _Errand) -> dict[str, str]:
    activities = errand.ask("GET", "/activities")["items"]
    return {"activity": f"id={activities[0]['id']}"} if activities else {}


class _Errand:
    def __init__(self, shop: Shop, user: str) -> None:
        self._shop = shop
        self._headers = {"X-Program": shop.program}
        code = _send(f"{shop.box}/_box/login", {"appid": shop.program, "user": user})["code"]
        self._headers["Authorization"] = f"Bearer {self.ask('POST', '/login', {'code': code})['token']}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        address = f"{self._shop.url}/api/v1{path}"
        return _send(address, body, method, {**self._headers, **headers})

    def order(self, body: dict[str, Any]) -> Any:
        return self.ask("POST", "/orders", body, **{"Idempotency-Key": uuid.uuid4().hex})

    def pay(self, number: str) -> None:
        prepaid = self.ask("POST", f"/orders/{number}/pay")
        paying = {"appid": self._shop.program, "outcome": "pay", **prepaid}
        _send(f"{self._shop.box}/_box/cashier", paying)
        self.ask("POST", f"/orders/{number}/pay/check")


def _send(
    url: str, body: Any = None, method: str | None = None, headers: dict[str, str] | None = None
) -> Any:
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    request = Request(  # noqa: S310 - addresses of a platform that we started
        url, data=data, method=method, headers={"Content-Type": "application/json", **(headers or {})}
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        text = answer.read()
    return json.loads(text) if text else None
