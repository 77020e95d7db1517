from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connection

from fangcun.identity.programs.clients import verification_keys
from fangcun.identity.programs.errors import MerchantUnknown, ProgramInvalid, ProgramUnknown
from fangcun.identity.programs.models import Merchant, Program
from fangcun.identity.programs.queries import main_program, merchant_by_mchid, program_by_appid
from fangcun.identity.programs.services import register_merchant, register_program
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry, Job

pytestmark = pytest.mark.django_db

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC = (
    KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
API_V3_KEY = "0123456789abcdef0123456789abcdef"
DEVELOPER = Actor.staff(7, "小开", "127.0.0.9")


def program(**changes):
    given = {
        "appid": "wx0000000000000001",
        "name": "方寸鲜生",
        "app_secret": "s3cret-of-the-app",
        "by": DEVELOPER,
    }
    return register_program(**{**given, **changes})


def merchant(**changes):
    given = {
        "mchid": "1900000001",
        "name": "方寸",
        "serial_no": "5A0FAB2E9BC1D6CF",
        "private_key": PRIVATE,
        "api_v3_key": API_V3_KEY,
        "wechatpay_public_key": PUBLIC,
        "public_key_id": "PUB_KEY_ID_0119000000012026",
        "by": DEVELOPER,
    }
    return register_merchant(**{**given, **changes})


def stored(model, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")
        return cursor.fetchone()[0]


def test_secrets_are_sealed_in_the_database():
    program()
    merchant()
    for model, column, secret in [
        (Program, "app_secret", "s3cret"),
        (Merchant, "private_key", "PRIVATE KEY"),
        (Merchant, "api_v3_key", API_V3_KEY),
    ]:
        assert secret not in stored(model, column)
    assert Program.objects.get().app_secret == "s3cret-of-the-app"
    assert Merchant.objects.get().private_key == PRIVATE.strip()


def test_no_secret_reaches_the_audit_log():
    program()
    program(app_secret="another-s3cret")
    merchant()
    merchant(api_v3_key="f" * 32)
    log = json.dumps(
        [[e.before, e.after, e.note, e.object_label] for e in AuditEntry.objects.all()], ensure_ascii=False
    )
    for secret in ("s3cret", API_V3_KEY, "f" * 32, "PRIVATE"):
        assert secret not in log
    assert [(e.action, e.actor_name, e.ip, e.note) for e in AuditEntry.objects.order_by("id")] == [
        ("programs.register_program", "小开", "127.0.0.9", ""),
        ("programs.change_program", "小开", "127.0.0.9", "更换了：AppSecret"),
        ("programs.register_merchant", "小开", "127.0.0.9", ""),
        ("programs.change_merchant", "小开", "127.0.0.9", "更换了：APIv3 密钥"),
    ]


def test_registering_twice_changes_nothing():
    first, owner = program(), merchant()
    assert program().pk == first.pk
    assert merchant().pk == owner.pk
    assert (Program.objects.count(), Merchant.objects.count(), AuditEntry.objects.count()) == (1, 1, 2)


def test_an_empty_secret_keeps_the_one_there_is():
    program()
    changed = program(name="方寸鲜生 2", app_secret="")
    assert changed.name == "方寸鲜生 2"
    assert Program.objects.get().app_secret == "s3cret-of-the-app"
    merchant()
    merchant(private_key="", api_v3_key="", wechatpay_public_key="")
    kept = Merchant.objects.get()
    assert (kept.private_key, kept.api_v3_key) == (PRIVATE.strip(), API_V3_KEY)
    assert verification_keys(kept) == {"PUB_KEY_ID_0119000000012026": PUBLIC.strip()}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("private_key", "nonsense"),
        ("private_key", PUBLIC),
        ("api_v3_key", "short"),
        ("wechatpay_public_key", "nonsense"),
        ("public_key_id", "0119000000012026"),
        ("mchid", "19000x"),
        ("serial_no", "5A\0"),
        ("platform_certificates", {"1A": PUBLIC}),
        ("mode", "trust"),
        ("name", " "),
    ],
)
def test_keys_that_cannot_be_keys_are_refused_by_name(field, value):
    with pytest.raises(ProgramInvalid) as refusal:
        merchant(**{field: value})
    assert list(refusal.value.details["fields"]) == [field]
    assert Merchant.objects.count() == AuditEntry.objects.count() == 0


@pytest.mark.parametrize(("field", "value"), [("appid", "wx\0"), ("name", "长" * 61), ("role", "boss")])
def test_a_program_that_cannot_be_one_is_refused_by_name(field, value):
    with pytest.raises(ProgramInvalid) as refusal:
        program(**{field: value})
    assert list(refusal.value.details["fields"]) == [field]
    assert Program.objects.count() == 0


def test_a_merchant_in_certificate_mode_gets_its_certificates_fetched():
    row = merchant(mode="certificate", wechatpay_public_key="", public_key_id="")
    assert Job.objects.get(task="fangcun.identity.programs.tasks.fetch_certificates").kwargs == {
        "merchant_id": row.pk
    }


def test_a_known_program_costs_no_statement_when_warm(django_assert_num_queries):
    row = program()
    with django_assert_num_queries(1):
        assert program_by_appid(row.appid) == row
    with django_assert_num_queries(0):
        assert program_by_appid(row.appid) == row


def test_what_a_process_remembers_holds_no_secret(django_assert_num_queries):
    program()
    program_by_appid("wx0000000000000001")
    remembered = program_by_appid("wx0000000000000001")
    assert remembered.get_deferred_fields() == {"app_secret"}
    with django_assert_num_queries(1):
        assert remembered.app_secret == "s3cret-of-the-app"


@pytest.mark.parametrize("appid", ["", "wx404", "wx0000000000000001 ", "wx\0", "方寸", "x" * 10_000])
def test_an_unknown_program_is_refused(appid):
    program()
    with pytest.raises(ProgramUnknown):
        program_by_appid(appid)


def test_a_program_that_is_switched_off_is_unknown(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        program()
    assert main_program() is not None
    program_by_appid("wx0000000000000001")
    with django_capture_on_commit_callbacks(execute=True):
        program(is_active=False)
    assert main_program() is None
    with pytest.raises(ProgramUnknown):
        program_by_appid("wx0000000000000001")


def test_the_main_program_is_the_first_one_with_that_role():
    assert main_program() is None
    program(appid="wxcontent1", role="content")
    first = program(appid="wxmain00001")
    program(appid="wxmain00002")
    assert main_program() == first


def test_an_unknown_merchant_is_refused():
    row = merchant(by=SYSTEM)
    assert merchant_by_mchid("1900000001") == row
    for mchid in ("", "1900000002", "1900000001\0"):
        with pytest.raises(MerchantUnknown):
            merchant_by_mchid(mchid)
