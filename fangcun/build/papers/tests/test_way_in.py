"""The way in, through a proxy with one fault at a time: the self-tester names the fault and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from fangcun.build.papers.testing.inbound import notices, pushes
from fangcun.build.papers.testing.result import Result
from fangcun.build.papers.testing.way import address_of, way_in
from fangcun.build.papers.tests.proxy import certificate, proxied
from fangcun.gateways.probing import NoAnswer, ask, is_public, look_at, resolve
from fangcun.gateways.wechat.probes import EVENT, echo_probe, push_probe
from fangcun.identity.programs.models import Merchant, Program, PushReceipt, PushSettings
from fangcun.identity.programs.pushing import set_push
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
APPID, TOKEN, AES_KEY = "wx0000000000000001", "Token123", "b" * 43


@pytest.fixture
def program() -> Program:
    merchant = Merchant.objects.create(
        mchid="1900000001", name="青禾鲜", serial_no="AB", private_key="k", api_v3_key="v" * 32,
        public_key_id="PUB_KEY_ID_01",
    )  # fmt: skip
    row = Program.objects.create(appid=APPID, name="青禾鲜", app_secret="s", merchant=merchant)
    set_push(program=row, token=TOKEN, aes_key=AES_KEY, by=SYSTEM)
    return row


@pytest.fixture
def through(live_server, settings, program):
    """All findings about the way in and the callbacks, through a proxy with this fault."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.WECHATBOX_URL = "http://127.0.0.1:1"

    def run(fault: str = "", *, loop: bool = True, **options) -> list[Result]:
        with proxied(live_server.url, fault=fault, **options) as url:
            settings.PUBLIC_URL = url
            if not loop:
                return list(way_in())
            return [
                *way_in(),
                *pushes(program, way_is_clear=True),
                *notices(program.merchant, way_is_clear=True),
            ]

    return run


def wrong(found: list[Result]) -> set[tuple[str, str]]:
    return {(one.code, one.blame) for one in found if one.state == "failed"}


def test_a_sound_proxy_passes_every_check(through):
    found = through()
    assert wrong(found) == set()
    assert {one.code for one in found if one.state == "ok"} == {
        "in.reach", "in.clock", "in.size", "push.echo", "push.echo.forged", "push.sealed", "push.sealed.forged",
        "push.foreign", "push.stale", "pay.forged",
    }  # fmt: skip
    # The loop is no news from WeChat, and leaves nothing behind.
    assert PushReceipt.objects.count() == 0
    assert PushSettings.objects.get().heard_at is None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("host", {("in.host", "proxy")}),
        ("headers", {("in.headers", "proxy"), ("pay.forged", "proxy")}),
        ("size", {("in.size", "proxy")}),
        ("answer", {("push.echo", "proxy"), ("push.sealed", "proxy")}),
    ],
)
def test_a_fault_that_lets_calls_through_is_named(through, fault, expected):
    assert wrong(through(fault)) == expected


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("body", "in.body"),
        ("query", "in.query"),
        ("prefix", "in.path"),
        ("callbacks", "in.path"),
        ("redirect", "in.redirect"),
        ("login", "in.blocked"),
        ("down", "in.upstream"),
    ],
)
def test_a_fault_that_stops_calls_is_named_first_and_blamed_on_the_proxy(through, fault, code):
    failed = [one for one in through(fault, loop=False) if one.state == "failed"]
    assert (failed[0].code, failed[0].blame) == (code, "proxy")
    assert failed[0].fix


def test_a_host_that_we_do_not_answer_to_is_said(through, settings, live_server):
    with proxied(live_server.url, fault="host") as url:
        settings.PUBLIC_URL, settings.ALLOWED_HOSTS = url, ["shop.example.com"]
        found = list(way_in())
    assert ("in.host.refused", "proxy") in wrong(found)


def test_nobody_listening_is_said(settings, program):
    settings.PUBLIC_URL, settings.WECHATBOX_URL = "http://127.0.0.1:9", "http://127.0.0.1:1"
    assert wrong(list(way_in())) == {("in.reach", "proxy")}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, set()),
        ({"days": -1}, {("in.certificate", "certificate")}),
        ({"days": 5}, {("in.certificate", "certificate")}),
        ({"names": ("other.example.com",)}, {("in.certificate", "certificate")}),
        ({"trusted": False}, {("in.certificate", "certificate")}),
    ],
)
def test_a_certificate_is_looked_at_as_a_phone_does(through, monkeypatch, tmp_path, facts, expected):
    shown, roots = certificate(tmp_path, **facts)
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    found = through(loop=False, certificate=shown)
    # An address of a test is an IP address, which WeChat takes from nobody.
    assert wrong(found) - {("in.address", "address")} == expected
    certified = next(one for one in found if one.code == "in.certificate")
    assert certified.message


def test_what_is_wrong_with_a_certificate_is_told_apart(monkeypatch, tmp_path):
    told = {}
    cases: dict[str, dict[str, Any]] = {
        "": {},
        "expired": {"days": -1},
        "hostname": {"names": ("other.example.com",)},
        "self_signed": {"trusted": False},
    }
    for name, facts in cases.items():
        shown, roots = certificate(tmp_path, **facts)
        monkeypatch.setenv("SSL_CERT_FILE", str(roots))
        with proxied("http://127.0.0.1:9", certificate=shown) as url:
            port = int(url.rpartition(":")[2])
            told[name] = look_at("127.0.0.1", port, public_only=False).problem
            monkeypatch.delenv("SSL_CERT_FILE")
            if name == "":
                assert look_at("127.0.0.1", port, public_only=False).problem == "chain"
    assert told == {name: name for name in told}


def test_a_proxy_that_hides_https_is_named(through, monkeypatch, tmp_path):
    shown, roots = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    assert ("in.proto", "proxy") in wrong(through("proto", loop=False, certificate=shown))
    assert ("in.proto", "proxy") not in wrong(through(loop=False, certificate=shown))


def test_an_address_that_wechat_would_not_call_is_refused(settings):
    settings.WECHATBOX_URL = ""
    assert address_of("https://shop.example.com").state == "ok"
    for url in ("http://shop.example.com", "https://1.2.3.4", "https://localhost"):
        found = address_of(url)
        assert (found.state, found.blame) == ("failed", "address"), url


def test_inner_addresses_are_not_connected_to(monkeypatch):
    for address in (
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "fd00::1",
        "100.64.0.1",
    ):
        assert not is_public(address), address
    assert is_public("8.8.8.8")
    assert is_public("2606:4700::1111")
    with pytest.raises(NoAnswer) as refused:
        resolve("localhost", 443, public_only=True)
    assert refused.value.code == "private"
    with pytest.raises(NoAnswer) as refused:
        look_at("127.0.0.1", 443, public_only=True)
    assert refused.value.code == "private"


def test_a_mirror_answers_only_who_holds_a_pass(client):
    assert client.get("/callbacks/mirror/anything").status_code == 404


def test_probes_are_believed_and_refused_as_wechats_calls_would_be(client, program):
    now = dt.datetime.now(dt.UTC)
    door = f"/callbacks/wechat/push/{APPID}"
    echo = echo_probe(token=TOKEN, now=now)
    assert client.get(door, query_params=echo.query).text == echo.query["echostr"]
    right = push_probe(token=TOKEN, aes_key=AES_KEY, appid=APPID, now=now)
    answer = client.post(door, right.body, content_type="application/json", query_params=right.query)
    assert (answer.status_code, answer.text) == (200, "success")
    assert EVENT not in answer.text


def test_the_clock_of_who_answers_is_compared_with_ours(live_server):
    skew = ask("GET", f"{live_server.url}/healthz").skew()
    assert skew is None or abs(skew) < dt.timedelta(seconds=5)
