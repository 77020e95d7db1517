"""Payments against WeChat's box: silence, closing, refunds, and a WeChat that is down."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.identity.members.services import login
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.models import Job
from fangcun.shop.payments import services, tasks
from fangcun.shop.payments.errors import PaymentNotPossible
from fangcun.shop.payments.models import Payment, Refund
from fangcun.shop.payments.states import PaymentStatus, RefundStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def awaiting(wechat_program, box, request):
    """A payment ready for the cashier, whose notices go nowhere."""
    code = box.post("/_box/login", appid=wechat_program.appid, user="小方")["code"]
    account = login(program=wechat_program, code=code, ip="127.0.0.1").account
    return services.open_payment(
        reference=f"T{timezone.now():%Y%m%d%H%M%S%f}",
        program=wechat_program,
        member=account.member,
        openid=account.openid,
        amount=2560,
        description="高原胡萝卜",
        expires_at=timezone.now() + dt.timedelta(minutes=15),
    )


@pytest.fixture
def at_cashier(awaiting, box):
    """What the customer does at the cashier, by its outcome."""
    box.post("/_box/faults", lose_notices=True)

    def act(outcome: str) -> str:
        prepay = services.request_prepay(awaiting)
        fields = {
            name: getattr(prepay, name)
            for name in ("timeStamp", "nonceStr", "package", "signType", "paySign")
        }
        return str(
            box.post("/_box/cashier", appid=awaiting.program.appid, outcome=outcome, **fields)["errMsg"]
        )

    return act


def due() -> None:
    Payment.objects.update(next_query_at=timezone.now())
    Refund.objects.update(next_query_at=timezone.now())


def status() -> str:
    return Payment.objects.get().status


def test_a_prepay_number_is_asked_for_once(awaiting):
    first = services.request_prepay(awaiting)
    again = services.request_prepay(Payment.objects.select_related("program", "merchant").get())
    assert first.package == again.package
    assert first.nonceStr != again.nonceStr


def test_a_payment_that_heard_nothing_is_asked_about(at_cashier):
    assert at_cashier("pay_silently") == "requestPayment:fail (lost)"
    tasks.ask_about_silent_payments()
    assert status() == PaymentStatus.AWAITING  # not yet its time
    due()
    tasks.ask_about_silent_payments()
    assert status() == PaymentStatus.SUCCEEDED


def test_silence_is_asked_about_less_and_less_often(awaiting, box):
    services.request_prepay(awaiting)
    waits = []
    for _ in range(3):
        due()
        before = timezone.now()
        tasks.ask_about_silent_payments()
        asked_again = Payment.objects.get().next_query_at
        assert asked_again is not None
        waits.append(round((asked_again - before).total_seconds()))
    assert waits == [20, 40, 80]


def test_a_closed_order_can_no_longer_be_paid(at_cashier, awaiting, drain):
    services.request_prepay(awaiting)
    services.close_payments([awaiting.reference])
    assert status() == PaymentStatus.CLOSING
    drain()
    assert status() == PaymentStatus.CLOSED
    assert at_cashier("pay") != "requestPayment:ok"


def test_closing_what_was_paid_believes_the_payment(at_cashier, awaiting, drain):
    at_cashier("pay")
    services.close_payments([awaiting.reference])
    drain()
    assert status() == PaymentStatus.SUCCEEDED


def test_closing_what_wechat_never_heard_of_is_done(awaiting, drain):
    services.close_payments([awaiting.reference])
    drain()
    assert status() == PaymentStatus.CLOSED


def test_what_would_not_close_is_closed_again_later(awaiting, box, drain):
    services.request_prepay(awaiting)
    services.close_payments([awaiting.reference])
    Job.objects.all().delete()  # given up, as after a day of trouble at WeChat
    due()
    tasks.ask_about_silent_payments()
    assert status() == PaymentStatus.CLOSED


def test_a_wechat_that_is_down_is_a_clear_error_and_nothing_is_lost(awaiting, box):
    box.post("/_box/faults", api_5xx=True)
    with pytest.raises(GatewayError) as failed:
        services.request_prepay(awaiting)
    assert not failed.value.permanent
    box.http.delete("/_box/faults")
    assert services.request_prepay(Payment.objects.select_related("program", "merchant").get()).package


def test_paying_what_is_paid_already_is_refused_and_the_payment_found(at_cashier, awaiting):
    at_cashier("pay_silently")
    Payment.objects.update(prepay_id="", prepay_expires_at=None)
    with pytest.raises(PaymentNotPossible):
        services.request_prepay(Payment.objects.select_related("program", "merchant").get())
    assert status() == PaymentStatus.SUCCEEDED


def test_a_refund_is_sent_once_and_followed_to_its_end(at_cashier, awaiting, drain, box):
    at_cashier("pay")
    services.ask_wechat(awaiting)
    row = services.refund(Payment.objects.get(), amount=2560, reason="取消", by=SYSTEM)
    drain()
    assert Refund.objects.get().status == RefundStatus.PROCESSING
    tasks.send_refund.func(refund_id=row.pk)  # the same job again, after a crash
    box.post("/_box/clock", advance_s=10)
    due()
    tasks.ask_about_refunds()
    assert Refund.objects.get().status == RefundStatus.SUCCEEDED


def test_a_refund_that_fails_waits_for_a_person_and_may_be_sent_again(at_cashier, awaiting, drain, box):
    at_cashier("pay")
    services.ask_wechat(awaiting)
    services.refund(Payment.objects.get(), amount=2560, reason="取消", by=SYSTEM)
    box.post("/_box/faults", refund_result="ABNORMAL")
    drain()
    box.post("/_box/clock", advance_s=10)
    due()
    tasks.ask_about_refunds()
    assert Refund.objects.get().status == RefundStatus.ABNORMAL
    services.resend_refund(Refund.objects.get(), by=SYSTEM)
    assert Refund.objects.get().status == RefundStatus.REQUESTED
