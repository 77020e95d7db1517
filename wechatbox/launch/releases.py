"""From passed to everybody: release, release in steps, and the ways back."""

import hashlib
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox import people
from wechatbox.box import Box
from wechatbox.launch import audits, judging, versions
from wechatbox.launch.publishing import Publishing, caller
from wechatbox.miniprogram.answers import ApiError, answer

_RUNNING, _FINISHED, _DELETED = 1, 3, 4
_MOST_BACK = 5
_OK = {"errcode": 0, "errmsg": "ok"}


def release(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``POST /wxa/release``: the version that passed goes to everybody."""
    released(box, caller(box, request))
    return answer(_OK)


def released(box: Box, publishing: Publishing) -> None:
    """Put the passed version online; a release in steps ends with it. Raises ApiError 85019, 85020."""
    plan = running(box, publishing.appid)
    candidate = _planned(box, plan) if plan is not None else _candidate(box, publishing, 85019, 85020)
    if plan is not None:
        box.store.run("UPDATE grey_plans SET status = ? WHERE id = ?", _FINISHED, plan["id"])
    _put_online(box, publishing.appid, candidate["version_id"], candidate["auditid"], reverted=False)


def grey(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/grayrelease``: the passed version goes to so many percent, only ever to more."""
    greyed(box, caller(box, request), body)
    return answer(_OK)


def greyed(box: Box, publishing: Publishing, body: dict[str, Any]) -> None:
    """Begin a release in steps or take its next step. Raises ApiError 86002, 85079–85082."""
    percent = body.get("gray_percentage")
    debuger, experiencer = (body.get(f"support_{who}_first") is True for who in ("debuger", "experiencer"))
    if not publishing.settings["profile_set"]:
        raise ApiError(86002, "nickname, picture and introduction of the mini program are not set")
    if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= 100:
        raise ApiError(85081, "invalid gray_percentage")
    if percent == 0 and not debuger and not experiencer:
        raise ApiError(85081, "gray_percentage 0 needs support_debuger_first or support_experiencer_first")
    if audits.online_of(box, publishing.appid) is None:
        raise ApiError(85079, "no online release to be replaced step by step")
    plan = running(box, publishing.appid)
    if plan is not None:
        if percent <= plan["percent"]:
            raise ApiError(85082, "gray_percentage must be higher than before")
        box.store.run(
            "UPDATE grey_plans SET percent = ?, debuger_first = ?, experiencer_first = ? WHERE id = ?",
            percent,
            int(debuger),
            int(experiencer),
            plan["id"],
        )
        return
    candidate = _candidate(box, publishing, 85080, 85080)
    box.store.insert(
        "grey_plans",
        appid=publishing.appid,
        auditid=candidate["auditid"],
        percent=percent,
        debuger_first=int(debuger),
        experiencer_first=int(experiencer),
        status=_RUNNING,
        created_at=box.clock.now(),
    )


def grey_plan(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/getgrayreleaseplan``: how far the newest release in steps is; status 0 when there never was one."""
    publishing = caller(box, request)
    row = box.store.one("SELECT * FROM grey_plans WHERE appid = ? ORDER BY id DESC LIMIT 1", publishing.appid)
    plan = {
        "status": row["status"] if row else 0,
        "create_timestamp": int(row["created_at"]) if row else 0,
        "gray_percentage": row["percent"] if row else 0,
        "support_debuger_first": bool(row and row["debuger_first"]),
        "support_experiencer_first": bool(row and row["experiencer_first"]),
    }
    return answer({**_OK, "gray_release_plan": plan})


def revert_grey(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/revertgrayrelease``: everybody has the online version again."""
    grey_reverted(box, caller(box, request))
    return answer(_OK)


def grey_reverted(box: Box, publishing: Publishing) -> None:
    """End the release in steps; the version still waits to be released. Raises ApiError 85079."""
    ended = box.store.run(
        "UPDATE grey_plans SET status = ? WHERE appid = ? AND status = ?",
        _DELETED,
        publishing.appid,
        _RUNNING,
    )
    if not ended:
        raise ApiError(85079, "no release in steps is running")


def revert(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/revertcoderelease``: back to a version before, or the list of them."""
    publishing, query = caller(box, request), request.query_params
    if query.get("action") == "get_history_version":
        return answer({**_OK, "version_list": history(box, publishing.appid)})
    reverted(box, publishing, query.get("app_version"))
    return answer(_OK)


def reverted(box: Box, publishing: Publishing, app_version: str | None) -> None:
    """The version before is online again, or the one named. Raises ApiError 87011, 87012."""
    if running(box, publishing.appid) is not None:
        raise ApiError(87011, "a release in steps is running, the code cannot be reverted")
    now_online = audits.online_of(box, publishing.appid)
    former = history(box, publishing.appid)
    if app_version:
        former = [entry for entry in former if str(entry["app_version"]) == app_version]
    if now_online is None or now_online["reverted"] or not former:
        raise ApiError(87012, "this version cannot be reverted")
    row = box.store.one(
        "SELECT * FROM online WHERE appid = ? AND version_id = ? ORDER BY id DESC LIMIT 1",
        publishing.appid,
        former[0]["app_version"],
    )
    assert row is not None  # noqa: S101
    _put_online(box, publishing.appid, row["version_id"], row["auditid"], reverted=True)


def history(box: Box, appid: str) -> list[dict[str, Any]]:
    """Former versions to which one can go back, newest first."""
    now_online = audits.online_of(box, appid)
    rows = box.store.all(
        "SELECT version_id, max(online.id) AS last FROM online WHERE appid = ? AND version_id != ?"
        " GROUP BY version_id ORDER BY last DESC LIMIT ?",
        appid,
        now_online["version_id"] if now_online is not None else 0,
        _MOST_BACK,
    )
    former = [versions.version_of(box, row["version_id"]) for row in rows]
    return [
        {
            "commit_time": int(version["made_at"]),
            "user_version": version["version"],
            "user_desc": version["desc"],
            "app_version": version["id"],
        }
        for version in former
    ]


def version_for(box: Box, publishing: Publishing, user: str) -> dict[str, Any]:
    """Which version a person gets; ``version`` is None while nothing is online."""
    appid = publishing.appid
    row, plan = audits.online_of(box, appid), running(box, appid)
    online = versions.version_of(box, row["version_id"]) if row is not None else None
    chosen, grey_one = online, False
    if plan is not None and _takes_part(publishing, plan, user):
        chosen, grey_one = versions.version_of(box, _planned(box, plan)["version_id"]), True
    return {
        "version": chosen["version"] if chosen is not None else None,
        "desc": chosen["desc"] if chosen is not None else None,
        "id": chosen["id"] if chosen is not None else None,
        "grey": grey_one,
        "online": online["version"] if online is not None else None,
    }


def running(box: Box, appid: str) -> sqlite3.Row | None:
    """The release in steps that is under way."""
    return box.store.one("SELECT * FROM grey_plans WHERE appid = ? AND status = ?", appid, _RUNNING)


def _takes_part(publishing: Publishing, plan: sqlite3.Row, user: str) -> bool:
    if plan["debuger_first"] and user in publishing.settings["developers"]:
        return True
    if plan["experiencer_first"] and user in publishing.settings["experiencers"]:
        return True
    openid = people.openid_of(publishing.appid, user)
    share = hashlib.sha256(f"{plan['auditid']}\0{openid}".encode()).digest()
    return int.from_bytes(share[:8], "big") % 100 < int(plan["percent"])


def _candidate(box: Box, publishing: Publishing, none: int, unfit: int) -> sqlite3.Row:
    judging.settle(box)
    last = audits.latest(box, publishing.appid)
    if last is None or box.store.one("SELECT 1 FROM online WHERE auditid = ?", last["auditid"]):
        raise ApiError(none, "there is no audited version to release")
    if last["status"] != audits.PASSED:
        raise ApiError(unfit, "the audit has not been passed")
    return last


def _planned(box: Box, plan: sqlite3.Row) -> sqlite3.Row:
    row = box.store.one("SELECT * FROM audits WHERE auditid = ?", plan["auditid"])
    assert row is not None  # noqa: S101
    return row


def _put_online(box: Box, appid: str, version_id: int, auditid: int, *, reverted: bool) -> None:
    box.store.insert(
        "online",
        appid=appid,
        version_id=version_id,
        auditid=auditid,
        reverted=int(reverted),
        since=box.clock.now(),
    )
