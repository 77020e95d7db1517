from __future__ import annotations

import pytest

from fangcun.gateways.wechat.push_crypto import is_aes_key
from fangcun.identity.programs.errors import ProgramInvalid, PushNotSet
from fangcun.identity.programs.models import Program, PushSettings
from fangcun.identity.programs.pushing import new_push_secrets, push_address, push_settings, set_push
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db

DEVELOPER = Actor.staff(7, "小开", "127.0.0.9")


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid="wx0000000000000001", name="青禾鲜", app_secret="s")


def test_the_push_is_set_once_and_its_secrets_are_in_no_log(program):
    token, aes_key = new_push_secrets()
    set_push(program=program, token=token, aes_key=aes_key, by=DEVELOPER)
    set_push(program=program, by=DEVELOPER)
    row = push_settings(program)
    assert (row.token, row.aes_key, row.mode) == (token, aes_key, "secure")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name) == ("programs.set_push", "小开")
    set_push(program=program, token="Other1", by=DEVELOPER)
    entry = AuditEntry.objects.latest("id")
    assert (entry.note, entry.before, entry.after) == ("更换了密钥", {}, {})


def test_fresh_secrets_are_what_wechat_takes_and_never_the_same():
    made = [new_push_secrets() for _ in range(20)]
    assert all(is_aes_key(aes_key) and token.isalnum() and len(token) == 32 for token, aes_key in made)
    assert len(set(made)) == 20


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"token": ""}, "push_token"), ({"token": "ab"}, "push_token"), ({"token": "a b c"}, "push_token"),
        ({"aes_key": "short"}, "push_aes_key"), ({"aes_key": ""}, "push_aes_key"),
        ({"aes_key": "", "mode": "compatible"}, "push_aes_key"), ({"mode": "open"}, "push_mode"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_push_is_refused(program, given, field):
    with pytest.raises(ProgramInvalid) as refused:
        set_push(program=program, **{"token": "Token123", "aes_key": "a" * 43, **given}, by=DEVELOPER)
    assert list(refused.value.details["fields"]) == [field]
    assert not PushSettings.objects.exists()
    assert not AuditEntry.objects.exists()


def test_in_plain_mode_a_token_is_enough(program):
    assert set_push(program=program, token="Token123", mode="plain", by=DEVELOPER).aes_key == ""


def test_a_program_without_push_says_so_and_knows_its_address(program, settings):
    settings.PUBLIC_URL = "https://shop.example"
    with pytest.raises(PushNotSet):
        push_settings(program)
    assert push_address(program) == "https://shop.example/callbacks/wechat/push/wx0000000000000001"
