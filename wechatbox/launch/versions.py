"""Versions of a program's code: committed from a template, or uploaded by a robot."""

import json
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox.box import Box
from wechatbox.launch import packages
from wechatbox.launch.publishing import Publishing, caller
from wechatbox.miniprogram import codes
from wechatbox.miniprogram.answers import ApiError, answer

PRIVACY_CHECK_S = 30
_MOST_VERSION = 64
_MOST_DESC = 1000
_ACROSS = 430


def commit(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/commit``: a version for trial, made of a template and an ext.json."""
    publishing = caller(box, request)
    template = box.store.one(
        "SELECT code_templates.*, packages.facts FROM code_templates JOIN packages USING (digest)"
        " WHERE template_id = ?",
        _number(body.get("template_id")),
    )
    if template is None:
        raise ApiError(85014, "template not exist")
    facts = json.loads(template["facts"])
    ext = _ext(publishing, body.get("ext_json"), facts)
    check_name(body.get("user_version"), body.get("user_desc"))
    if facts["game"] or publishing.settings["kind"] == "game":
        raise ApiError(87006, "mini game cannot be committed by this api")
    if facts["error"]:
        raise ApiError(85043, f"invalid template, {facts['error']}")
    if problem := packages.too_large(facts, packages.MOST_BYTES_PLATFORM):
        raise ApiError(85044, problem)
    add(
        box,
        publishing,
        channel="platform",
        robot=0,
        version=body["user_version"],
        desc=body["user_desc"],
        digest=template["digest"],
        ext=ext,
    )
    return answer({"errcode": 0, "errmsg": "ok"})


def add(
    box: Box,
    publishing: Publishing,
    *,
    channel: str,
    robot: int,
    version: str,
    desc: str,
    digest: str,
    ext: dict[str, Any],
) -> int:
    """Keep a new version; its id."""
    return box.store.insert(
        "code_versions",
        appid=publishing.appid,
        channel=channel,
        robot=robot,
        version=version,
        desc=desc,
        digest=digest,
        ext=json.dumps(ext, ensure_ascii=False),
        made_at=box.clock.now(),
    )


def check_name(version: object, desc: object) -> None:
    """Raises ApiError 85013 unless both are texts of a usable length."""
    if not isinstance(version, str) or not 1 <= len(version.strip()) <= _MOST_VERSION:
        raise ApiError(85013, "invalid version, or the custom config is invalid")
    if not isinstance(desc, str) or not 1 <= len(desc.strip()) <= _MOST_DESC:
        raise ApiError(85013, "invalid desc, or the custom config is invalid")


def committed(box: Box, publishing: Publishing) -> sqlite3.Row:
    """The version a third-party platform committed last. Raises ApiError 86001."""
    row = box.store.one(
        "SELECT * FROM code_versions WHERE appid = ? AND channel = 'platform' ORDER BY id DESC LIMIT 1",
        publishing.appid,
    )
    if row is None:
        raise ApiError(86001, "third party does not commit any code")
    return row


def version_of(box: Box, number: int) -> sqlite3.Row:
    """A version by its id; it exists."""
    row = box.store.one("SELECT * FROM code_versions WHERE id = ?", number)
    assert row is not None  # noqa: S101
    return row


def trial_qrcode(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/get_qrcode``: a picture that opens the trial version, at ``path`` if it is given."""
    publishing = caller(box, request)
    pages = packages.facts_of(box, committed(box, publishing))["pages"]
    path = request.query_params.get("path", "").lstrip("/") or pages[0]
    if path.split("?", 1)[0] not in pages:
        raise ApiError(85007, "invalid page path")
    return Response(picture(publishing, path), media_type="image/png")


def picture(publishing: Publishing, path: str) -> bytes:
    """The code of a version that is not online, as PNG."""
    page, _, query = path.partition("?")
    text = f"wechatbox://{publishing.appid}/{page}?trial=1" + (f"&{query}" if query else "")
    return codes.drawn(text, _ACROSS, (0, 0, 0), (255, 255, 255, 255))


def categories(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/get_category``: what may be chosen at submit_audit."""
    listed = [
        {name: value for name, value in entry.items() if name != "removed"}
        for entry in caller(box, request).settings["categories"]
    ]
    return answer({"errcode": 0, "errmsg": "ok", "category_list": listed})


def pages(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/get_page``: the pages of the committed code."""
    facts = packages.facts_of(box, committed(box, caller(box, request)))
    return answer({"errcode": 0, "errmsg": "ok", "page_list": facts["pages"]})


def privacy_info(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /wxa/security/get_code_privacy_info``: private interfaces found in the code, some time after the commit."""
    publishing = caller(box, request)
    found = without(publishing, checked(box, committed(box, publishing)))
    return answer({"errcode": 0, "errmsg": "ok", **found})


def checked(box: Box, version: sqlite3.Row) -> dict[str, Any]:
    """What the code check found. Raises ApiError 61039 while it runs."""
    if box.clock.now() < version["made_at"] + PRIVACY_CHECK_S:
        raise ApiError(61039, "code privacy check is not finished, please try again later")
    return packages.facts_of(box, version)


def without(publishing: Publishing, facts: dict[str, Any]) -> dict[str, list[str]]:
    """Private interfaces without permission, and those used but not named in requiredPrivateInfos."""
    granted = publishing.settings["granted"] or []
    asked = [name for name in packages.LOCATION if name in facts["private"] or name in facts["required"]]
    return {
        "without_auth_list": [name for name in asked if name not in granted],
        "without_conf_list": [name for name in facts["private"] if name not in facts["required"]],
    }


def _ext(publishing: Publishing, text: object, facts: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(text, str):
        raise ApiError(85013, "invalid version, or the custom config is invalid")
    try:
        ext = json.loads(text)
    except ValueError as error:
        raise ApiError(85048, "ext_json parse fail") from error
    if not isinstance(ext, dict):
        raise ApiError(85048, "ext_json parse fail")
    if ext.get("extAppid") not in (None, "", publishing.appid):
        raise ApiError(85013, "extAppid in ext_json is not this mini program")
    if "pages" in ext and not ext["pages"]:
        raise ApiError(85047, "pages is empty")
    tabs = ext["tabBar"].get("list", []) if isinstance(ext.get("tabBar"), dict) else []
    if not all(isinstance(tab, dict) and tab.get("pagePath") for tab in tabs):
        raise ApiError(85046, "tabBar without pagePath")
    named = [*(ext.get("pages") or []), *(ext.get("extPages") or {}), *(tab["pagePath"] for tab in tabs)]
    if not facts["error"] and not all(page in facts["pages"] for page in named):
        raise ApiError(85045, "ext_json has a path that does not exist")
    return ext


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16
        else -1
    )
