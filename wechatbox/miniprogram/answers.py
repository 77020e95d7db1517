"""How the mini program API answers: HTTP 200 and JSON, failures as ``errcode``, ``errmsg`` and a ``rid``."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from wechatbox.box import Box, box_of
from wechatbox.payload import read_json

Call = Callable[[Box, Request, dict[str, Any]], Response]


class ApiError(Exception):
    """A failure with its documented errcode."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


def answer(content: dict[str, Any]) -> Response:
    """JSON in UTF-8, unescaped, as WeChat sends it."""
    return Response(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(),
        media_type="application/json; encoding=utf-8",
    )


def served(
    method: str, call: Call, form: Callable[[Request], Awaitable[dict[str, Any]]] | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint: the right HTTP method, faults, a JSON body (or what ``form`` reads), errors as errcodes."""

    async def endpoint(request: Request) -> Response:
        box = box_of(request)
        raw = await request.body()
        await asyncio.sleep(box.faults.number("api_delay_s"))
        if box.faults.strikes("api_5xx", request.url.path):
            return bad_gateway()
        try:
            _raise_faults(box, request.url.path)
            if request.method != method:
                raise ApiError(
                    *((43002, "require POST method") if method == "POST" else (43001, "require GET method"))
                )
            body = await form(request) if form else _json(raw) if raw or method == "POST" else {}
            with box.store.transaction():
                response = call(box, request, body)
        except ApiError as error:
            rid = "-".join(secrets.token_hex(4) for _ in range(3))
            response = answer({"errcode": error.errcode, "errmsg": f"{error.errmsg} rid: {rid}"})
        return bad_gateway() if box.faults.strikes("api_lost_answers", request.url.path) else response

    return endpoint


def bad_gateway() -> Response:
    """What a broken gateway in front of WeChat says."""
    return PlainTextResponse("Bad Gateway", status_code=502)


def _raise_faults(box: Box, path: str) -> None:
    if box.faults.strikes("api_system_error", path):
        raise ApiError(-1, "system error")
    if box.faults.strikes("api_quota", path):
        raise ApiError(45009, "reach max api daily quota limit")
    if path in ("/wxa/commit", "/wxa/submit_audit") and box.faults.strikes("busy_commits"):
        raise ApiError(9402202, "concurrent limit")


def _json(raw: bytes) -> dict[str, Any]:
    if not raw:
        raise ApiError(44002, "empty post data")
    try:
        body = read_json(raw)
    except ValueError as error:
        raise ApiError(47001, "data format error") from error
    if not isinstance(body, dict):
        raise ApiError(47001, "data format error")
    return body
