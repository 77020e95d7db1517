"""WeChat's side of the tests: keys, signed answers and notices, a server that says what it is told."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fangcun.gateways.wechat.miniprogram import MiniProgramApi
from fangcun.gateways.wechat.pay import MerchantCredentials, PayApi
from fangcun.gateways.wechat.tokens import MemoryTokens
from fangcun.gateways.wechat.transport import Timeout

API_V3_KEY = "0123456789abcdef0123456789ABCDEF"
SERIAL = "PUB_KEY_ID_0114232134912410000000000000"
QUICK = Timeout(connect=1.0, read=1.0)


@dataclass(frozen=True)
class Pair:
    """An RSA key of the test, both halves as PEM."""

    key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def private_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def public_pem(self) -> str:
        return (
            self.key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )


@lru_cache
def pair(name: str) -> Pair:
    """One key for each name: "wechatpay", "merchant", "stranger"."""
    return Pair(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def signed_headers(
    body: bytes, *, signer: str = "wechatpay", serial: str = SERIAL, at: float | None = None
) -> dict[str, str]:
    timestamp, nonce = str(int(time.time() if at is None else at)), secrets.token_hex(16)
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    signature = pair(signer).key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def seal(plain: bytes, associated_data: str, *, key: str = API_V3_KEY) -> dict[str, str]:
    nonce = secrets.token_hex(6)
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), plain, associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


PAID: dict[str, Any] = {
    "appid": "wx2421b1c4370ec43b",
    "mchid": "1900000109",
    "out_trade_no": "FC20261123000001",
    "transaction_id": "4200000000202611230000000001",
    "trade_type": "JSAPI",
    "trade_state": "SUCCESS",
    "trade_state_desc": "支付成功",
    "bank_type": "OTHERS",
    "attach": "",
    "success_time": "2026-11-23T12:00:05+08:00",
    "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
    "amount": {"total": 3980, "payer_total": 3980, "currency": "CNY", "payer_currency": "CNY"},
}
REFUNDED: dict[str, Any] = {
    "mchid": "1900000109",
    "out_trade_no": "FC20261123000001",
    "transaction_id": "4200000000202611230000000001",
    "out_refund_no": "FC20261123000001-R1",
    "refund_id": "50000000002026112300000001",
    "refund_status": "SUCCESS",
    "success_time": "2026-11-23T13:00:05+08:00",
    "user_received_account": "支付用户零钱",
    "amount": {"total": 3980, "refund": 1000, "payer_total": 3980, "payer_refund": 1000},
}


def notice_body(
    resource: Any,
    *,
    event_type: str = "TRANSACTION.SUCCESS",
    original_type: str = "transaction",
    **sealing: str,
) -> bytes:
    plain = resource if isinstance(resource, bytes) else json.dumps(resource, ensure_ascii=False).encode()
    return json.dumps(
        {
            "id": "EV-2018022511223320873",
            "create_time": "2026-11-23T12:00:06+08:00",
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": "支付成功",
            "resource": {**seal(plain, original_type, **sealing), "original_type": original_type},
        },
        ensure_ascii=False,
    ).encode()


@dataclass
class Said:
    """What the stand-in got to hear."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class StandIn:
    """A server in WeChat's place that answers from a list; the last answer is repeated."""

    def __init__(self) -> None:
        self.heard: list[Said] = []
        self.answers: list[Callable[[Said], tuple[int, dict[str, str], bytes]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def says(self, status: int, body: bytes | dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Add an answer without WeChat Pay's signature."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.answers.append(lambda _: (status, {"Content-Type": "application/json", **(headers or {})}, raw))

    def says_signed(self, status: int, body: bytes | dict[str, Any], **signing: Any) -> None:
        """Add an answer with a signature made when it is given."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.answers.append(
            lambda _: (status, {"Content-Type": "application/json", **signed_headers(raw, **signing)}, raw)
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                said = Said(self.command, self.path, dict(self.headers), body)
                stand_in.heard.append(said)
                reply = stand_in.answers.pop(0) if len(stand_in.answers) > 1 else stand_in.answers[0]
                status, headers, content = reply(said)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer  # noqa: N815 - the names BaseHTTPRequestHandler calls

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
    yield server
    server.close()


def merchant(**changes: Any) -> MerchantCredentials:
    settings: dict[str, Any] = {
        "mchid": "1900000109",
        "serial_no": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
        "private_key_pem": pair("merchant").private_pem,
        "api_v3_key": API_V3_KEY,
        "keys": {SERIAL: pair("wechatpay").public_pem},
    }
    return MerchantCredentials(**{**settings, **changes})


@pytest.fixture
def pay(stand_in: StandIn) -> PayApi:
    return PayApi(stand_in.url, merchant(), timeout=QUICK)


class BoxWorld:
    """The demo program and merchant of a running box, and a person with a phone."""

    def __init__(self, url: str, **demo: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=10)
        self.post("/_box/reset")
        self.demo = self.post("/_box/demo", **demo)
        self.appid, self.secret = self.demo["appid"], self.demo["secret"]

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._http.post(path, json=body)
        assert answer.status_code < 300, answer.text
        return dict(answer.json())

    def faults(self, **switches: Any) -> None:
        self.post("/_box/faults", **switches)

    def get(self, path: str, **params: str) -> dict[str, Any]:
        return dict(self._http.get(path, params=params).json())

    def code(self, user: str = "小方") -> str:
        return str(self.post("/_box/login", appid=self.appid, user=user)["code"])

    def miniprogram(self, **changes: Any) -> MiniProgramApi:
        settings: dict[str, Any] = {"appid": self.appid, "secret": self.secret, "tokens": MemoryTokens()}
        return MiniProgramApi(self.url, **{**settings, **changes})

    def merchant(self, **changes: Any) -> MerchantCredentials:
        settings: dict[str, Any] = {
            "mchid": self.demo["mchid"],
            "serial_no": self.demo["merchant_serial_no"],
            "private_key_pem": self.demo["merchant_private_key"],
            "api_v3_key": self.demo["api_v3_key"],
            "keys": {self.demo["public_key_id"]: self.demo["wechatpay_public_key"]},
        }
        return MerchantCredentials(**{**settings, **changes})

    def pay(self, **changes: Any) -> PayApi:
        return PayApi(self.url, self.merchant(**changes))

    def openid(self, user: str = "小方") -> str:
        return self.miniprogram().code2session(self.code(user)).openid

    def close(self) -> None:
        self._http.delete("/_box/faults")
        self._http.close()


@pytest.fixture
def world(box_url: str) -> Iterator[BoxWorld]:
    it = BoxWorld(box_url)
    yield it
    it.close()
