"""The self-tester against WeChat in a box, with one setting wrong at a time: it names that one."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fangcun.build.papers.models import RefusedCall, SelfTest
from fangcun.build.papers.services import note_refused, probe_permissions, run_self_test
from fangcun.build.papers.testing.inbound import notices, pushes
from fangcun.build.papers.testing.outbound import judged_clock, outbound
from fangcun.build.papers.testing.permissions import probe
from fangcun.build.papers.testing.result import Result
from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.grow.conversations.models import Conversation
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Merchant, Program, PushSettings
from fangcun.identity.programs.pushing import push_address, set_push
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN, AES_KEY = "Token123", "b" * 43
OTHER = rsa.generate_private_key(65537, 2048)
OTHER_PRIVATE = OTHER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
OTHER_PUBLIC = OTHER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def wrong(found) -> set[str]:
    return {one.blame for one in found if one.state == "failed"}


def test_everything_right_is_said_to_be_right(wechat_program):
    found = list(outbound(wechat_program))
    assert wrong(found) == set()
    assert {one.blame for one in found if one.state == "ok"} >= {
        "clock", "appid", "secret", "ip_list", "merchant", "serial", "private_key", "api_v3_key", "pay_key",
        "network", "binding",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "blame"),
    [
        ({"appid": "wxunknown00000001"}, "appid"),
        ({"app_secret": "0" * 32}, "secret"),
    ],
)
def test_a_wrong_program_is_named(wechat_program, changes, blame):
    Program.objects.filter(pk=wechat_program.pk).update(**changes)
    program = Program.objects.select_related("merchant").get(pk=wechat_program.pk)
    assert wrong(outbound(program)) == {blame}


@pytest.mark.parametrize(
    ("changes", "blame"),
    [
        ({"mchid": "1999999999"}, "merchant"),
        ({"serial_no": "ABCDEF0123456789ABCD"}, "serial"),
        ({"private_key": OTHER_PRIVATE}, "private_key"),
        ({"api_v3_key": "0" * 32}, "api_v3_key"),
        ({"wechatpay_public_key": OTHER_PUBLIC}, "pay_key"),
        ({"public_key_id": "PUB_KEY_ID_0000000000"}, "pay_key"),
    ],
)
def test_a_wrong_merchant_is_named(wechat_program, changes, blame):
    merchant = Merchant.objects.get()
    for name, value in changes.items():
        setattr(merchant, name, value)
    merchant.save()
    program = Program.objects.select_related("merchant").get(pk=wechat_program.pk)
    assert wrong(outbound(program)) == {blame}


def test_a_clock_that_is_off_is_named_by_whom_it_differs_from():
    for seconds, state in ((5, "ok"), (59, "ok"), (61, "failed"), (-400, "failed")):
        found = judged_clock("out.clock", dt.timedelta(seconds=seconds), "微信")
        assert (found.state, found.blame) == (state, "clock"), seconds
    assert "慢了 400 秒" in judged_clock("out.clock", dt.timedelta(seconds=-400), "微信").message


def test_our_clock_is_held_against_the_date_of_wechats_answer(wechat_program):
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=8), tick=True):
        found = {one.code: one for one in outbound(wechat_program)}
    assert (found["out.clock"].state, found["out.clock"].blame) == ("failed", "clock")


def test_nobody_at_wechats_address_is_the_network(wechat_program, settings):
    settings.WECHAT_API_BASE = settings.WECHAT_PAY_BASE = "http://127.0.0.1:9"
    assert "network" in wrong(outbound(wechat_program))


@pytest.fixture
def pushed(shop, box, until):
    """What the self-tester says after the box pushed with other settings than ours."""

    def run(*, ours: dict[str, str], fault: dict[str, int] | None = None, appid: str = "") -> list[Result]:
        program = shop.program
        set_push(program=program, token=TOKEN, aes_key=AES_KEY, by=SYSTEM)
        theirs = {"token": TOKEN, "aes_key": AES_KEY, "mode": "secure"}
        address = push_address(program)
        target = appid or program.appid
        box.post("/_box/push", appid=program.appid, url=address.replace(program.appid, target), **theirs)
        PushSettings.objects.update(mode="secure")
        agreed = {"token": TOKEN, "aes_key": AES_KEY, **ours}
        set_push(program=program, token=agreed["token"], aes_key=agreed["aes_key"], by=SYSTEM)
        box.post("/_box/faults", **(fault or {}))
        if appid:
            other = Program.objects.create(appid=appid, name="别的", app_secret="s")
            set_push(program=other, token=TOKEN, aes_key=AES_KEY, by=SYSTEM)
            program = other
        box.post("/_box/contact", appid=shop.program.appid, user="小方", session_from="自检")
        until(lambda: RefusedCall.objects.exists() or PushSettings.objects.exclude(heard_at=None).exists())
        return list(pushes(program, way_is_clear=True))

    return run


def test_a_push_that_is_believed_leaves_nothing_to_say(pushed):
    assert wrong(pushed(ours={})) == set()
    assert RefusedCall.objects.count() == 0


@pytest.mark.parametrize(
    ("ours", "blame"), [({"token": "Other456"}, "token"), ({"aes_key": "c" * 43}, "aes_key")]
)
def test_what_differs_from_wechats_console_is_named_by_the_push_that_was_refused(pushed, ours, blame):
    found = pushed(ours=ours)
    assert wrong(found) == {blame}
    # The loop through our own keys is sound all the same: what differs is on the other side.
    assert {one.code for one in found if one.state == "ok"} >= {"push.echo", "push.sealed"}


def test_a_push_for_another_program_is_named(pushed):
    assert wrong(pushed(ours={}, appid="wxanother00000001")) == {"appid"}


def test_a_push_from_another_time_is_the_clock(pushed):
    assert wrong(pushed(ours={}, fault={"stale_pushes": 1})) == {"clock"}
    assert 500 < (RefusedCall.objects.get().skew_s or 0) < 700


def test_a_changed_setting_forgets_what_was_refused_before(pushed, shop):
    assert wrong(pushed(ours={"token": "Other456"})) == {"token"}
    set_push(program=shop.program, token=TOKEN, by=SYSTEM)
    assert wrong(pushes(shop.program, way_is_clear=False)) == set()


def test_refused_notices_tell_which_key_differs(shop):
    merchant, now = shop.program.merchant, dt.datetime.now(dt.UTC)
    for reason, blame in (("unknown_serial", "pay_key"), ("decrypt", "api_v3_key"), ("stale", "clock")):
        RefusedCall.objects.all().delete()
        note_refused(
            door=RefusedCall.Door.NOTICE, key=merchant.mchid, refused=SignatureRefused(reason, "…"),
            timestamp=str(int(now.timestamp())), nonce="n", ip="203.0.113.9", now=now,
        )  # fmt: skip
        found = list(notices(merchant, way_is_clear=False))
        assert [(one.state, one.blame) for one in found] == [("failed", blame)]
        assert "203.0.113.9" in found[0].message


def test_a_flood_of_forged_calls_writes_one_row_a_minute(client, wechat_program):
    set_push(program=wechat_program, token=TOKEN, aes_key=AES_KEY, by=SYSTEM)
    door = f"/callbacks/wechat/push/{wechat_program.appid}"
    for number in range(20):
        at = str(int(dt.datetime.now(dt.UTC).timestamp()))
        query = {"timestamp": at, "nonce": f"n{number}", "msg_signature": "f" * 40}
        body = b'{"Encrypt":"AAAA"}'
        assert client.post(door, body, content_type="application/json", query_params=query).status_code == 403
    assert RefusedCall.objects.count() == 1


def test_a_whole_self_test_is_kept_and_says_where_it_stands(shop, box):
    set_push(program=shop.program, token=TOKEN, aes_key=AES_KEY, by=SYSTEM)
    heard: list[str] = []
    test = run_self_test(program=shop.program, found=lambda one: heard.append(one.code), by=SYSTEM)
    kept = SelfTest.objects.get()
    assert kept == test
    assert kept.finished_at is not None
    assert [one["code"] for one in kept.results] == heard
    assert wrong(Result.from_json(one) for one in kept.results) == {"domain"}
    assert kept.failed == 1


def test_probes_find_what_wechat_has_opened(shop):
    found = {one.capability: one.state for one in probe_permissions(program=shop.program, by=SYSTEM)}
    assert found == {"payment": "granted", "code": "granted", "url_link": "granted"}


def test_what_wechat_did_before_proves_that_it_may_be_done(shop):
    member = Member.objects.create(nickname="小方", phone="13900001234", phone_digest="d")
    Account.objects.create(program=shop.program, openid="o1", member=member)
    Conversation.objects.create(program=shop.program, openid="o1")
    found = {one.capability: one.state for one in probe_permissions(program=shop.program, by=SYSTEM)}
    assert (found["phone"], found["customer_service"]) == ("granted", "granted")
    other = Program.objects.create(appid="wx0000000000000009", name="二店", app_secret="s")
    Account.objects.create(program=other, openid="o2", member=member)
    # Of somebody who uses two, nobody knows which of them was given the number.
    assert probe(other, "phone").state is None
