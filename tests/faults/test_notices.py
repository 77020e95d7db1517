"""Notices that are false, altered, old, doubled, early or late: nothing changes, or it happens exactly once."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from fangcun.grow.messaging.models import Message
from fangcun.insight.tracking.models import Batch
from fangcun.kernel.models import AuditEntry, Job, Transition
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Notice, Payment, Refund

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

TEN_DAYS = 10 * 24 * 3600
QUARTER_MINUTE = 15


@pytest.fixture
def buyer(phone, box):
    """A customer at a box that forgot everything that happened before."""
    box.post("/_box/reset")
    return phone()


def pay_untold(buyer, shop, box) -> tuple[str, dict[str, Any]]:
    """Buy two, pay at the cashier, and let nobody hear of it; the number, and what WeChat would have told."""
    box.post("/_box/faults", lose_notices=1)
    number = buyer.buy(shop.sku.pk, 2).json()["number"]
    buyer.cashier(number, "pay_silently")
    [lost] = box.get("/_box/notices", out_trade_no=number)["notices"]
    assert lost["state"] == "lost"
    return number, lost["resource"]


def assert_nothing_changed(number: str) -> None:
    order, payment = Order.objects.get(number=number), Payment.objects.get(reference=number)
    assert (order.status, order.paid_amount, payment.status) == ("pending_payment", 0, "awaiting")
    assert (payment.transaction_id, payment.refunded_amount) == (None, 0)
    assert Notice.objects.count() == Message.objects.count() == Refund.objects.count() == 0
    assert Sku.objects.get().stock == 18


def assert_paid_once(number: str, drain) -> None:
    drain()
    order, payment = Order.objects.get(number=number), Payment.objects.get(reference=number)
    assert (order.status, order.paid_amount, payment.status) == ("paid", 2560, "succeeded")
    assert Transition.objects.filter(subject="orders.order", target="paid").count() == 1
    assert Transition.objects.filter(subject="payments.payment", target="succeeded").count() == 1
    assert Message.objects.filter(dedupe_key__startswith="order_paid").count() == 1
    assert paid_facts() == [f"order_paid:{number}"]
    assert Refund.objects.count() == 0
    assert Sku.objects.get().stock == 18
    assert Job.objects.filter(key=None).count() == 0


def paid_facts() -> list[str]:
    events = [event for batch in Batch.objects.all() for event in json.loads(batch.payload)]
    return [event["id"] for event in events if event["name"] == "order_paid"]


def attempts(box, number: str, role: str = "notice") -> list[dict[str, Any]]:
    notices = box.get("/_box/notices", out_trade_no=number)["notices"]
    return [attempt for notice in notices if notice["role"] == role for attempt in notice["attempts"]]


@pytest.mark.parametrize(
    "fault", ["forge_notices", "wrong_serial_notices", "stale_notices", "altered_notices"]
)
def test_a_false_notice_changes_nothing_and_the_honest_repetition_pays(fault, buyer, shop, box, until, drain):
    box.post("/_box/faults", **{fault: 1})
    number = buyer.buy(shop.sku.pk, 2).json()["number"]
    buyer.cashier(number, "pay_silently")
    until(lambda: attempts(box, number))
    [refused] = attempts(box, number)
    assert (refused["status"], refused["bent"]) == (401, fault.removesuffix("_notices"))
    assert_nothing_changed(number)

    box.post("/_box/clock", advance_s=QUARTER_MINUTE)
    until(lambda: len(attempts(box, number)) == 2)
    assert attempts(box, number)[1]["status"] == 200
    assert_paid_once(number, drain)


def test_a_probe_is_refused_and_the_notice_after_it_pays(buyer, shop, box, until, drain):
    box.post("/_box/faults", signtest=1)
    number = buyer.buy(shop.sku.pk, 2).json()["number"]
    buyer.cashier(number, "pay_silently")
    until(lambda: attempts(box, number))
    assert [attempt["status"] for attempt in attempts(box, number, "probe")] == [401]
    assert_paid_once(number, drain)


def test_five_deliveries_of_one_notice_pay_once(buyer, shop, box, until, drain):
    box.post("/_box/faults", duplicate_notices=4)
    number = buyer.buy(shop.sku.pk, 2).json()["number"]
    buyer.cashier(number, "pay_silently")
    until(lambda: len(attempts(box, number, "copy")) == 4 and attempts(box, number))
    answers = attempts(box, number, "copy") + attempts(box, number)
    assert [attempt["status"] for attempt in answers] == [200] * 5
    assert_paid_once(number, drain)


def test_a_notice_that_comes_after_the_query_changes_nothing(buyer, shop, box, until, drain):
    box.post("/_box/faults", delay_notices_s=3600)
    number = buyer.buy(shop.sku.pk, 2).json()["number"]
    buyer.cashier(number, "pay_silently")
    assert buyer.post(f"/orders/{number}/pay/check")["status"] == "paid"
    assert_paid_once(number, drain)
    box.post("/_box/clock", advance_s=3600)
    until(lambda: attempts(box, number))
    assert [attempt["status"] for attempt in attempts(box, number)] == [200]
    assert_paid_once(number, drain)


def test_a_refund_notice_before_its_payment_notice_ends_refunded_once(buyer, shop, box, until, drain):
    box.post("/_box/faults", delay_notices_s=3600)
    number = buyer.buy(shop.sku.pk, 2).json()["number"]
    parameters = buyer.post(f"/orders/{number}/pay")
    assert buyer.post(f"/orders/{number}/cancel")["status"] == "cancelled"
    box.post("/_box/cashier", appid=shop.program.appid, outcome="pay", **parameters)
    drain()  # the close meets the payment, so the money goes back
    box.http.delete("/_box/faults")
    box.post("/_box/clock", advance_s=3)
    until(lambda: attempts(box, number))
    [told] = [one for one in box.get("/_box/notices", out_trade_no=number)["notices"] if one["attempts"]]
    assert (told["event_type"], told["attempts"][0]["status"]) == ("REFUND.SUCCESS", 200)

    box.post("/_box/clock", advance_s=3600)
    until(lambda: len(attempts(box, number)) == 2)
    assert {attempt["status"] for attempt in attempts(box, number)} == {200}
    drain()
    order, refund = Order.objects.get(number=number), Refund.objects.get()
    assert (order.status, order.paid_amount, order.refunded_amount) == ("cancelled", 2560, 2560)
    assert (refund.status, refund.amount) == ("succeeded", 2560)
    [at_wechat] = box.get("/_box/orders", out_trade_no=number)["orders"]
    assert [one["amount"] for one in at_wechat["refunds"]] == [2560]
    assert Sku.objects.get().stock == 20
    assert paid_facts() == []


def test_a_replayed_notice_is_taken_while_fresh_and_changes_nothing(buyer, shop, box, wechat, drain):
    number, resource = pay_untold(buyer, shop, box)
    notice = wechat.notice(resource)
    assert [wechat.send(notice).status_code for _ in range(3)] == [200] * 3
    assert_paid_once(number, drain)
    assert Notice.objects.count() == 1


def test_the_same_news_under_another_id_changes_nothing(buyer, shop, box, wechat, drain):
    number, resource = pay_untold(buyer, shop, box)
    assert [wechat.send(wechat.notice(resource)).status_code for _ in range(3)] == [200] * 3
    assert_paid_once(number, drain)


@pytest.mark.parametrize("age_s", [TEN_DAYS, 600, -600, -TEN_DAYS])
def test_a_notice_signed_long_ago_or_in_the_future_is_refused(age_s, buyer, shop, box, wechat):
    number, resource = pay_untold(buyer, shop, box)
    assert wechat.send(wechat.notice(resource, age_s=age_s)).status_code == 401
    assert_nothing_changed(number)


ALTERED: dict[str, dict[str, Any]] = {
    "amount": {"amount": {"total": 1, "payer_total": 1, "currency": "CNY", "payer_currency": "CNY"}},
    "more": {"amount": {"total": 2561, "payer_total": 2561, "currency": "CNY", "payer_currency": "CNY"}},
    "currency": {"amount": {"total": 2560, "payer_total": 2560, "currency": "USD", "payer_currency": "USD"}},
    "payer": {"payer": {"openid": "o0000000000000000000000stranger"}},
    "appid": {"appid": "wx0000000000000000"},
}


@pytest.mark.parametrize("alteration", ALTERED)
def test_a_well_signed_notice_of_something_else_is_refused_and_written_down(
    alteration, buyer, shop, box, wechat, drain
):
    number, resource = pay_untold(buyer, shop, box)
    answer = wechat.send(wechat.notice({**resource, **ALTERED[alteration]}))
    assert 400 <= answer.status_code < 500, answer.text
    assert_nothing_changed(number)
    assert AuditEntry.objects.get(action="payments.mismatch").object_label == number

    assert wechat.send(wechat.notice(resource)).status_code == 200
    assert_paid_once(number, drain)


@pytest.mark.parametrize("other", [{"out_trade_no": "20260101000000000000"}, {"mchid": "1900009999"}])
def test_a_notice_about_nobodys_order_or_of_another_merchant_is_refused(other, buyer, shop, box, wechat):
    number, resource = pay_untold(buyer, shop, box)
    assert 400 <= wechat.send(wechat.notice({**resource, **other})).status_code < 500
    assert_nothing_changed(number)


def test_a_notice_that_says_not_paid_changes_nothing(buyer, shop, box, wechat):
    number, resource = pay_untold(buyer, shop, box)
    for state in ("NOTPAY", "USERPAYING", "ACCEPT"):
        wechat.send(wechat.notice({**resource, "trade_state": state}))
    order, payment = Order.objects.get(number=number), Payment.objects.get()
    assert (order.status, order.paid_amount, payment.status) == ("pending_payment", 0, "awaiting")


def test_a_refund_nobody_asked_for_is_refused(buyer, shop, box, wechat, drain):
    number, resource = pay_untold(buyer, shop, box)
    wechat.send(wechat.notice(resource))
    invented = {
        "mchid": resource["mchid"],
        "out_trade_no": number,
        "transaction_id": resource["transaction_id"],
        "out_refund_no": f"{number}-R1",
        "refund_id": "50000000000000000000000000001",
        "refund_status": "SUCCESS",
        "success_time": "2026-11-23T10:00:00+08:00",
        "user_received_account": "支付用户零钱",
        "amount": {"total": 2560, "refund": 2560, "payer_total": 2560, "payer_refund": 2560},
    }
    answer = wechat.send(wechat.notice(invented, event="REFUND.SUCCESS"))
    assert 400 <= answer.status_code < 500
    assert_paid_once(number, drain)


def test_a_notice_sealed_with_another_key_is_refused(buyer, shop, box, wechat):
    number, resource = pay_untold(buyer, shop, box)
    assert wechat.send(wechat.notice(resource, api_v3_key="0" * 32)).status_code == 401
    assert_nothing_changed(number)


def test_a_notice_for_another_merchants_address_is_refused(buyer, shop, box, wechat):
    number, resource = pay_untold(buyer, shop, box)
    wechat.url = wechat.url.replace(shop.program.merchant.mchid, "1900009999")
    assert 400 <= wechat.send(wechat.notice(resource)).status_code < 500
    assert_nothing_changed(number)


@pytest.mark.parametrize("header", ["Timestamp", "Nonce", "Signature", "Serial"])
def test_a_notice_without_one_of_its_headers_is_refused(header, buyer, shop, box, wechat):
    number, resource = pay_untold(buyer, shop, box)
    headers, body = wechat.notice(resource)
    del headers[f"Wechatpay-{header}"]
    assert wechat.send((headers, body)).status_code == 401
    assert_nothing_changed(number)


@pytest.mark.parametrize("change", ["body", "timestamp", "nonce"])
def test_a_notice_altered_after_signing_is_refused(change, buyer, shop, box, wechat):
    number, resource = pay_untold(buyer, shop, box)
    headers, body = wechat.notice(resource)
    if change == "body":
        body = body.replace(b"EV-", b"EV_")
    elif change == "timestamp":
        headers["Wechatpay-Timestamp"] = str(int(headers["Wechatpay-Timestamp"]) + 1)
    else:
        headers["Wechatpay-Nonce"] += "0"
    assert wechat.send((headers, body)).status_code == 401
    assert_nothing_changed(number)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b"not json",
        b"\xff\xfe\x00",
        b'{"id": 1, "resource": []}',
        b"[" * 60_000,
        b'{"id": "' + b"x" * 80_000 + b'"}',
        json.dumps({"id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource": {"nonce": "x"}}).encode(),
    ],
    ids=lambda body: body[:12].decode(errors="replace"),
)
def test_a_well_signed_body_out_of_shape_is_refused(body, buyer, shop, box, wechat):
    number, _ = pay_untold(buyer, shop, box)
    answer = wechat.send(wechat.signed(body))
    assert 400 <= answer.status_code < 500, answer.text[:500]
    assert_nothing_changed(number)


@pytest.mark.parametrize("amount", ["2560", 2560.0, None, -2560, True, {}, 10**30])
def test_an_amount_of_another_kind_is_refused(amount, buyer, shop, box, wechat):
    number, resource = pay_untold(buyer, shop, box)
    altered = {**resource, "amount": {**resource["amount"], "total": amount}}
    assert 400 <= wechat.send(wechat.notice(altered)).status_code < 500
    assert_nothing_changed(number)


def test_only_post_is_answered(shop, wechat):
    for method in ("GET", "PUT", "DELETE"):
        assert httpx.request(method, wechat.url, trust_env=False, timeout=20).status_code == 405
