"""What submit_audit checks of what was written into it, in the order of WeChat's errcodes."""

import sqlite3
from typing import Any

from wechatbox.box import Box
from wechatbox.launch.publishing import Publishing
from wechatbox.miniprogram.answers import ApiError

_MOST_ITEMS = 5
_MOST_TAGS, _MOST_TAG = 10, 20
_MOST_TITLE = 32
_MOST_TEXT = 200
_MOST_UGC_TEXT = 256
_MOST_PICTURES, _MOST_VIDEOS = 20, 5
_MOST_STUFF = 5
_UGC_CLASSES = ("社区", "论坛", "笔记", "问答")
_SCENES, _METHODS = range(6), range(1, 5)


def check_items(publishing: Publishing, pages: list[str], items: object) -> None:
    """Pages with their categories. Raises ApiError 85006–85008, 85010, 85011, 85023, 85077."""
    if items is None:
        return
    if not isinstance(items, list) or not 1 <= len(items) <= _MOST_ITEMS:
        raise ApiError(85023, "the number of items must be 1 to 5")
    for item in items:
        if not isinstance(item, dict) or not all(
            item.get(name) for name in ("first_class", "second_class", "first_id", "second_id")
        ):
            raise ApiError(85010, "an item of item_list has an empty field")
        _check_category(publishing, item)
        if (address := item.get("address")) and str(address).split("?", 1)[0] not in pages:
            raise ApiError(85007, "invalid page path")
        tags = str(item.get("tag") or "").split()
        if len(tags) > _MOST_TAGS or any(len(tag) > _MOST_TAG for tag in tags):
            raise ApiError(85006, "invalid tag")
        if not isinstance(item.get("title", ""), str) or len(item.get("title", "")) > _MOST_TITLE:
            raise ApiError(85011, "invalid title")


def _check_category(publishing: Publishing, item: dict[str, Any]) -> None:
    names = ("first_class", "second_class", "first_id", "second_id")
    for entry in publishing.settings["categories"]:
        third = (item.get("third_id") or 0) == (entry.get("third_id") or 0)
        if third and all(item[name] == entry.get(name) for name in names):
            if entry.get("removed"):
                raise ApiError(85077, "the category has been taken off by WeChat, choose another")
            return
    raise ApiError(85008, "invalid category, it is not among the categories of this mini program")


def check_texts(box: Box, publishing: Publishing, body: dict[str, Any]) -> None:
    """Description, pictures and feedback. Raises ApiError 85051, 85092, 85093."""
    for name in ("version_desc", "feedback_info"):
        text = body.get(name, "")
        if not isinstance(text, str) or len(text) > _MOST_TEXT:
            raise ApiError(85051, f"{name} is over the limit")
    stuff = [name for name in str(body.get("feedback_stuff") or "").split("|") if name]
    if len(stuff) > _MOST_STUFF:
        raise ApiError(85051, "feedback_stuff is over the limit")
    preview = body.get("preview_info")
    if preview is None:
        return
    if not isinstance(preview, dict):
        raise ApiError(85092, "preview_info format error")
    for name, most in (("pic_id_list", _MOST_PICTURES), ("video_id_list", _MOST_VIDEOS)):
        listed = preview.get(name) or []
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise ApiError(85092, "preview_info format error")
        if len(listed) > most:
            raise ApiError(85093, "preview_info has too many pictures or videos")
        for media_id in listed:
            if not box.store.one(
                "SELECT 1 FROM audit_media WHERE media_id = ? AND appid = ?", media_id, publishing.appid
            ):
                raise ApiError(85092, "preview_info format error, no such mediaid")


def check_users_content(box: Box, publishing: Publishing, body: dict[str, Any]) -> None:
    """How content of users is looked at. Raises ApiError 85094."""
    refusal = ApiError(85094, "ugc_declare is needed: say how content of users is reviewed")
    declared = body.get("ugc_declare")
    if declared is None:
        first = not box.store.one("SELECT 1 FROM audits WHERE appid = ?", publishing.appid)
        if first and any(_is_ugc(item) for item in body.get("item_list") or []):
            raise refusal
        return
    if not isinstance(declared, dict):
        raise refusal
    scenes, methods = declared.get("scene") or [], declared.get("method") or []
    if not _numbers(scenes, _SCENES) or not _numbers(methods, _METHODS):
        raise refusal
    if (
        not isinstance(declared.get("audit_desc", ""), str)
        or len(declared.get("audit_desc", "")) > _MOST_UGC_TEXT
    ):
        raise refusal
    if any(scene for scene in scenes) and not methods:
        raise refusal


def check_code(publishing: Publishing, facts: dict[str, Any], online: sqlite3.Row | None) -> None:
    """What WeChat knows of program and code. Raises ApiError 86002, 86007, 86009, 86010, 85087, 87006."""
    settings = publishing.settings
    if settings["kind"] == "game" or facts["game"]:
        raise ApiError(87006, "mini game cannot be submitted")
    if not settings["profile_set"]:
        raise ApiError(86002, "nickname, picture and introduction of the mini program are not set")
    refused = {
        86007: "the mini program may not be submitted",
        86009: "the provider may not submit new mini programs" if online is None else "",
        86010: "" if online is None else "the provider may not submit updates of mini programs",
    }
    if message := refused.get(settings["refuses"] or 0, ""):
        raise ApiError(settings["refuses"], message)
    if settings["jump_list_required"] and facts["jumps"] and not facts["jump_list"]:
        raise ApiError(85087, "navigateToMiniProgram is used, declare navigateToMiniProgramAppIdList")


def _is_ugc(item: dict[str, Any]) -> bool:
    classes = " ".join(str(item.get(name) or "") for name in ("first_class", "second_class", "third_class"))
    return any(word in classes for word in _UGC_CLASSES)


def _numbers(given: object, known: range) -> bool:
    return isinstance(given, list) and all(isinstance(one, int) and one in known for one in given)
