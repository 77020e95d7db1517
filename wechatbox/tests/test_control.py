import json
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wechatbox.tests.kit import Merchant, RunningBox, certificate_key, wait_until


def test_the_demo_set_is_the_same_each_time(box: RunningBox) -> None:
    first = box.post("/_box/demo")
    assert box.post("/_box/demo", {}) == first
    assert first["appid"] == "wxfangcun0000demo1"
    assert len(first["appid"]) == 18
    assert (len(first["mchid"]), len(first["api_v3_key"])) == (10, 32)
    assert [(template["title"], template["keys"]) for template in first["templates"]] == [
        ("订单支付成功通知", ["character_string1", "thing2", "amount3", "time4"]),
        ("订单发货提醒", ["character_string1", "thing2", "thing3", "character_string4"]),
        ("拼团结果通知", ["thing1", "phrase2", "amount3", "thing4"]),
        ("积分变动提醒", ["thing1", "character_string2", "character_string3", "time4"]),
        ("优惠券到账提醒", ["thing1", "thing2", "time3"]),
        ("优惠券到期提醒", ["thing1", "thing2", "time3", "thing4"]),
        ("活动开始提醒", ["thing1", "time2", "thing3", "thing4"]),
        ("会员关怀通知", ["thing1", "thing2", "time3"]),
    ]
    second = box.post("/_box/demo", {"appid": "wxfangcun0000demo2", "name": "二店"})
    assert second["mchid"] == first["mchid"]
    assert second["merchant_private_key"] == first["merchant_private_key"]
    assert second["secret"] != first["secret"]


def test_a_foreign_merchant_is_registered_with_certificate_or_key(merchant: Merchant) -> None:
    box = merchant.box
    from wechatbox import signing

    key = signing.new_key()
    serial, certificate = signing.new_certificate(key, "1900000111")
    given = {"mchid": "1900000111", "name": "甲", "api_v3_key": "k" * 32, "appids": [merchant.appid]}
    keys = box.post("/_box/merchants", {**given, "merchant_certificate_pem": certificate})
    assert set(keys) == {"wechatpay_public_key", "public_key_id", "platform_certificate_serial"}
    assert box.post("/_box/merchants", {**given, "merchant_certificate_pem": certificate}) == keys
    demo = {**merchant.demo, **given, **keys, "merchant_private_key": key, "merchant_serial_no": serial}
    assert Merchant(box, demo).place()[1].startswith("wx")
    public = certificate_key(certificate.encode()).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    by_key = {**given, "mchid": "1900000112", "merchant_public_key_pem": public.decode(), "serial_no": "5A0B"}
    more = {
        **demo,
        **box.post("/_box/merchants", by_key),
        "mchid": "1900000112",
        "merchant_serial_no": "5A0B",
    }
    assert Merchant(box, more).place()[1].startswith("wx")


@pytest.mark.parametrize(
    "changed",
    [
        {"mchid": "12"},
        {"api_v3_key": "short"},
        {"mode": "magic"},
        {"appids": "wx1"},
        {"merchant_certificate_pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
        {"name": ""},
    ],
)
def test_an_impossible_merchant_is_refused(box: RunningBox, changed: dict[str, Any]) -> None:
    from wechatbox import signing

    certificate = signing.new_certificate(signing.new_key(), "x")[1]
    good = {
        "mchid": "1900000113",
        "name": "乙",
        "api_v3_key": "k" * 32,
        "merchant_certificate_pem": certificate,
    }
    response = box.http.post("/_box/merchants", json={**good, **changed})
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize(
    "changed",
    [
        {"appid": "gh_1"},
        {"secret": None},
        {"name": 3},
        {"pages": "home"},
        {"templates": [{"template_id": "t", "title": "x", "keys": ["thing"]}]},
        {"templates": [{"template_id": "t", "title": "x", "keys": []}]},
        {"templates": "none"},
        {"open_platform": 1},
    ],
)
def test_an_impossible_program_is_refused(box: RunningBox, changed: dict[str, Any]) -> None:
    good = {"appid": "wximpossible00demo", "secret": "s", "name": "丙"}
    assert box.http.post("/_box/programs", json={**good, **changed}).status_code == 400
    assert box.http.post("/_box/login", json={"appid": "wximpossible00demo", "user": "a"}).status_code == 400


def test_registering_again_changes_the_program(box: RunningBox) -> None:
    program = {"appid": "wxchange00000demo1", "secret": "one", "name": "旧"}
    box.post(
        "/_box/programs", {**program, "templates": [{"template_id": "t", "title": "x", "keys": ["thing1"]}]}
    )
    changed = box.post("/_box/programs", {**program, "secret": "two", "name": "新"})
    assert (changed["name"], changed["templates"]) == ("新", [])
    query = {"grant_type": "client_credential", "appid": program["appid"]}
    assert box.get("/cgi-bin/token", **query, secret="one")["errcode"] == 40125
    assert "access_token" in box.get("/cgi-bin/token", **query, secret="two")


def test_the_clock_runs_and_moves_forward_only(box: RunningBox) -> None:
    assert box.get("/_box/clock")["offset_s"] == 0
    moved = box.post("/_box/clock", {"advance_s": 90.5})
    assert moved["offset_s"] == 90.5
    assert moved["now"].endswith("+08:00")
    for step in (-1, "1", None, True, 10**12, 10**400, [1]):
        assert box.http.post("/_box/clock", json={"advance_s": step}).status_code == 400
    assert box.get("/_box/clock")["offset_s"] == 90.5
    assert box.http.post("/_box/clock", content=b'{"advance_s": NaN}').status_code == 400


def test_faults_are_shown_set_counted_and_cleared(merchant: Merchant) -> None:
    box = merchant.box
    calm = box.get("/_box/faults")
    assert calm["refund_result"] == "SUCCESS"
    assert {value for key, value in calm.items() if key != "refund_result"} == {0}
    assert box.post("/_box/faults", {"api_5xx": 2, "lose_notices": True})["api_5xx"] == 2
    query = {"grant_type": "client_credential", "appid": merchant.appid, "secret": merchant.demo["secret"]}
    statuses = [box.http.get("/cgi-bin/token", params=query).status_code for _ in range(3)]
    assert statuses == [502, 502, 200]
    assert box.get("/_box/faults") == {**calm, "lose_notices": True}
    assert box.http.delete("/_box/faults").json() == calm
    assert box.get("/_box/faults") == calm


@pytest.mark.parametrize(
    "wrong",
    [
        {"no_such_fault": 1},
        {"api_5xx": -1},
        {"api_5xx": "yes"},
        {"refund_result": "LOST"},
        {"duplicate_notices": 101},
        {"duplicate_notices": 1.5},
        {"delay_notices_s": "1"},
        {"lose_notices": {"times": 1, "path": "/"}},
        {"api_5xx": {"times": 1}},
    ],
)
def test_a_wrong_fault_changes_nothing(box: RunningBox, wrong: dict[str, Any]) -> None:
    calm = box.get("/_box/faults")
    response = box.http.post("/_box/faults", json={"lose_notices": 1, **wrong})
    assert response.status_code == 400
    if "no_such_fault" in wrong:
        assert set(response.json()["known"]) == set(calm)
    assert box.get("/_box/faults") == calm


def test_a_fault_can_be_aimed_at_a_path(merchant: Merchant) -> None:
    merchant.box.faults(api_5xx={"times": 1, "path": "/v3/pay/transactions/out-trade-no/"})
    number, _ = merchant.place()
    path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={merchant.mchid}"
    assert merchant.send("GET", path).status_code == 502
    assert merchant.send("GET", path).status_code == 200


def test_system_errors_and_quotas_speak_each_sides_language(merchant: Merchant) -> None:
    box = merchant.box
    path = f"/v3/pay/transactions/out-trade-no/NOTHING1?mchid={merchant.mchid}"
    token = merchant.token()
    url = f"/wxa/business/getuserphonenumber?access_token={token}"
    box.faults(api_system_error=2, api_quota=0)
    assert box.post(url, {"code": "x"})["errcode"] == -1
    response = merchant.ask("GET", path)
    assert (response.status_code, response.json()["code"]) == (500, "SYSTEM_ERROR")
    box.faults(api_quota=2)
    assert box.post(url, {"code": "x"})["errcode"] == 45009
    response = merchant.ask("GET", path)
    assert (response.status_code, response.json()["code"]) == (429, "FREQUENCY_LIMITED")
    assert box.post(url, {"code": "x"})["errcode"] == 40029


def test_a_lost_answer_has_had_its_effect(merchant: Merchant) -> None:
    body = merchant.order_body()
    merchant.box.faults(api_lost_answers={"times": 1, "path": "/v3/"})
    assert merchant.send("POST", "/v3/pay/transactions/jsapi", body).status_code == 502
    assert merchant.query(body["out_trade_no"])["trade_state"] == "NOTPAY"
    merchant.box.faults(api_5xx={"times": 1, "path": "/v3/"})
    other = merchant.order_body()
    assert merchant.send("POST", "/v3/pay/transactions/jsapi", other).status_code == 502
    assert merchant.query(other["out_trade_no"])["code"] == "ORDER_NOT_EXIST"


def test_browsers_on_other_ports_may_use_the_persons_side_only(merchant: Merchant) -> None:
    http, origin = merchant.box.http, {"Origin": "http://127.0.0.1:8000"}
    asked = {
        **origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    preflight = http.options("/_box/cashier", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    answer = http.post("/_box/login", json={"appid": merchant.appid, "user": "小方"}, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in http.get("/cgi-bin/token", headers=origin).headers


def test_a_reset_forgets_what_happened_and_keeps_the_registrations(merchant: Merchant) -> None:
    box = merchant.box
    openid = merchant.login()["openid"]
    number = merchant.pay()
    box.faults(lose_notices=True)
    box.advance(100)
    token = merchant.token()
    box.post("/_box/reset")
    assert box.get("/_box/orders") == {"orders": []}
    assert box.get("/_box/notices") == {"notices": []}
    assert box.get("/_box/inbox", user="小方") == {"messages": []}
    assert box.get("/_box/clock")["offset_s"] == 0
    assert box.get("/_box/faults")["lose_notices"] == 0
    assert (
        box.post(f"/wxa/business/getuserphonenumber?access_token={token}", {"code": "x"})["errcode"] == 40001
    )
    assert merchant.query(number)["code"] == "ORDER_NOT_EXIST"
    assert box.post("/_box/demo") == merchant.demo
    assert merchant.login()["openid"] == openid


def test_orders_are_listed_with_payer_and_refunds(merchant: Merchant) -> None:
    number = merchant.pay()
    merchant.refund(number, "R-1", 30)
    merchant.place()
    [order] = merchant.box.get("/_box/orders", out_trade_no=number)["orders"]
    assert (order["user"], order["total"], order["trade_state"]) == ("小方", 1230, "REFUND")
    assert [(refund["out_refund_no"], refund["amount"]) for refund in order["refunds"]] == [("R-1", 30)]
    assert len(merchant.box.get("/_box/orders")["orders"]) == 2


def test_malformed_bodies_are_refused_in_words(box: RunningBox) -> None:
    for content in (b"{", b"[]", b"\xff", b"[" * 100_000, b'{"a": NaN}', b'{"a": "\\ud800"}'):
        response = box.http.post("/_box/login", content=content)
        assert response.status_code == 400
        assert response.json()["error"]
    assert box.http.post("/_box/notices/99/resend").status_code == 404
    assert box.http.post(f"/_box/notices/{10**30}/resend").status_code == 404
    assert box.http.post("/_box/merchants/99/rotate").status_code == 404
    assert box.http.get("/healthz").json() == {"status": "ok"}


def test_secrets_lie_in_a_file_only_the_owner_reads(tmp_path: Path) -> None:
    box = RunningBox(tmp_path / "home")
    box.post("/_box/demo")
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").iterdir()} == {0o600}
    box.stop()


def test_a_used_code_can_answer_the_documented_errcode(tmp_path: Path) -> None:
    box = RunningBox(tmp_path, reused_code_errcode=40029)
    shop = Merchant(box, box.post("/_box/demo"))
    code = box.post("/_box/login", {"appid": shop.appid, "user": "小方"})["code"]
    assert "openid" in shop.session(code)
    assert shop.session(code)["errcode"] == 40029
    box.stop()


def test_a_slow_answer_runs_into_the_callers_timeout_and_still_has_its_effect(merchant: Merchant) -> None:
    body = merchant.order_body()
    path = "/v3/pay/transactions/jsapi"
    raw = json.dumps(body).encode()
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Authorization": merchant.authorization("POST", path, raw),
    }
    merchant.box.faults(api_delay_s=1)
    with pytest.raises(httpx.ReadTimeout):
        merchant.box.http.post(path, content=raw, headers=headers, timeout=0.2)
    merchant.box.faults(api_delay_s=0)
    wait_until(lambda: merchant.query(body["out_trade_no"]).get("trade_state") == "NOTPAY")
