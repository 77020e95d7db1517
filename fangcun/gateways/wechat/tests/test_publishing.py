"""Code management and uploads: refusals say what to do, and nothing that changes something is repeated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fangcun.gateways.wechat.errors import BadCredentials, RequestRefused, Unavailable, WechatError
from fangcun.gateways.wechat.publishing import PublishingApi
from fangcun.gateways.wechat.publishing_answers import (
    AuditItem,
    Category,
    GrayPlan,
    PrivacyInfo,
    Quota,
    Submission,
    UgcDeclaration,
)
from fangcun.gateways.wechat.publishing_refusals import (
    REFUSALS,
    NotReady,
    OnlyUpwards,
    QuotaUsedUp,
    ThirdPartyOnly,
    explained,
)
from fangcun.gateways.wechat.publishing_writing import submission_body
from fangcun.gateways.wechat.tests.conftest import QUICK, StandIn
from fangcun.gateways.wechat.tokens import MemoryTokens
from fangcun.gateways.wechat.uploading import Uploader, UploadJob
from fangcun.gateways.wechat.uploading_refusals import upload_refusal

FOOD = Category("食品", "生鲜果蔬", "", 5, 52, None)
TOKEN = {"access_token": "token-1", "expires_in": 7200}


@pytest.fixture
def api(stand_in: StandIn) -> PublishingApi:
    stand_in.says(200, TOKEN)
    return PublishingApi(stand_in.url, "wx1", "secret", tokens=MemoryTokens(), timeout=QUICK)


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_code_has_a_name_and_words(code):
    kind, words = REFUSALS[code]
    told = explained(RequestRefused("微信拒绝了请求", code=str(code), details={"errcode": code}))
    assert (type(told), told.code, str(code) in str(told), len(words) > 5) == (kind, str(code), True, True)


def test_an_unknown_code_stays_what_it_is():
    refused = RequestRefused("微信拒绝了请求（12345）", code="12345")
    assert explained(refused) is refused


@pytest.mark.parametrize(
    ("code", "kind", "permanent"),
    [
        (61039, NotReady, False),
        (85082, OnlyUpwards, True),
        (87013, QuotaUsedUp, True),
        (86000, ThirdPartyOnly, True),
    ],
)
def test_refusals_over_http_are_named(api, stand_in, code, kind, permanent):
    for _ in range(3):
        stand_in.says(200, {"errcode": code, "errmsg": "no"})
    with pytest.raises(WechatError) as refused:
        api.gray_release(5)
    assert (type(refused.value), refused.value.permanent) == (kind, permanent)


def test_what_changes_something_is_sent_once(api, stand_in):
    for _ in range(3):
        stand_in.says(500, b"")
    with pytest.raises(Unavailable):
        api.submit_audit(
            Submission(
                (AuditItem("pages/home/home", "食品", "首页", FOOD),),
                "首版",
                UgcDeclaration((0,), (), False, ""),
                False,
                "",
            )
        )
    with pytest.raises(Unavailable):
        api.undo_audit()
    asked = [said.path.split("?")[0] for said in stand_in.heard]
    assert asked == ["/cgi-bin/stable_token", "/wxa/submit_audit", "/wxa/undocodeaudit"]


def test_answers_are_plain_values(api, stand_in):
    answers: tuple[dict[str, object], ...] = (
        {"without_auth_list": ["getLocation"], "without_conf_list": []},
        {"rest": 3, "limit": 20, "speedup_rest": 1, "speedup_limit": 2},
        {"gray_release_plan": {"status": 1, "gray_percentage": 5}},
        {"gray_release_plan": {}},
        {"auditid": 9, "status": 1, "reason": "1.甲<br>2.乙", "ScreenShot": "a|b|"},
        {"errcode": 85019, "errmsg": "no version is under auditing"},
    )
    for answer in answers:
        stand_in.says(200, answer)
    assert api.privacy_info() == PrivacyInfo(("getLocation",), ())
    assert api.quota() == Quota(3, 20, 1, 2)
    assert api.gray_plan() == GrayPlan("running", 5, None, False, False)
    assert api.gray_plan() is None
    said = api.latest_audit()
    assert said is not None
    assert (said.auditid, said.state, said.screenshots) == (9, "refused", ("a", "b"))
    assert api.latest_audit() is None


def test_a_submission_is_written_as_wechat_reads_it():
    body = submission_body(
        Submission(
            items=(AuditItem("pages/home/home", "食品 生鲜", "首" * 40, FOOD),),
            version_desc="首版",
            ugc=UgcDeclaration((2, 3), (1, 3), True, "机器加人工"),
            privacy_api_not_use=True,
            order_path="pages-trade/orders/orders",
            pictures=("m1", "m2"),
            feedback="改" * 300,
        )
    )
    assert body == {
        "item_list": [
            {
                "address": "pages/home/home",
                "tag": "食品 生鲜",
                "title": "首" * 32,
                "first_class": "食品",
                "second_class": "生鲜果蔬",
                "first_id": 5,
                "second_id": 52,
            }
        ],
        "version_desc": "首版",
        "ugc_declare": {"scene": [2, 3], "method": [1, 3], "has_audit_team": 1, "audit_desc": "机器加人工"},
        "privacy_api_not_use": True,
        "order_path": "pages-trade/orders/orders",
        "preview_info": {"video_id_list": [], "pic_id_list": ["m1", "m2"]},
        "feedback_info": "改" * 200,
    }


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("Error: {errCode:-10008,errMsg:'invalid ip: 1.2.3.4'}", BadCredentials, "把 1.2.3.4 加进白名单"),
        ("-10007 signature verify failed", BadCredentials, "上传密钥不对"),
        ("80051 source size 2100KB exceed max limit 2MB", RequestRefused, "每个分包 2 MB"),
        ("getaddrinfo ENOTFOUND servicewechat.com", Unavailable, "HTTPS_PROXY"),
        ("something new", RequestRefused, "微信没有接受"),
    ],
)
def test_refused_uploads_say_what_to_do(said, kind, words):
    refused = upload_refusal(said)
    assert (type(refused), words in str(refused)) == (kind, True)


def script(folder: Path, text: str) -> Path:
    path = folder / "tool.mjs"
    path.write_text(text)
    return path


def job(folder: Path) -> UploadJob:
    return UploadJob("wx1", folder, "1.0.0", "第一版", "THE-KEY", 3)


def test_the_upload_tool_is_told_everything_and_listened_to(tmp_path):
    tool = script(
        tmp_path,
        """
        import { readFileSync, writeFileSync } from 'node:fs'
        import { text } from 'node:stream/consumers'
        const asked = JSON.parse(await text(process.stdin))
        const said = line => process.stdout.write(JSON.stringify(line) + '\\n')
        writeFileSync(asked.folder + '/asked.json', JSON.stringify({ ...asked, key: readFileSync(asked.key, 'utf8') }))
        process.stdout.write('noise\\n')
        said({ progress: '编译' })
        said({ result: { subPackageInfo: [{ name: '__FULL__', size: 12 }] } })
        """,
    )
    heard: list[str] = []
    done = Uploader(script=tool).upload(job(tmp_path), progress=heard.append)
    asked = json.loads((tmp_path / "asked.json").read_text())
    assert (done.packages, heard) == ({"__FULL__": 12}, ["编译"])
    assert (asked["key"], asked["robot"], asked["version"], asked["action"]) == (
        "THE-KEY",
        3,
        "1.0.0",
        "upload",
    )


def test_a_tool_that_ends_without_a_word_is_no_success(tmp_path):
    with pytest.raises(Unavailable):
        Uploader(script=script(tmp_path, "process.exit(0)")).upload(job(tmp_path))
    told = "process.stdout.write(JSON.stringify({ error: 'invalid ip: 9.9.9.9' }) + '\\n')"
    refusing = Uploader(script=script(tmp_path, told))
    with pytest.raises(BadCredentials):
        refusing.upload(job(tmp_path))
