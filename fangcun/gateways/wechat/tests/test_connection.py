"""The connection test says which part is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from fangcun.gateways.wechat.connection_test import Check, check_merchant, check_program
from fangcun.gateways.wechat.tests.conftest import (
    PAID,
    SERIAL,
    BoxWorld,
    StandIn,
    merchant,
    pair,
)


def wrong(checks: list[Check]) -> dict[str, str]:
    assert all(check.message for check in checks)
    assert len({check.part for check in checks}) == len(checks)
    return {check.part: check.message for check in checks if not check.ok}


def test_a_good_program_passes(world: BoxWorld) -> None:
    checks = check_program(world.url, appid=world.appid, secret=world.secret)
    assert wrong(checks) == {}
    assert {check.part for check in checks} == {"appid", "secret", "ip_list"}


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"appid": ""}, "appid"),
        ({"appid": "gh_123456"}, "appid"),
        ({"appid": "wx0000000000000000"}, "appid"),
        ({"secret": ""}, "secret"),
        ({"secret": "0" * 32}, "secret"),
    ],
)
def test_the_wrong_part_of_a_program_is_named(world: BoxWorld, changes: dict[str, str], part: str) -> None:
    settings = {"appid": world.appid, "secret": world.secret, **changes}
    assert list(wrong(check_program(world.url, **settings))) == [part]


def test_a_program_behind_a_closed_door_has_a_network_problem() -> None:
    assert list(wrong(check_program("http://127.0.0.1:1", appid="wx12345678", secret="x"))) == ["network"]


def test_the_ip_list_is_named(stand_in: StandIn) -> None:
    stand_in.says(200, {"errcode": 40164, "errmsg": "invalid ip 203.0.113.7, not in whitelist rid: 1"})
    found = wrong(check_program(stand_in.url, appid="wx12345678", secret="x"))
    assert list(found) == ["ip_list"]
    assert "203.0.113.7" in found["ip_list"]


def test_a_good_merchant_passes(world: BoxWorld) -> None:
    checks = check_merchant(world.url, world.merchant(), appid=world.appid)
    assert wrong(checks) == {}
    assert {check.part for check in checks} == {
        "mchid",
        "serial_no",
        "private_key",
        "api_v3_key",
        "wechatpay_key",
        "network",
        "binding",
    }
    assert world.get("/_box/orders")["orders"] == []


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"mchid": "19000001"}, "mchid"),
        ({"mchid": "商户"}, "mchid"),
        ({"serial_no": "not hex"}, "serial_no"),
        ({"serial_no": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"}, "serial_no"),
        ({"private_key_pem": "nothing"}, "private_key"),
        ({"private_key_pem": ""}, "private_key"),
        ({"private_key_pem": pair("stranger").public_pem}, "private_key"),
        ({"private_key_pem": pair("stranger").private_pem}, "private_key"),
        ({"api_v3_key": "short"}, "api_v3_key"),
        ({"keys": {}}, "wechatpay_key"),
        ({"keys": {SERIAL: "nothing"}}, "wechatpay_key"),
        ({"keys": {SERIAL: pair("wechatpay").public_pem}}, "wechatpay_key"),
        ({"keys": {"5157F09EFDC096DE": pair("wechatpay").public_pem}}, "wechatpay_key"),
    ],
)
def test_the_wrong_part_of_a_merchant_is_named(world: BoxWorld, changes: dict[str, Any], part: str) -> None:
    assert list(wrong(check_merchant(world.url, world.merchant(**changes)))) == [part]


def test_the_right_id_with_another_key_is_named(world: BoxWorld) -> None:
    keys = {world.demo["public_key_id"]: pair("stranger").public_pem}
    found = wrong(check_merchant(world.url, world.merchant(keys=keys)))
    assert list(found) == ["wechatpay_key"]
    assert "公钥内容不正确" in found["wechatpay_key"]


def test_another_merchants_answers_name_both_ids(stand_in: StandIn) -> None:
    stand_in.says_signed(200, PAID, serial="PUB_KEY_ID_9")
    found = wrong(check_merchant(stand_in.url, merchant()))
    assert list(found) == ["wechatpay_key"]
    assert "PUB_KEY_ID_9" in found["wechatpay_key"]
    assert SERIAL in found["wechatpay_key"]


def test_a_wrong_clock_is_named(stand_in: StandIn) -> None:
    stand_in.says_signed(200, PAID, at=1_000_000_000)
    assert list(wrong(check_merchant(stand_in.url, merchant()))) == ["clock"]
    stand_in.answers.clear()
    stand_in.says(
        401,
        {"code": "SIGN_ERROR", "message": "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"},
    )
    assert list(wrong(check_merchant(stand_in.url, merchant()))) == ["clock"]


@pytest.mark.parametrize(
    ("message", "part"),
    [
        ("商户证书序列号有误。请使用签名私钥匹配的证书序列号", "serial_no"),
        ("错误的签名，验签失败", "private_key"),
        ("商户号与证书不匹配", "mchid"),
    ],
)
def test_wechats_own_words_lead_to_the_part(stand_in: StandIn, message: str, part: str) -> None:
    stand_in.says(401, {"code": "SIGN_ERROR", "message": message})
    assert list(wrong(check_merchant(stand_in.url, merchant()))) == [part]


def test_a_program_of_somebody_else_is_not_bound(world: BoxWorld) -> None:
    assert list(wrong(check_merchant(world.url, world.merchant(), appid="wxsomebodyelse0001"))) == ["binding"]


def test_a_merchant_with_certificates_passes_and_its_api_v3_key_is_tried(box_url: str) -> None:
    world = BoxWorld(box_url, mchid="1900000110", mode="certificate")
    good = world.merchant(mode="certificate", keys={})
    assert wrong(check_merchant(world.url, good, appid=world.appid)) == {}
    bad = world.merchant(mode="certificate", keys={}, api_v3_key="x" * 32)
    assert list(wrong(check_merchant(world.url, bad))) == ["api_v3_key"]


def test_a_certificate_under_another_serial_is_named(box_url: str) -> None:
    from fangcun.gateways.wechat.pay import PayApi

    world = BoxWorld(box_url, mchid="1900000110", mode="certificate")
    [one] = PayApi(world.url, world.merchant(mode="certificate", keys={})).download_certificates()
    changed = world.merchant(mode="certificate", keys={"0" * 40: one.pem})
    found = wrong(check_merchant(world.url, changed))
    assert list(found) == ["wechatpay_key"]
    assert one.serial_no.lstrip("0") in found["wechatpay_key"]
