import re
from typing import Any

import pytest

from wechatbox.tests.kit import RunningBox
from wechatbox.tests.launch_kit import Launch, zipped

CROWD = [f"用户{number}" for number in range(200)]


def _grey(launch: Launch, percent: Any, **flags: bool) -> int:
    return int(launch.post("/wxa/grayrelease", {"gray_percentage": percent, **flags})["errcode"])


def test_only_a_passed_version_is_released_and_only_once(launch: Launch) -> None:
    assert launch.post("/wxa/release", {})["errcode"] == 85019
    assert launch.gets("小方") == {"version": None, "desc": None, "id": None, "grey": False, "online": None}
    launch.commit()
    auditid = launch.submit()["auditid"]
    assert launch.post("/wxa/release", {})["errcode"] == 85020
    launch.judge(auditid, "approve")
    assert launch.post("/wxa/release", {})["errcode"] == 0
    assert launch.gets("小方")["version"] == "1.0.0"
    assert launch.post("/wxa/release", {})["errcode"] == 85019
    assert launch.submit()["errcode"] == 85086
    assert launch.post("/wxa/getversioninfo", {})["release_info"]["release_version"] == "1.0.0"


def test_a_release_in_steps_only_grows_and_keeps_its_people(launch: Launch) -> None:
    launch.pass_audit("1.0.0")
    assert _grey(launch, 5) == 85079
    launch.post("/wxa/release", {})
    assert _grey(launch, 5) == 85080
    launch.pass_audit("1.1.0")
    assert [_grey(launch, bad) for bad in (-1, 101, "5", True, 0, None)] == [85081] * 6
    before: set[str] = set()
    for percent in (5, 20, 50):
        assert _grey(launch, percent) == 0
        chosen = {user for user in CROWD if launch.gets(user)["grey"]}
        assert before < chosen
        assert abs(len(chosen) - 2 * percent) < 25
        before = chosen
    assert (_grey(launch, 50), _grey(launch, 20)) == (85082, 85082)
    plan = launch.get("/wxa/getgrayreleaseplan")["gray_release_plan"]
    assert (plan["status"], plan["gray_percentage"]) == (1, 50)
    assert launch.get("/wxa/revertcoderelease")["errcode"] == 87011
    assert launch.post("/wxa/release", {})["errcode"] == 0
    assert {launch.gets(user)["version"] for user in CROWD} == {"1.1.0"}
    assert launch.get("/wxa/getgrayreleaseplan")["gray_release_plan"]["status"] == 3


def test_testers_can_be_first(launch: Launch) -> None:
    launch.online("1.0.0")
    launch.pass_audit("1.1.0")
    assert _grey(launch, 0, support_debuger_first=True) == 0
    assert [launch.gets(user)["version"] for user in ("小方", "小月", "小花")] == [
        "1.1.0",
        "1.0.0",
        "1.0.0",
    ]
    assert _grey(launch, 1, support_debuger_first=True, support_experiencer_first=True) == 0
    assert [launch.gets(user)["grey"] for user in ("小方", "小月")] == [True, True]
    launch.set(profile_set=False)
    assert _grey(launch, 5) == 86002


def test_a_release_in_steps_can_be_taken_back(launch: Launch) -> None:
    launch.online("1.0.0")
    launch.pass_audit("1.1.0")
    _grey(launch, 50)
    assert launch.get("/wxa/revertgrayrelease") == {"errcode": 0, "errmsg": "ok"}
    assert {launch.gets(user)["version"] for user in CROWD[:20]} == {"1.0.0"}
    assert launch.get("/wxa/getgrayreleaseplan")["gray_release_plan"]["status"] == 4
    assert launch.get("/wxa/revertgrayrelease")["errcode"] == 85079
    assert _grey(launch, 1) == 0


def test_code_goes_back_to_a_version_before(launch: Launch) -> None:
    launch.online("1.0.0")
    assert launch.get("/wxa/revertcoderelease")["errcode"] == 87012
    launch.online("1.1.0")
    launch.online("1.2.0")
    listed = launch.get("/wxa/revertcoderelease", action="get_history_version")["version_list"]
    assert [entry["user_version"] for entry in listed] == ["1.1.0", "1.0.0"]
    assert launch.get("/wxa/revertcoderelease", app_version=12345)["errcode"] == 87012
    assert launch.get("/wxa/revertcoderelease", app_version=listed[1]["app_version"])["errcode"] == 0
    assert launch.gets("小方")["version"] == "1.0.0"
    assert launch.get("/wxa/revertcoderelease")["errcode"] == 87012
    launch.online("1.3.0")
    assert launch.get("/wxa/revertcoderelease")["errcode"] == 0


def test_a_program_is_closed_and_opened(launch: Launch) -> None:
    change = "/wxa/change_visitstatus"
    assert launch.post(change, {"action": "close"})["errcode"] == 85021
    launch.online("1.0.0")
    assert launch.post(change, {"action": "shut"})["errcode"] == 85022
    launch.post(change, {"action": "close"})
    assert launch.post("/wxa/getvisitstatus", {})["status"] == 0
    launch.post(change, {"action": "open"})
    assert launch.post("/wxa/getvisitstatus", {})["status"] == 1


def test_an_upload_needs_the_key_and_an_allowed_address(own: Launch) -> None:
    sent = own.upload(version="1.0.1", robot="3")
    sizes = {entry["name"]: entry["size"] for entry in sent.json()["subPackageInfo"]}
    assert set(sizes) == {"__FULL__", "__APP__", "/pages-goods/"}
    assert sizes["/pages-goods/"] == len("Page({ data: 1 })")
    assert sizes["__FULL__"] == sizes["__APP__"] + sizes["/pages-goods/"]
    [version] = own.box.get("/_box/versions", appid=own.appid)["versions"]
    assert (version["version"], version["robot"], version["channel"]) == ("1.0.1", 3, "ci")
    stranger = own.box.post("/_box/demo")["third_party_program"]["upload_private_key"]
    refused = [
        own.upload(signed=stranger),
        own.upload(timestamp="1"),
        own.upload(robot="31"),
        own.upload(version=""),
        own.upload(content=zipped({"pages/home/big.js": "x" * 2_200_000})),
        own.upload(content=zipped(app={})),
    ]
    assert {answer.status_code for answer in refused} == {400}
    assert [answer.json()["errCode"] for answer in refused] == [-10007, -10007, 40097, 85013, 80051, 40097]
    own.set(upload_ips=["10.0.0.1"])
    answer = own.upload().json()
    assert (answer["errCode"], "invalid ip: 127.0.0.1" in answer["errMsg"]) == (-10008, True)
    own.set(upload_ips=None)
    assert len(own.box.get("/_box/versions", appid=own.appid)["versions"]) == 1


def test_a_new_upload_key_ends_the_old_one(own: Launch) -> None:
    before = own.given["upload_private_key"]
    fresh = own.box.post("/_box/ci/key", {"appid": own.appid})["upload_private_key"]
    assert own.upload(signed=before).json()["errCode"] == -10007
    assert own.upload(signed=fresh).status_code == 200


def test_a_self_owned_program_is_released_by_hand(own: Launch, box: RunningBox) -> None:
    own.upload(version="1.0.0")
    own.upload(version="1.1.0")
    ids = {row["version"]: row["id"] for row in box.get("/_box/versions", appid=own.appid)["versions"]}
    for version in ("1.0.0", "1.1.0"):
        box.http.post("/versions", data={"appid": own.appid, "action": "submit", "id": str(ids[version])})
        auditid = box.get("/_box/audits", appid=own.appid)["audits"][0]["auditid"]
        own.judge(auditid, "approve")
        if version == "1.0.0":
            box.http.post("/versions", data={"appid": own.appid, "action": "release"})
    assert own.gets("小方")["version"] == "1.0.0"
    grey = {"appid": own.appid, "action": "grey"}
    assert box.post("/_box/console", {**grey, "gray_percentage": 0})["errcode"] == 85081
    assert box.post("/_box/console", {**grey, "gray_percentage": 100}) == {"ok": True}
    assert own.gets("小方") == {
        "version": "1.1.0", "desc": "第一版", "id": ids["1.1.0"], "grey": True, "online": "1.0.0",
    }  # fmt: skip
    text = re.sub(r"\s+", " ", box.http.get("/versions", params={"user": "小方"}).text)
    assert "分阶段发布中的新版本，线上是 1.0.0" in text
    assert "100%" in text
    box.http.post("/versions", data={"appid": own.appid, "action": "revert_grey"})
    assert own.gets("小方")["version"] == "1.0.0"
    told = box.http.post("/versions", data={"appid": own.appid, "action": "revert"}, follow_redirects=True)
    assert "87012" in told.text


@pytest.mark.parametrize("path", ["/versions", "/audits"])
def test_the_pages_of_code_are_there_from_the_start(box: RunningBox, path: str) -> None:
    response = box.http.get(path)
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["content-security-policy"]


def test_a_reset_forgets_code_and_keeps_the_key(own: Launch, box: RunningBox) -> None:
    key = box.post("/_box/demo")["upload_private_key"]
    fresh = Launch(box, box.post("/_box/demo"))
    assert fresh.upload().status_code == 200
    box.post("/_box/reset")
    assert box.get("/_box/versions") == {"versions": []}
    assert box.post("/_box/demo")["upload_private_key"] == key
