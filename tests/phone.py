"""A customer with a phone: speaks the storefront API and, where the real phone would, to WeChat's box."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

ADDRESS = {
    "name": "小方",
    "phone": "13800138000",
    "province": "云南省",
    "city": "昆明市",
    "district": "五华区",
    "detail": "翠湖南路 1 号",
}


class Phone:
    def __init__(self, base_url: str, box: Any, appid: str, user: str = "小方") -> None:
        self.box, self.appid, self.user = box, appid, user
        self.http = httpx.Client(
            base_url=f"{base_url}/api/v1", headers={"X-Program": appid}, timeout=30, trust_env=False
        )

    def login(self) -> Phone:
        code = self.box.post("/_box/login", appid=self.appid, user=self.user)["code"]
        answer = self.post("/login", {"code": code})
        self.http.headers["Authorization"] = f"Bearer {answer['token']}"
        return self

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.request(method, path, json=body, headers=headers)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.http.get(path, params=params)
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.send("POST", path, body, **headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def address(self) -> int:
        return int(self.post("/addresses", ADDRESS)["id"])

    def buy(self, sku_id: int, quantity: int = 1, address_id: int | None = None) -> httpx.Response:
        body = {
            "lines": [{"sku_id": sku_id, "quantity": quantity}],
            "address_id": address_id or self.address(),
        }
        return self.send("POST", "/orders", body, **{"Idempotency-Key": uuid.uuid4().hex})

    def order(self, number: str) -> Any:
        return self.get(f"/orders/{number}")

    def cashier(self, number: str, outcome: str = "pay") -> Any:
        params = self.post(f"/orders/{number}/pay")
        return self.box.post("/_box/cashier", appid=self.appid, outcome=outcome, **params)
