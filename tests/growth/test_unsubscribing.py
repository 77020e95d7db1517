"""Ways out of marketing texts, over HTTP."""

from __future__ import annotations

import pytest

from fangcun.grow.messaging.reaching import preference_of
from fangcun.grow.messaging.services import register_text_template, set_preference, text
from fangcun.grow.messaging.texting import reply_secret
from fangcun.identity.members.models import Member
from fangcun.identity.members.phones import phone_digests
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db
PHONE = "13800000001"


@pytest.fixture
def member() -> Member:
    member = Member.objects.create(phone=PHONE, phone_digest=phone_digests(PHONE)[0])
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    return member


def reply_path(provider: str) -> str:
    return f"/callbacks/sms/{provider}/{reply_secret(provider)}"


def wants(member: Member) -> bool:
    return preference_of(member.pk).marketing_texts


def test_the_address_in_a_text_asks_first_and_then_ends_it(client, member):
    register_text_template(code="back", title="召回", body="退订 {unsubscribe}", marketing=True, by=SYSTEM)
    sent = text(template="back", values={}, key="k", marketing=True, member_id=member.pk)
    address = f"/u/{sent.token}"
    page = client.get(address)
    assert (page.status_code, wants(member)) == (200, True)
    assert "确认退订" in page.content.decode()
    page = client.post(address)
    assert (page.status_code, wants(member)) == (200, False)
    assert "已退订" in page.content.decode()


def test_a_guessed_address_is_not_there(client, member):
    assert client.get("/u/guess").status_code == 404
    assert client.post("/u/guess").status_code == 404
    assert wants(member)


def test_aliyuns_replies_are_heard(client, member):
    told = [{"phone_number": PHONE, "content": "R", "sign_name": "青禾鲜", "sequence_id": 1}]
    answer = client.post(reply_path("aliyun"), told, content_type="application/json")
    assert (answer.json(), wants(member)) == ({"code": 0, "msg": "接收成功"}, False)


def test_tencent_clouds_replies_are_heard(client, member):
    told = {"mobile": PHONE, "nationcode": "86", "text": "TD", "sign": "青禾鲜", "time": 1457336869}
    answer = client.post(reply_path("tencent"), told, content_type="application/json")
    assert (answer.json(), wants(member)) == ({"result": 0, "errmsg": "OK"}, False)


@pytest.mark.parametrize("path", ["/callbacks/sms/aliyun/guess", "/callbacks/sms/other/guess"])
def test_who_does_not_know_the_address_ends_nothing(client, member, path):
    told = [{"phone_number": PHONE, "content": "R"}]
    assert client.post(path, told, content_type="application/json").status_code == 404
    assert wants(member)


@pytest.mark.parametrize("body", ["not json", '[1, null, "R"]', '{"mobile": 5, "text": []}'])
def test_a_reply_that_can_not_be_read_changes_nothing(client, member, body):
    answer = client.post(reply_path("tencent"), body, content_type="application/json")
    assert answer.status_code in (200, 400)
    assert wants(member)
