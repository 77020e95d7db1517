"""Notices of WeChat Pay, honest and not: each leaves exactly the state it should, and no other."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone

from fangcun.kernel.actors import Actor
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders import services as orders
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Payment, Refund
from tests.http.trade_state import is_refused, state
from tests.http.wechat_pay import WechatPay

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def test_an_honest_notice_pays_the_order(wechat, payment):
    answer = wechat.deliver(wechat.envelope(wechat.paid(payment)))
    assert (answer.status_code, answer.json()["code"]) == (200, "SUCCESS")
    assert state() == {
        "orders": [
            {"number": payment.reference, "status": "paid", "paid_amount": 2560, "refunded_amount": 0}
        ],
        "payments": [
            {
                "out_trade_no": payment.out_trade_no,
                "status": "succeeded",
                "transaction_id": f"42000{payment.pk:023d}",
                "refunded_amount": 0,
            }
        ],
        "refunds": [],
        "stock": [18],
        "steps": 2,
        "notices": 1,
    }


def test_the_same_notice_again_changes_nothing(wechat, payment):
    body = wechat.envelope(wechat.paid(payment))
    headers = wechat.headers(body)
    assert wechat.deliver(body, headers).status_code == 200
    after = state()
    assert wechat.deliver(body, headers).status_code == 200
    assert wechat.deliver(body).status_code == 200, "freshly signed"
    assert state() == after


def test_the_same_news_under_another_id_changes_nothing_but_the_list_of_notices(wechat, payment):
    wechat.deliver(wechat.envelope(wechat.paid(payment)))
    after = state()
    assert wechat.deliver(wechat.envelope(wechat.paid(payment))).status_code == 200
    assert state() == {**after, "notices": 2}


def test_an_id_that_was_used_for_other_news_pays_nothing(wechat, order_for):
    first, second = order_for("o-1"), order_for("o-2")
    wechat.deliver(wechat.envelope(wechat.paid(first), id="one-id"))
    after = state()
    wechat.deliver(wechat.envelope(wechat.paid(second), id="one-id"))
    assert state() == after
    assert Order.objects.get(number=second.reference).status == "pending_payment"


FORGED = {
    "a stranger's key": lambda pay, body: pay.headers(body, signer="stranger"),
    "the merchant's own key": lambda pay, body: pay.headers(body, signer="merchant"),
    "an unknown serial": lambda pay, body: pay.headers(body, **{"Wechatpay-Serial": "PUB_KEY_ID_0"}),
    "no serial": lambda pay, body: pay.headers(body, **{"Wechatpay-Serial": ""}),
    "stale": lambda pay, body: pay.headers(body, age=301),
    "days old": lambda pay, body: pay.headers(body, age=86400 * 30),
    "from the future": lambda pay, body: pay.headers(body, age=-302),
    "another time": lambda pay, body: pay.headers(body, **{"Wechatpay-Timestamp": "1"}),
    "no time": lambda pay, body: pay.headers(body, **{"Wechatpay-Timestamp": "now"}),
    "a time of a thousand digits": lambda pay, body: pay.headers(body, **{"Wechatpay-Timestamp": "9" * 1000}),
    "another nonce": lambda pay, body: pay.headers(body, **{"Wechatpay-Nonce": "x"}),
    "no base64": lambda pay, body: pay.headers(body, **{"Wechatpay-Signature": "é{0}%s"}),
    "an empty signature": lambda pay, body: pay.headers(body, **{"Wechatpay-Signature": ""}),
    "a signature type nobody knows": lambda pay, body: pay.headers(
        body, **{"Wechatpay-Signature-Type": "none"}
    ),
    "a probe": lambda pay, body: pay.headers(body, **{"Wechatpay-Signature": "WECHATPAY/SIGNTEST/abc"}),
    "no headers": lambda pay, body: {},
    "the signature of another body": lambda pay, body: pay.headers(body + b" "),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_or_stale_notice_is_refused_and_changes_nothing(wechat, payment, how):
    before = state()
    body = wechat.envelope(wechat.paid(payment))
    is_refused(wechat.deliver(body, FORGED[how](wechat, body)), 401)
    assert state() == before
    assert wechat.deliver(body).status_code == 200, "the honest one still counts"
    assert Order.objects.get().status == "paid"


@pytest.mark.parametrize(
    "change", [(b"SUCCESS", b"success"), (b'"id"', b'"ID"'), (b"{", b"{ "), (b'"nonce": "', b'"nonce": "0')]
)
def test_an_altered_body_is_refused_and_changes_nothing(wechat, payment, change):
    before = state()
    body = wechat.envelope(wechat.paid(payment))
    altered = body.replace(*change, 1)
    assert altered != body
    is_refused(wechat.deliver(altered, wechat.headers(body)), 401)
    assert state() == before


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"x", b"\xff\xfe", b"[" * 50_000, b'{"id": "a"}',
        b'{"id": "a", "create_time": "yesterday", "event_type": "TRANSACTION.SUCCESS", "resource": []}',
        b'{"id": "a", "create_time": "2026-11-23T10:00:00+08:00", "event_type": "TRANSACTION.SUCCESS", "resource": {}}',
    ],
    ids=range(10),
)  # fmt: skip
def test_signed_nonsense_is_refused(wechat, payment, body):
    before = state()
    is_refused(wechat.deliver(body), 401)
    assert state() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        {},
        {"trade_state": "SUCCESS"},
        {"amount": {"total": "2560"}},
        {"amount": None},
        {"payer": "o-customer"},
        {"success_time": "soon"},
        {"trade_state": "WON"},
        {"out_trade_no": 1},
        {"out_trade_no": "a\0"},
        {"out_trade_no": "\ud800"},
        {"amount": {"total": -1}},
        {"amount": {"total": 25.6}},
    ],
    ids=range(17),
)
def test_sealed_nonsense_is_refused(wechat, payment, content):
    before = state()
    if isinstance(content, dict) and content:
        content = (
            wechat.paid(payment, **content) if len(content) == 1 and "trade_state" not in content else content
        )
    is_refused(wechat.deliver(wechat.envelope(content)), 401)
    assert state() == before


@pytest.mark.parametrize(
    "changes", [{"id": "i" * 65}, {"id": "a\0"}, {"id": "\ud800"}, {"id": ""}, {"id": 1}]
)
def test_a_notice_without_a_sound_id_is_refused(wechat, payment, changes):
    before = state()
    is_refused(wechat.deliver(wechat.envelope(wechat.paid(payment), **changes)), 401)
    assert state() == before


def test_a_notice_sealed_with_another_key_is_refused(wechat, payment):
    before = state()
    body = WechatPay(wechat.mchid).envelope(wechat.paid(payment))
    is_refused(wechat.deliver(body), 401)
    assert state() == before


WRONG: dict[str, dict[str, Any]] = {
    "less": {"amount": {"total": 2559, "currency": "CNY"}},
    "nothing": {"amount": {"total": 0, "currency": "CNY"}},
    "more": {"amount": {"total": 25600, "currency": "CNY"}},
    "huge": {"amount": {"total": 10**30, "currency": "CNY"}},
    "dollars": {"amount": {"total": 2560, "currency": "USD"}},
    "payer": {"payer": {"openid": "o-somebody-else"}},
    "appid": {"appid": "wx0000000000000009"},
    "mchid": {"mchid": "1900000998"},
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_match_the_order_pays_nothing(wechat, payment, what):
    before = state()
    is_refused(wechat.deliver(wechat.envelope(wechat.paid(payment, **WRONG[what]))), 400)
    assert state() == before


def test_a_payment_that_nobody_asked_for_is_unknown(wechat, payment):
    before = state()
    is_refused(
        wechat.deliver(wechat.envelope(wechat.paid(payment, out_trade_no="20261123000000000000"))), 404
    )
    assert state() == before


def test_another_merchants_notice_pays_nothing_of_ours(wechat, other_merchant, payment):
    before = state()
    claims = [wechat.paid(payment), wechat.paid(payment, mchid=other_merchant.mchid)]
    for claim in claims:
        is_refused(other_merchant.deliver(other_merchant.envelope(claim)), 400)
    body = other_merchant.envelope(claims[0])
    is_refused(other_merchant.deliver(body, to=wechat.mchid), 401)
    assert state() == before


def test_our_notice_at_another_merchants_door_is_refused(wechat, other_merchant, payment):
    before = state()
    body = wechat.envelope(wechat.paid(payment))
    is_refused(wechat.deliver(body, to=other_merchant.mchid), 401)
    for nobody in ("0", "1900000108", "a%00b", "%F0%9F%98%80", "x" * 5000):
        is_refused(wechat.deliver(body, to=nobody), 404)
    assert state() == before


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""]
)
def test_the_signature_counts_not_the_content_type(wechat, payment, content_type):
    body = wechat.envelope(wechat.paid(payment))
    assert wechat.deliver(body, content_type=content_type).status_code == 200
    assert Order.objects.get().status == "paid"


def test_a_notice_that_is_too_long_is_refused(wechat, payment):
    before = state()
    body = wechat.envelope(wechat.paid(payment), summary="x" * 70_000)
    is_refused(wechat.deliver(body), 413)
    assert state() == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(wechat, method):
    answer = wechat.client.generic(method, f"/callbacks/wechat/pay/{wechat.mchid}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_wechats_number_of_another_payment_pays_nothing(wechat, order_for):
    first, second = order_for("o-1"), order_for("o-2")
    wechat.deliver(wechat.envelope(wechat.paid(first)))
    after = state()
    claim = wechat.paid(second, transaction_id=Payment.objects.get(pk=first.pk).transaction_id)
    is_refused(wechat.deliver(wechat.envelope(claim)), 400)
    assert state() == after


def test_a_payment_of_an_order_the_customer_cancelled_goes_back(wechat, payment):
    order = Order.objects.get()
    orders.cancel_order(order, by=Actor.member(order.member_id))
    answer = wechat.deliver(wechat.envelope(wechat.paid(payment)))
    assert answer.status_code == 200
    order.refresh_from_db()
    refund = Refund.objects.get()
    assert (order.status, order.paid_amount) == ("cancelled", 2560)
    assert (refund.amount, refund.payment_id) == (2560, payment.pk)
    assert Payment.objects.get().status == "succeeded"
    assert Sku.objects.get().stock == 20
    assert wechat.deliver(wechat.envelope(wechat.paid(payment))).status_code == 200
    assert Refund.objects.count() == 1


def test_a_payment_that_came_too_late_takes_the_goods_again(wechat, payment):
    Order.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert orders.close_unpaid_orders() == 1
    assert Sku.objects.get().stock == 20
    assert wechat.deliver(wechat.envelope(wechat.paid(payment))).status_code == 200
    assert (Order.objects.get().status, Sku.objects.get().stock, Refund.objects.count()) == ("paid", 18, 0)


def test_a_payments_news_dressed_as_a_refunds_is_refused(wechat, payment):
    before = state()
    for kind, event in (
        ("refund", "TRANSACTION.SUCCESS"),
        ("transaction", "REFUND.SUCCESS"),
        ("coupon", "COUPON.USE"),
    ):
        is_refused(wechat.deliver(wechat.envelope(wechat.paid(payment), kind=kind, event=event)), 401)
    assert state() == before


def test_a_notice_is_json_whatever_is_in_it_beyond_what_we_know(wechat, payment):
    told = wechat.paid(payment, promotion_detail=[{"coupon_id": "1"}], scene_info={"device_id": "x"})
    body = json.loads(wechat.envelope(told))
    body["something_new"] = {"a": [1, 2, {"b": None}]}
    assert wechat.deliver(json.dumps(body).encode()).status_code == 200
    assert Order.objects.get().status == "paid"
