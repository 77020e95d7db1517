from __future__ import annotations

import pytest
from django.db import connection

from fangcun.identity.members.errors import PhoneCodeInvalid, ProfileInvalid
from fangcun.identity.members.models import Member, PrivacyConsent
from fangcun.identity.members.phones import masked
from fangcun.identity.members.queries import members_by_phone
from fangcun.identity.members.services import (
    agree_to_privacy,
    change_profile,
    login,
    reveal_phone,
    take_phone,
)
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(program, enter):
    return enter(program).member


@pytest.fixture
def shopper(box):
    """A person with a phone, logged in: box, program and member."""
    demo = box.demo()
    program = register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)
    code = box.post("/_box/login", appid=demo.appid, user="小方")["code"]
    return program, login(program=program, code=code, ip=None).member


def phone_code(box, program):
    return box.post("/_box/phone", appid=program.appid, user="小方")["code"]


def test_a_phone_number_is_sealed_and_can_be_found(box, shopper):
    program, member = shopper
    phone = take_phone(member=member, program=program, code=phone_code(box, program)).phone
    assert len(phone) == 11
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_digest FROM members_member")
        assert phone not in str(cursor.fetchall())
    assert members_by_phone(f"+86 {phone}") == [member]
    assert members_by_phone("13999999999") == members_by_phone("nonsense") == []


def test_a_number_is_found_after_the_key_was_changed(box, shopper, settings):
    program, member = shopper
    phone = take_phone(member=member, program=program, code=phone_code(box, program)).phone
    settings.FIELD_KEYS = ["t0kSUd0Fm6rP9GHqgLqO6ojtmJZxlRMtMSyW6B3nJBM=", *settings.FIELD_KEYS]
    assert members_by_phone(phone) == [member]
    assert Member.objects.get().phone == phone


def test_a_phone_code_works_once_and_is_no_login_code(box, shopper):
    program, member = shopper
    once = phone_code(box, program)
    take_phone(member=member, program=program, code=once)
    Member.objects.update(phone="", phone_digest="")
    login_code = box.post("/_box/login", appid=program.appid, user="小方")["code"]
    for wrong in (once, login_code, "nonsense"):
        with pytest.raises(PhoneCodeInvalid):
            take_phone(member=member, program=program, code=wrong)
    assert Member.objects.get().phone == ""


def test_showing_a_phone_number_is_noted(member):
    Member.objects.filter(pk=member.pk).update(phone="13812345678")
    assert reveal_phone(member=member, by=Actor.staff(7, "小服")) == "13812345678"
    entry = AuditEntry.objects.get(action="members.reveal_phone")
    assert (entry.actor_name, entry.object_id) == ("小服", str(member.pk))
    assert "1381" not in str(vars(entry))


def test_a_masked_number_keeps_its_ends():
    assert masked("13812345678") == "138****5678"
    assert masked("+85212345678") == "+852****5678"
    assert masked("") is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("小方", "小方"),
        ("  小 \n 方\0", "小 方"),
        ("\u202e方\u2066小", "方小"),
        ("👨‍👩‍👧 家", "👨‍👩‍👧 家"),
        ("长" * 20, "长" * 20),
    ],
)
def test_a_nickname_is_kept_in_one_harmless_line(member, typed, kept):
    change_profile(member=member, nickname=typed)
    assert Member.objects.get().nickname == kept


@pytest.mark.parametrize("typed", ["", " ", "\0", "\u200d", "\ud800", "长" * 21, "x" * 10_000])
def test_a_nickname_that_is_none_is_refused(member, typed):
    change_profile(member=member, nickname="旧名")
    with pytest.raises(ProfileInvalid) as refusal:
        change_profile(member=member, nickname=typed, avatar="")
    assert list(refusal.value.details["fields"]) == ["nickname"]
    assert Member.objects.get().nickname == "旧名"


def test_an_avatar_of_our_own_storage_is_taken(member, settings):
    for url in ("/media/avatars/a-1.webp", f"{settings.PUBLIC_URL}/media/a.png", ""):
        change_profile(member=member, avatar=url)
        assert Member.objects.get().avatar == url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a.png",
        "http://testserver.evil.example/media/a.png",
        "javascript:alert(1)",
        "/media/../admin",
        "/media/.env",
        "/media/a.png?x=1",
        "/media//evil.example/a.png",
        "/media/",
        "/media/a\n.png",
        "/media/" + "a" * 500,
        "data:image/png;base64,AAAA",
    ],
)
def test_an_avatar_from_elsewhere_is_refused(member, url):
    with pytest.raises(ProfileInvalid) as refusal:
        change_profile(member=member, avatar=url)
    assert list(refusal.value.details["fields"]) == ["avatar"]
    assert Member.objects.get().avatar == ""


def test_consent_is_recorded_once_for_each_version_and_program(member, program, second):
    for version, where in [
        ("2026-11", program),
        ("2026-11", program),
        ("2027-01", program),
        ("2026-11", second),
    ]:
        agree_to_privacy(member=member, program=where, version=version, ip="127.0.0.1")
    rows = PrivacyConsent.objects.order_by("id").values_list("version", "program_id", "ip")
    assert list(rows) == [
        ("2026-11", program.pk, "127.0.0.1"),
        ("2027-01", program.pk, "127.0.0.1"),
        ("2026-11", second.pk, "127.0.0.1"),
    ]
