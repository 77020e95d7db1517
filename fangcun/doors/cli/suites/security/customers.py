"""Two customers and a stranger: what the first one owns, with words in it that nobody else may ever read."""

from __future__ import annotations

import base64
import struct
import uuid
import zlib
from dataclasses import dataclass, field
from typing import Any

from fangcun.doors.cli.suites.load.ground import NoGround
from fangcun.doors.cli.suites.security.asking import Answer, Asker
from fangcun.doors.cli.suites.security.ground import Ground

SECRETS = {
    "name": "私密收货人",
    "detail": "私密街道八十八号",
    "remark": "私密备注不可外传",
    "phone": "13987654321",
}


@dataclass
class Belongings:
    """What one customer has: values for path and body parameters, by the name under which the API asks for them."""

    phone: Asker
    address: int
    order: str
    paid: str
    coupons: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)

    @property
    def private(self) -> dict[str, list[Any]]:
        """The values of path parameters that are this customer's alone."""
        return {"id": [self.address], "number": [self.order, self.paid]}


OTHERS = {"name": "路人", "detail": "大路一号", "remark": "", "phone": "13800138000"}


def furnish(ground: Ground, user: str, words: dict[str, str] = OTHERS) -> Belongings:
    """A customer with an address, an unpaid and a paid order, coupons and a conversation. Raises NoGround."""
    phone = ground.customer(user)
    sku = goods(phone)[0][1]
    address = {
        "name": words["name"],
        "phone": words["phone"],
        "province": "云南省",
        "city": "昆明市",
        "district": "五华区",
        "detail": words["detail"],
    }
    made = expect(phone.ask("POST", "/api/v1/addresses", data=address))["id"]
    unpaid = buy(phone, sku, made, remark=words["remark"])
    paid = buy(phone, sku, made, remark=words["remark"])
    pay(ground, phone, paid)
    phone.ask("POST", "/api/v1/cart", data={"sku_id": sku, "quantity": 3})
    for template in items(phone.get("/api/v1/coupon-templates"))[:2]:
        phone.ask("POST", f"/api/v1/coupon-templates/{template['id']}/claim", data={})
    talk(ground, user, "我的包裹到哪了")
    coupons = [one["id"] for one in items(phone.get("/api/v1/coupons"))]
    messages = [one["id"] for one in items(phone.get("/api/v1/messages"))]
    return Belongings(phone, made, unpaid, paid, coupons, messages)


def goods(phone: Asker) -> list[tuple[int, int]]:
    """Products with one SKU of each. Raises NoGround when the shelf is empty."""
    found = []
    for card in items(phone.get("/api/v1/products?limit=5")):
        product = expect(phone.get(f"/api/v1/products/{card['id']}"))
        found += [(card["id"], sku["id"]) for sku in product.get("skus", [])[:1]]
    if not found:
        raise NoGround("货架是空的，没有可以买的商品")
    return found


def buy(phone: Asker, sku: int, address: int, **more: Any) -> str:
    """An order; its number. Raises NoGround."""
    body = {"lines": [{"sku_id": sku, "quantity": 1}], "address_id": address, **more}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    return str(expect(phone.ask("POST", "/api/v1/orders", data=body, headers=headers))["number"])


def pay(ground: Ground, phone: Asker, number: str) -> None:
    """Pay an order at the box's cashier, and let the platform ask whether it is paid."""
    params = expect(phone.ask("POST", f"/api/v1/orders/{number}/pay"))
    body = {"appid": ground.program, "outcome": "pay", **params}
    Asker(ground.box).ask("POST", "/_box/cashier", data=body)
    phone.ask("POST", f"/api/v1/orders/{number}/pay/check")


def talk(ground: Ground, user: str, text: str) -> None:
    """The person writes to customer service."""
    Asker(ground.box).ask("POST", "/_box/talk", data={"appid": ground.program, "user": user, "text": text})


def items(answer: Answer) -> list[dict[str, Any]]:
    """The rows of a list that an operation answers, wherever they stand; [] when it refused."""
    told = answer.json()
    if isinstance(told, dict):
        told = next((value for value in told.values() if isinstance(value, list)), [])
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def expect(answer: Answer) -> Any:
    """What a good answer says. Raises NoGround for a refusal."""
    if answer.status >= 300:
        raise NoGround(f"{answer.method} {answer.path} 没有成功：{answer.status} {answer.text[:200]}")
    return answer.json() or {}


def belongings_seen(phone: Asker) -> dict[str, dict[str, str]]:
    """What the customer sees of his own, row by row, to tell whether somebody else changed or took it."""
    seen = {}
    for path in ("/addresses", "/orders", "/cart", "/coupons", "/messages"):
        rows = items(phone.get(f"/api/v1{path}"))
        seen[path] = {str(row.get("id") or row.get("number") or row.get("sku_id")): str(row) for row in rows}
    for path in ("/me", "/messages/preferences"):
        seen[path] = {"": phone.get(f"/api/v1{path}").text}
    return seen


def changed(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> list[tuple[str, str, str]]:
    """Rows that are other than before, or gone: path, before, after. New ones are none of it: gifts may arrive."""
    return [
        (path, text, after.get(path, {}).get(key, ""))
        for path, rows in before.items()
        for key, text in rows.items()
        if after.get(path, {}).get(key, "") != text
    ]


def tiny_png() -> str:
    """A picture of one pixel, base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00\xff\x00\x00")
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return base64.b64encode(picture).decode()
