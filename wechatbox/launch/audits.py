"""Audits as a program's platform meets them: submitted, asked about, taken back, hurried."""

import json
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox.box import Box
from wechatbox.launch import declaring, judging, packages, versions
from wechatbox.launch.publishing import Publishing, caller
from wechatbox.miniprogram import usage
from wechatbox.miniprogram.answers import ApiError, answer

UNDOS_A_DAY, UNDOS_A_MONTH = 5, 10
PASSED, REFUSED, WAITING, WITHDRAWN, DELAYED = range(5)


def submit(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/submit_audit``: the committed code goes to the auditors."""
    publishing = caller(box, request)
    version = versions.committed(box, publishing)
    facts = versions.checked(box, version)
    found = versions.without(publishing, facts)
    if found["without_auth_list"] or (
        found["without_conf_list"] and body.get("privacy_api_not_use") is not True
    ):
        names = ", ".join(sorted({*found["without_auth_list"], *found["without_conf_list"]}))
        raise ApiError(
            61040, f"private interfaces of the code have no permission or are not declared: {names}"
        )
    return answer({"errcode": 0, "errmsg": "ok", "auditid": submitted(box, publishing, version, body)})


def submitted(box: Box, publishing: Publishing, version: sqlite3.Row, body: dict[str, Any]) -> int:
    """An audit of this version; its number. Raises the ApiErrors of submit_audit but those of private interfaces."""
    judging.settle(box)
    facts = packages.facts_of(box, version)
    declaring.check_code(publishing, facts, online_of(box, publishing.appid))
    last = latest(box, publishing.appid)
    if last is not None and last["status"] in (WAITING, DELAYED):
        raise ApiError(85009, "there is already a version under audit")
    if last is not None and last["version_id"] == version["id"] and last["status"] == PASSED:
        raise ApiError(85086, "upload code before it is submitted again")
    declaring.check_items(publishing, facts["pages"], body.get("item_list"))
    declaring.check_texts(box, publishing, body)
    declaring.check_users_content(box, publishing, body)
    usage.count(
        box,
        publishing.appid,
        "audit",
        usage.month(box),
        publishing.settings["audits_a_month"],
        ApiError(85085, "the number of audits of this month is used up"),
    )
    return box.store.insert(
        "audits",
        auditid=_next_number(box),
        appid=publishing.appid,
        version_id=version["id"],
        status=WAITING,
        body=json.dumps(body, ensure_ascii=False),
        submitted_at=box.clock.now(),
    )


def status(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/get_auditstatus``: 0 passed, 1 refused, 2 under audit, 3 withdrawn, 4 delayed."""
    publishing = caller(box, request)
    judging.settle(box)
    row = _audit(box, publishing, body)
    return answer({"errcode": 0, "errmsg": "ok", **_told(box, row, "screenshot")})


def latest_status(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/get_latest_auditstatus``: the same of the newest audit."""
    publishing = caller(box, request)
    judging.settle(box)
    row = latest(box, publishing.appid)
    if row is None:
        raise ApiError(85012, "invalid audit id")
    told = {"auditid": row["auditid"], **_told(box, row, "ScreenShot")}
    return answer({"errcode": 0, "errmsg": "ok", **told})


def undo(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/undocodeaudit``: take the audit back, five times a day and ten a month."""
    undone(box, caller(box, request))
    return answer({"errcode": 0, "errmsg": "ok"})


def undone(box: Box, publishing: Publishing) -> None:
    """The audit that is under way is taken back. Raises ApiError 85019, 87013."""
    judging.settle(box)
    row = latest(box, publishing.appid)
    if row is None or row["status"] not in (WAITING, DELAYED):
        raise ApiError(85019, "there is no version under audit")
    over = ApiError(87013, "the times of withdrawing audits are used up: 5 a day, 10 a month")
    usage.count(box, publishing.appid, "undo", usage.day(box), UNDOS_A_DAY, over)
    usage.count(box, publishing.appid, "undo", usage.month(box), UNDOS_A_MONTH, over)
    box.store.run(
        "UPDATE audits SET status = ?, decided_at = ? WHERE auditid = ?",
        WITHDRAWN,
        box.clock.now(),
        row["auditid"],
    )


def speed_up(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/speedupaudit``: this audit before others."""
    publishing = caller(box, request)
    judging.settle(box)
    row = _audit(box, publishing, body)
    if row["status"] != WAITING:
        raise ApiError(89402, "the audit is not waiting")
    if row["sped"]:
        raise ApiError(89404, "the audit has been sped up before")
    usage.count(
        box,
        publishing.appid,
        "speedup",
        usage.month(box),
        publishing.settings["speedups_a_month"],
        ApiError(89405, "the speed-ups of this month are used up"),
    )
    box.store.run("UPDATE audits SET sped = 1 WHERE auditid = ?", row["auditid"])
    return answer({"errcode": 0, "errmsg": "ok"})


def quota(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/queryquota``: audits and speed-ups of this month, all and left."""
    publishing, month = caller(box, request), usage.month(box)
    limit, speedups = publishing.settings["audits_a_month"], publishing.settings["speedups_a_month"]
    return answer(
        {
            "errcode": 0,
            "errmsg": "ok",
            "rest": max(0, limit - usage.used(box, publishing.appid, "audit", month)),
            "limit": limit,
            "speedup_rest": max(0, speedups - usage.used(box, publishing.appid, "speedup", month)),
            "speedup_limit": speedups,
        }
    )


def latest(box: Box, appid: str) -> sqlite3.Row | None:
    """The newest audit of a program."""
    return box.store.one("SELECT * FROM audits WHERE appid = ? ORDER BY auditid DESC LIMIT 1", appid)


def online_of(box: Box, appid: str) -> sqlite3.Row | None:
    """What is online now."""
    return box.store.one("SELECT * FROM online WHERE appid = ? ORDER BY id DESC LIMIT 1", appid)


def _audit(box: Box, publishing: Publishing, body: dict[str, Any]) -> sqlite3.Row:
    number = body.get("auditid")
    known = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**62
    row = (
        box.store.one("SELECT * FROM audits WHERE auditid = ? AND appid = ?", number, publishing.appid)
        if known
        else None
    )
    if row is None:
        raise ApiError(85012, "invalid audit id")
    return row


def _told(box: Box, row: sqlite3.Row, pictures: str) -> dict[str, Any]:
    version = versions.version_of(box, row["version_id"])
    told = {
        "status": row["status"],
        "user_version": version["version"],
        "user_desc": version["desc"],
        "submit_audit_time": int(row["submitted_at"]),
    }
    if row["status"] in (REFUSED, DELAYED):
        told |= {"reason": row["reason"], pictures: "|".join(json.loads(row["screenshots"]))}
    return told


def _next_number(box: Box) -> int:
    return max(436_800_000, box.store.number("SELECT max(auditid) FROM audits")) + 1
