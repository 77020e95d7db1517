from __future__ import annotations

import gzip
import json

import pytest
import time_machine
from django.utils import timezone

from fangcun.doors.storefront import identity
from fangcun.gateways.wechat.answers import Session
from fangcun.identity.members.models import Address, Member, PrivacyConsent, Token
from fangcun.identity.members.services import admit
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db

APPID = "wx0000000000000001"
ADDRESS = {"name": "方小寸", "phone": "13800000000", "region_code": "330106", "detail": "文三路 1 号"}


@pytest.fixture(autouse=True)
def _fresh_counts(settings, tmp_path):
    settings.FANGCUN_HOME = tmp_path


@pytest.fixture
def program(db):
    return register_program(appid=APPID, name="方寸鲜生", app_secret="s", by=SYSTEM)


class Phone:
    """One person's phone: it names its mini program and carries its token."""

    def __init__(self, client, token=None, appid=APPID):
        self.client, self.token, self.appid = client, token, appid

    def __call__(self, method, path, body=None, **headers):
        given = {"X-Program": self.appid, **headers}
        if self.token is not None:
            given["Authorization"] = f"Bearer {self.token}"
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1{path}", headers=given, **data)


@pytest.fixture
def phone(client, program):
    def phone(openid="o-fang", of=program):
        session = Session(openid=openid, unionid=None, session_key="a2V5")
        return Phone(client, admit(program=of, session=session, ip=None).token, of.appid)

    return phone


def refused(answer, status, code):
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert set(body) == {"code", "message", "details"}
    assert body["message"]
    return body["details"]


def test_a_person_logs_in_looks_around_and_leaves(client, box):
    demo = box.demo()
    register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)
    mine = Phone(client, appid=demo.appid)
    code = box.post("/_box/login", appid=demo.appid, user="小方")["code"]
    answer = mine("post", "/login", {"code": code})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"token", "expires_at", "member"}
    assert body["member"] == {
        "id": Member.objects.get().pk,
        "nickname": "",
        "avatar": "",
        "phone": None,
        "unread_messages": 0,
        "cart_count": 0,
        "orders": {"pending_payment": 0, "paid": 0, "shipped": 0},
    }
    mine.token = body["token"]
    assert mine("get", "/me").json() == body["member"]
    number = box.post("/_box/phone", appid=demo.appid, user="小方")["code"]
    masked = mine("post", "/phone", {"code": number}).json()["phone"]
    full = Member.objects.get().phone
    assert masked == f"{full[:3]}****{full[-4:]}"
    refused(mine("post", "/phone", {"code": number}), 400, "phone_code_invalid")
    assert mine("post", "/logout").status_code == 204
    refused(mine("get", "/me"), 401, "not_logged_in")


def test_a_used_code_is_refused(client, box):
    demo = box.demo()
    register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)
    code = box.post("/_box/login", appid=demo.appid, user="小方")["code"]
    mine = Phone(client, appid=demo.appid)
    assert mine("post", "/login", {"code": code}).status_code == 200
    refused(mine("post", "/login", {"code": code}), 400, "login_code_invalid")


def test_when_wechat_is_down_the_phone_is_told_so(client, box):
    demo = box.demo()
    register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)
    box.post("/_box/faults", api_5xx=20)
    answer = Phone(client, appid=demo.appid)("post", "/login", {"code": "c"})
    refused(answer, 502, "wechat_unavailable")
    assert demo.secret not in answer.content.decode()


def test_guessing_codes_is_stopped(client, box, monkeypatch):
    demo = box.demo()
    register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)
    mine = Phone(client, appid=demo.appid)
    for _ in range(identity.REFUSED_LOGINS.most):
        refused(mine("post", "/login", {"code": "guess"}), 400, "login_code_invalid")
    code = box.post("/_box/login", appid=demo.appid, user="小方")["code"]
    details = refused(mine("post", "/login", {"code": code}), 429, "too_many_requests")
    assert 1 <= details["retry_after"] <= 60
    assert Token.objects.count() == 0


@pytest.mark.parametrize("appid", ["", "wx404", "wx\0", "小程序"])
def test_a_request_of_an_unknown_program_is_refused(client, program, phone, appid):
    mine = phone()
    mine.appid = appid
    for method, path in [("get", "/me"), ("get", "/regions"), ("post", "/login")]:
        body = {"code": "c"} if method == "post" else None
        refused(mine(method, path, body), 400, "program_unknown")


@pytest.mark.parametrize("token", [None, "", "nonsense", "x" * 5000])
def test_without_a_good_token_every_private_path_is_closed(client, program, token):
    mine = Phone(client, token)
    for method, path, body in [
        ("get", "/me", None),
        ("patch", "/me", {"nickname": "x"}),
        ("post", "/logout", None),
        ("post", "/phone", {"code": "c"}),
        ("post", "/privacy", {"version": "2026-11", "agreed": True}),
        ("get", "/addresses", None),
        ("post", "/addresses", ADDRESS),
        ("put", "/addresses/1", ADDRESS),
        ("delete", "/addresses/1", None),
        ("post", "/addresses/1/default", None),
    ]:
        refused(mine(method, path, body), 401, "not_logged_in")


def test_another_scheme_is_no_token(client, program, phone):
    mine = phone()
    token, mine.token = mine.token, None
    refused(mine("get", "/me", Authorization=f"Basic {token}"), 401, "not_logged_in")
    assert mine("get", "/me", Authorization=f"bearer {token}").status_code == 200


def test_an_expired_token_is_refused(phone):
    mine = phone()
    with time_machine.travel(Token.objects.get().expires_at):
        refused(mine("get", "/me"), 401, "not_logged_in")


def test_a_revoked_token_is_refused(phone):
    mine = phone()
    Token.objects.update(revoked_at=timezone.now())
    refused(mine("get", "/me"), 401, "not_logged_in")


def test_a_token_is_good_in_its_own_program_only(phone):
    register_program(appid="wx0000000000000002", name="方寸会员", app_secret="s", by=SYSTEM)
    mine = phone()
    mine.appid = "wx0000000000000002"
    refused(mine("get", "/me"), 401, "not_logged_in")


def test_authentication_costs_one_statement_when_warm(phone, django_assert_num_queries):
    mine = phone()
    mine("get", "/addresses")
    with django_assert_num_queries(2):
        mine("get", "/addresses")


def test_the_profile_is_changed_piece_by_piece(phone, settings):
    mine = phone()
    assert mine("patch", "/me", {"nickname": " 小\u202e方 "}).json()["nickname"] == "小方"
    answer = mine("patch", "/me", {"avatar": "/media/a.webp"}).json()
    assert (answer["nickname"], answer["avatar"]) == ("小方", f"{settings.PUBLIC_URL}/media/a.webp")
    assert mine("patch", "/me", {"nickname": None}).json()["nickname"] == "小方"
    details = refused(
        mine("patch", "/me", {"nickname": "x" * 10_000, "avatar": "https://evil.example/a.png"}),
        400,
        "profile_invalid",
    )
    assert set(details["fields"]) == {"nickname", "avatar"}
    assert Member.objects.get().nickname == "小方"


def test_consent_is_recorded_with_version_and_address(phone):
    mine = phone()
    assert mine("post", "/privacy", {"version": "2026-11", "agreed": True}).status_code == 204
    row = PrivacyConsent.objects.get()
    assert (row.version, row.ip, row.member) == ("2026-11", "127.0.0.1", Member.objects.get())


@pytest.mark.parametrize(
    "body",
    [
        {"version": "2026-11", "agreed": False},
        {"version": "2026-11"},
        {"version": "", "agreed": True},
        {"version": "x\0", "agreed": True},
        {"version": "x" * 21, "agreed": True},
        [],
    ],
)
def test_what_is_no_consent_is_malformed(phone, body):
    details = refused(phone()("post", "/privacy", body), 422, "malformed")
    assert details["fields"]
    assert PrivacyConsent.objects.count() == 0


def test_regions_are_sent_once(client, program):
    visitor = Phone(client)
    first = visitor("get", "/regions")
    tree = first.json()
    assert len(tree) == 34
    assert tree[0]["children"][0]["children"][0] == {"code": "110101", "name": "东城区"}
    again = visitor("get", "/regions", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    packed = visitor("get", "/regions", **{"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < 60_000
    assert json.loads(gzip.decompress(packed.content)) == tree


def test_addresses_are_kept_changed_and_forgotten(phone):
    mine = phone()
    assert mine("get", "/addresses").json() == {"items": []}
    answer = mine("post", "/addresses", ADDRESS)
    assert answer.status_code == 201
    first = answer.json()
    assert first == {
        "id": Address.objects.get().pk,
        **ADDRESS,
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "is_default": True,
    }
    names = {"province": "北京市", "city": "北京市", "district": "东城区", "region_code": None}
    second = mine("post", "/addresses", {**ADDRESS, **names, "is_default": True}).json()
    assert (second["region_code"], second["is_default"]) == ("110101", True)
    assert [row["id"] for row in mine("get", "/addresses").json()["items"]] == [second["id"], first["id"]]
    changed = mine("put", f"/addresses/{first['id']}", {**ADDRESS, "name": "新名"}).json()
    assert changed == {**first, "name": "新名", "is_default": False}
    assert mine("post", f"/addresses/{first['id']}/default").json()["is_default"]
    assert mine("delete", f"/addresses/{first['id']}").status_code == 204
    (left,) = mine("get", "/addresses").json()["items"]
    assert (left["id"], left["is_default"]) == (second["id"], True)


def test_the_address_of_another_is_not_found(phone):
    row = phone()("post", "/addresses", ADDRESS).json()
    stranger = phone("o-stranger")
    changed = {**ADDRESS, "name": "别人"}
    for method, path, body in [
        ("put", f"/addresses/{row['id']}", changed),
        ("delete", f"/addresses/{row['id']}", None),
        ("post", f"/addresses/{row['id']}/default", None),
    ]:
        refused(stranger(method, path, body), 404, "not_found")
    assert stranger("get", "/addresses").json() == {"items": []}
    assert Address.objects.get().name == "方小寸"


def test_wrong_fields_of_an_address_are_named(phone):
    mine = phone()
    details = refused(
        mine("post", "/addresses", {**ADDRESS, "phone": "12", "detail": "x" * 10_000}), 400, "address_invalid"
    )
    assert set(details["fields"]) == {"phone", "detail"}
    assert Address.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [{}, {**ADDRESS, "name": 5}, {**ADDRESS, "name": "x" * 100_000}, {**ADDRESS, "is_default": "maybe"}],
)
def test_a_body_out_of_shape_is_malformed(phone, body):
    refused(phone()("post", "/addresses", body), 422, "malformed")
    assert Address.objects.count() == 0


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 5000])
def test_a_body_that_is_no_json_is_malformed(client, phone, raw):
    mine = phone()
    answer = client.post(
        "/api/v1/addresses",
        data=raw,
        content_type="application/json",
        headers={"X-Program": APPID, "Authorization": f"Bearer {mine.token}"},
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == "malformed"


def test_hostile_text_in_an_address_comes_back_harmless(phone):
    hostile = "\u202e<img src=x onerror=alert(1)>\0\u2028'; DROP TABLE members_address;--"
    row = phone()("post", "/addresses", {**ADDRESS, "detail": hostile}).json()
    assert row["detail"] == "<img src=x onerror=alert(1)> '; DROP TABLE members_address;--"


@pytest.mark.parametrize("wrong", ["0", "-1", "x", str(2**63), "1e3"])
def test_an_id_that_is_none_finds_nothing(phone, wrong):
    answer = phone()("delete", f"/addresses/{wrong}")
    assert answer.status_code in (404, 422)
