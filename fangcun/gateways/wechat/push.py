"""WeChat's message push: what it posts to us, believed only after signature, freshness and decryption.

Source: 消息推送 (https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from xml.sax.saxutils import escape

from fangcun.gateways.wechat import push_crypto
from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.gateways.wechat.push_reading import Unreadable, read

MOST_BYTES = 256 * 1024
FRESH_S = 300
SUCCESS = "success"
_MOST_NONCE = 64

Mode = Literal["plain", "compatible", "secure"]


@dataclass(frozen=True, slots=True)
class PushSecrets:
    """What a mini program and WeChat agreed on for its pushes. `aes_key` is the EncodingAESKey, "" for none."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    mode: Mode


@dataclass(frozen=True, slots=True)
class Pushed:
    """One believed push. `key` is the same whenever WeChat repeats it, `fields` are as WeChat names them."""

    openid: str
    receiver: str
    at: dt.datetime
    kind: str
    event: str
    key: str
    fields: Mapping[str, Any]
    as_json: bool
    sealed: bool

    def text(self, name: str) -> str:
        """A field as text; "" when it is missing or no text or number."""
        return _text(self.fields.get(name))

    def entries(self) -> Iterator[Mapping[str, Any]]:
        """What a push about several things lists under `List`, one or many, in JSON or one level down in XML."""
        for holder in (self.fields, *(part for part in self.fields.values() if isinstance(part, dict))):
            listed = holder.get("List")
            for entry in listed if isinstance(listed, list) else [listed]:
                if isinstance(entry, dict):
                    yield entry


def answer_echo(query: Mapping[str, str], *, token: str, now: dt.datetime) -> str:
    """What WeChat wants to read when somebody enters our address in its console.

    Raises SignatureRefused: `missing`, `stale` or `signature`.
    """
    timestamp, nonce = _freshness(query, now)
    _believe(query.get("signature", ""), token, timestamp, nonce)
    return query.get("echostr", "")


def open_push(
    query: Mapping[str, str], body: bytes, *, appid: str, agreed: PushSecrets, now: dt.datetime
) -> Pushed:
    """Verify one push, and decrypt it when it is sealed. Nothing in it may be used before this.

    In the compatible and the secure mode only what is sealed is read. Calls nobody.
    Raises SignatureRefused: `missing`, `stale`, `signature`, `decrypt` or `malformed`.
    Replays within five minutes pass: tell them by `key`.
    """
    timestamp, nonce = _freshness(query, now)
    sealed = agreed.mode != "plain" or query.get("encrypt_type") == "aes"
    if not sealed:
        _believe(query.get("signature", ""), agreed.token, timestamp, nonce)
        return _pushed(_read(body), as_json=_is_json(body), sealed=False)
    envelope = _read(body)
    encrypted = envelope.get("Encrypt")
    if not isinstance(encrypted, str) or not encrypted:
        raise SignatureRefused("missing", "推送里没有 Encrypt")
    _believe(query.get("msg_signature", ""), agreed.token, timestamp, nonce, encrypted)
    try:
        plain = push_crypto.unseal(encrypted, aes_key=agreed.aes_key, appid=appid)
    except push_crypto.NotSealed as failure:
        raise SignatureRefused("decrypt", "EncodingAESKey 解不开推送，或推送属于别的小程序") from failure
    return _pushed(_read(plain), as_json=_is_json(body), sealed=True)


def meant_for_another(refused: SignatureRefused) -> bool:
    """Whether a push that could not be opened was sealed with the right key, for another mini program."""
    return isinstance(refused.__cause__, push_crypto.ForAnother)


def hand_over(pushed: Pushed, *, appid: str, agreed: PushSecrets, now: dt.datetime) -> str:
    """The answer that gives this customer to WeChat's own customer service tool, in the form the push had."""
    told: dict[str, str | int] = {
        "ToUserName": pushed.openid,
        "FromUserName": pushed.receiver,
        "CreateTime": int(now.timestamp()),
        "MsgType": "transfer_customer_service",
    }
    plain = _written(told, as_json=pushed.as_json)
    if not pushed.sealed:
        return plain
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
    encrypted = push_crypto.seal(plain.encode(), aes_key=agreed.aes_key, appid=appid)
    signature = push_crypto.signature_of(agreed.token, timestamp, nonce, encrypted)
    envelope: dict[str, str | int] = {
        "Encrypt": encrypted,
        "MsgSignature": signature,
        "TimeStamp": int(timestamp),
        "Nonce": nonce,
    }
    return _written(envelope, as_json=pushed.as_json)


def _freshness(query: Mapping[str, str], now: dt.datetime) -> tuple[str, str]:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureRefused("missing", "推送没有时间戳")
    if not 0 < len(nonce) <= _MOST_NONCE:
        raise SignatureRefused("missing", "推送没有随机串")
    if abs(now.timestamp() - int(timestamp)) >= FRESH_S:
        raise SignatureRefused("stale", "推送的时间戳与现在相差五分钟以上")
    return timestamp, nonce


def _believe(signature: str, *parts: str) -> None:
    if not signature:
        raise SignatureRefused("missing", "推送没有签名")
    if not push_crypto.matches(signature, *parts):
        raise SignatureRefused("signature", "推送的签名不符")


def _read(body: bytes) -> dict[str, Any]:
    if len(body) > MOST_BYTES:
        raise SignatureRefused("malformed", "推送过大")
    try:
        return read(body)
    except Unreadable as failure:
        raise SignatureRefused("malformed", f"推送的内容不合规：{failure}") from failure


def _pushed(fields: dict[str, Any], *, as_json: bool, sealed: bool) -> Pushed:
    openid, kind, event = (_text(fields.get(name)) for name in ("FromUserName", "MsgType", "Event"))
    created = _text(fields.get("CreateTime"))
    if not openid or len(openid) > 64 or not kind:
        raise SignatureRefused("malformed", "推送没有写明是谁发来的什么")
    if not (created.isascii() and created.isdigit() and len(created) <= 11):
        raise SignatureRefused("malformed", "推送没有写明时间")
    return Pushed(
        openid=openid,
        receiver=_text(fields.get("ToUserName")),
        at=dt.datetime.fromtimestamp(int(created), dt.UTC),
        kind=kind,
        event=event,
        key=_key(fields, openid, created, event),
        fields=fields,
        as_json=as_json,
        sealed=sealed,
    )


def _key(fields: dict[str, Any], openid: str, created: str, event: str) -> str:
    """MsgId, or for an event who, when and what, as WeChat advises; of several in a second the content tells."""
    message = _text(fields.get("MsgId"))
    if message and not event:
        return f"msg:{message}"[:120]
    content = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]
    return f"{openid}:{created}:{event[:30]}:{content}"[:120]


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    # JSON may name half a character, which no database keeps.
    return value.replace("\0", "").encode("utf-8", "replace").decode().strip()


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"


def _written(fields: Mapping[str, str | int], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(fields, ensure_ascii=False)
    inside = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>"
