import html
import re

import pytest

from wechatbox.tests.kit import Merchant, RunningBox, Sink, wait_until

HOSTILE = "<script>alert('方')</script>\"&"


@pytest.mark.parametrize("path", ["/", "/cashier", "/inbox", "/chat", "/clock", "/notices"])
def test_an_empty_box_shows_every_page(box: RunningBox, path: str) -> None:
    response = box.http.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert "盒中微信" in response.text


@pytest.mark.parametrize("path", ["/", "/cashier", "/inbox", "/chat", "/clock", "/notices"])
def test_pages_ask_nobody_else_for_anything(box: RunningBox, path: str) -> None:
    text = box.http.get(path).text
    loaded = re.findall(r'(?:src|href|action)="([^"]*)"', text)
    assert loaded
    assert all(
        re.match(r"[./\w]|data:image/svg", link) and "//" not in link.split("data:")[0] for link in loaded
    )
    for asset in ("box.css", "box.js"):
        assert asset in loaded
        assert box.http.get(f"/{asset}").status_code == 200


def test_hostile_text_is_shown_as_text(merchant: Merchant, sink: Sink) -> None:
    payer = {"openid": merchant.login(HOSTILE)["openid"]}
    number = merchant.pay(description=HOSTILE, payer=payer, attach=HOSTILE)
    merchant.place(description=HOSTILE, payer=payer)
    sink.wait()
    box = merchant.box
    for path in ("/", "/cashier", "/notices", f"/notices?out_trade_no={number}"):
        text = box.http.get(path).text
        assert "<script>alert" not in text
        assert "alert(" in text, path
    inbox = box.http.get("/inbox", params={"user": HOSTILE}).text
    assert "<script>alert" not in inbox
    assert html.escape(HOSTILE, quote=False).split("(")[0] in inbox


def test_an_order_is_paid_on_the_cashier_page(merchant: Merchant, sink: Sink) -> None:
    number, _ = merchant.place()
    box = merchant.box
    assert "¥</i>12.30" in box.http.get("/cashier").text
    form = {"mchid": merchant.mchid, "out_trade_no": number}
    for outcome in ("cancel", "wrong_password", "rob"):
        assert box.http.post("/cashier", data={**form, "outcome": outcome}).status_code == 303
        assert merchant.query(number)["trade_state"] == "NOTPAY"
    box.http.post("/cashier", data={**form, "outcome": "pay"})
    assert merchant.query(number)["trade_state"] == "SUCCESS"
    sink.wait()
    assert number not in box.http.get("/cashier").text
    box.http.post("/cashier", data={**form, "outcome": "pay"})
    assert len(box.notices(number)) == 1


def test_clock_and_faults_are_moved_by_hand(box: RunningBox) -> None:
    box.http.post("/clock", data={"action": "advance", "advance_s": "900"})
    assert box.get("/_box/clock")["offset_s"] == 900
    box.http.post("/clock", data={"action": "advance", "advance_s": "soon"})
    assert box.get("/_box/clock")["offset_s"] == 900
    form = {"action": "faults", "lose_notices": "always", "api_5xx": "2", "delay_notices_s": "1.5"}
    box.http.post("/clock", data={**form, "duplicate_notices": "3", "refund_result": "ABNORMAL"})
    faults = box.get("/_box/faults")
    assert (faults["lose_notices"], faults["api_5xx"], faults["delay_notices_s"]) == (True, 2, 1.5)
    assert (faults["duplicate_notices"], faults["refund_result"]) == (3, "ABNORMAL")
    assert 'value="always" selected' in box.http.get("/clock").text
    box.http.post("/clock", data={"action": "calm"})
    assert set(box.get("/_box/faults").values()) == {0, "SUCCESS"}
    box.http.post("/clock", data={"action": "reset"})
    assert box.get("/_box/clock")["offset_s"] == 0


def test_forms_of_other_sites_are_turned_away(merchant: Merchant) -> None:
    number, _ = merchant.place()
    form = {"mchid": merchant.mchid, "out_trade_no": number, "outcome": "pay"}
    for path in ("/cashier", "/clock"):
        response = merchant.box.http.post(path, data=form, headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 403
    assert merchant.query(number)["trade_state"] == "NOTPAY"


def test_a_lost_notice_is_sent_again_by_hand(merchant: Merchant, sink: Sink) -> None:
    merchant.box.faults(lose_notices=1)
    number = merchant.pay()
    [notice] = merchant.box.notices(number)
    assert "已丢失" in merchant.box.http.get("/notices").text
    assert merchant.box.http.post("/notices", data={"number": notice["id"]}).status_code == 303
    sink.wait()
    wait_until(lambda: merchant.box.notices(number)[0]["state"] == "delivered")


def test_the_inbox_page_names_the_fields(merchant: Merchant) -> None:
    template = merchant.demo["templates"][0]["template_id"]
    person = {"appid": merchant.appid, "user": "小方"}
    merchant.box.post("/_box/subscribe", {**person, "template_ids": [template], "answer": "accept"})
    data = {
        "character_string1": {"value": "F2026-1"},
        "thing2": {"value": "菠菜"},
        "amount3": {"value": "¥12.30"},
        "time4": {"value": "2026-11-23 08:30"},
    }
    body = {"touser": merchant.login()["openid"], "template_id": template, "data": data}
    sent = merchant.box.post(f"/cgi-bin/message/subscribe/send?access_token={merchant.token()}", body)
    assert sent["errcode"] == 0
    text = merchant.box.http.get("/inbox", params={"user": "小方"}).text
    assert "<dt>订单编号</dt><dd>F2026-1</dd>" in text
    assert "订单支付成功通知" in text
