"""Notices about money on its way back."""

from __future__ import annotations

import pytest

from fangcun.kernel.actors import Actor
from fangcun.shop.orders import services as orders
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Payment, Refund
from tests.http.trade_state import is_refused, state

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def refund(wechat, payment) -> Refund:
    """All of a paid order's money, on its way back."""
    wechat.deliver(wechat.envelope(wechat.paid(payment)))
    orders.cancel_order(Order.objects.get(), by=Actor.staff(1, "店员"), reason="缺货")
    return Refund.objects.select_related("payment").get()


def test_an_honest_refund_notice_ends_the_refund_once(wechat, refund):
    for _ in range(3):
        assert wechat.tell_refund(refund).status_code == 200
    refund.refresh_from_db()
    order = Order.objects.get()
    assert refund.status == "succeeded"
    assert (order.status, order.paid_amount, order.refunded_amount) == ("cancelled", 2560, 2560)
    assert Payment.objects.get().refunded_amount == 2560


@pytest.mark.parametrize(
    "changes",
    [
        {"out_refund_no": "nobody-R1"},
        {"out_trade_no": "20261123000000000000"},
        {"amount": {"total": 2560, "refund": 1, "payer_total": 2560, "payer_refund": 1}},
    ],
)
def test_a_refund_that_is_not_ours_is_unknown(wechat, refund, changes):
    before = state()
    is_refused(wechat.tell_refund(refund, **changes), 404)
    assert state() == before


def test_another_merchants_word_ends_no_refund_of_ours(wechat, other_merchant, refund):
    before = state()
    is_refused(other_merchant.tell_refund(refund, mchid=wechat.mchid), 400)
    is_refused(other_merchant.tell_refund(refund), 404)
    assert state() == before


def test_a_refund_that_wechat_could_not_carry_out_waits_for_a_person(wechat, refund):
    told = wechat.refunded(refund, refund_status="ABNORMAL")
    told.pop("success_time")
    assert wechat.deliver(wechat.envelope(told, kind="refund", event="REFUND.ABNORMAL")).status_code == 200
    refund.refresh_from_db()
    assert (refund.status, Order.objects.get().refunded_amount) == ("abnormal", 0)
