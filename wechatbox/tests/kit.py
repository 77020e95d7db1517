"""What the tests talk to the box with: a running box, a merchant who signs by himself, a server that hears notices."""

import base64
import http.server
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from wechatbox.app import make_app
from wechatbox.box import Settings


class BoxClient:
    """A box somewhere, as its users see it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=20)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path."""
        return self.http.get(path, params=query).json()

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON that a JSON body brings."""
        return self.http.post(path, json={} if body is None else body).json()

    def advance(self, seconds: float) -> None:
        """Move the box's clock."""
        assert self.http.post("/_box/clock", json={"advance_s": seconds}).status_code == 200

    def faults(self, **switches: Any) -> None:
        """Turn fault switches on."""
        assert self.http.post("/_box/faults", json=switches).status_code == 200

    def notices(self, out_trade_no: str) -> list[dict[str, Any]]:
        """The notices of an order, oldest first."""
        listed: list[dict[str, Any]] = self.get("/_box/notices", out_trade_no=out_trade_no)["notices"]
        return listed[::-1]


class RunningBox(BoxClient):
    """A box that serves on a free port until stopped."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.home = home
        # asyncio turns Nagle's algorithm off only for sockets that say they are TCP.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        app = make_app(Settings(home=home, **{"signtest_every": 0, **settings}))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started)
        super().__init__(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def stop(self) -> None:
        """Stop serving; what the box knows stays in its home."""
        self.http.close()
        self._server.should_exit = True
        self._thread.join()


class _PatientServer(http.server.ThreadingHTTPServer):
    request_queue_size = 128


class Sink:
    """A merchant's server that hears notices and answers as told: a status, or none for silence."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status: int | None = 204
        self._over = threading.Event()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.heard.append((dict(self.headers), body))
                if sink.status is None:
                    sink._over.wait()
                    return
                self.send_response(sink.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _PatientServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/callbacks/pay"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self, count: int = 1) -> None:
        """Until so many notices were heard."""
        wait_until(lambda: len(self.heard) >= count)

    def events(self) -> list[str]:
        """The event types heard, in order."""
        return [json.loads(body)["event_type"] for _, body in self.heard]


@dataclass
class Merchant:
    """A platform's side of the box: signs, verifies and decrypts with nothing of the box's code."""

    box: BoxClient
    demo: dict[str, Any]
    notify_url: str = "http://127.0.0.1:9/nowhere"
    counter: list[int] = field(default_factory=lambda: [0])

    @property
    def appid(self) -> str:
        return str(self.demo["appid"])

    @property
    def mchid(self) -> str:
        return str(self.demo["mchid"])

    def sign(self, message: str) -> str:
        """The merchant's signature, base64."""
        key: Any = load_pem_private_key(self.demo["merchant_private_key"].encode(), None)
        return base64.b64encode(key.sign(message.encode(), PKCS1v15(), SHA256())).decode()

    def authorization(self, method: str, path: str, body: bytes = b"", **changed: str) -> str:
        """An Authorization header; ``changed`` replaces parts after signing, except timestamp and nonce_str."""
        parts = {
            "mchid": self.mchid,
            "nonce_str": changed.pop("nonce_str", None) or self._nonce(),
            "timestamp": changed.pop("timestamp", None) or str(int(time.time())),
            "serial_no": self.demo["merchant_serial_no"],
        }
        message = f"{method}\n{path}\n{parts['timestamp']}\n{parts['nonce_str']}\n{body.decode()}\n"
        parts["signature"] = self.sign(message)
        parts.update(changed)
        return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{name}="{value}"' for name, value in parts.items())

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **changed: str
    ) -> httpx.Response:
        """A signed request; nothing is checked about the answer."""
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self.box.http.request(
            method,
            path,
            content=raw,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Authorization": self.authorization(method, path, raw, **changed),
                **(headers or {}),
            },
        )

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A signed request whose answer must be signed by WeChat Pay."""
        response = self.send(method, path, body)
        assert self.trusts(dict(response.headers), response.content)
        return response

    def trusts(self, headers: dict[str, str], body: bytes) -> bool:
        """Whether headers and body carry WeChat Pay's signature."""
        lower = {name.lower(): value for name, value in headers.items()}
        if lower["wechatpay-serial"] != self.demo["public_key_id"]:
            return False
        key: Any = load_pem_public_key(self.demo["wechatpay_public_key"].encode())
        message = f"{lower['wechatpay-timestamp']}\n{lower['wechatpay-nonce']}\n".encode() + body + b"\n"
        try:
            key.verify(base64.b64decode(lower["wechatpay-signature"]), message, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def opened(self, sealed: dict[str, str]) -> Any:
        """What an AEAD_AES_256_GCM resource says."""
        return json.loads(open_sealed(self.demo["api_v3_key"], sealed))

    def login(self, user: str = "小方", appid: str | None = None) -> dict[str, Any]:
        """A person's session, as the platform's server gets it."""
        code = self.box.post("/_box/login", {"appid": appid or self.appid, "user": user})["code"]
        session: dict[str, Any] = self.session(code)
        return session

    def session(self, code: str, **changed: str) -> Any:
        """code2Session."""
        query = {
            "appid": self.appid,
            "secret": self.demo["secret"],
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return self.box.get("/sns/jscode2session", **(query | changed))

    def token(self) -> str:
        """The stable access_token."""
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.demo["secret"]}
        return str(self.box.post("/cgi-bin/stable_token", body)["access_token"])

    def order_body(self, **changed: Any) -> dict[str, Any]:
        """A good order request of 12.30 yuan by 小方; ``None`` leaves a field out."""
        self.counter[0] += 1
        body = {
            "appid": self.appid,
            "mchid": self.mchid,
            "description": "菠菜 500g",
            "out_trade_no": f"ORDER{self.counter[0]:06d}",
            "notify_url": self.notify_url,
            "amount": {"total": 1230, "currency": "CNY"},
            "payer": {"openid": self.login()["openid"]},
            **changed,
        }
        return {name: value for name, value in body.items() if value is not None}

    def place(self, **changed: Any) -> tuple[str, str]:
        """An order: ``(out_trade_no, prepay_id)``."""
        body = self.order_body(**changed)
        response = self.ask("POST", "/v3/pay/transactions/jsapi", body)
        assert response.status_code == 200, response.text
        return body["out_trade_no"], response.json()["prepay_id"]

    def payment(self, prepay_id: str, **changed: Any) -> dict[str, Any]:
        """The arguments of wx.requestPayment."""
        now, nonce, package = str(int(time.time())), self._nonce(), f"prepay_id={prepay_id}"
        return {
            "appid": self.appid,
            "timeStamp": now,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self.sign(f"{self.appid}\n{now}\n{nonce}\n{package}\n"),
            "outcome": "pay",
            **changed,
        }

    def pay(self, **changed: Any) -> str:
        """An order placed and paid; its number."""
        number, prepay_id = self.place(**changed)
        assert self.box.post("/_box/cashier", self.payment(prepay_id)) == {"errMsg": "requestPayment:ok"}
        return number

    def query(self, out_trade_no: str) -> Any:
        """The order as WeChat Pay sees it."""
        return self.ask("GET", f"/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={self.mchid}").json()

    def refund(self, out_trade_no: str, out_refund_no: str, fen: int, **changed: Any) -> httpx.Response:
        """Ask for a refund of a 12.30 yuan order."""
        body = {
            "out_trade_no": out_trade_no,
            "out_refund_no": out_refund_no,
            "notify_url": self.notify_url,
            "amount": {"refund": fen, "total": 1230, "currency": "CNY"},
            **changed,
        }
        return self.ask("POST", "/v3/refund/domestic/refunds", body)

    def _nonce(self) -> str:
        return base64.b32encode(time.time_ns().to_bytes(10)).decode().strip("=")


def open_sealed(api_v3_key: str, sealed: dict[str, str]) -> bytes:
    """Plaintext of an AEAD_AES_256_GCM resource."""
    return AESGCM(api_v3_key.encode()).decrypt(
        sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode()
    )


def certificate_key(pem: bytes) -> Any:
    """The public key in a certificate."""
    return load_pem_x509_certificate(pem).public_key()


def wait_until(condition: Callable[[], object], seconds: float = 15) -> None:
    """Return as soon as the condition holds; fail when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
