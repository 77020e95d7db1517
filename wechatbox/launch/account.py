"""What belongs to a program rather than to one audit: privacy settings, visits, media for the auditors."""

import json
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from wechatbox.box import Box
from wechatbox.launch import audits, judging, packages, versions
from wechatbox.launch.publishing import caller
from wechatbox.miniprogram.answers import ApiError, answer

_CONTACTS = ("contact_email", "contact_phone", "contact_qq", "contact_weixin")
_KINDS = {**judging.MIMES, b"RIFF": "image/webp"}
_MOST_MEDIA = 20 * 1024 * 1024
_OK = {"errcode": 0, "errmsg": "ok"}


def set_privacy(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /cgi-bin/component/setprivacysetting``: the privacy guideline of the online (1) or committed (2) code."""
    publishing = caller(box, request)
    ver = body.get("privacy_ver", 2)
    owner, listed = body.get("owner_setting"), body.get("setting_list", [])
    if ver not in (1, 2):
        raise ApiError(40097, "invalid args, privacy_ver")
    if not isinstance(owner, dict) or not any(owner.get(name) for name in _CONTACTS):
        raise ApiError(40097, "invalid args, owner_setting needs a way to reach the owner")
    if not owner.get("notice_method"):
        raise ApiError(40097, "invalid args, notice_method")
    if not isinstance(listed, list) or not all(
        isinstance(entry, dict) and entry.get("privacy_key") and entry.get("privacy_text") for entry in listed
    ):
        raise ApiError(40097, "invalid args, setting_list")
    kept = {
        "owner_setting": owner,
        "setting_list": listed,
        "sdk_privacy_info_list": body.get("sdk_privacy_info_list", []),
    }
    box.store.run(
        "INSERT OR REPLACE INTO privacy_settings VALUES (?, ?, ?, ?)",
        publishing.appid,
        ver,
        json.dumps(kept, ensure_ascii=False),
        box.clock.now(),
    )
    return answer(_OK)


def get_privacy(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /cgi-bin/component/getprivacysetting``: what was set, and what the committed code needs."""
    publishing = caller(box, request)
    ver = body.get("privacy_ver", 2)
    if ver not in (1, 2):
        raise ApiError(40097, "invalid args, privacy_ver")
    row = privacy_row(box, publishing.appid, ver)
    code = box.store.one(
        "SELECT * FROM code_versions WHERE appid = ? AND channel = 'platform' ORDER BY id DESC",
        publishing.appid,
    )
    kept = json.loads(row["body"]) if row is not None else {"owner_setting": {}, "setting_list": []}
    return answer(
        {
            **_OK,
            "code_exist": int(code is not None),
            "privacy_list": packages.facts_of(box, code)["privacy_keys"] if code is not None else [],
            "update_time": int(row["updated_at"]) if row is not None else 0,
            **kept,
        }
    )


def privacy_row(box: Box, appid: str, ver: int) -> Any:
    """The kept privacy settings of a program, or None."""
    return box.store.one("SELECT * FROM privacy_settings WHERE appid = ? AND ver = ?", appid, ver)


def version_info(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``POST /wxa/getversioninfo``: the version for trial and the one online."""
    publishing = caller(box, request)
    told: dict[str, Any] = {**_OK}
    trial = box.store.one(
        "SELECT * FROM code_versions WHERE appid = ? AND channel = 'platform' ORDER BY id DESC",
        publishing.appid,
    )
    if trial is not None:
        told["exp_info"] = {
            "exp_time": int(trial["made_at"]),
            "exp_version": trial["version"],
            "exp_desc": trial["desc"],
        }
    online = audits.online_of(box, publishing.appid)
    if online is not None:
        version = versions.version_of(box, online["version_id"])
        told["release_info"] = {
            "release_time": int(online["since"]),
            "release_version": version["version"],
            "release_desc": version["desc"],
        }
    return answer(told)


def change_visits(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/change_visitstatus``: close the program to everybody, or open it again."""
    publishing = caller(box, request)
    action = body.get("action")
    if action not in ("open", "close"):
        raise ApiError(85022, "invalid action")
    if audits.online_of(box, publishing.appid) is None:
        raise ApiError(85021, "invalid status, nothing is online")
    if action == "open":
        box.store.run("DELETE FROM closed_programs WHERE appid = ?", publishing.appid)
    else:
        box.store.run("INSERT OR IGNORE INTO closed_programs VALUES (?)", publishing.appid)
    return answer(_OK)


def visits(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``POST /wxa/getvisitstatus``: 1 when people may come in, 0 when not."""
    return answer({**_OK, "status": int(not closed(box, caller(box, request).appid))})


def closed(box: Box, appid: str) -> bool:
    """Whether the program was closed to everybody."""
    return box.store.one("SELECT 1 FROM closed_programs WHERE appid = ?", appid) is not None


def upload_media(box: Box, request: Request, form: dict[str, Any]) -> Response:
    """``POST /wxa/uploadmedia``: a picture or video for the auditors."""
    publishing = caller(box, request)
    content = form.get("media")
    if not isinstance(content, bytes):
        raise ApiError(41005, "media data missing")
    mime = next((mime for start, mime in _KINDS.items() if content.startswith(start)), None)
    if mime is None and content[4:8] == b"ftyp":
        mime = "video/mp4"
    if mime is None or len(content) > _MOST_MEDIA:
        raise ApiError(40005, "invalid file type")
    media_id = judging.keep_media(box, publishing.appid, mime, content)
    return answer({**_OK, "type": mime.partition("/")[0], "mediaid": media_id})


def material(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /cgi-bin/material/get_material``: a picture of a refusal."""
    publishing = caller(box, request)
    row = box.store.one(
        "SELECT * FROM audit_media WHERE media_id = ? AND appid = ?",
        str(body.get("media_id", "")),
        publishing.appid,
    )
    if row is None:
        raise ApiError(40007, "invalid media_id")
    return Response(row["content"], media_type=row["mime"])


async def media_form(request: Request) -> dict[str, Any]:
    """The file of an upload, under whatever name it came."""
    async with request.form(max_files=1, max_fields=4) as form:
        found = next((value for _, value in form.multi_items() if isinstance(value, UploadFile)), None)
        return {"media": await found.read()} if found is not None else {}
