"""The gate of WeChat Pay: who is asking, is it really him; and the signature under every answer."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox import keyring, registry, signing
from wechatbox.box import Box, box_of
from wechatbox.keyring import Signer
from wechatbox.miniprogram.answers import bad_gateway
from wechatbox.pay.errors import PayError, bad_param, sign_error
from wechatbox.payload import read_json
from wechatbox.registry import Merchant

SKEW_S = 300
_PART = re.compile(r'(\w+)="([^"]*)"')
_PARTS = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}


@dataclass(frozen=True)
class Question:
    """A request of a merchant who has proved who he is."""

    merchant: Merchant
    path: dict[str, Any]
    query: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """What to answer: a status and, except for 204, JSON."""

    content: dict[str, Any] | None
    status: int = 200


def guarded(call: Callable[[Box, Question], Reply]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that only a merchant with a good signature reaches, and whose answers are signed."""

    async def endpoint(request: Request) -> Response:
        box = box_of(request)
        raw = await request.body()
        await asyncio.sleep(box.faults.number("api_delay_s"))
        if box.faults.strikes("api_5xx", request.url.path):
            return bad_gateway()
        merchant: Merchant | None = None
        try:
            parts = _authorization(request)
            merchant = registry.merchant_of(box, parts["mchid"])
            if merchant is None:
                raise sign_error("the merchant of the Authorization header is not registered")
            _verify(box, merchant, parts, request, raw)
            _check_headers(box, merchant, request)
            _raise_faults(box, request.url.path)
            question = Question(
                merchant, request.path_params, dict(request.query_params), _json(request, raw)
            )
            with box.store.transaction():
                reply, internal = _decided(call, box, question)
        except PayError as error:
            reply, internal = _refusal(error)
        if box.faults.strikes("api_lost_answers", request.url.path):
            return bad_gateway()
        return _signed(box, merchant, request.headers.get("wechatpay-serial"), reply, internal)

    return endpoint


def signature_headers(signer: Signer, body: bytes, age_s: int = 0) -> dict[str, str]:
    """The five headers under which a body is signed, with the real time: receivers check that it is fresh."""
    timestamp, nonce = str(int(time.time()) - age_s), signing.random_text(32)
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": signing.sign(
            signer.private_key_pem, signing.answer_message(timestamp, nonce, body)
        ),
        "Wechatpay-Serial": signer.serial,
        "Wechatpay-Signature-Type": signing.SCHEME,
    }


def request_id(internal: int = 0) -> str:
    """A Request-ID the way WeChat Pay writes it: an id, a dash, an internal number."""
    return f"08{secrets.token_hex(12).upper()}-{internal}"


def to_json(content: dict[str, Any]) -> bytes:
    """JSON in UTF-8, unescaped."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _decided(call: Callable[[Box, Question], Reply], box: Box, question: Question) -> tuple[Reply, int]:
    try:
        return call(box, question), 0
    except PayError as error:
        # Refusals come before the first write, so committing is safe, and it keeps the use of a counted fault.
        return _refusal(error)


def _refusal(error: PayError) -> tuple[Reply, int]:
    content: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.detail is not None:
        content["detail"] = error.detail
    return Reply(content, error.status), error.internal


def _signed(box: Box, merchant: Merchant | None, serial: str | None, reply: Reply, internal: int) -> Response:
    body = b"" if reply.content is None else to_json(reply.content)
    headers = {"Request-ID": request_id(internal), "Content-Language": "zh-CN"}
    if merchant is not None:
        headers |= signature_headers(keyring.signer_for(box, merchant.mchid, merchant.mode, serial), body)
    media_type = None if reply.content is None else "application/json; charset=utf-8"
    return Response(body, status_code=reply.status, headers=headers, media_type=media_type)


def _authorization(request: Request) -> dict[str, str]:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme != signing.SCHEME:
        raise sign_error(f"Authorization must begin with {signing.SCHEME}")
    pairs = [_PART.fullmatch(piece.strip()) for piece in rest.split(",")]
    parts = {pair[1]: pair[2] for pair in pairs if pair is not None}
    if None in pairs or len(pairs) != len(_PARTS) or parts.keys() != _PARTS:
        raise sign_error(f"Authorization must hold exactly {', '.join(sorted(_PARTS))}")
    return parts


def _verify(box: Box, merchant: Merchant, parts: dict[str, str], request: Request, raw: bytes) -> None:
    if not keyring.same_serial(parts["serial_no"], merchant.serial_no):
        raise sign_error("serial_no is not the merchant's certificate")
    timestamp, nonce = parts["timestamp"], parts["nonce_str"]
    now = time.time()
    if not re.fullmatch(r"\d{1,12}", timestamp, re.ASCII) or abs(now - int(timestamp)) > SKEW_S:
        raise sign_error("timestamp is more than 5 minutes off", now=int(now))
    if not 1 <= len(nonce) <= 64:
        raise sign_error("nonce_str must have 1 to 64 characters")
    target = request.scope["raw_path"].decode("ascii")
    if request.scope["query_string"]:
        target += "?" + request.scope["query_string"].decode("ascii")
    message = signing.request_message(request.method, target, timestamp, nonce, raw)
    if not signing.verifies(merchant.public_key_pem, message, parts["signature"]):
        raise sign_error(
            "sign not match", method=request.method, url=target, sign_message_length=len(message)
        )
    box.store.run("DELETE FROM nonces WHERE seen_at < ?", now - 2 * SKEW_S)
    if not box.store.run("INSERT OR IGNORE INTO nonces VALUES (?, ?, ?)", merchant.mchid, nonce, now):
        raise sign_error("nonce_str was used before")


def _check_headers(box: Box, merchant: Merchant, request: Request) -> None:
    headers = request.headers
    for name in ("Accept", "User-Agent"):
        if not headers.get(name):
            raise bad_param(name, None, "header is required", "header")
    accepted = [part.split(";")[0].strip() for part in headers["accept"].split(",")]
    if not {"application/json", "application/*", "*/*"} & set(accepted):
        raise bad_param("Accept", headers["accept"], "must accept application/json", "header")
    content_type = headers.get("content-type", "").split(";")[0].strip()
    if request.method == "POST" and content_type != "application/json":
        raise bad_param("Content-Type", content_type, "must be application/json", "header")
    serial = headers.get("wechatpay-serial")
    if serial is not None and serial not in {
        signer.serial for signer in keyring.signers_of(box, merchant.mchid)
    }:
        raise bad_param("Wechatpay-Serial", serial, "is no key of WeChat Pay for this merchant", "header")


def _raise_faults(box: Box, path: str) -> None:
    if box.faults.strikes("api_system_error", path):
        raise PayError(500, "SYSTEM_ERROR", "系统异常，请用相同参数重新调用")
    if box.faults.strikes("api_quota", path):
        raise PayError(429, "FREQUENCY_LIMITED", "频率超限", internal=268447840)


def _json(request: Request, raw: bytes) -> Any:
    if request.method != "POST":
        return None
    try:
        return read_json(raw)
    except ValueError as error:
        raise bad_param("/", raw[:200].decode("utf-8", "replace"), "body is not JSON") from error
