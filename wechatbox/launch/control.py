"""The desk, WeChat's console and the split of the people, for tests and scripts: ``/_box/``."""

import json
import sqlite3
from typing import Any

from starlette.requests import Request

from wechatbox.box import Box
from wechatbox.clock import rfc3339
from wechatbox.launch import audits, judging, packages, publishing, releases, versions
from wechatbox.launch.publishing import Publishing
from wechatbox.miniprogram.answers import ApiError
from wechatbox.person.answers import Refused

_MOST_LISTED = 200
STATUSES = ("approved", "rejected", "waiting", "withdrawn", "delayed")


def new_key(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """A fresh upload key; the private half is shown this once."""
    return {"upload_private_key": publishing.new_upload_key(box, _known(box, body.get("appid")).appid)}


def set_publishing(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Change what WeChat's console says about how a program publishes; all of it afterwards."""
    found = _known(box, body.get("appid"))
    publishing.set_publishing(box, found.appid, body)
    found = _known(box, found.appid)
    return {"appid": found.appid, "third_party": found.third_party, **found.settings}


def list_versions(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Versions, newest first; ``?appid=`` for one program."""
    return {"versions": versions_like(box, request.query_params.get("appid"))}


def versions_like(box: Box, appid: str | None = None) -> list[dict[str, Any]]:
    """Versions with where they are: for trial, under audit, online."""
    judging.settle(box)
    rows = box.store.all(
        "SELECT * FROM code_versions WHERE ?1 IS NULL OR appid = ?1 ORDER BY id DESC LIMIT ?2",
        appid,
        _MOST_LISTED,
    )
    return [_version(box, row) for row in rows]


def list_audits(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Audits, newest first; ``?appid=`` for one program."""
    return {"audits": audits_like(box, request.query_params.get("appid"))}


def audits_like(box: Box, appid: str | None = None) -> list[dict[str, Any]]:
    """Audits with everything the auditor sees, newest first."""
    judging.settle(box)
    rows = box.store.all(
        "SELECT * FROM audits WHERE ?1 IS NULL OR appid = ?1 ORDER BY auditid DESC LIMIT ?2",
        appid,
        _MOST_LISTED,
    )
    return [_audit(box, row) for row in rows]


def show_audit(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """One audit."""
    judging.settle(box)
    return _audit(box, _row(box, request))


def decide(box: Box, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Approve, refuse with reason and screenshots, or delay."""
    judging.settle(box)
    shots = body.get("screenshots") or []
    if not isinstance(shots, list):
        raise Refused({"error": "screenshots must be a list of pictures in base64"})
    try:
        judging.decide(
            box, _row(box, request), str(body.get("verdict")), str(body.get("reason") or ""), shots
        )
    except judging.BadVerdict as error:
        raise Refused({"error": str(error)}) from error
    return _audit(box, _row(box, request))


def list_rules(box: Box, _: Request, __: dict[str, Any]) -> dict[str, Any]:
    """The rules by which audits are answered without a person."""
    rows = box.store.all("SELECT id, appid, verdict, reason, after_s, times FROM audit_rules ORDER BY id")
    return {"rules": [dict(row) for row in rows]}


def add_rule(box: Box, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """One more rule."""
    try:
        judging.add_rule(box, body)
    except judging.BadVerdict as error:
        raise Refused({"error": str(error)}) from error
    judging.settle(box)
    return list_rules(box, request, body)


def clear_rules(box: Box, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Audits wait for a person again."""
    box.store.run("DELETE FROM audit_rules")
    return list_rules(box, request, body)


def console(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """What a person does in WeChat's console; what is online afterwards."""
    try:
        number = act(box, body)
    except ApiError as error:
        raise Refused({"error": error.errmsg, "errcode": error.errcode}) from error
    return {"ok": True} if number is None else {"ok": True, "auditid": number}


def act(box: Box, body: dict[str, Any]) -> int | None:
    """Do one thing of WeChat's console; the number of a new audit. Raises ApiError, Refused."""
    found, action = _known(box, body.get("appid")), body.get("action")
    if action == "submit":
        return audits.submitted(box, found, _chosen(box, found, body), _submission(body))
    if action == "undo":
        audits.undone(box, found)
    elif action == "release":
        releases.released(box, found)
    elif action == "grey":
        releases.greyed(box, found, body)
    elif action == "revert_grey":
        releases.grey_reverted(box, found)
    elif action == "revert":
        releases.reverted(box, found, str(body.get("app_version") or ""))
    else:
        raise Refused({"error": "action is submit, undo, release, grey, revert_grey or revert"})
    return None


def which_version(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Which version a person gets."""
    found = _known(box, request.query_params.get("appid"))
    return releases.version_for(box, found, request.query_params.get("user", ""))


def _known(box: Box, appid: object) -> Publishing:
    found = publishing.publishing_of(box, appid) if isinstance(appid, str) else None
    if found is None:
        raise Refused({"error": "appid is not registered in this box"})
    return found


def _chosen(box: Box, found: Publishing, body: dict[str, Any]) -> sqlite3.Row:
    row = box.store.one(
        "SELECT * FROM code_versions WHERE appid = ?1 AND (id = ?2 OR version = ?3 OR (?2 IS NULL AND ?3 IS NULL))"
        " ORDER BY id DESC LIMIT 1",
        found.appid,
        body.get("id") if isinstance(body.get("id"), int) else None,
        body.get("version") if isinstance(body.get("version"), str) else None,
    )
    if row is None:
        raise ApiError(85086, "upload code before it is submitted")
    return row


def _submission(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("appid", "action", "id", "version")}


def _row(box: Box, request: Request) -> sqlite3.Row:
    row = box.store.one("SELECT * FROM audits WHERE auditid = ?", request.path_params["number"])
    if row is None:
        raise Refused({"error": "no such audit"}, 404)
    return row


def _version(box: Box, row: sqlite3.Row) -> dict[str, Any]:
    facts = packages.facts_of(box, row)
    online, plan = audits.online_of(box, row["appid"]), releases.running(box, row["appid"])
    last = box.store.one(
        "SELECT auditid, status FROM audits WHERE version_id = ? ORDER BY auditid DESC LIMIT 1", row["id"]
    )
    grey = plan is not None and last is not None and plan["auditid"] == last["auditid"]
    return {
        "id": row["id"],
        "appid": row["appid"],
        "channel": row["channel"],
        "robot": row["robot"],
        "version": row["version"],
        "desc": row["desc"],
        "digest": row["digest"],
        "packages": facts["packages"],
        "pages": facts["pages"],
        "made_at": rfc3339(row["made_at"]),
        "auditid": last["auditid"] if last is not None else None,
        "audit": STATUSES[last["status"]] if last is not None else None,
        "online": online is not None and online["version_id"] == row["id"],
        "grey_percent": plan["percent"] if grey and plan is not None else None,
    }


def _audit(box: Box, row: sqlite3.Row) -> dict[str, Any]:
    version = versions.version_of(box, row["version_id"])
    facts = packages.facts_of(box, version)
    privacy = box.store.one("SELECT body FROM privacy_settings WHERE appid = ? AND ver = 2", row["appid"])
    return {
        "auditid": row["auditid"],
        "appid": row["appid"],
        "version": version["version"],
        "desc": version["desc"],
        "channel": version["channel"],
        "status": row["status"],
        "state": STATUSES[row["status"]],
        "submitted": json.loads(row["body"]),
        "reason": row["reason"],
        "screenshots": json.loads(row["screenshots"]),
        "sped": bool(row["sped"]),
        "pages": facts["pages"],
        "packages": facts["packages"],
        "private": facts["private"],
        "privacy_keys": facts["privacy_keys"],
        "privacy": json.loads(privacy["body"]) if privacy is not None else None,
        "submitted_at": rfc3339(row["submitted_at"]),
        "decided_at": None if row["decided_at"] is None else rfc3339(row["decided_at"]),
    }
