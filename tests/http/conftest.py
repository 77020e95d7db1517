"""Requests in process: no port, no box, the whole of the platform's WSGI application all the same."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fangcun.gateways.wechat.answers import Session
from fangcun.identity.members.models import Account
from fangcun.identity.members.services import admit
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.payments.models import Payment
from fangcun.shop.payments.services import open_payment
from tests.http.wechat_pay import WechatPay
from tests.phone import ADDRESS


class Asker:
    """Somebody's mini program, asking; with a token when somebody is logged in."""

    def __init__(self, appid: str = "", token: str = "", account: Account | None = None) -> None:
        self.appid, self.token, self.account = appid, token, account
        self.client = Client(raise_request_exception=False)

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        given = {"X-Program": self.appid} if self.appid else {}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
        return self.client.generic(
            method, f"/api/v1{path}", raw or b"", content_type=content_type, headers={**given, **headers}
        )

    def got(self, method: str, path: str, body: Any = None, **headers: Any) -> Any:
        """The answer's content, of a request that must succeed."""
        answer = self(method, path, body, **headers)
        assert 200 <= answer.status_code < 300, (method, path, answer.status_code, answer.content)
        return answer.json() if answer.content else None

    def address(self) -> int:
        return int(self.got("POST", "/addresses", ADDRESS)["id"])

    def buy(self, sku_id: int, quantity: int = 1, key: str = "k", **more: Any) -> Any:
        lines = [{"sku_id": sku_id, "quantity": quantity}]
        body = {"lines": lines, "address_id": self.address(), **more}
        return self.got("POST", "/orders", body, **{"Idempotency-Key": key})


@pytest.fixture(autouse=True)
def _fresh_counts(settings, tmp_path):
    """Rate limits count from nothing."""
    settings.FANGCUN_HOME = tmp_path


@pytest.fixture
def program(db) -> Program:
    return register_program(appid="wx0000000000000001", name="青禾鲜", app_secret="s", by=SYSTEM)


@pytest.fixture
def asker(program) -> Callable[..., Asker]:
    """A function that logs a customer in without asking WeChat."""

    def log_in(openid: str = "o-customer", at: Program = program, unionid: str | None = None) -> Asker:
        login = admit(program=at, session=Session(openid, unionid, "k"), ip=None)
        return Asker(at.appid, login.token, login.account)

    return log_in


@pytest.fixture
def wechat(program) -> WechatPay:
    pay = WechatPay("1900000109")
    Program.objects.filter(pk=program.pk).update(merchant=pay.register())
    return pay


@pytest.fixture
def other_merchant(program) -> WechatPay:
    """Another merchant of the same platform, whose own WeChat Pay key is good."""
    pay = WechatPay("1900000999")
    pay.register()
    return pay


@pytest.fixture
def order_for(asker, wechat, carrot) -> Callable[..., Payment]:
    """An unpaid order of two carrots and its payment at WeChat."""

    def place(openid: str = "o-customer") -> Payment:
        me = asker(openid)
        number = me.buy(carrot.pk, 2)["number"]
        account = Account.objects.select_related("program__merchant", "member").get(openid=openid)
        return open_payment(
            reference=number, program=account.program, member=account.member, openid=openid, amount=2560,
            description="高原胡萝卜", expires_at=timezone.now() + dt.timedelta(minutes=15),
        )  # fmt: skip

    return place


@pytest.fixture
def payment(order_for: Callable[..., Payment]) -> Payment:
    return order_for()
