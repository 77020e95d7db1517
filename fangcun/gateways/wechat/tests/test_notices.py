"""Notices: what passes, and everything that must not."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fangcun.gateways.wechat.answers import Notice, RefundNotice
from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.gateways.wechat.notices import open_notice, payment_of, refund_of
from fangcun.gateways.wechat.tests.conftest import (
    API_V3_KEY,
    PAID,
    REFUNDED,
    SERIAL,
    notice_body,
    pair,
    signed_headers,
)

NOW = datetime(2026, 11, 23, 4, 0, 6, tzinfo=UTC)
AT = NOW.timestamp()


def opened(headers: dict[str, str], body: bytes, **changes: Any) -> Notice:
    settings: dict[str, Any] = {
        "keys": {SERIAL: pair("wechatpay").public_pem},
        "api_v3_key": API_V3_KEY,
        "now": NOW,
    }
    return open_notice(headers, body, **{**settings, **changes})


def refusal(headers: dict[str, str], body: bytes, **changes: Any) -> str:
    with pytest.raises(SignatureRefused) as refused:
        opened(headers, body, **changes)
    assert refused.value.permanent is True
    assert refused.value.code == refused.value.reason
    return refused.value.reason


BODY = notice_body(PAID)


def test_a_payment_notice_tells_the_payment() -> None:
    notice = opened(signed_headers(BODY, at=AT), BODY)
    assert (notice.id, notice.event_type, notice.original_type) == (
        "EV-2018022511223320873",
        "TRANSACTION.SUCCESS",
        "transaction",
    )
    payment = payment_of(notice)
    assert payment.state == "SUCCESS"
    assert payment.out_trade_no == "FC20261123000001"
    assert payment.transaction_id == "4200000000202611230000000001"
    assert (payment.amount_total, payment.amount_paid, payment.currency) == (3980, 3980, "CNY")
    assert payment.payer_openid == "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
    assert (payment.appid, payment.mchid) == ("wx2421b1c4370ec43b", "1900000109")
    assert payment.success_at == datetime(2026, 11, 23, 4, 0, 5, tzinfo=UTC)


def test_a_refund_notice_tells_the_refund() -> None:
    body = notice_body(REFUNDED, event_type="REFUND.SUCCESS", original_type="refund")
    assert refund_of(opened(signed_headers(body, at=AT), body)) == RefundNotice(
        state="SUCCESS",
        mchid="1900000109",
        refund_id="50000000002026112300000001",
        out_refund_no="FC20261123000001-R1",
        transaction_id="4200000000202611230000000001",
        out_trade_no="FC20261123000001",
        amount_total=3980,
        amount_refund=1000,
        success_at=datetime(2026, 11, 23, 5, 0, 5, tzinfo=UTC),
        received_account="支付用户零钱",
    )


def test_header_names_in_any_case_are_understood() -> None:
    headers = signed_headers(BODY, at=AT)
    assert opened({name.upper(): value for name, value in headers.items()}, BODY).id
    assert opened({name.lower(): value for name, value in headers.items()}, BODY).id


def test_a_notice_without_signature_type_is_understood() -> None:
    headers = signed_headers(BODY, at=AT)
    del headers["Wechatpay-Signature-Type"]
    assert opened(headers, BODY).id


@pytest.mark.parametrize("name", ["Timestamp", "Nonce", "Signature", "Serial"])
def test_each_missing_header_is_named(name: str) -> None:
    headers = signed_headers(BODY, at=AT)
    del headers[f"Wechatpay-{name}"]
    assert refusal(headers, BODY) == "missing_header"


@pytest.mark.parametrize("age", [300, 301, 86400, -300, -86400])
def test_a_notice_five_minutes_off_is_stale(age: int) -> None:
    assert refusal(signed_headers(BODY, at=AT - age), BODY) == "stale"


@pytest.mark.parametrize("age", [299, 0, -299])
def test_a_notice_within_five_minutes_is_fresh(age: int) -> None:
    assert opened(signed_headers(BODY, at=AT - age), BODY).id


@pytest.mark.parametrize(
    "timestamp", ["", "now", "1e9", "-1", "１７００００００００", "9" * 400, "1700000000, 1700000000"]
)
def test_a_timestamp_that_is_no_number_is_malformed(timestamp: str) -> None:
    headers = {**signed_headers(BODY, at=AT), "Wechatpay-Timestamp": timestamp}
    assert refusal(headers, BODY) == "malformed"


@pytest.mark.parametrize(
    "serial", ["", "PUB_KEY_ID_999", "zz", "序列号", "\ud800", SERIAL.lower(), f"{SERIAL} "]
)
def test_an_unknown_serial_is_refused_without_asking_anybody(
    serial: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("somebody was asked"))
    headers = {**signed_headers(BODY, at=AT), "Wechatpay-Serial": serial}
    assert refusal(headers, BODY) == "unknown_serial"


def test_the_key_is_the_one_the_serial_names() -> None:
    keys = {SERIAL: pair("wechatpay").public_pem, "PUB_KEY_ID_2": pair("stranger").public_pem}
    assert refusal(signed_headers(BODY, at=AT, serial="PUB_KEY_ID_2"), BODY, keys=keys) == "signature"
    assert opened(signed_headers(BODY, at=AT, signer="stranger", serial="PUB_KEY_ID_2"), BODY, keys=keys).id


def test_a_strangers_signature_is_refused() -> None:
    assert refusal(signed_headers(BODY, at=AT, signer="stranger"), BODY) == "signature"


def test_the_merchants_own_signature_is_refused() -> None:
    assert refusal(signed_headers(BODY, at=AT, signer="merchant"), BODY) == "signature"


@pytest.mark.parametrize(
    "altered", [BODY + b" ", BODY[:-1], BODY.replace(b"EV-", b"EW-"), b"", BODY.replace(b": ", b":"), b"\xff"]
)
def test_an_altered_body_is_refused(altered: bytes) -> None:
    assert refusal(signed_headers(BODY, at=AT), altered) == "signature"


@pytest.mark.parametrize("nonce", ["", "x" * 32, "Nonce\n", "随机串", "\ud800"])
def test_an_altered_nonce_is_refused(nonce: str) -> None:
    assert refusal({**signed_headers(BODY, at=AT), "Wechatpay-Nonce": nonce}, BODY) == "signature"


def test_an_altered_timestamp_is_refused() -> None:
    headers = {**signed_headers(BODY, at=AT), "Wechatpay-Timestamp": str(int(AT) + 1)}
    assert refusal(headers, BODY) == "signature"


def test_a_probe_is_recognised() -> None:
    headers = signed_headers(BODY, at=AT)
    headers["Wechatpay-Signature"] = f"WECHATPAY/SIGNTEST/{headers['Wechatpay-Signature']}"
    assert refusal(headers, BODY) == "signtest"


@pytest.mark.parametrize("form", ["{:.300}", "", "!{}", "{0}, {0}", "{}签名", "{}\n"])
def test_a_broken_signature_is_refused(form: str) -> None:
    headers = signed_headers(BODY, at=AT)
    headers["Wechatpay-Signature"] = form.format(headers["Wechatpay-Signature"])
    assert refusal(headers, BODY) == "signature"


def test_another_signature_type_is_refused() -> None:
    headers = {**signed_headers(BODY, at=AT), "Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}
    assert refusal(headers, BODY) == "signature"


def test_the_same_header_twice_is_refused() -> None:
    headers = signed_headers(BODY, at=AT)
    assert refusal({**headers, "wechatpay-serial": headers["Wechatpay-Serial"]}, BODY) == "malformed"


def test_ten_megabytes_are_refused_before_they_are_read() -> None:
    body = notice_body(PAID) + b" " * 10_000_000
    assert refusal(signed_headers(body, at=AT), body) == "malformed"


def test_a_notice_sealed_with_another_key_does_not_open() -> None:
    body = notice_body(PAID, key="x" * 32)
    assert refusal(signed_headers(body, at=AT), body) == "decrypt"


@pytest.mark.parametrize("spoil", ["associated_data", "nonce", "ciphertext"])
def test_a_notice_with_a_sealed_part_altered_does_not_open(spoil: str) -> None:
    envelope = json.loads(BODY)
    envelope["resource"][spoil] = envelope["resource"][spoil][:-4] + "AAAA"
    body = json.dumps(envelope).encode()
    assert refusal(signed_headers(body, at=AT), body) == "decrypt"


def test_a_truncated_seal_does_not_open() -> None:
    envelope = json.loads(BODY)
    envelope["resource"]["ciphertext"] = envelope["resource"]["ciphertext"][:-3]
    body = json.dumps(envelope).encode()
    assert refusal(signed_headers(body, at=AT), body) == "decrypt"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({**json.loads(BODY), "resource": "x"}).encode(),
        json.dumps({**json.loads(BODY), "resource": None}).encode(),
        json.dumps({**json.loads(BODY), "id": 7}).encode(),
        json.dumps({**json.loads(BODY), "create_time": "yesterday"}).encode(),
        json.dumps({**json.loads(BODY), "create_time": "2026-11-23T12:00:06"}).encode(),
        json.dumps({**json.loads(BODY), "event_type": None}).encode(),
        notice_body(b"not json"),
        notice_body([PAID]),
    ],
)
def test_signed_nonsense_is_malformed(body: bytes) -> None:
    assert refusal(signed_headers(body, at=AT), body) == "malformed"


def test_another_algorithm_is_malformed() -> None:
    envelope = json.loads(BODY)
    envelope["resource"]["algorithm"] = "AES-ECB"
    body = json.dumps(envelope).encode()
    assert refusal(signed_headers(body, at=AT), body) == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"total": "3980", "currency": "CNY"}},
        {"amount": {"total": 39.8, "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": -1, "currency": "CNY"}},
        {"amount": {}},
        {"amount": 3980},
        {"amount": None},
        {"payer": {}},
        {"payer": {"openid": 7}},
        {"transaction_id": None},
        {"transaction_id": ""},
        {"out_trade_no": 20261123},
        {"trade_state": "PAID"},
        {"trade_state": None},
        {"success_time": "2026-11-23"},
        {"success_time": 1732334400},
    ],
)
def test_a_payment_out_of_shape_is_malformed(change: dict[str, Any]) -> None:
    body = notice_body({**PAID, **change})
    notice = opened(signed_headers(body, at=AT), body)
    with pytest.raises(SignatureRefused) as refused:
        payment_of(notice)
    assert refused.value.reason == "malformed"


@pytest.mark.parametrize(
    "change",
    [{"refund_status": "OK"}, {"amount": {"total": 3980, "refund": "1000"}}, {"out_refund_no": None}],
)
def test_a_refund_out_of_shape_is_malformed(change: dict[str, Any]) -> None:
    body = notice_body({**REFUNDED, **change}, event_type="REFUND.SUCCESS", original_type="refund")
    notice = opened(signed_headers(body, at=AT), body)
    with pytest.raises(SignatureRefused) as refused:
        refund_of(notice)
    assert refused.value.reason == "malformed"


def test_a_refund_is_never_taken_for_a_payment_or_the_reverse() -> None:
    refund = notice_body({**PAID, **REFUNDED}, event_type="REFUND.SUCCESS", original_type="refund")
    with pytest.raises(SignatureRefused, match="不是此类通知"):
        payment_of(opened(signed_headers(refund, at=AT), refund))
    with pytest.raises(SignatureRefused, match="不是此类通知"):
        refund_of(opened(signed_headers(BODY, at=AT), BODY))


@pytest.mark.parametrize(
    ("event_type", "original_type"),
    [
        ("TRANSACTION.SUCCESS", "refund"),
        ("REFUND.SUCCESS", "transaction"),
        ("TRANSACTION.PAYSCORE", "transaction"),
    ],
)
def test_a_notice_at_odds_with_itself_is_malformed(event_type: str, original_type: str) -> None:
    body = notice_body({**PAID, **REFUNDED}, event_type=event_type, original_type=original_type)
    notice = opened(signed_headers(body, at=AT), body)
    for read in (payment_of, refund_of):
        with pytest.raises(SignatureRefused) as refused:
            read(notice)
        assert refused.value.reason == "malformed"


@given(
    headers=some.dictionaries(
        some.sampled_from([f"Wechatpay-{part}" for part in ("Timestamp", "Nonce", "Signature", "Serial")])
        | some.text(max_size=20),
        some.text(max_size=60) | some.just(SERIAL) | some.just(str(int(AT))),
    ),
    body=some.binary(max_size=200),
)
def test_whatever_comes_from_outside_is_refused_in_good_order(headers: dict[str, str], body: bytes) -> None:
    assert refusal(headers, body) in {
        "missing_header",
        "unknown_serial",
        "stale",
        "signature",
        "signtest",
        "malformed",
    }


def test_a_replay_within_five_minutes_has_the_same_id() -> None:
    headers = signed_headers(BODY, at=time.time())
    now = datetime.now(UTC)
    assert opened(headers, BODY, now=now).id == opened(headers, BODY, now=now).id
