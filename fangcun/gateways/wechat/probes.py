"""What WeChat would send us, made by ourselves: to see from outside whether it would be believed. Pure.

A probe is told by its nonce, so that a refused one is not taken for a push of WeChat's that was refused.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
from dataclasses import dataclass, field

from fangcun.gateways.wechat import push_crypto

NONCE = "fcprobe"
EVENT = "fangcun_probe"


@dataclass(frozen=True, slots=True)
class Probe:
    """A request to one of our callback addresses: what stands in the address, in the head, in the body."""

    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def is_probe(nonce: str) -> bool:
    """Whether a nonce is one of ours."""
    return nonce.startswith(NONCE)


def echo_probe(*, token: str, now: dt.datetime) -> Probe:
    """The question whether the address is ours, as WeChat's console asks it; `echostr` is to be answered."""
    timestamp, nonce = _moment(now)
    signature = push_crypto.signature_of(token, timestamp, nonce)
    query = {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": secrets.token_hex(8)}
    return Probe(query=query)


def push_probe(*, token: str, aes_key: str, appid: str, now: dt.datetime) -> Probe:
    """A push about nothing, signed, and sealed where there is a key. A well-formed one is to be answered `success`."""
    timestamp, nonce = _moment(now)
    told = {
        "ToUserName": "fangcun",
        "FromUserName": NONCE,
        "CreateTime": int(now.timestamp()),
        "MsgType": "event",
        "Event": EVENT,
        # The text that proxies break: outside ASCII, quotes, line breaks, spaces at the end.
        "Note": '方寸自检 "\\" <&> \r\n ',
    }
    plain = json.dumps(told, ensure_ascii=False).encode()
    query = {
        "timestamp": timestamp,
        "nonce": nonce,
        "signature": push_crypto.signature_of(token, timestamp, nonce),
    }
    headers = {"Content-Type": "application/json"}
    if not aes_key:
        return Probe(query, headers, plain)
    encrypted = push_crypto.seal(plain, aes_key=aes_key, appid=appid)
    query |= {
        "encrypt_type": "aes",
        "msg_signature": push_crypto.signature_of(token, timestamp, nonce, encrypted),
    }
    return Probe(query, headers, json.dumps({"ToUserName": "fangcun", "Encrypt": encrypted}).encode())


def notice_probe(*, serial: str, now: dt.datetime) -> Probe:
    """A payment notice with a signature that nobody made; it must be refused. `serial` is the key it names."""
    timestamp, nonce = _moment(now)
    headers = {
        "Content-Type": "application/json",
        "Wechatpay-Serial": serial,
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(secrets.token_bytes(256)).decode(),
    }
    return Probe(headers=headers, body=b'{"id":"fangcun-probe"}')


def _moment(now: dt.datetime) -> tuple[str, str]:
    return str(int(now.timestamp())), NONCE + secrets.token_hex(8)
