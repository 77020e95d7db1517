"""Ways in from a text message or a chat: generate_urllink, genwxashortlink."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox.box import Box
from wechatbox.miniprogram import usage
from wechatbox.miniprogram.answers import ApiError, answer
from wechatbox.miniprogram.tokens import program_calling

_DAY_S = 86400
_LONGEST_DAYS = 30
_SHORTEST_S = 60
_MOST_QUERY = 1024
_MOST_TITLE = 20
_A_DAY = 500_000
_A_SECOND = 100
_SHORT_A_DAY = 10_000_000
_PERMANENT = 100_000
_VERSIONS = ("release", "trial", "develop")


def url_link(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/generate_urllink``: an address of the box that leads to a page until it expires."""
    program = program_calling(box, request)
    page, query = body.get("path", ""), body.get("query", "")
    if not isinstance(page, str) or page.startswith("/") or "?" in page or not program.has_page(page):
        raise ApiError(40165, "invalid weapp pagepath")
    if not isinstance(query, str) or len(query) > _MOST_QUERY or not query.isascii():
        raise ApiError(40212, "invalid query")
    if body.get("env_version", "release") not in _VERSIONS:
        raise ApiError(85402, "invalid env_version")
    expires_at = _expiry(box, body)
    usage.count(
        box,
        program.appid,
        "link",
        usage.second(box),
        _A_SECOND,
        ApiError(44990, "reach max api second limit"),
    )
    usage.count(
        box, program.appid, "link", usage.day(box), _A_DAY, ApiError(44993, "generate link over daily limit")
    )
    token = secrets.token_urlsafe(9)
    _keep(box, program.appid, "url", token, page, query, "", expires_at)
    return answer({"errcode": 0, "errmsg": "ok", "url_link": f"{request.base_url!s}wxaurl/{token}"})


def short_link(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/genwxashortlink``: a text that opens a page inside WeChat."""
    program = program_calling(box, request)
    page_url, title = body.get("page_url"), body.get("page_title", "")
    if not isinstance(page_url, str) or not 1 <= len(page_url) <= _MOST_QUERY:
        raise ApiError(40066, "invalid url")
    page, _, query = page_url.partition("?")
    if page.startswith("/") or not program.has_page(page):
        raise ApiError(40066, "invalid url")
    if not isinstance(title, str) or len(title) > _MOST_TITLE:
        raise ApiError(40225, "invalid page title")
    permanent = body.get("is_permanent", False) is True
    if permanent:
        refusal = ApiError(85400, "permanent short link over limit")
        usage.count(box, program.appid, "permanent", "", _PERMANENT, refusal)
    else:
        refusal = ApiError(45009, "reach max api daily quota limit")
        usage.count(box, program.appid, "short", usage.day(box), _SHORT_A_DAY, refusal)
    token = secrets.token_urlsafe(9)
    expires_at = None if permanent else box.clock.now() + _LONGEST_DAYS * _DAY_S
    _keep(box, program.appid, "short", token, page, query, title, expires_at)
    return answer({"errcode": 0, "errmsg": "ok", "link": f"#小程序://{program.name}/{title}/{token}"})


def _expiry(box: Box, body: dict[str, Any]) -> float:
    now = box.clock.now()
    kind = body.get("expire_type", 0)
    if kind == 1:
        days = body.get("expire_interval")
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _LONGEST_DAYS:
            raise ApiError(85401, "time limit between 1min and 30days")
        return now + days * _DAY_S
    at = body.get("expire_time")
    if at is None and not body.get("is_expire", False):
        return now + _LONGEST_DAYS * _DAY_S
    if kind != 0 or isinstance(at, bool) or not isinstance(at, int):
        raise ApiError(85401, "time limit between 1min and 30days")
    if not now + _SHORTEST_S <= at <= now + _LONGEST_DAYS * _DAY_S:
        raise ApiError(85401, "time limit between 1min and 30days")
    return float(at)


def _keep(
    box: Box, appid: str, kind: str, token: str, page: str, query: str, title: str, expires_at: float | None
) -> None:
    box.store.insert(
        "links",
        token=token,
        appid=appid,
        kind=kind,
        page=page,
        query=query,
        title=title,
        made_at=box.clock.now(),
        expires_at=expires_at,
    )
