"""A mini program with its templates and a customer, and the same at the box."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from fangcun.grow.messaging.models import Template
from fangcun.grow.messaging.services import register_template
from fangcun.identity.members.models import Account, Member
from fangcun.identity.members.services import login
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM

PAID = {"character_string1": "order_number", "thing2": "goods", "amount3": "amount", "time4": "time"}
SHIPPED = {
    "character_string1": "order_number",
    "thing2": "goods",
    "thing3": "carrier",
    "character_string4": "tracking_number",
}


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid="wx1", name="青禾鲜", app_secret="s")


@pytest.fixture
def paid(program) -> Template:
    return register_template(
        program=program,
        purpose="order_paid",
        template_id="T-paid",
        title="订单支付成功通知",
        fields=PAID,
        by=SYSTEM,
    )


@pytest.fixture
def shipped(program) -> Template:
    return register_template(
        program=program,
        purpose="order_shipped",
        template_id="T-ship",
        title="订单发货提醒",
        fields=SHIPPED,
        by=SYSTEM,
    )


@pytest.fixture
def account(program) -> Account:
    return Account.objects.create(program=program, openid="o1", member=Member.objects.create())


class AtTheBox:
    """The demo shop at the box with one customer who is logged in."""

    def __init__(self, box) -> None:
        self.box = box
        demo = box.demo()
        self.program = Program.objects.create(appid=demo.appid, name=demo.name, app_secret=demo.secret)
        ids = {template["title"]: template["template_id"] for template in demo.templates}
        self.paid_id, self.shipped_id = ids["订单支付成功通知"], ids["订单发货提醒"]
        self.paid = register_template(
            program=self.program, purpose="order_paid", template_id=self.paid_id, title="订单支付成功通知",
            fields=PAID, by=SYSTEM,
        )  # fmt: skip
        self.shipped = register_template(
            program=self.program, purpose="order_shipped", template_id=self.shipped_id, title="订单发货提醒",
            fields=SHIPPED, by=SYSTEM,
        )  # fmt: skip
        self.user = uuid.uuid4().hex
        code = box.post("/_box/login", appid=demo.appid, user=self.user)["code"]
        self.account = login(program=self.program, code=code, ip=None).account

    def agree(self, template_id: str) -> None:
        self.box.post(
            "/_box/subscribe",
            appid=self.program.appid, user=self.user, template_ids=[template_id], answer="accept",
        )  # fmt: skip

    def inbox(self) -> list[dict[str, Any]]:
        found = self.box.get("/_box/inbox", user=self.user)
        return [m for m in found["messages"] if m["kind"] == "subscribe"]


@pytest.fixture
def shop(box, db) -> AtTheBox:
    return AtTheBox(box)
