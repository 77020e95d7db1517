"""WeChat's message push: believed only after signature, freshness and decryption."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.gateways.wechat.push import MOST_BYTES, PushSecrets, answer_echo, hand_over, open_push
from fangcun.gateways.wechat.push_crypto import NotSealed, seal, signature_of, unseal

APPID = "wx0123456789abcdef"
TOKEN = "AAAAA"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
AT = 1_714_036_504
NOW = dt.datetime.fromtimestamp(AT, dt.UTC)
TEXT = {
    "ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": AT, "MsgType": "text", "Content": "在吗 <&>",
    "MsgId": 1234567890123456,
}  # fmt: skip
XML = (
    "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>"
    f"<CreateTime>{AT}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[在吗 <&>]]></Content><MsgId>1234567890123456</MsgId></xml>"
)
BODIES = {"json": json.dumps(TEXT, ensure_ascii=False), "xml": XML}


def agreed(mode: str = "secure") -> PushSecrets:
    return PushSecrets(token=TOKEN, aes_key=AES_KEY, mode=mode)  # type: ignore[arg-type]


def oracle_signature(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def plain_query(**changes: str) -> dict[str, str]:
    query = {"timestamp": str(AT), "nonce": "1514711492", "openid": "o1"}
    return {**query, "signature": oracle_signature(TOKEN, str(AT), "1514711492"), **changes}


def sealed(body: str, *, form: str = "xml", with_plain: bool = False) -> tuple[dict[str, str], bytes]:
    """A push that wechatpy sealed: query and body."""
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    envelope = crypto.encrypt_message(body, "1514711492", str(AT))
    encrypted = envelope.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    signature = envelope.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    query = plain_query(encrypt_type="aes", msg_signature=signature)
    if form == "json":
        rest = TEXT if with_plain else {"ToUserName": "gh_1"}
        return query, json.dumps({**rest, "Encrypt": encrypted}).encode()
    inside = XML[5:-6] if with_plain else "<ToUserName><![CDATA[gh_1]]></ToUserName>"
    return query, f"<xml>{inside}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def refused(query: dict[str, str], body: bytes, mode: str = "secure", now: dt.datetime = NOW) -> str:
    with pytest.raises(SignatureRefused) as told:
        open_push(query, body, appid=APPID, agreed=agreed(mode), now=now)
    return told.value.reason


def test_the_published_vector_is_answered():
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696", "timestamp": "1714036504",
        "nonce": "1514711492", "echostr": "4375120948345356249",
    }  # fmt: skip
    assert answer_echo(query, token="AAAAA", now=NOW) == "4375120948345356249"
    for name, value in (("signature", "f" * 40), ("nonce", "1514711493"), ("timestamp", "1714036505")):
        with pytest.raises(SignatureRefused) as told:
            answer_echo({**query, name: value}, token="AAAAA", now=NOW)
        assert told.value.reason == "signature"
    with pytest.raises(SignatureRefused) as told:
        answer_echo(query, token="AAAAB", now=NOW)
    assert told.value.reason == "signature"


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_plain_push_is_read(form):
    pushed = open_push(plain_query(), BODIES[form].encode(), appid=APPID, agreed=agreed("plain"), now=NOW)
    assert (pushed.openid, pushed.receiver, pushed.kind, pushed.event) == ("o1", "gh_1", "text", "")
    assert (pushed.text("Content"), pushed.key, pushed.at) == ("在吗 <&>", "msg:1234567890123456", NOW)
    assert (pushed.as_json, pushed.sealed) == (form == "json", False)


def test_half_a_character_is_no_reason_to_lose_a_message():
    body = json.dumps({**TEXT, "Content": "在\0吗\ud83d"}).encode()
    pushed = open_push(plain_query(), body, appid=APPID, agreed=agreed("plain"), now=NOW)
    assert pushed.text("Content") == "在吗?"


@pytest.mark.parametrize("mode", ["secure", "compatible"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_the_published_client_sealed_is_opened(form, mode):
    query, body = sealed(BODIES[form], form=form, with_plain=mode == "compatible")
    pushed = open_push(query, body, appid=APPID, agreed=agreed(mode), now=NOW)
    assert (pushed.text("Content"), pushed.sealed, pushed.key) == ("在吗 <&>", True, "msg:1234567890123456")


def test_the_published_client_opens_our_answer():
    query, body = sealed(XML)
    pushed = open_push(query, body, appid=APPID, agreed=agreed(), now=NOW)
    answer = hand_over(pushed, appid=APPID, agreed=agreed(), now=NOW)
    fields = {
        name: answer.split(f"<{name}>")[1].split(f"</{name}>")[0]
        for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
    }
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    opened = crypto.decrypt_message(answer, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])
    assert opened == (
        f"<xml><ToUserName>o1</ToUserName><FromUserName>gh_1</FromUserName><CreateTime>{AT}</CreateTime>"
        "<MsgType>transfer_customer_service</MsgType></xml>"
    )


def test_an_answer_to_a_plain_push_is_plain():
    pushed = open_push(plain_query(), BODIES["json"].encode(), appid=APPID, agreed=agreed("plain"), now=NOW)
    assert json.loads(hand_over(pushed, appid=APPID, agreed=agreed("plain"), now=NOW)) == {
        "ToUserName": "o1", "FromUserName": "gh_1", "CreateTime": AT, "MsgType": "transfer_customer_service",
    }  # fmt: skip


def test_what_is_sealed_here_is_opened_there_and_the_reverse():
    for text in ("", "短", "x" * 32, "中文" * 700):
        assert unseal(seal(text.encode(), aes_key=AES_KEY, appid=APPID), aes_key=AES_KEY, appid=APPID) == (
            text.encode()
        )
    with pytest.raises(NotSealed):
        unseal(seal(b"x", aes_key=AES_KEY, appid=APPID), aes_key=AES_KEY, appid="wxother")
    with pytest.raises(NotSealed):
        unseal(seal(b"x", aes_key=AES_KEY, appid=APPID), aes_key=AES_KEY[::-1], appid=APPID)


def test_a_wrong_signature_is_refused():
    query, body = sealed(XML)
    assert refused({**query, "msg_signature": "0" * 40}, body) == "signature"
    # The signature over token, time and nonce alone is not enough for what is sealed.
    assert refused({**query, "msg_signature": query["signature"]}, body) == "signature"
    assert (
        refused({name: value for name, value in query.items() if name != "msg_signature"}, body) == "missing"
    )
    assert refused(plain_query(signature="中文"), BODIES["json"].encode(), "plain") == "signature"
    assert refused(plain_query(signature=""), BODIES["json"].encode(), "plain") == "missing"


def test_a_plain_push_is_refused_where_pushes_are_sealed():
    for mode in ("secure", "compatible"):
        assert refused(plain_query(), BODIES["json"].encode(), mode) == "missing"


def test_an_altered_or_foreign_seal_is_refused():
    query, body = sealed(XML)
    assert refused(query, body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A")) == "signature"
    for encrypted in ("!!!", "AAAA", seal(b"{}", aes_key=AES_KEY, appid="wxother")):
        signed = plain_query(
            encrypt_type="aes", msg_signature=signature_of(TOKEN, str(AT), "1514711492", encrypted)
        )
        assert refused(signed, json.dumps({"Encrypt": encrypted}).encode()) == "decrypt"


@pytest.mark.parametrize("seconds", [300, -300, 86400])
def test_an_old_or_early_timestamp_is_refused(seconds):
    query, body = sealed(XML)
    assert refused(query, body, now=NOW + dt.timedelta(seconds=seconds)) == "stale"
    nearly = NOW + dt.timedelta(seconds=299 if seconds > 0 else -299)
    assert open_push(query, body, appid=APPID, agreed=agreed(), now=nearly).openid == "o1"


@pytest.mark.parametrize(
    "changes", [{"timestamp": "soon"}, {"timestamp": ""}, {"nonce": ""}, {"nonce": "n" * 65}]
)
def test_a_push_without_time_or_nonce_is_refused(changes):
    assert refused(plain_query(**changes), BODIES["json"].encode(), "plain") == "missing"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]><xml><FromUserName>&lol9;</FromUserName></xml>"
)
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><FromUserName>&f;</FromUserName></xml>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB, FILE, '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>', "", "hello", "[]", "{",
        "<xml>", "<xml/>", "<xml><a>&b;</a></xml>", "<a>" * 50, "[" * 9000, '{"a":' * 9000, "\x00",
        '<?xml version="1.0" encoding="nonsense"?><xml><a>1</a></xml>', "{}",
        '{"FromUserName": "o1", "MsgType": "text", "CreateTime": "x"}', '{"FromUserName": ["o1"]}',
        '{"FromUserName": "o1", "MsgType": "text", "CreateTime": 1e99}',
    ],
)  # fmt: skip
def test_bombs_and_nonsense_are_refused_even_when_signed(body):
    assert refused(plain_query(), body.encode(), "plain") == "malformed"
    encrypted = seal(body.encode(), aes_key=AES_KEY, appid=APPID)
    query = plain_query(
        encrypt_type="aes", msg_signature=signature_of(TOKEN, str(AT), "1514711492", encrypted)
    )
    assert refused(query, json.dumps({"Encrypt": encrypted}).encode()) == "malformed"


def test_a_push_that_is_too_large_is_refused():
    assert refused(plain_query(), b"{" + b" " * MOST_BYTES + b"}", "plain") == "malformed"


def event(**fields: Any) -> Any:
    body = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": str(AT), "MsgType": "event", **fields}
    return open_push(
        plain_query(), json.dumps(body).encode(), appid=APPID, agreed=agreed("plain"), now=NOW
    )  # fmt: skip


def test_an_event_has_the_same_key_whenever_it_is_repeated():
    first = event(Event="subscribe_msg_sent_event", List={"TemplateId": "T1", "MsgID": "7"})
    assert first.key == event(Event="subscribe_msg_sent_event", List={"MsgID": "7", "TemplateId": "T1"}).key
    other = event(Event="subscribe_msg_sent_event", List={"TemplateId": "T2", "MsgID": "8"})
    assert first.key != other.key
    assert first.key.startswith(f"o1:{AT}:subscribe_msg_sent_event:")


def test_one_listed_thing_and_several_are_read_alike():
    one, two = {"TemplateId": "T1"}, [{"TemplateId": "T1"}, {"TemplateId": "T2"}]
    assert list(event(Event="e", List=one).entries()) == [one]
    assert list(event(Event="e", List=two).entries()) == two
    assert list(event(Event="e", SubscribeMsgPopupEvent={"List": two}).entries()) == two
    assert list(event(Event="e").entries()) == []
    inside = "<List><TemplateId>T1</TemplateId></List><List><TemplateId>T2</TemplateId></List>"
    xml = XML.replace("</xml>", f"<SubscribeMsgPopupEvent>{inside}</SubscribeMsgPopupEvent></xml>")
    pushed = open_push(plain_query(), xml.encode(), appid=APPID, agreed=agreed("plain"), now=NOW)
    assert list(pushed.entries()) == two
