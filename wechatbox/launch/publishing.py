"""How a program publishes: self-owned or by a third-party platform, and what WeChat's console says about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from wechatbox import signing
from wechatbox.box import Box
from wechatbox.launch.packages import LOCATION
from wechatbox.miniprogram.answers import ApiError
from wechatbox.miniprogram.tokens import program_calling
from wechatbox.registry import BadRegistration, Program, program_of

CATEGORIES: list[dict[str, Any]] = [
    {
        "first_class": "商家自营", "first_id": 304, "second_class": "初级食用农产品", "second_id": 321,
        "third_class": "", "third_id": 0,
    },
    {
        "first_class": "商家自营", "first_id": 304, "second_class": "食品饮料", "second_id": 325,
        "third_class": "", "third_id": 0,
    },
    {
        "first_class": "工具", "first_id": 287, "second_class": "信息查询", "second_id": 616,
        "third_class": "", "third_id": 0,
    },
]  # fmt: skip
_DEFAULTS: dict[str, Any] = {
    "categories": CATEGORIES,
    "granted": list(LOCATION),
    "developers": [],
    "experiencers": [],
    "upload_ips": None,
    "profile_set": True,
    "kind": "app",
    "refuses": None,
    "jump_list_required": False,
    "audits_a_month": 20,
    "speedups_a_month": 1,
}
_LISTS = ("granted", "developers", "experiencers", "upload_ips")
FIELDS = ("third_party", "upload_public_key", *_DEFAULTS)


@dataclass(frozen=True)
class Publishing:
    """What is set for one program; ``settings`` are those of README."""

    program: Program
    third_party: bool
    upload_public_key: str | None
    settings: dict[str, Any]

    @property
    def appid(self) -> str:
        """The program's appid."""
        return self.program.appid


def publishing_of(box: Box, appid: str) -> Publishing | None:
    """How the program publishes; None when it is not registered."""
    program = program_of(box, appid)
    if program is None:
        return None
    row = box.store.one("SELECT * FROM publishing WHERE appid = ?", appid)
    if row is None:
        return Publishing(program, False, None, dict(_DEFAULTS))
    settings = {**_DEFAULTS, **json.loads(row["settings"])}
    return Publishing(program, bool(row["third_party"]), row["upload_public_key"], settings)


def set_publishing(box: Box, appid: str, given: Mapping[str, object]) -> None:
    """Set what ``given`` names of README's fields, null for as at first; the rest stays. Raises BadRegistration."""
    named = {name: given[name] for name in FIELDS if name in given}
    if not named:
        return
    before = publishing_of(box, appid)
    assert before is not None  # noqa: S101
    third_party = named.pop("third_party", before.third_party)
    public_key = named.pop("upload_public_key", before.upload_public_key)
    if not isinstance(third_party, bool):
        raise BadRegistration("third_party must be true or false")
    if public_key is not None:
        try:
            signing.check_public_key(str(public_key))
        except ValueError as error:
            raise BadRegistration(f"upload_public_key cannot be read: {error}") from error
    settings = {name: value for name, value in {**before.settings, **named}.items() if value is not None}
    _check(settings)
    box.store.run(
        "INSERT OR REPLACE INTO publishing VALUES (?, ?, ?, ?)",
        appid,
        int(third_party),
        public_key,
        json.dumps(settings, ensure_ascii=False),
    )


def new_upload_key(box: Box, appid: str, keep: bool = False) -> str:
    """A fresh upload key of the program; its private half as PEM, kept by the box only when told to."""
    key = signing.new_key()
    set_publishing(box, appid, {"upload_public_key": signing.public_pem(key)})
    box.store.run("DELETE FROM upload_keys WHERE appid = ?", appid)
    if keep:
        box.store.insert("upload_keys", appid=appid, private_key_pem=key)
    return key


def demo_upload_key(box: Box, appid: str) -> str:
    """The upload key of a demo program, the same each time."""
    row = box.store.one("SELECT private_key_pem FROM upload_keys WHERE appid = ?", appid)
    return str(row["private_key_pem"]) if row is not None else new_upload_key(box, appid, keep=True)


def caller(box: Box, request: Request) -> Publishing:
    """The program whose third-party platform calls. Raises the token errors, or 86000 for a self-owned one."""
    found = publishing_of(box, program_calling(box, request).appid)
    assert found is not None  # noqa: S101
    if not found.third_party:
        raise ApiError(86000, "should be called only from third party")
    return found


def _check(named: Mapping[str, Any]) -> None:
    for name in _LISTS:
        value = named.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise BadRegistration(f"{name} must be a list of texts")
    categories = named.get("categories", [])
    if not isinstance(categories, list) or not all(
        isinstance(entry, dict) and entry.get("first_class") and isinstance(entry.get("first_id"), int)
        for entry in categories
    ):
        raise BadRegistration("a category must have first_class, first_id, second_class and second_id")
    for name in ("profile_set", "jump_list_required"):
        if not isinstance(named.get(name, True), bool):
            raise BadRegistration(f"{name} must be true or false")
    for name in ("audits_a_month", "speedups_a_month"):
        value = named.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise BadRegistration(f"{name} must be a number from 0 up")
    if named.get("kind", "app") not in ("app", "game"):
        raise BadRegistration("kind is app or game")
    if named.get("refuses") not in (None, 86007, 86009, 86010):
        raise BadRegistration("refuses is 86007, 86009 or 86010")
