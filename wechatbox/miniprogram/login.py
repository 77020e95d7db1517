"""From a phone's code to a person: code2Session, the check of a session key, the phone number."""

import hashlib
import hmac
import secrets
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox import people
from wechatbox.box import Box
from wechatbox.miniprogram.answers import ApiError, answer
from wechatbox.miniprogram.tokens import credentials, program_calling


def code_to_session(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /sns/jscode2session``: openid, session_key and, with an open platform account, unionid."""
    query = request.query_params
    program = credentials(box, query.get("appid"), query.get("secret"))
    if query.get("grant_type") != "authorization_code":
        raise ApiError(40002, "invalid grant_type")
    code = query.get("js_code")
    if not code:
        raise ApiError(41008, "missing code")
    row = _code(box, "login", code)
    if row["appid"] != program.appid:
        raise ApiError(40029, "invalid code")
    if row["used_at"] is not None:
        errcode = box.settings.reused_code_errcode
        raise ApiError(errcode, "code been used" if errcode == 40163 else "invalid code")
    _use(box, code)
    person = people.person_of(box, row["openid"])
    assert person is not None  # noqa: S101
    session = {"session_key": people.new_session_key(box, person.openid), "openid": person.openid}
    unionid = people.unionid_of(program, person.user)
    return answer(session if unionid is None else {**session, "unionid": unionid})


def check_session(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``GET /wxa/checksession``: whether the server's session key is the person's present one.

    The arguments are read from the query and, as one reference lists them there, from a JSON body.
    """
    program = program_calling(box, request)
    given: dict[str, Any] = {**body, **request.query_params}
    person = people.person_of(box, str(given.get("openid", "")))
    if person is None or person.appid != program.appid:
        raise ApiError(40003, "invalid openid")
    if given.get("sig_method") != "hmac_sha256":
        raise ApiError(40097, "invalid args")
    expected = hmac.new((person.session_key or "").encode(), b"", hashlib.sha256).hexdigest()
    signature = str(given.get("signature", ""))
    if person.session_key is None or not secrets.compare_digest(expected.encode(), signature.encode()):
        raise ApiError(87009, "invalid signature")
    return answer({"errcode": 0, "errmsg": "ok"})


def phone_number(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/business/getuserphonenumber``: the number behind a phone code."""
    program = program_calling(box, request)
    code = body.get("code")
    if not isinstance(code, str) or not code:
        raise ApiError(40029, "invalid code")
    row = _code(box, "phone", code)
    if row["appid"] != program.appid:
        raise ApiError(40013, "invalid appid")
    if row["used_at"] is not None:
        raise ApiError(40029, "invalid code")
    _use(box, code)
    person = people.person_of(box, row["openid"])
    assert person is not None  # noqa: S101
    phone = people.phone_of(box, person.user)
    return answer(
        {
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": phone,
                "purePhoneNumber": phone,
                "countryCode": "86",
                "watermark": {"timestamp": int(box.clock.now()), "appid": program.appid},
            },
        }
    )


def _code(box: Box, kind: str, code: str) -> sqlite3.Row:
    row = box.store.one("SELECT * FROM codes WHERE code = ? AND kind = ?", code, kind)
    if row is None or (row["used_at"] is None and row["expires_at"] <= box.clock.now()):
        raise ApiError(40029, "invalid code")
    return row


def _use(box: Box, code: str) -> None:
    box.store.run("UPDATE codes SET used_at = ? WHERE code = ?", box.clock.now(), code)
