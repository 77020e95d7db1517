"""Everything that has a number belongs to somebody. Whoever else asks gets nothing and changes nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from fangcun.grow.messaging.services import notify
from fangcun.identity.members.models import Token
from fangcun.identity.members.services import revoke_all
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.secrets import digest
from fangcun.shop.cart.models import CartLine
from fangcun.shop.orders.models import Order
from tests.http.refusals import refusal
from tests.phone import ADDRESS

pytestmark = pytest.mark.django_db(databases="__all__")


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the shop's database."""
    return {
        model._meta.label: sorted(model._base_manager.values(), key=repr)
        for model in apps.get_models()
        if model._meta.app_label not in ("sessions", "axes", "contenttypes", "auth", "admin")
    }


@pytest.fixture
def mine(asker, carrot):
    """A customer with an address, a cart line, an unpaid and a shipped order and a message; the ways to them."""
    me = asker()
    order, sent, address = (
        me.buy(carrot.pk, key="1")["number"],
        me.buy(carrot.pk, key="2")["number"],
        me.address(),
    )
    Order.objects.filter(number=sent).update(status="shipped", shipped_at=timezone.now())
    me.got("POST", "/cart", {"sku_id": carrot.pk, "quantity": 2})
    message = notify(
        member_id=me.account.member_id, program_id=me.account.program_id, purpose="order_cancelled", values={},
        link="", kind="order", title="t", body="b", dedupe_key="d",
    )  # fmt: skip
    me.ways = [
        ("GET", f"/orders/{order}", None),
        ("POST", f"/orders/{order}/pay", None),
        ("POST", f"/orders/{order}/pay/check", None),
        ("POST", f"/orders/{order}/cancel", {"reason": "别人"}),
        ("POST", f"/orders/{sent}/confirm", None),
        ("PUT", f"/addresses/{address}", {**ADDRESS, "name": "别人"}),
        ("DELETE", f"/addresses/{address}", None),
        ("POST", f"/addresses/{address}/default", None),
        ("PUT", f"/cart/lines/{carrot.pk}", {"quantity": 1}),
        ("DELETE", f"/cart/lines/{carrot.pk}", None),
        ("POST", "/quote", {"lines": [{"sku_id": carrot.pk, "quantity": 1}], "address_id": address}),
        ("POST", "/orders", {"lines": [{"sku_id": carrot.pk, "quantity": 1}], "address_id": address}),
    ]
    me.message_id = message.pk
    return me


LOCKED = [
    ("POST", "/logout", None), ("GET", "/me", None), ("PATCH", "/me", {"nickname": "x"}),
    ("POST", "/phone", {"code": "x"}),
    ("POST", "/privacy", {"version": "1", "agreed": True}),
    ("GET", "/addresses", None), ("POST", "/addresses", ADDRESS),
    ("GET", "/cart", None), ("POST", "/cart", {"sku_id": 1, "quantity": 1}), ("DELETE", "/cart", None),
    ("POST", "/cart/lines", {"sku_id": 1, "quantity": 1}), ("PUT", "/cart/selection", {"selected": False}),
    ("GET", "/orders", None), ("GET", "/consents?moment=order_submit", None),
    ("POST", "/consents", {"moment": "order_submit", "results": {"T": "accept"}}),
    ("GET", "/messages", None), ("POST", "/messages/read", {}),
    ("GET", "/loyalty", None), ("GET", "/loyalty/entries", None), ("GET", "/loyalty/calendar", None),
    ("POST", "/loyalty/check-in", None), ("POST", "/loyalty/make-up", {"date": "2026-11-01"}),
    ("PUT", "/loyalty/birthday", {"month": 1, "day": 1}), ("GET", "/activities", None),
    ("GET", "/activities/1", None), ("POST", "/activities/1/sign-up", None),
    ("DELETE", "/activities/1/sign-up", None),
]  # fmt: skip


def test_a_stranger_finds_none_of_it_and_changes_nothing(mine, asker):
    stranger = asker("o-stranger")
    before = rows()
    for method, path, body in mine.ways:
        answer = stranger(method, path, body, **{"Idempotency-Key": "theft"})
        assert (answer.status_code, refusal(answer)["details"]) == (404, {}), (method, path)
        assert rows() == before, (method, path)


def test_a_stranger_cannot_tell_what_is_somebody_elses_from_what_is_not_there(mine, asker):
    stranger = asker("o-stranger")
    number = Order.objects.filter(status="pending_payment").get().number
    there = stranger("GET", f"/orders/{number}")
    nowhere = stranger("GET", f"/orders/{int(number) + 1}")
    assert there.content == nowhere.content


def test_a_strangers_lists_hold_nothing_of_it(mine, asker, carrot):
    stranger = asker("o-stranger")
    assert stranger.got("GET", "/orders")["items"] == []
    assert stranger.got("GET", "/addresses")["items"] == []
    assert stranger.got("GET", "/messages")["items"] == []
    assert stranger.got("GET", "/cart")["lines"] == []
    me = stranger.got("GET", "/me")
    assert me["orders"] == {"pending_payment": 0, "paid": 0, "shipped": 0}
    assert (me["cart_count"], me["unread_messages"]) == (0, 0)


def test_reading_changing_and_clearing_by_a_stranger_leaves_mine_alone(mine, asker, carrot):
    stranger = asker("o-stranger")
    before = rows()
    stranger.got("POST", "/messages/read", {"ids": [mine.message_id]})
    stranger.got("POST", "/messages/read", {})
    stranger.got("PUT", "/cart/selection", {"selected": False, "sku_ids": [carrot.pk]})
    stranger.got("DELETE", "/cart")
    assert rows() == before
    assert CartLine.objects.get().selected is True


def test_the_same_key_of_two_customers_is_two_orders(asker, carrot):
    numbers = {asker(openid).buy(carrot.pk, key="same")["number"] for openid in ("o-1", "o-2")}
    assert len(numbers) == Order.objects.count() == 2


def no_token(me, asker):
    me.token = ""


def made_up_token(me, asker):
    me.token = "x" * 43


def digest_as_token(me, asker):
    me.token = digest(me.token)


def expired_token(me, asker):
    Token.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))


def logged_out_token(me, asker):
    me.got("POST", "/logout")


def revoked_token(me, asker):
    revoke_all(member=me.account.member, by=SYSTEM)


def token_of_another_program(me, asker):
    """The same person, at home in another mini program of the house: its token is no good here."""
    other = register_program(appid="wx0000000000000002", name="方寸会员", app_secret="s", by=SYSTEM)
    me.token = asker("o-elsewhere", at=other).token


def own_token_under_another_program(me, asker):
    other = register_program(appid="wx0000000000000002", name="方寸会员", app_secret="s", by=SYSTEM)
    me.appid = other.appid


@pytest.mark.parametrize(
    "spoil",
    [
        no_token, made_up_token, digest_as_token, expired_token, logged_out_token, revoked_token,
        token_of_another_program, own_token_under_another_program,
    ],
)  # fmt: skip
def test_without_a_good_token_nothing_opens_and_nothing_changes(mine, asker, spoil):
    spoil(mine, asker)
    before = rows()
    for method, path, body in mine.ways + LOCKED:
        answer = mine(method, path, body, **{"Idempotency-Key": "theft"})
        assert (answer.status_code, refusal(answer)["code"]) == (401, "not_logged_in"), (method, path)
    assert rows() == before


@pytest.mark.parametrize("appid", ["", "wx0000000000000009", "wx0000000000000002"])
def test_under_an_unknown_or_switched_off_program_nothing_opens(mine, appid):
    register_program(appid="wx0000000000000002", name="旧", app_secret="s", is_active=False, by=SYSTEM)
    mine.appid = appid
    before = rows()
    for method, path, body in mine.ways + LOCKED:
        answer = mine(method, path, body, **{"Idempotency-Key": "theft"})
        assert (answer.status_code, refusal(answer)["code"]) == (400, "program_unknown"), (method, path)
    assert rows() == before


def test_one_person_in_two_programs_of_the_house_has_one_set_of_things(asker, carrot):
    other = register_program(appid="wx0000000000000002", name="方寸会员", app_secret="s", by=SYSTEM)
    here = asker("o-here", unionid="u-1")
    number = here.buy(carrot.pk)["number"]
    there = asker("o-there", at=other, unionid="u-1")
    assert [order["number"] for order in there.got("GET", "/orders")["items"]] == [number]
    assert there.got("GET", f"/orders/{number}")["status"] == "pending_payment"
