"""The mini program's server API: login, phone, messages, codes, tokens and their refusals."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from PIL import Image

from fangcun.gateways.wechat.errors import (
    BadCredentials,
    LoginBlocked,
    LoginCodeInvalid,
    NotSubscribed,
    PhoneCodeInvalid,
    RateLimited,
    RecipientInvalid,
    RequestRefused,
    TemplateDataInvalid,
    TokenRefused,
    Unavailable,
    WechatError,
)
from fangcun.gateways.wechat.miniprogram import MiniProgramApi
from fangcun.gateways.wechat.tests.conftest import QUICK, BoxWorld, StandIn
from fangcun.gateways.wechat.tokens import AccessToken, MemoryTokens


def test_a_code_tells_who_logs_in(world: BoxWorld) -> None:
    first = world.miniprogram().code2session(world.code("小方"))
    again = world.miniprogram().code2session(world.code("小方"))
    other = world.miniprogram().code2session(world.code("小圆"))
    assert first.openid == again.openid != other.openid
    assert first.unionid == again.unionid
    assert first.unionid is not None
    assert first.session_key not in repr(first)


def test_a_code_works_once(world: BoxWorld) -> None:
    code = world.code()
    world.miniprogram().code2session(code)
    with pytest.raises(LoginCodeInvalid) as refused:
        world.miniprogram().code2session(code)
    assert (refused.value.code, refused.value.permanent) == ("40163", True)


@pytest.mark.parametrize("code", ["", "never-given", "\x00", "微信", "x" * 2000, "a&secret=b"])
def test_a_code_nobody_gave_is_refused(world: BoxWorld, code: str) -> None:
    with pytest.raises((LoginCodeInvalid, RequestRefused)) as refused:
        world.miniprogram().code2session(code)
    assert refused.value.permanent
    assert refused.value.details["rid"] in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "code"), [({"secret": "0" * 32}, "40125"), ({"appid": "wx0000000000000000"}, "40013")]
)
def test_wrong_credentials_are_named(world: BoxWorld, changes: dict[str, str], code: str) -> None:
    with pytest.raises(BadCredentials) as refused:
        world.miniprogram(**changes).code2session(world.code())
    assert (refused.value.code, refused.value.permanent) == (code, True)


def test_a_phone_code_tells_the_number_once(world: BoxWorld) -> None:
    code = world.post("/_box/phone", appid=world.appid, user="小方")["code"]
    number = world.miniprogram().phone_number(code)
    assert (number.country_code, len(number.number), number.number.isdigit()) == ("86", 11, True)
    with pytest.raises(PhoneCodeInvalid):
        world.miniprogram().phone_number(code)


def test_a_login_code_is_no_phone_code(world: BoxWorld) -> None:
    with pytest.raises(PhoneCodeInvalid):
        world.miniprogram().phone_number(world.code())


def message(world: BoxWorld, **changes: Any) -> str:
    template = world.demo["templates"][0]
    data = {
        "character_string1": "FC2026112300001",
        "thing2": "阳光玫瑰 500g",
        "amount3": "39.80元",
        "time4": "2026-11-23 12:00",
    }
    request: dict[str, Any] = {
        "openid": world.openid(),
        "template_id": template["template_id"],
        "data": {key: data[key] for key in template["keys"]},
        "page": "pages/home/index",
    }
    return world.miniprogram().send_subscribe_message(**{**request, **changes})


def agree(world: BoxWorld) -> None:
    template = world.demo["templates"][0]["template_id"]
    world.post(
        "/_box/subscribe",
        appid=world.appid,
        user="小方",
        template_ids=[template],
        answer={template: "accept"},
    )


def inbox(world: BoxWorld) -> str:
    return json.dumps(world.get("/_box/inbox", user="小方"), ensure_ascii=False)


def test_one_consent_is_one_message(world: BoxWorld) -> None:
    agree(world)
    message(world)
    assert inbox(world).count("阳光玫瑰 500g") == 1
    with pytest.raises(NotSubscribed) as refused:
        message(world)
    assert (refused.value.code, refused.value.permanent) == ("43101", True)
    assert inbox(world).count("阳光玫瑰 500g") == 1


def test_a_field_against_the_rules_is_named(world: BoxWorld) -> None:
    agree(world)
    with pytest.raises(TemplateDataInvalid) as refused:
        message(
            world,
            data={
                "character_string1": "FC2026112300001",
                "thing2": "长" * 21,
                "amount3": "39.80元",
                "time4": "2026-11-23 12:00",
            },
        )
    assert (refused.value.code, refused.value.field, refused.value.permanent) == ("47003", "thing2", True)


def test_a_stranger_gets_no_message(world: BoxWorld) -> None:
    with pytest.raises(RecipientInvalid):
        message(world, openid="oNobody")


def test_an_unknown_template_is_refused(world: BoxWorld) -> None:
    with pytest.raises(RequestRefused) as refused:
        message(world, template_id="none")
    assert refused.value.code == "40037"


def test_a_message_whose_answer_is_lost_is_not_sent_twice(world: BoxWorld) -> None:
    agree(world)
    agree(world)
    openid = world.openid()
    program = world.miniprogram()
    program.wxacode_unlimited(scene="warm=up", check_path=False)
    world.faults(api_lost_answers=1)
    with pytest.raises(Unavailable):
        program.send_subscribe_message(
            openid=openid,
            template_id=world.demo["templates"][0]["template_id"],
            data={
                "character_string1": "FC1",
                "thing2": "只来一次",
                "amount3": "1.00元",
                "time4": "2026-11-23 12:00",
            },
        )
    assert inbox(world).count("只来一次") == 1


def test_a_code_picture_is_drawn(world: BoxWorld) -> None:
    picture = world.miniprogram().wxacode_unlimited(scene="p=7&c=wx", check_path=False, width=300)
    with Image.open(io.BytesIO(picture)) as image:
        assert image.format in {"PNG", "JPEG"}
        assert image.width == image.height


@pytest.mark.parametrize("scene", ["中文", "x" * 33, "a b", "%20"])
def test_a_scene_against_the_rules_is_refused(world: BoxWorld, scene: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        world.miniprogram().wxacode_unlimited(scene=scene, check_path=False)
    assert refused.value.code in {"40129", "40169"}


def test_a_code_to_a_page_that_is_not_there_is_refused(stand_in: StandIn) -> None:
    stand_in.says(200, TOKEN)
    stand_in.says(200, {"errcode": 41030, "errmsg": "invalid page rid: 1-2"})
    with pytest.raises(RequestRefused, match="页面不存在"):
        program(stand_in).wxacode_unlimited(scene="a", page="no/such/page")
    assert json.loads(stand_in.heard[1].body)["page"] == "no/such/page"


@pytest.mark.parametrize("fault", ["api_5xx", "api_system_error"])
def test_a_passing_fault_does_not_stop_a_login(world: BoxWorld, fault: str) -> None:
    code = world.code()
    world.faults(**{fault: 2})
    assert world.miniprogram().code2session(code).openid


@pytest.mark.parametrize(
    ("fault", "error"),
    [("api_5xx", Unavailable), ("api_system_error", Unavailable), ("api_quota", RateLimited)],
)
def test_a_lasting_fault_is_worth_a_later_retry(
    world: BoxWorld, fault: str, error: type[WechatError]
) -> None:
    world.faults(**{fault: True})
    with pytest.raises(error) as refused:
        world.miniprogram().code2session("x")
    assert refused.value.permanent is False


def test_a_revoked_token_is_replaced_once(world: BoxWorld) -> None:
    tokens = MemoryTokens()
    tokens.put(f"{world.url} {world.appid}", AccessToken("stale-token", expires_at=4e9))
    program = world.miniprogram(tokens=tokens)
    assert program.wxacode_unlimited(scene="a", check_path=False)
    kept = tokens.get(f"{world.url} {world.appid}")
    assert kept is not None
    assert kept.value != "stale-token"


TOKEN = {"access_token": "t1", "expires_in": 7200}
REFUSED_TOKEN = {"errcode": 40001, "errmsg": "invalid credential rid: 1-2-3"}
CODE = {"phone_info": {"purePhoneNumber": "13800000000", "countryCode": "86"}}


def program(stand_in: StandIn, tokens: MemoryTokens | None = None) -> MiniProgramApi:
    return MiniProgramApi(stand_in.url, "wx1", "s3cret", tokens=tokens or MemoryTokens(), timeout=QUICK)


def test_a_token_that_stays_refused_is_not_asked_for_endlessly(stand_in: StandIn) -> None:
    for answer in (TOKEN, REFUSED_TOKEN, {**TOKEN, "access_token": "t2"}, REFUSED_TOKEN):
        stand_in.says(200, answer)
    with pytest.raises(TokenRefused) as refused:
        program(stand_in).phone_number("x")
    assert refused.value.permanent is False
    assert refused.value.details["rid"] == "1-2-3"
    assert [said.path.split("?")[0].rsplit("/", 1)[1] for said in stand_in.heard] == [
        "stable_token",
        "getuserphonenumber",
        "stable_token",
        "getuserphonenumber",
    ]


def test_a_token_is_fetched_once_for_all_who_wait(stand_in: StandIn) -> None:
    together = threading.Barrier(8)
    stand_in.answers.append(
        lambda said: (
            200,
            {"Content-Type": "application/json"},
            json.dumps(TOKEN if "stable_token" in said.path else CODE).encode(),
        )
    )
    api = program(stand_in)

    def ask(number: int) -> str:
        together.wait()
        return api.phone_number(str(number)).number

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"13800000000"}
    assert sum("stable_token" in said.path for said in stand_in.heard) == 1


def test_a_token_is_renewed_five_minutes_before_its_end(stand_in: StandIn) -> None:
    stand_in.answers.append(
        lambda said: (
            200,
            {"Content-Type": "application/json"},
            json.dumps(TOKEN if "stable_token" in said.path else CODE).encode(),
        )
    )
    api = program(stand_in)

    def fetched() -> int:
        api.phone_number("x")
        return sum("stable_token" in said.path for said in stand_in.heard)

    with time_machine.travel("2026-11-23T04:00:00Z", tick=False) as clock:
        assert fetched() == 1
        clock.shift(6899)
        assert fetched() == 1
        clock.shift(1)
        assert fetched() == 2


def test_a_better_token_of_somebody_else_is_kept() -> None:
    tokens = MemoryTokens()
    tokens.put("k", AccessToken("better", 4e9))
    tokens.drop("k", "mine")
    assert tokens.get("k") == AccessToken("better", 4e9)
    tokens.drop("k", "better")
    assert tokens.get("k") is None


def test_a_user_wechat_blocks_is_told_apart(stand_in: StandIn) -> None:
    stand_in.says(200, {"errcode": 40226, "errmsg": "code blocked rid: 9"})
    with pytest.raises(LoginBlocked) as refused:
        program(stand_in).code2session("x")
    assert refused.value.code == "40226"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"<html>", b"null", b"\xff", b'{"openid": 7}', b'{"openid": "o"}', b'{"errcode": "x"}'],
)
def test_an_answer_that_makes_no_sense_is_worth_a_retry(stand_in: StandIn, body: bytes) -> None:
    stand_in.says(200, body)
    with pytest.raises(Unavailable):
        program(stand_in).code2session("x")


def test_the_ip_list_is_named_with_the_address(stand_in: StandIn) -> None:
    stand_in.says(200, {"errcode": 40164, "errmsg": "invalid ip 203.0.113.7, not in whitelist rid: 1-2"})
    with pytest.raises(BadCredentials, match=r"203\.0\.113\.7"):
        program(stand_in).phone_number("x")


def test_a_wrong_secret_is_no_expired_token(stand_in: StandIn) -> None:
    stand_in.says(200, REFUSED_TOKEN)
    with pytest.raises(BadCredentials, match="AppSecret") as refused:
        program(stand_in).phone_number("x")
    assert not isinstance(refused.value, TokenRefused)
    assert refused.value.permanent
    assert len(stand_in.heard) == 1


def test_an_unknown_errcode_is_a_lasting_refusal(stand_in: StandIn) -> None:
    stand_in.says(200, {"errcode": 99999, "errmsg": "something new rid: 5-6"})
    with pytest.raises(RequestRefused) as refused:
        program(stand_in).code2session("x")
    assert (refused.value.code, refused.value.details["rid"]) == ("99999", "5-6")


def test_chinese_goes_out_as_utf8(stand_in: StandIn) -> None:
    stand_in.says(200, TOKEN)
    stand_in.says(200, {"errcode": 0, "errmsg": "ok", "msgid": 123})
    sent = program(stand_in).send_subscribe_message(openid="o", template_id="t", data={"thing1": "葡萄"})
    assert sent == "123"
    assert "葡萄".encode() in stand_in.heard[1].body


def test_secrets_are_not_logged(stand_in: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    stand_in.says(200, {"errcode": 40029, "errmsg": "invalid code rid: 1"})
    with caplog.at_level("DEBUG"), pytest.raises(LoginCodeInvalid):
        program(stand_in).code2session("x")
    assert "s3cret" not in caplog.text


def test_a_url_link_and_a_short_link_lead_where_they_were_asked_to(world: BoxWorld) -> None:
    program = world.miniprogram()
    address = program.url_link(path="pages/home/home", query="id=3&l=abc", expire_days=1)
    assert world.post("/_box/scan", text=address)["path"] == "/pages/home/home?id=3&l=abc"
    text = program.short_link(page_url="pages/home/home?id=3", title="十月团")
    assert text.startswith("#小程序://")
    assert world.post("/_box/scan", text=text)["path"] == "/pages/home/home?id=3"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"path": "/pages/home/home"}, "40165"),
        ({"query": "x" * 1025}, "40212"),
        ({"expire_days": 31}, "85401"),
    ],
)
def test_a_url_link_that_wechat_does_not_make_is_refused_for_good(
    world: BoxWorld, asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(RequestRefused) as refused:
        world.miniprogram().url_link(**{"path": "pages/home/home", **asked})
    assert (refused.value.code, refused.value.permanent) == (code, True)


def test_a_short_link_with_a_long_title_is_refused(world: BoxWorld) -> None:
    with pytest.raises(RequestRefused) as refused:
        world.miniprogram().short_link(page_url="pages/home/home", title="很" * 21)
    assert refused.value.code == "40225"
