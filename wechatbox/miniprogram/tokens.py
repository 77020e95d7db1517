"""access_token in its two kinds, plain and stable, and what a request with a bad one is told."""

import secrets
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox import registry
from wechatbox.box import Box
from wechatbox.clock import BEIJING
from wechatbox.miniprogram.answers import ApiError, answer
from wechatbox.registry import Program

LIFETIME_S = 7200
OVERLAP_S = 300
FORCED_PER_DAY = 20
FORCED_APART_S = 30
_TOKEN_BYTES = 102


def plain(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /cgi-bin/token``: always a new token; the one before lives five minutes more."""
    query = request.query_params
    if query.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    program = credentials(box, query.get("appid"), query.get("secret"))
    now = box.clock.now()
    box.store.run(
        "UPDATE tokens SET expires_at = min(expires_at, ?), superseded = 1"
        " WHERE appid = ? AND kind = 'plain' AND superseded = 0",
        now + OVERLAP_S,
        program.appid,
    )
    return answer({"access_token": _issue(box, program.appid, "plain", now), "expires_in": LIFETIME_S})


def stable(box: Box, _: Request, body: dict[str, Any]) -> Response:
    """``POST /cgi-bin/stable_token``: the same token until its last five minutes or a forced refresh."""
    if body.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    force = body.get("force_refresh", False)
    if not isinstance(force, bool):
        raise ApiError(47001, "data format error")
    program = credentials(box, body.get("appid"), body.get("secret"))
    now = box.clock.now()
    current = box.store.one(
        "SELECT * FROM tokens WHERE appid = ? AND kind = 'stable' AND superseded = 0 AND expires_at > ?",
        program.appid,
        now,
    )
    if force:
        force = _force_allowed(box, program.appid, now)
    if current is not None and not force and current["expires_at"] - now > OVERLAP_S:
        return answer({"access_token": current["token"], "expires_in": round(current["expires_at"] - now)})
    if force:
        # Only the newest token and the one before it are valid: two forced refreshes end a leaked token.
        box.store.run(
            "UPDATE tokens SET expires_at = ? WHERE appid = ? AND kind = 'stable' AND superseded = 1"
            " AND expires_at > ?",
            now,
            program.appid,
            now,
        )
    box.store.run(
        "UPDATE tokens SET expires_at = min(expires_at, ?), superseded = 1"
        " WHERE appid = ? AND kind = 'stable' AND superseded = 0",
        now + OVERLAP_S,
        program.appid,
    )
    return answer({"access_token": _issue(box, program.appid, "stable", now), "expires_in": LIFETIME_S})


def program_calling(box: Box, request: Request) -> Program:
    """The program whose token came with the request. Raises ApiError 41001, 40014, 40001 or 42001."""
    token = request.query_params.get("access_token")
    if not token:
        raise ApiError(41001, "access_token missing")
    if len(token) > 512 or not all(
        letter.isascii() and (letter.isalnum() or letter in "-_") for letter in token
    ):
        raise ApiError(40014, "invalid access_token")
    row = box.store.one("SELECT * FROM tokens WHERE token = ?", token)
    not_latest = ApiError(40001, "invalid credential, access_token is invalid or not latest")
    if row is None:
        raise not_latest
    if row["expires_at"] <= box.clock.now():
        raise not_latest if row["superseded"] else ApiError(42001, "access_token expired")
    program = registry.program_of(box, row["appid"])
    if program is None:
        raise not_latest
    return program


def credentials(box: Box, appid: object, secret: object) -> Program:
    """The program these credentials belong to. Raises ApiError 41002, 41004, 40013 or 40125."""
    if not isinstance(appid, str) or not appid:
        raise ApiError(41002, "appid missing")
    if not isinstance(secret, str) or not secret:
        raise ApiError(41004, "appsecret missing")
    program = registry.program_of(box, appid)
    if program is None:
        raise ApiError(40013, "invalid appid")
    if not secrets.compare_digest(program.secret.encode(), secret.encode()):
        raise ApiError(40125, "invalid appsecret")
    return program


def _issue(box: Box, appid: str, kind: str, now: float) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    box.store.insert(
        "tokens", token=token, appid=appid, kind=kind, issued_at=now, expires_at=now + LIFETIME_S
    )
    return token


def _force_allowed(box: Box, appid: str, now: float) -> bool:
    today = datetime.fromtimestamp(now, BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    forced = box.store.one(
        "SELECT count(*) AS times, max(at) AS latest FROM forced_refreshes WHERE appid = ? AND at >= ?",
        appid,
        today.timestamp() - FORCED_APART_S,
    )
    assert forced is not None  # noqa: S101
    if forced["latest"] is not None and now - forced["latest"] < FORCED_APART_S:
        return False
    times = box.store.number(
        "SELECT count(*) FROM forced_refreshes WHERE appid = ? AND at >= ?", appid, today.timestamp()
    )
    if times >= FORCED_PER_DAY:
        raise ApiError(45009, "reach max api daily quota limit")
    box.store.insert("forced_refreshes", appid=appid, at=now)
    return True
