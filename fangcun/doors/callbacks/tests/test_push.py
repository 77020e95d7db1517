"""WeChat's message push at the door: what is believed, what is answered, what is left behind."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import pytest
from wechatpy.crypto import WeChatCrypto

from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.events import SubscribeAnswered, SubscribeChanged, SubscribeSent
from fangcun.identity.programs.models import Program, PushReceipt, PushSettings
from fangcun.identity.programs.pushing import set_push
from fangcun.identity.programs.tasks import forget_receipts
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

APPID, TOKEN, AES_KEY = "wx0000000000000001", "Token123", "b" * 43
DOOR = f"/callbacks/wechat/push/{APPID}"


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid=APPID, name="青禾鲜", app_secret="s")


@pytest.fixture
def plain(program: Program) -> Program:
    set_push(program=program, token=TOKEN, aes_key=AES_KEY, mode="plain", by=SYSTEM)
    return program


@pytest.fixture
def secure(program: Program) -> Program:
    set_push(program=program, token=TOKEN, aes_key=AES_KEY, mode="secure", by=SYSTEM)
    return program


def signed(*more: str, age: float = 0, nonce: str = "1514711492", token: str = TOKEN) -> dict[str, str]:
    at = str(int(time.time() - age))
    name = "msg_signature" if more else "signature"
    signature = hashlib.sha1("".join(sorted([token, at, nonce, *more])).encode()).hexdigest()
    return {"timestamp": at, "nonce": nonce, name: signature}


def message(**changes: Any) -> dict[str, Any]:
    told = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": int(time.time()), "MsgType": "text",
            "Content": "在吗", "MsgId": 1234567890123456}  # fmt: skip
    return {**told, **changes}


def push(client, told: dict[str, Any] | bytes, query: dict[str, str] | None = None) -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return client.post(DOOR, body, content_type="application/json", query_params=query or signed())


def nothing_happened() -> bool:
    return not any(
        model.objects.exists() for model in (Entry, Conversation, PushReceipt, Job, Member, Account)
    )


def test_the_question_whether_the_address_is_ours_is_answered(client, secure):
    answer = client.get(DOOR, query_params={**signed(), "echostr": "4375120948345356249"})
    assert (answer.status_code, answer.content) == (200, b"4375120948345356249")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert client.get(DOOR, query_params={**signed(token="other"), "echostr": "x"}).status_code == 403
    assert client.get(DOOR, query_params={**signed(age=301), "echostr": "x"}).status_code == 403
    assert client.get(DOOR).status_code == 403
    assert client.put(DOOR).status_code == 405
    assert nothing_happened()


def test_a_message_is_kept_and_success_is_answered(client, plain):
    answer = push(client, message())
    assert (answer.status_code, answer.content) == (200, b"success")
    assert Entry.objects.get().text == "在吗"
    assert (Member.objects.count(), Account.objects.count()) == (0, 0)
    assert PushSettings.objects.get().heard_at is not None


def test_a_sealed_message_is_opened(client, secure):
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    envelope = crypto.encrypt_message(json.dumps(message()), "n", "1")
    encrypted = envelope.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    body = {"ToUserName": "gh_1", "Encrypt": encrypted}
    assert push(client, body, {**signed(encrypted), "encrypt_type": "aes"}).content == b"success"
    assert Entry.objects.get().text == "在吗"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"token": "stranger"}, b"signature"), ({"age": 300}, b"stale"), ({"age": -301}, b"stale"),
        ({"nonce": ""}, b"missing"),
    ],
)  # fmt: skip
def test_what_is_not_believed_leaves_nothing_behind(client, plain, query, reason):
    answer = push(client, message(), signed(**query))
    assert (answer.status_code, answer.content) == (403, reason)
    assert nothing_happened()


def test_a_plain_message_is_refused_where_messages_are_sealed(client, secure):
    assert push(client, message()).status_code == 403
    assert nothing_happened()


def test_bombs_are_refused_even_with_the_right_signature(client, plain):
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><xml><FromUserName>&b;</FromUserName></xml>'
    assert push(client, bomb).status_code == 403
    assert push(client, b"x" * (256 * 1024 + 1)).status_code == 413
    assert nothing_happened()


def test_a_repetition_is_answered_and_kept_once(client, plain):
    told, query = message(), signed()
    for _ in range(3):
        assert push(client, told, query).content == b"success"
    assert push(client, told, signed(nonce="another")).content == b"success"
    assert (Entry.objects.count(), PushReceipt.objects.count()) == (1, 1)


def test_a_captured_signature_does_not_carry_other_content(client, plain):
    query = signed()
    push(client, message(), query)
    answer = push(client, message(MsgId=2, Content="退款到我这里"), query)
    assert (answer.status_code, answer.content) == (403, b"push_replayed")
    assert list(Entry.objects.values_list("text", flat=True)) == ["在吗"]


def test_an_unknown_program_or_one_without_push_is_not_found(client, program):
    assert push(client, message()).status_code == 404
    assert client.post("/callbacks/wechat/push/wxunknown", b"{}", content_type="text/xml").status_code == 404
    Program.objects.update(is_active=False)
    assert push(client, message()).status_code == 404
    assert nothing_happened()


def test_messages_are_handed_over_to_wechats_tool_when_that_is_wanted(client, program):
    set_push(program=program, token=TOKEN, aes_key=AES_KEY, mode="plain", hands_over=True, by=SYSTEM)
    answer = push(client, message())
    assert answer.json()["MsgType"] == "transfer_customer_service"
    assert answer.json()["ToUserName"] == "o1"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    entered = message(MsgType="event", Event="user_enter_tempsession", SessionFrom="x")
    assert push(client, entered, signed(nonce="2")).content == b"success"
    assert Entry.objects.count() == 2


def test_what_we_do_not_use_is_taken_and_told_to_nobody(client, plain):
    told = message(MsgType="event", Event="wxa_punish_event")
    assert push(client, told).content == b"success"
    assert (PushReceipt.objects.count(), Job.objects.count(), Entry.objects.count()) == (1, 0, 0)


def test_news_of_consents_is_announced_for_each_template(client, plain, monkeypatch):
    heard: list[Any] = []
    monkeypatch.setattr("fangcun.identity.programs.pushing.announce", lambda *news: heard.extend(news))
    entries = [{"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"},
               {"TemplateId": "T2", "SubscribeStatusString": "reject", "PopupScene": "0"}]  # fmt: skip
    event = {"MsgType": "event", "CreateTime": str(int(time.time())), "MsgId": None}
    push(client, message(**event, Event="subscribe_msg_popup_event", List=entries))
    push(client, message(**event, Event="subscribe_msg_change_event", List=entries[1]), signed(nonce="2"))
    sent = {"TemplateId": "T1", "MsgID": "17", "ErrorCode": "0", "ErrorStatus": "success"}
    push(client, message(**event, Event="subscribe_msg_sent_event", List=[sent]), signed(nonce="3"))
    assert [(type(one), one.template_id) for one in heard] == [
        (SubscribeAnswered, "T1"), (SubscribeAnswered, "T2"), (SubscribeChanged, "T2"), (SubscribeSent, "T1"),
    ]  # fmt: skip
    assert [heard[0].answer, heard[1].answer, heard[2].answer] == ["accept", "reject", "reject"]
    assert (heard[3].msgid, heard[3].error_code, heard[3].openid) == ("17", "0", "o1")
    assert len({one.key for one in heard}) == 4


def test_old_receipts_go(client, plain):
    push(client, message())
    PushReceipt.objects.update(at="2026-01-01T00:00:00Z")
    forget_receipts()
    assert PushReceipt.objects.count() == 0


def test_secrets_are_sealed_in_the_database(program):
    from django.db import connection

    set_push(program=program, token=TOKEN, aes_key=AES_KEY, by=SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, aes_key FROM programs_pushsettings")
        row = cursor.fetchone()
    assert TOKEN not in row[0]
    assert AES_KEY not in row[1]


def test_a_push_costs_few_statements(client, plain, django_assert_max_num_queries):
    push(client, message())
    with django_assert_max_num_queries(18):
        push(client, message(MsgId=2), signed(nonce="2"))
