"""WeChat Pay as wechatbox speaks it: orders, queries, refunds, certificates and their refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fangcun.gateways.wechat.errors import (
    AlreadyPaid,
    BadCredentials,
    BalanceTooLow,
    NumberTaken,
    OrderClosed,
    OrderUnknown,
    RateLimited,
    RecipientInvalid,
    RefundUnknown,
    RequestRefused,
    ResponseNotTrusted,
    Unavailable,
)
from fangcun.gateways.wechat.pay import PayApi
from fangcun.gateways.wechat.tests.conftest import BoxWorld, pair

NOTIFY = "http://127.0.0.1:1/notify"


def order(
    world: BoxWorld, number: str, *, openid: str = "", pay: PayApi | None = None, **changes: Any
) -> str:
    request: dict[str, Any] = {
        "appid": world.appid,
        "openid": openid or world.openid(),
        "out_trade_no": number,
        "description": "方寸鲜生 阳光玫瑰 500g",
        "total_amount": 3980,
        "notify_url": NOTIFY,
    }
    return (pay or world.pay()).create_jsapi_order(**{**request, **changes})


def paid(world: BoxWorld, number: str) -> None:
    params = world.pay().payment_params(appid=world.appid, prepay_id=order(world, number))
    answer = world.post("/_box/cashier", appid=world.appid, outcome="pay", **params)
    assert "ok" in str(answer), answer


def test_an_order_is_opened_paid_and_found_by_both_numbers(world: BoxWorld) -> None:
    expires_at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=15)
    prepay_id = order(world, "FC2026112300001", expires_at=expires_at, attach="order 1")
    before = world.pay().query_by_out_trade_no("FC2026112300001")
    assert (before.state, before.amount_total, before.transaction_id) == ("NOTPAY", 3980, None)
    assert before.payer_openid is None
    params = world.pay().payment_params(appid=world.appid, prepay_id=prepay_id)
    world.post("/_box/cashier", appid=world.appid, outcome="pay", **params)
    after = world.pay().query_by_out_trade_no("FC2026112300001")
    assert (after.state, after.amount_total, after.amount_paid, after.currency) == (
        "SUCCESS",
        3980,
        3980,
        "CNY",
    )
    assert (after.appid, after.mchid, after.payer_openid) == (
        world.appid,
        world.demo["mchid"],
        world.openid(),
    )
    assert after.attach == "order 1"
    assert after.success_at is not None
    assert abs(after.success_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert after.transaction_id is not None
    assert world.pay().query_by_transaction_id(after.transaction_id) == after
    [kept] = world.get("/_box/orders", out_trade_no="FC2026112300001")["orders"]
    assert datetime.fromisoformat(kept["expires_at"]) == expires_at
    assert kept["description"] == "方寸鲜生 阳光玫瑰 500g"


def test_the_same_order_again_gives_a_fresh_prepay_id(world: BoxWorld) -> None:
    assert order(world, "FC2026112300002") != order(world, "FC2026112300002")


def test_the_same_number_with_another_amount_is_taken(world: BoxWorld) -> None:
    order(world, "FC2026112300003")
    with pytest.raises(NumberTaken) as refused:
        order(world, "FC2026112300003", total_amount=1)
    assert refused.value.permanent
    assert refused.value.details["request_id"].endswith("-268498688")
    assert world.pay().query_by_out_trade_no("FC2026112300003").amount_total == 3980


def test_a_number_with_reserved_characters_is_signed_as_it_is_sent(world: BoxWorld) -> None:
    order(world, "FC-1_2|3*4")
    assert world.pay().query_by_out_trade_no("FC-1_2|3*4").out_trade_no == "FC-1_2|3*4"
    world.pay().close("FC-1_2|3*4")
    assert world.pay().query_by_out_trade_no("FC-1_2|3*4").state == "CLOSED"


@pytest.mark.parametrize("description", ["长" * 200, "a\nb\x00c\u202e", "\n", "🍇" * 80, "'\";--<script>"])
def test_hostile_descriptions_are_brought_into_the_allowed_form(world: BoxWorld, description: str) -> None:
    order(world, "FC2026112300004", description=description)
    [kept] = world.get("/_box/orders", out_trade_no="FC2026112300004")["orders"]
    assert 0 < len(kept["description"].encode()) <= 127
    assert kept["description"].isprintable()


def test_an_order_that_never_was_is_unknown(world: BoxWorld) -> None:
    with pytest.raises(OrderUnknown) as refused:
        world.pay().query_by_out_trade_no("FC2026112399999")
    assert (refused.value.permanent, refused.value.code) == (True, "ORDER_NOT_EXIST")
    with pytest.raises(OrderUnknown):
        world.pay().close("FC2026112399999")


def test_a_closed_order_says_so(world: BoxWorld) -> None:
    order(world, "FC2026112300005")
    world.pay().close("FC2026112300005")
    with pytest.raises(OrderClosed):
        world.pay().close("FC2026112300005")
    with pytest.raises(OrderClosed):
        order(world, "FC2026112300005")


def test_a_paid_order_can_be_neither_closed_nor_opened_again(world: BoxWorld) -> None:
    paid(world, "FC2026112300006")
    with pytest.raises(AlreadyPaid):
        world.pay().close("FC2026112300006")
    with pytest.raises(AlreadyPaid):
        order(world, "FC2026112300006")
    assert world.pay().query_by_out_trade_no("FC2026112300006").state == "SUCCESS"


def test_a_refund_is_the_same_refund_when_asked_again(world: BoxWorld) -> None:
    paid(world, "FC2026112300007")

    def refund() -> Any:
        return world.pay().refund(
            out_trade_no="FC2026112300007",
            out_refund_no="FC2026112300007-R1",
            refund_amount=1000,
            total_amount=3980,
            reason="缺货 " * 60,
        )

    first, second = refund(), refund()
    assert (first.out_trade_no, first.amount_refund, first.amount_total) == ("FC2026112300007", 1000, 3980)
    assert first.refund_id == second.refund_id
    found = world.pay().query_refund("FC2026112300007-R1")
    assert found.refund_id == first.refund_id
    assert world.pay().query_by_out_trade_no("FC2026112300007").state == "REFUND"
    [kept] = world.get("/_box/orders", out_trade_no="FC2026112300007")["orders"]
    assert [it["amount"] for it in kept["refunds"]] == [1000]


def test_refunds_of_nothing_are_unknown(world: BoxWorld) -> None:
    with pytest.raises(RefundUnknown):
        world.pay().query_refund("FC2026112399999-R1")
    with pytest.raises((RefundUnknown, OrderUnknown)):
        world.pay().refund(
            out_trade_no="FC2026112399999", out_refund_no="FC-R9", refund_amount=1, total_amount=1
        )


def test_a_refund_waits_for_the_merchants_balance(world: BoxWorld) -> None:
    paid(world, "FC2026112300008")
    world.faults(not_enough=1)
    with pytest.raises(BalanceTooLow) as refused:
        world.pay().refund(
            out_trade_no="FC2026112300008", out_refund_no="FC-R8", refund_amount=1, total_amount=3980
        )
    assert not refused.value.permanent


def test_somebody_elses_openid_is_refused(world: BoxWorld) -> None:
    with pytest.raises((RecipientInvalid, RequestRefused)) as refused:
        order(world, "FC2026112300009", openid="oNobody")
    assert refused.value.permanent


def test_a_program_that_is_not_bound_is_named(world: BoxWorld) -> None:
    with pytest.raises(BadCredentials, match="没有绑定"):
        order(world, "FC2026112300010", appid="wxsomebodyelse0001")


@pytest.mark.parametrize("number", ["short", "x" * 33, "with space", "中文订单号"])
def test_a_number_out_of_form_is_refused_with_the_field(world: BoxWorld, number: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        order(world, number)
    assert "out_trade_no" in str(refused.value.details["detail"])


@pytest.mark.parametrize("fault", ["api_5xx", "api_system_error", "api_quota", "api_lost_answers"])
def test_a_passing_fault_is_outlived(world: BoxWorld, fault: str) -> None:
    openid = world.openid()
    world.faults(**{fault: 2})
    assert order(world, "FC2026112300011", openid=openid).startswith("wx")
    assert world.pay().query_by_out_trade_no("FC2026112300011").amount_total == 3980


def test_a_lost_answer_to_a_refund_does_not_refund_twice(world: BoxWorld) -> None:
    paid(world, "FC2026112300012")
    world.faults(api_lost_answers=2)
    world.pay().refund(
        out_trade_no="FC2026112300012", out_refund_no="FC-R12", refund_amount=3980, total_amount=3980
    )
    [kept] = world.get("/_box/orders", out_trade_no="FC2026112300012")["orders"]
    assert [it["amount"] for it in kept["refunds"]] == [3980]


@pytest.mark.parametrize(
    ("fault", "error"),
    [("api_5xx", Unavailable), ("api_system_error", Unavailable), ("api_quota", RateLimited)],
)
def test_a_lasting_fault_ends_in_an_error_worth_a_retry(
    world: BoxWorld, fault: str, error: type[Exception]
) -> None:
    world.faults(**{fault: True})
    with pytest.raises(error) as refused:
        world.pay().query_by_out_trade_no("FC2026112300013")
    assert refused.value.permanent is False  # type: ignore[attr-defined]


def test_a_wrong_private_key_is_bad_credentials(world: BoxWorld) -> None:
    with pytest.raises(BadCredentials) as refused:
        world.pay(private_key_pem=pair("stranger").private_pem).query_by_out_trade_no("FC2026112300014")
    assert (refused.value.code, refused.value.permanent) == ("SIGN_ERROR", True)


def test_an_unreadable_private_key_is_named_before_anything_is_sent(world: BoxWorld) -> None:
    with pytest.raises(BadCredentials, match="私钥无法读取"):
        world.pay(private_key_pem="-----BEGIN NOTHING-----")


def test_an_answer_is_not_believed_with_another_public_key(world: BoxWorld) -> None:
    with pytest.raises(ResponseNotTrusted) as refused:
        world.pay(keys={world.demo["public_key_id"]: pair("stranger").public_pem}).query_by_out_trade_no(
            "FC2026112300015"
        )
    assert refused.value.details["reason"] == "signature"


def test_certificates_are_downloaded_and_then_verify(box_url: str) -> None:
    world = BoxWorld(box_url, mchid="1900000110", mode="certificate")
    bare = PayApi(world.url, world.merchant(mode="certificate", keys={}))
    [certificate] = bare.download_certificates()
    assert certificate.effective_at < datetime.now(UTC) < certificate.expires_at
    merchant = world.merchant(mode="certificate", keys={certificate.serial_no: certificate.pem})
    order(world, "FC2026112300016", pay=PayApi(world.url, merchant))
    assert PayApi(world.url, merchant).query_by_out_trade_no("FC2026112300016").state == "NOTPAY"
    with pytest.raises(ResponseNotTrusted) as refused:
        bare.query_by_out_trade_no("FC2026112300016")
    assert refused.value.details["reason"] == "unknown_serial"


def test_after_a_rotation_the_new_certificate_is_found(box_url: str) -> None:
    world = BoxWorld(box_url, mchid="1900000111", mode="certificate")
    bare = PayApi(world.url, world.merchant(mode="certificate", keys={}))
    before = {one.serial_no for one in bare.download_certificates()}
    rotated = world.post("/_box/merchants/1900000111/rotate")["platform_certificate_serial"]
    assert rotated not in before
    assert {one.serial_no for one in bare.download_certificates()} == before | {rotated}


def test_a_wrong_api_v3_key_is_named(box_url: str) -> None:
    world = BoxWorld(box_url, mchid="1900000110", mode="certificate")
    with pytest.raises(BadCredentials) as refused:
        PayApi(
            world.url, world.merchant(mode="certificate", keys={}, api_v3_key="x" * 32)
        ).download_certificates()
    assert refused.value.code == "api_v3_key"
