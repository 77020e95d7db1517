from __future__ import annotations

import datetime as dt
import time
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from fangcun.gateways.wechat.tokens import AccessToken
from fangcun.identity.programs import models
from fangcun.identity.programs.clients import miniprogram_api, pay_api
from fangcun.identity.programs.clients import test_connection as check_connection
from fangcun.identity.programs.models import Merchant
from fangcun.identity.programs.services import register_merchant, register_program
from fangcun.identity.programs.tasks import renew_all_certificates
from fangcun.identity.programs.tokens import SharedTokens
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(box):
    return box.demo()


def register(demo, *, with_merchant=True, secret=None, **keys):
    merchant = None
    if with_merchant:
        given = {
            "mchid": demo.mchid,
            "name": demo.merchant_name,
            "serial_no": demo.merchant_serial_no,
            "private_key": demo.merchant_private_key,
            "api_v3_key": demo.api_v3_key,
            "wechatpay_public_key": demo.wechatpay_public_key,
            "public_key_id": demo.public_key_id,
            "by": SYSTEM,
        }
        merchant = register_merchant(**{**given, **keys})
    return register_program(
        appid=demo.appid, name=demo.name, app_secret=secret or demo.secret, merchant=merchant, by=SYSTEM
    )


def broken(program):
    return [check.part for check in check_connection(program) if not check.ok]


def test_a_right_registration_passes_every_check(demo):
    program = register(demo)
    checks = check_connection(program)
    assert [check.part for check in checks if not check.ok] == []
    assert {"appid", "secret", "private_key", "network", "binding"} <= {check.part for check in checks}


def test_the_connection_test_says_which_part_is_wrong(demo, box):
    assert broken(register(demo, secret="0" * 32)) == ["secret"]
    assert broken(register(demo, serial_no="AAAABBBBCCCCDDDD")) == ["serial_no"]
    assert broken(register(demo, public_key_id="PUB_KEY_ID_01190000000120260001")) == ["wechatpay_key"]


def test_a_program_without_a_merchant_is_told_so(demo):
    assert broken(register(demo, with_merchant=False)) == ["merchant"]


def test_a_client_is_kept_until_its_credentials_change(demo):
    program = register(demo)
    assert program.merchant is not None
    first, first_pay = miniprogram_api(program), pay_api(program.merchant)
    again = register(demo)
    assert again.merchant is not None
    assert miniprogram_api(again) is first
    assert pay_api(again.merchant) is first_pay
    changed = register(demo, secret="1" * 32, api_v3_key="0" * 32)
    assert changed.merchant is not None
    assert miniprogram_api(changed) is not first
    assert pay_api(changed.merchant) is not first_pay


def test_processes_share_one_access_token(demo, box):
    program = register(demo)
    code = box.post("/_box/phone", appid=demo.appid, user="小方")["code"]
    miniprogram_api(program).phone_number(code)
    row = models.AccessToken.objects.get()
    assert row.key == f"{box.url} {demo.appid}"
    assert row.expires_at > timezone.now() + dt.timedelta(minutes=4)
    kept = SharedTokens().get(row.key)
    assert kept is not None
    assert kept.value == row.token


def test_a_token_is_sealed_in_the_database(demo, box):
    SharedTokens().put("box wx1", AccessToken("readable-token", time.time() + 7200))
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM programs_accesstoken")
        assert "readable" not in cursor.fetchone()[0]


def test_the_token_that_lives_longer_wins():
    tokens, now = SharedTokens(), time.time()
    for value, lives in [("new", 7200), ("old", 300), ("newer", 9000), ("older", 8999)]:
        tokens.put("k", AccessToken(value, now + lives))
    kept = tokens.get("k")
    assert kept is not None
    assert kept.value == "newer"
    assert kept.expires_at == pytest.approx(now + 9000)


def test_only_the_refused_token_is_dropped():
    tokens, now = SharedTokens(), time.time()
    tokens.put("k", AccessToken("fresh", now + 7200))
    tokens.drop("k", "refused earlier")
    assert tokens.get("k") is not None
    tokens.drop("k", "fresh")
    assert tokens.get("k") is None


def test_platform_certificates_are_fetched_and_noted(box):
    demo = SimpleNamespace(
        **box.post("/_box/demo", appid="wxcertmode01", mchid="1900000777", mode="certificate")
    )
    merchant = register_merchant(
        mchid=demo.mchid,
        name=demo.merchant_name,
        serial_no=demo.merchant_serial_no,
        private_key=demo.merchant_private_key,
        api_v3_key=demo.api_v3_key,
        mode="certificate",
        by=SYSTEM,
    )
    assert merchant.platform_certificates == {}
    renew_all_certificates()
    fetched = Merchant.objects.get(pk=merchant.pk).platform_certificates
    assert list(fetched) == [demo.platform_certificate_serial]
    renew_all_certificates()
    assert [e.after for e in AuditEntry.objects.filter(action="programs.renew_certificates")] == [
        {"serials": [demo.platform_certificate_serial]}
    ]
