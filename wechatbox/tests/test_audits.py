import base64
import json
from collections.abc import Iterator

import pytest

from wechatbox.tests.kit import Merchant, RunningBox, wait_until
from wechatbox.tests.launch_kit import Launch
from wechatbox.tests.test_service import PNG, Platform, configure

SHOT = base64.b64encode(PNG).decode()


@pytest.fixture
def server() -> Iterator[Platform]:
    heard = Platform()
    yield heard
    heard.stop()


@pytest.mark.parametrize("mode", ["plain", "secure"])
def test_a_refusal_is_pushed_with_its_reason_and_screenshots(
    launch: Launch,
    server: Platform,
    mode: str,
) -> None:
    configure(Merchant(launch.box, launch.given), server, mode=mode)
    launch.commit()
    auditid = launch.submit(version_desc="第一版", order_path="pages/me/me")["auditid"]
    status = launch.post("/wxa/get_auditstatus", {"auditid": auditid})
    assert (status["status"], "reason" in status) == (2, False)
    assert launch.submit()["errcode"] == 85009
    judged = launch.judge(auditid, "refuse", reason="1:有测试数据<br>", screenshots=[SHOT, SHOT])
    assert judged["state"] == "rejected"
    server.wait()
    [push] = launch.box.get("/_box/pushes", kind="weapp_audit_fail")["pushes"]
    told = push["body"]
    assert told["Reason"] == "1:有测试数据<br>"
    assert told["ScreenShot"].count("|") == 1
    assert isinstance(told["FailTime"], int)
    status = launch.post("/wxa/get_auditstatus", {"auditid": auditid})
    assert (status["status"], status["reason"]) == (1, "1:有测试数据<br>")
    latest = launch.get("/wxa/get_latest_auditstatus")
    assert (latest["auditid"], latest["ScreenShot"]) == (auditid, told["ScreenShot"])
    url = f"/cgi-bin/material/get_material?access_token={launch.token()}"
    picture = launch.box.http.post(url, json={"media_id": told["ScreenShot"].split("|")[0]})
    assert picture.content == PNG
    if mode == "plain":
        assert json.loads(server.heard[0][1])["Event"] == "weapp_audit_fail"
    assert launch.judge(auditid, "approve") == {"error": "this audit has ended"}


def test_a_delayed_audit_still_ends(launch: Launch, server: Platform) -> None:
    configure(Merchant(launch.box, launch.given), server)
    launch.commit()
    auditid = launch.submit()["auditid"]
    launch.judge(auditid, "delay", reason="需要补充资质")
    assert launch.post("/wxa/get_auditstatus", {"auditid": auditid})["status"] == 4
    launch.judge(auditid, "approve")
    assert launch.post("/wxa/get_auditstatus", {"auditid": auditid})["status"] == 0
    server.wait(2)
    kinds = [push["kind"] for push in launch.box.get("/_box/pushes")["pushes"]]
    assert kinds == ["weapp_audit_success", "weapp_audit_delay"]


def test_a_rule_answers_after_its_time(launch: Launch) -> None:
    rule = {"verdict": "refuse", "after_s": 60, "reason": "慢慢看", "times": 1}
    assert launch.box.post("/_box/audits/rules", {**rule, "after_s": -1})["error"]
    launch.box.post("/_box/audits/rules", rule)
    launch.box.post("/_box/audits/rules", {"verdict": "approve", "appid": "wxsomeoneelse"})
    launch.commit()
    first = launch.submit()["auditid"]
    launch.box.advance(59)
    assert launch.post("/wxa/get_auditstatus", {"auditid": first})["status"] == 2
    launch.box.advance(1)
    assert launch.post("/wxa/get_auditstatus", {"auditid": first})["reason"] == "慢慢看"
    second = launch.submit()["auditid"]
    launch.box.advance(600)
    assert launch.post("/wxa/get_auditstatus", {"auditid": second})["status"] == 2
    assert launch.box.http.delete("/_box/audits/rules").json() == {"rules": []}


def test_a_rule_needs_nobody_to_ask(launch: Launch, server: Platform) -> None:
    configure(Merchant(launch.box, launch.given), server)
    launch.box.post("/_box/audits/rules", {"verdict": "approve", "after_s": 5})
    launch.commit()
    launch.submit()
    launch.box.advance(5)
    server.wait()
    wait_until(lambda: launch.box.get("/_box/pushes")["pushes"][0]["state"] == "delivered")


def test_audits_are_taken_back_five_times_a_day_and_ten_a_month(launch: Launch) -> None:
    assert launch.get("/wxa/undocodeaudit")["errcode"] == 85019
    launch.set(audits_a_month=100)
    launch.commit()
    # The first of the next month in Beijing, so that the days below lie in one month.
    today = launch.box.get("/_box/clock")["now"][8:10]
    launch.box.advance((32 - int(today)) * 86400)
    answers = []
    for day in range(3):
        for _ in range(6 if day == 0 else 5):
            if launch.submit()["errcode"] == 85009:
                answers.append(launch.get("/wxa/undocodeaudit")["errcode"])
                continue
            answers.append(launch.get("/wxa/undocodeaudit")["errcode"])
        launch.box.advance(86400)
    assert answers == [0] * 5 + [87013] + [0] * 5 + [87013] * 5
    assert launch.get("/wxa/get_latest_auditstatus")["status"] == 2


def test_quotas_are_counted_by_the_month(launch: Launch) -> None:
    launch.set(audits_a_month=1, speedups_a_month=1)
    launch.commit()
    auditid = launch.submit()["auditid"]
    speed = "/wxa/speedupaudit"
    assert launch.post(speed, {"auditid": 1})["errcode"] == 85012
    assert launch.post(speed, {"auditid": auditid})["errcode"] == 0
    assert launch.post(speed, {"auditid": auditid})["errcode"] == 89404
    quota = launch.get("/wxa/queryquota")
    assert [quota[name] for name in ("rest", "limit", "speedup_rest", "speedup_limit")] == [0, 1, 0, 1]
    launch.judge(auditid, "refuse")
    assert launch.post(speed, {"auditid": auditid})["errcode"] == 89402
    assert launch.submit()["errcode"] == 85085
    launch.box.advance(32 * 86400)
    again = launch.submit()["auditid"]
    launch.set(speedups_a_month=0)
    assert launch.post(speed, {"auditid": again})["errcode"] == 89405


def test_pictures_for_the_auditors_are_named_in_the_submission(launch: Launch) -> None:
    url = f"/wxa/uploadmedia?access_token={launch.token()}"
    kept = launch.box.http.post(url, files={"media": ("a.png", PNG, "image/png")}).json()
    assert kept["type"] == "image"
    assert launch.box.http.post(url, files={"media": ("a.txt", b"text")}).json()["errcode"] == 40005
    launch.commit()
    preview = {"pic_id_list": [kept["mediaid"]]}
    auditid = launch.submit(preview_info=preview)["auditid"]
    assert launch.box.get(f"/_box/audits/{auditid}")["submitted"]["preview_info"] == preview
    assert kept["mediaid"] in launch.box.http.get("/audits").text


def test_the_desk_judges_by_hand(launch: Launch, box: RunningBox) -> None:
    hostile = "<script>alert('方')</script>"
    launch.commit()
    auditid = launch.submit(version_desc=hostile, order_path=hostile)["auditid"]
    text = box.http.get("/audits").text
    assert hostile not in text
    assert "pages-goods/product/product" in text
    form = {"auditid": str(auditid), "verdict": "refuse", "reason": hostile}
    files = {"screenshots": ("shot.png", PNG, "image/png")}
    other = box.http.post("/audits", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert other.status_code == 403
    assert box.http.post("/audits", data=form, files={"screenshots": ("a.txt", b"no")}).status_code == 303
    assert box.get(f"/_box/audits/{auditid}")["state"] == "waiting"
    assert box.http.post("/audits", data=form, files=files).status_code == 303
    audit = box.get(f"/_box/audits/{auditid}")
    assert (audit["state"], audit["reason"], len(audit["screenshots"])) == ("rejected", hostile, 1)
    text = box.http.get("/audits").text
    assert hostile not in text
    assert box.http.get(f"/audits/picture/{audit['screenshots'][0]}").content == PNG
    box.http.post("/audits", data={"action": "rule", "verdict": "approve", "after_s": "0"})
    assert launch.submit()["errcode"] == 0
    assert launch.get("/wxa/get_latest_auditstatus")["status"] == 0
    box.http.post("/audits", data={"action": "clear"})
    assert box.get("/_box/audits/rules") == {"rules": []}
