"""Consents and messages, each found through its owner."""

from __future__ import annotations

from typing import Any

import pytest

from fangcun.gateways.wechat.answers import Session
from fangcun.grow.messaging.models import Grant, Message, Preference
from fangcun.grow.messaging.services import notify, register_template
from fangcun.identity.members.services import admit
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def program() -> Program:
    program = Program.objects.create(appid="wx1", name="青禾鲜")
    for purpose in ("order_paid", "order_shipped"):
        register_template(
            program=program, purpose=purpose, template_id=f"T-{purpose}", title=purpose,
            fields={"thing1": "goods"}, by=SYSTEM,
        )  # fmt: skip
    return program


class Customer:
    def __init__(self, client, program: Program, openid: str) -> None:
        self.client = client
        self.login = admit(program=program, session=Session(openid, None, "k"), ip=None)
        self.headers = {"X-Program": program.appid, "Authorization": f"Bearer {self.login.token}"}

    def get(self, path: str):
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def put(self, path: str, body: Any):
        return self.client.put(f"/api/v1{path}", body, content_type="application/json", headers=self.headers)

    def post(self, path: str, body: Any):
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=self.headers)

    def told(self, key: str) -> Message:
        return notify(
            member_id=self.login.member.pk, program_id=self.login.account.program_id, purpose="news", values={},
            link="", kind="order", title="支付成功", body="我们会尽快发货。", dedupe_key=key,
        )  # fmt: skip


@pytest.fixture
def customer(client, program) -> Customer:
    return Customer(client, program, "o1")


@pytest.fixture
def other(client, program) -> Customer:
    return Customer(client, program, "o2")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/consents?moment=order_submit"),
        ("post", "/consents"),
        ("get", "/messages"),
        ("post", "/messages/read"),
    ],
)
def test_without_a_login_there_is_nothing(client, program, method, path):
    answer = getattr(client, method)(f"/api/v1{path}", headers={"X-Program": "wx1"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in")


def test_what_to_ask_and_what_was_answered(customer):
    asked = customer.get("/consents?moment=order_submit").json()
    assert asked == {
        "templates": [
            {"template_id": "T-order_paid", "title": "order_paid", "purpose": "order_paid"},
            {"template_id": "T-order_shipped", "title": "order_shipped", "purpose": "order_shipped"},
        ]
    }
    results = {"T-order_paid": "accept", "T-order_shipped": "reject", "T-unknown": "accept"}
    answer = customer.post("/consents", {"moment": "order_submit", "results": results})
    assert (answer.status_code, answer.json()) == (200, {"granted": 1})
    assert Grant.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"moment": "whenever", "results": {}},
        {"moment": "order_submit", "results": {"T-order_paid": "yes"}},
        {"moment": "order_submit", "results": {"T\0": "accept"}},
        {"moment": "order_submit", "results": {"": "accept"}},
        {"moment": "order_submit", "results": {"x" * 65: "accept"}},
        {"moment": "order_submit", "results": {f"T{n}": "accept" for n in range(11)}},
        {"moment": "order_submit", "results": []},
    ],
)
def test_an_answer_that_can_not_be_understood_is_malformed(customer, body):
    answer = customer.post("/consents", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert Grant.objects.count() == 0


def test_messages_page_by_page_with_what_is_unread(customer, other):
    keys = [customer.told(f"k{n}").pk for n in range(3)]
    other.told("k9")
    first = customer.get("/messages?limit=2").json()
    assert ([m["id"] for m in first["items"]], first["unread"]) == ([keys[2], keys[1]], 3)
    assert first["items"][0].keys() == {"id", "kind", "title", "body", "link", "created_at", "read_at"}
    assert (first["items"][0]["link"], first["items"][0]["read_at"]) == (None, None)
    second = customer.get(f"/messages?limit=2&cursor={first['next_cursor']}").json()
    assert ([m["id"] for m in second["items"]], second["next_cursor"]) == ([keys[0]], None)


def test_nobody_marks_the_messages_of_another(customer, other):
    mine, foreign = customer.told("k1"), other.told("k2")
    answer = customer.post("/messages/read", {"ids": [mine.pk, foreign.pk, 2**62]})
    assert (answer.status_code, answer.json()) == (200, {"unread": 0})
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_all_messages_are_read_at_once(customer):
    customer.told("k1")
    customer.told("k2")
    assert customer.post("/messages/read", {}).json() == {"unread": 0}


@pytest.mark.parametrize("ids", [[0], [-1], [2**63], ["x"], list(range(1, 202))])
def test_ids_that_are_none_are_malformed(customer, ids):
    assert customer.post("/messages/read", {"ids": ids}).status_code == 422


@pytest.mark.parametrize("query", ["cursor=0", "cursor=x", f"cursor={2**63}", "limit=0", "limit=51"])
def test_a_cursor_that_is_none_is_malformed(customer, query):
    assert customer.get(f"/messages?{query}").status_code == 422


USUAL = {
    "care": True, "marketing_texts": False, "quiet": None, "shop_quiet": {"begin": "22:00", "end": "08:00"},
}  # fmt: skip


def test_a_member_says_what_he_wants_to_be_written(client, program):
    me, other = Customer(client, program, "o1"), Customer(client, program, "o2")
    assert me.get("/messages/preferences").json() == USUAL
    assert not Preference.objects.exists()
    changed = me.put(
        "/messages/preferences", {"marketing_texts": True, "quiet": {"begin": "12:30", "end": "14:00"}}
    )
    wanted = USUAL | {"marketing_texts": True, "quiet": {"begin": "12:30", "end": "14:00"}}
    assert (changed.status_code, changed.json()) == (200, wanted)
    assert me.put("/messages/preferences", {"care": False}).json() == wanted | {"care": False}
    assert me.put("/messages/preferences", {"quiet": None, "care": True}).json() == USUAL | {
        "marketing_texts": True
    }
    assert other.get("/messages/preferences").json() == USUAL


@pytest.mark.parametrize("quiet", [{"begin": "25:00", "end": "08:00"}, {"begin": "22:00"}, "night"])
def test_hours_that_are_none_are_refused(client, program, quiet):
    me = Customer(client, program, "o1")
    assert me.put("/messages/preferences", {"quiet": quiet}).status_code == 422
    assert not Preference.objects.exists()


def test_preferences_are_the_members_own(client, program):
    answer = client.get("/api/v1/messages/preferences", headers={"X-Program": program.appid})
    assert answer.status_code == 401
