import hashlib
import hmac
import re

from wechatbox.tests.kit import Merchant, RunningBox


def test_a_code_becomes_a_session_once(merchant: Merchant) -> None:
    code = merchant.box.post("/_box/login", {"appid": merchant.appid, "user": "小方"})["code"]
    session = merchant.session(code)
    assert set(session) == {"openid", "session_key", "unionid"}
    assert re.fullmatch(r"o[0-9A-Za-z_-]{27}", session["openid"])
    again = merchant.session(code)
    assert again["errcode"] == 40163
    assert re.fullmatch(r"code been used rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", again["errmsg"])


def test_the_same_person_keeps_his_openid_and_changes_his_session_key(merchant: Merchant) -> None:
    first, second, other = merchant.login(), merchant.login(), merchant.login("小圆")
    assert first["openid"] == second["openid"] != other["openid"]
    assert first["session_key"] != second["session_key"]


def test_a_code_is_good_for_five_minutes(merchant: Merchant) -> None:
    code = merchant.box.post("/_box/login", {"appid": merchant.appid, "user": "小方"})["code"]
    late = merchant.box.post("/_box/login", {"appid": merchant.appid, "user": "小方"})["code"]
    merchant.box.advance(295)
    assert "openid" in merchant.session(code)
    merchant.box.advance(6)
    assert merchant.session(late)["errcode"] == 40029


def test_wrong_credentials_are_named(merchant: Merchant) -> None:
    code = merchant.box.post("/_box/login", {"appid": merchant.appid, "user": "小方"})["code"]
    assert merchant.session(code, secret="no")["errcode"] == 40125
    assert merchant.session(code, appid="wxnobody")["errcode"] == 40013
    assert merchant.session(code, appid="")["errcode"] == 41002
    assert merchant.session(code, secret="")["errcode"] == 41004
    assert merchant.session(code, grant_type="code")["errcode"] == 40002
    assert merchant.session("")["errcode"] == 41008
    assert merchant.session("made-up")["errcode"] == 40029
    assert "openid" in merchant.session(code), "a refused call must not use the code up"


def test_two_programs_of_one_open_platform_account_share_the_unionid(merchant: Merchant) -> None:
    box = merchant.box
    sister = Merchant(box, box.post("/_box/demo", {"appid": "wxsister0000demo01", "name": "姊妹店"}))
    alone = {"appid": "wxalone00000demo01", "secret": "s" * 32, "name": "独立店"}
    assert box.post("/_box/programs", alone)["open_platform"] is None
    lonely = Merchant(box, {**merchant.demo, **alone})
    mine, hers, its = merchant.login(), sister.login(), lonely.login()
    assert mine["unionid"] == hers["unionid"]
    assert len({mine["openid"], hers["openid"], its["openid"]}) == 3
    assert "unionid" not in its


def test_a_code_of_one_program_is_nothing_to_another(merchant: Merchant) -> None:
    box = merchant.box
    sister = Merchant(box, box.post("/_box/demo", {"appid": "wxsister0000demo01"}))
    code = box.post("/_box/login", {"appid": merchant.appid, "user": "小方"})["code"]
    assert sister.session(code)["errcode"] == 40029


def test_login_refuses_impossible_names_and_unknown_programs(merchant: Merchant) -> None:
    def status(**body: object) -> int:
        return merchant.box.http.post("/_box/login", json=body).status_code

    assert status(appid=merchant.appid, user="方" * 64) == 200
    assert status(appid=merchant.appid, user="方" * 65) == 400
    assert status(appid=merchant.appid, user="") == 400
    assert status(appid=merchant.appid, user=7) == 400
    assert status(appid=merchant.appid) == 400
    assert status(appid="wxnobody", user="小方") == 400


def test_the_session_key_can_be_checked(merchant: Merchant) -> None:
    session = merchant.login()
    query = {
        "access_token": merchant.token(),
        "openid": session["openid"],
        "sig_method": "hmac_sha256",
        "signature": hmac.new(session["session_key"].encode(), b"", hashlib.sha256).hexdigest(),
    }
    assert merchant.box.get("/wxa/checksession", **query) == {"errcode": 0, "errmsg": "ok"}
    merchant.login()
    assert merchant.box.get("/wxa/checksession", **query)["errcode"] == 87009
    assert merchant.box.get("/wxa/checksession", **(query | {"openid": "o"}))["errcode"] == 40003
    assert merchant.box.get("/wxa/checksession", **(query | {"sig_method": "md5"}))["errcode"] == 40097


def test_a_phone_code_becomes_the_number_once(merchant: Merchant) -> None:
    box, token = merchant.box, merchant.token()

    def number(code: str) -> dict[str, object]:
        answer: dict[str, object] = box.post(
            f"/wxa/business/getuserphonenumber?access_token={token}", {"code": code}
        )
        return answer

    code = box.post("/_box/phone", {"appid": merchant.appid, "user": "小方", "phone": "13912345678"})["code"]
    answer = number(code)
    assert answer["errcode"] == 0
    info = answer["phone_info"]
    assert isinstance(info, dict)
    assert (info["phoneNumber"], info["purePhoneNumber"], info["countryCode"]) == (
        "13912345678",
        "13912345678",
        "86",
    )
    assert info["watermark"]["appid"] == merchant.appid
    assert number(code)["errcode"] == 40029
    again = number(box.post("/_box/phone", {"appid": merchant.appid, "user": "小方"})["code"])
    assert isinstance(again["phone_info"], dict)
    assert again["phone_info"]["phoneNumber"] == "13912345678", "a number that was set stays"


def test_phone_codes_expire_and_do_not_mix_with_login_codes(merchant: Merchant) -> None:
    box = merchant.box
    url = f"/wxa/business/getuserphonenumber?access_token={merchant.token()}"
    phone = box.post("/_box/phone", {"appid": merchant.appid, "user": "小方"})["code"]
    login = box.post("/_box/login", {"appid": merchant.appid, "user": "小方"})["code"]
    assert box.post(url, {"code": login})["errcode"] == 40029
    assert merchant.session(phone)["errcode"] == 40029
    sister = Merchant(box, box.post("/_box/demo", {"appid": "wxsister0000demo01"}))
    theirs = f"/wxa/business/getuserphonenumber?access_token={sister.token()}"
    assert box.post(theirs, {"code": phone})["errcode"] == 40013
    box.advance(301)
    assert box.post(url, {"code": phone})["errcode"] == 40029


def test_a_name_gives_the_same_phone_number_each_time(merchant: Merchant) -> None:
    box, url = merchant.box, f"/wxa/business/getuserphonenumber?access_token={merchant.token()}"
    numbers = []
    for user in ("小方", "小方", "小圆"):
        code = box.post("/_box/phone", {"appid": merchant.appid, "user": user})["code"]
        numbers.append(box.post(url, {"code": code})["phone_info"]["phoneNumber"])
    assert numbers[0] == numbers[1] != numbers[2]
    assert all(re.fullmatch(r"1\d{10}", number) for number in numbers)


def test_a_phone_number_must_look_like_one(box: RunningBox, merchant: Merchant) -> None:
    for phone in ("1391234567", "23912345678", "1391234567a", 13912345678):
        body = {"appid": merchant.appid, "user": "小方", "phone": phone}
        assert box.http.post("/_box/phone", json=body).status_code == 400
