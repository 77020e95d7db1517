"""Payments: true by WeChat's word alone, once, and only when every fact is ours."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from fangcun.gateways.wechat.answers import RefundResult, Transaction
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Merchant, Program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry, Transition
from fangcun.shop.payments import services
from fangcun.shop.payments.errors import MerchantMissing, PaymentMismatch, PaymentUnknown, RefundTooMuch
from fangcun.shop.payments.models import Payment, Refund
from fangcun.shop.payments.queries import payment_of
from fangcun.shop.payments.states import PaymentStatus, RefundStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_one(db):
    merchant = Merchant.objects.create(
        mchid="1900000001", name="青禾鲜", serial_no="AB", private_key="k", api_v3_key="k"
    )
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜", merchant=merchant)
    member = Member.objects.create()

    def start(openid: str = "o-1", reference: str = "20261123000001") -> Payment:
        return services.open_payment(
            reference=reference,
            program=program,
            member=member,
            openid=openid,
            amount=2560,
            description="高原胡萝卜",
            expires_at=timezone.now() + dt.timedelta(minutes=15),
        )

    return start


def word(payment: Payment, **changes: Any) -> Transaction:
    told = Transaction(
        state="SUCCESS",
        out_trade_no=payment.out_trade_no,
        mchid="1900000001",
        appid="wx0000000000000001",
        transaction_id="4200000001",
        amount_total=2560,
        amount_paid=2560,
        currency="CNY",
        payer_openid="o-1",
        success_at=timezone.now(),
        trade_type="JSAPI",
        bank_type="OTHERS",
        attach=None,
    )
    return replace(told, **changes)


def test_a_payment_is_opened_once(open_one):
    assert open_one().pk == open_one().pk
    assert Payment.objects.count() == 1


def test_another_payer_closes_the_first_payment_and_gets_his_own(open_one):
    first, second = open_one("o-1"), open_one("o-2")
    first.refresh_from_db()
    assert (first.status, second.status) == (PaymentStatus.CLOSING, PaymentStatus.AWAITING)
    assert second.out_trade_no == "20261123000001_2"


def test_without_a_merchant_nothing_can_be_paid(open_one):
    open_one()
    program = Program.objects.create(appid="wx0000000000000002", name="无商户")
    with pytest.raises(MerchantMissing):
        services.open_payment(
            reference="x" * 10, program=program, member=Member.objects.create(), openid="o", amount=1,
            description="", expires_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_total", 2559),
        ("amount_total", None),
        ("payer_openid", "o-2"),
        ("appid", "wx0000000000000009"),
        ("mchid", "1900000009"),
        ("currency", "USD"),
    ],
)
def test_a_word_that_does_not_match_changes_nothing_and_is_noted(open_one, field, value):
    payment = open_one()
    with pytest.raises(PaymentMismatch):
        services.apply_transaction(word(payment, **{field: value}))
    payment.refresh_from_db()
    assert (payment.status, payment.transaction_id) == (PaymentStatus.AWAITING, None)
    assert AuditEntry.objects.filter(action="payments.mismatch").count() == 1


def test_a_payment_that_is_not_ours_is_unknown(open_one):
    with pytest.raises(PaymentUnknown):
        services.apply_transaction(word(open_one(), out_trade_no="nobody"))


def test_the_same_word_again_changes_nothing(open_one):
    payment = open_one()
    for _ in range(3):
        services.apply_transaction(word(payment))
    payment.refresh_from_db()
    assert (payment.status, payment.transaction_id) == (PaymentStatus.SUCCEEDED, "4200000001")
    assert Transition.objects.filter(subject="payments.payment").count() == 1


def test_money_that_comes_after_the_close_is_believed(open_one):
    payment = open_one()
    services.apply_transaction(word(payment, state="CLOSED"))
    assert Payment.objects.get().status == PaymentStatus.CLOSED
    services.apply_transaction(word(payment))
    assert Payment.objects.get().status == PaymentStatus.SUCCEEDED
    services.apply_transaction(word(payment, state="CLOSED"))
    assert Payment.objects.get().status == PaymentStatus.SUCCEEDED


def test_never_more_goes_back_than_came(open_one):
    payment = services.apply_transaction(word(open_one()))
    services.refund(payment, amount=2000, reason="少发", by=SYSTEM)
    with pytest.raises(RefundTooMuch):
        services.refund(payment, amount=561, reason="再退", by=SYSTEM)
    services.refund(payment, amount=560, reason="再退", by=SYSTEM)
    assert [row.amount for row in Refund.objects.order_by("id")] == [2000, 560]
    assert Payment.objects.get().refunded_amount == 2560


def test_an_unpaid_payment_gives_nothing_back(open_one):
    with pytest.raises(RefundTooMuch):
        services.refund(open_one(), amount=1, reason="x", by=SYSTEM)
    assert Refund.objects.count() == 0


def result(row: Refund, state: Any) -> RefundResult:
    return RefundResult(
        state=state, refund_id="50001", out_refund_no=row.out_refund_no, transaction_id="4200000001",
        out_trade_no=row.payment.out_trade_no, amount_total=2560, amount_refund=row.amount,
        success_at=timezone.now() if state == "SUCCESS" else None, received_account=None,
    )  # fmt: skip


def test_a_refund_moves_forward_only(open_one):
    payment = services.apply_transaction(word(open_one()))
    row = services.refund(payment, amount=2560, reason="取消", by=SYSTEM)
    for state in ("PROCESSING", "SUCCESS", "PROCESSING", "SUCCESS", "CLOSED"):
        services.apply_refund(result(row, state), merchant=payment.merchant)
    row.refresh_from_db()
    assert row.status == RefundStatus.SUCCEEDED
    assert Payment.objects.get().refunded_amount == 2560


def test_a_refund_that_wechat_closed_may_be_asked_for_again(open_one):
    payment = services.apply_transaction(word(open_one()))
    row = services.refund(payment, amount=2560, reason="取消", by=SYSTEM)
    services.apply_refund(result(row, "CLOSED"), merchant=payment.merchant)
    assert Payment.objects.get().refunded_amount == 0
    again = services.refund(payment, amount=2560, reason="取消", by=SYSTEM)
    assert again.out_refund_no != row.out_refund_no


def test_the_payment_that_counts_is_the_paid_one(open_one):
    first, second = open_one("o-1"), open_one("o-2")
    services.apply_transaction(word(first))
    found = payment_of(second.reference)
    assert found is not None
    assert found.pk == first.pk
