import json
from typing import Any

import pytest

from wechatbox.tests.launch_kit import ITEM, Launch, zipped

CODE_MANAGEMENT = [
    ("POST", "/wxa/commit"),
    ("GET", "/wxa/get_qrcode"),
    ("GET", "/wxa/get_category"),
    ("GET", "/wxa/get_page"),
    ("GET", "/wxa/security/get_code_privacy_info"),
    ("POST", "/wxa/submit_audit"),
    ("POST", "/wxa/get_auditstatus"),
    ("GET", "/wxa/get_latest_auditstatus"),
    ("GET", "/wxa/undocodeaudit"),
    ("POST", "/wxa/speedupaudit"),
    ("GET", "/wxa/queryquota"),
    ("POST", "/wxa/release"),
    ("POST", "/wxa/grayrelease"),
    ("GET", "/wxa/getgrayreleaseplan"),
    ("GET", "/wxa/revertgrayrelease"),
    ("GET", "/wxa/revertcoderelease"),
    ("POST", "/wxa/getversioninfo"),
    ("POST", "/wxa/change_visitstatus"),
    ("POST", "/wxa/getvisitstatus"),
    ("POST", "/cgi-bin/component/setprivacysetting"),
    ("POST", "/cgi-bin/component/getprivacysetting"),
]


@pytest.mark.parametrize(("method", "path"), CODE_MANAGEMENT)
def test_a_self_owned_program_is_turned_away_everywhere(own: Launch, method: str, path: str) -> None:
    answer = own.post(path, {}) if method == "POST" else own.get(path)
    assert answer["errcode"] == 86000


def test_a_commit_shows_its_pages_and_a_trial_code(launch: Launch) -> None:
    assert launch.get("/wxa/get_page")["errcode"] == 86001
    assert launch.commit("1.0.0") == {"errcode": 0, "errmsg": "ok"}
    pages = ["pages/home/home", "pages/me/me", "pages-goods/product/product"]
    assert launch.get("/wxa/get_page")["page_list"] == pages
    token = launch.token()
    url = "/wxa/get_qrcode"
    picture = launch.box.http.get(url, params={"access_token": token, "path": "pages/me/me?a=1"})
    assert picture.headers["content-type"] == "image/png"
    opened = launch.box.post("/_box/scan", {"text": f"wechatbox://{launch.appid}/pages/me/me?trial=1&a=1"})
    assert (opened["path"], opened["env_version"]) == ("/pages/me/me?a=1", "trial")
    info = launch.post("/wxa/getversioninfo", {})
    assert info["exp_info"]["exp_version"] == "1.0.0"
    assert "release_info" not in info


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"template_id": 999}, 85014),
        ({"template_id": "x"}, 85014),
        ({"user_version": ""}, 85013),
        ({"user_desc": None}, 85013),
        ({"ext_json": {"extEnable": True}}, 85013),
        ({"ext_json": json.dumps({"extAppid": "wxother"})}, 85013),
        ({"ext_json": "{"}, 85048),
        ({"ext_json": json.dumps({"pages": []})}, 85047),
        ({"ext_json": json.dumps({"tabBar": {"list": [{"text": "首页"}]}})}, 85046),
        ({"ext_json": json.dumps({"extPages": {"pages/gone/gone": {}}})}, 85045),
    ],
)
def test_a_commit_has_its_rules(launch: Launch, changes: dict[str, Any], errcode: int) -> None:
    assert launch.commit(**changes)["errcode"] == errcode
    assert launch.get("/wxa/get_page")["errcode"] == 86001


def test_a_template_must_be_a_package_of_a_usable_size(launch: Launch) -> None:
    assert launch.commit(content=zipped(app={"pages": []}))["errcode"] == 85043
    assert launch.commit(content=zipped({"pages/home/big.js": "x" * 2_200_000}))["errcode"] == 85044
    assert launch.commit(content=zipped({"game.json": "{}"}))["errcode"] == 87006
    assert launch.box.http.post("/_box/templates", content=b"no zip").status_code == 400


def test_the_code_check_takes_half_a_minute_and_reads_the_package(launch: Launch) -> None:
    code = {"pages/me/me.js": "wx.getLocation({}); wx.chooseAddress({}); wx.chooseImage({})"}
    app = {"pages": ["pages/me/me"], "requiredPrivateInfos": ["getLocation"]}
    launch.set(granted=["getLocation"])
    launch.commit(content=zipped(code, app))
    info = "/wxa/security/get_code_privacy_info"
    assert launch.get(info)["errcode"] == 61039
    assert launch.post("/wxa/submit_audit", {})["errcode"] == 61039
    launch.box.advance(30)
    found = launch.get(info)
    assert found["without_auth_list"] == ["chooseAddress"]
    assert found["without_conf_list"] == ["chooseAddress"]
    assert launch.post("/wxa/submit_audit", {})["errcode"] == 61040
    launch.set(granted=["getLocation", "chooseAddress"])
    assert launch.post("/wxa/submit_audit", {})["errcode"] == 61040
    assert launch.post("/wxa/submit_audit", {"privacy_api_not_use": True})["errcode"] == 0
    needed = launch.post("/cgi-bin/component/getprivacysetting", {"privacy_ver": 2})["privacy_list"]
    assert needed == ["Location", "Address", "Album"]


def test_the_privacy_guideline_is_kept_by_version(launch: Launch) -> None:
    owner = {"contact_email": "a@example.com", "notice_method": "公告"}
    listed = [{"privacy_key": "Album", "privacy_text": "上传评价图片"}]
    url = "/cgi-bin/component/setprivacysetting"
    assert launch.post(url, {"owner_setting": {"notice_method": "公告"}})["errcode"] == 40097
    assert launch.post(url, {"owner_setting": {"contact_qq": "1"}})["errcode"] == 40097
    body = {"privacy_ver": 2, "owner_setting": owner, "setting_list": listed}
    assert launch.post(url, body) == {"errcode": 0, "errmsg": "ok"}
    kept = launch.post("/cgi-bin/component/getprivacysetting", {"privacy_ver": 2})
    assert (kept["owner_setting"], kept["setting_list"]) == (owner, listed)
    assert launch.post("/cgi-bin/component/getprivacysetting", {"privacy_ver": 1})["setting_list"] == []


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"item_list": []}, 85023),
        ({"item_list": [ITEM] * 6}, 85023),
        ({"item_list": [{**ITEM, "first_class": ""}]}, 85010),
        ({"item_list": [{**ITEM, "second_id": 999}]}, 85008),
        ({"item_list": [{**ITEM, "address": "pages/gone/gone"}]}, 85007),
        ({"item_list": [{**ITEM, "tag": "很" * 21}]}, 85006),
        ({"item_list": [{**ITEM, "tag": " ".join("水" * 11)}]}, 85006),
        ({"item_list": [{**ITEM, "title": "很" * 33}]}, 85011),
        ({"version_desc": "很" * 201}, 85051),
        ({"preview_info": []}, 85092),
        ({"preview_info": {"pic_id_list": ["nothing"]}}, 85092),
        ({"preview_info": {"pic_id_list": ["x"] * 21}}, 85093),
        ({"ugc_declare": {"scene": [1], "method": []}}, 85094),
        ({"ugc_declare": {"scene": [9], "method": [1]}}, 85094),
        ({"ugc_declare": {"scene": [1], "method": [1], "audit_desc": "很" * 257}}, 85094),
    ],
)
def test_a_submission_is_checked_field_by_field(launch: Launch, body: dict[str, Any], errcode: int) -> None:
    launch.commit()
    assert launch.submit(**body)["errcode"] == errcode
    assert launch.box.get("/_box/audits")["audits"] == []
    assert launch.get("/wxa/queryquota")["rest"] == 20


@pytest.mark.parametrize(
    ("setting", "errcode"),
    [
        ({"profile_set": False}, 86002),
        ({"refuses": 86007}, 86007),
        ({"refuses": 86009}, 86009),
        ({"jump_list_required": True}, 85087),
        ({"audits_a_month": 0}, 85085),
    ],
)
def test_what_the_console_says_can_forbid_an_audit(
    launch: Launch, setting: dict[str, Any], errcode: int
) -> None:
    launch.commit(content=zipped({"pages/me/me.js": "wx.navigateToMiniProgram({})"}))
    launch.set(**setting)
    assert launch.submit()["errcode"] == errcode
    assert launch.box.get("/_box/audits")["audits"] == []


def test_a_category_taken_off_and_one_of_users_content_are_known(launch: Launch) -> None:
    forum = {**ITEM, "first_class": "社交", "second_class": "社区/论坛", "first_id": 1, "second_id": 2}
    names = ("first_class", "second_class", "first_id", "second_id")
    entry = {name: forum[name] for name in names}
    launch.commit()
    launch.set(categories=[{**entry, "removed": True}])
    assert launch.submit(item_list=[forum])["errcode"] == 85077
    launch.set(categories=[entry])
    assert launch.get("/wxa/get_category")["category_list"] == [entry]
    assert launch.submit(item_list=[forum])["errcode"] == 85094
    declared = {"scene": [1, 2], "method": [1], "has_audit_team": 1, "audit_desc": "先审后发"}
    assert launch.submit(item_list=[forum], ugc_declare=declared)["errcode"] == 0


def test_a_busy_moment_is_a_fault_that_passes(launch: Launch) -> None:
    launch.box.faults(busy_commits=1)
    assert launch.commit()["errcode"] == 9402202
    assert launch.commit()["errcode"] == 0
