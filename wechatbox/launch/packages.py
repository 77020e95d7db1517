"""What can be read from a package of code: its pages, sizes and the private interfaces it calls."""

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from typing import Any

from wechatbox.box import Box

MOST_BYTES = 30 * 1024 * 1024
MOST_BYTES_PLATFORM = 20 * 1024 * 1024
MOST_BYTES_EACH = 2 * 1024 * 1024
_MOST_UNPACKED = 80 * 1024 * 1024
_MOST_FILES = 20_000
# The interfaces that app.json has to name in requiredPrivateInfos.
LOCATION = (
    "getFuzzyLocation", "getLocation", "onLocationChange", "startLocationUpdate", "startLocationUpdateBackground",
    "chooseLocation", "choosePoi", "chooseAddress",
)  # fmt: skip
_KEYS = {
    "UserInfo": ("getUserInfo", "getUserProfile", "chooseAvatar"),
    "Location": ("getFuzzyLocation", "getLocation", "onLocationChange", "startLocationUpdate"),
    "ChooseLocation": ("chooseLocation", "choosePoi"),
    "Address": ("chooseAddress",),
    "Invoice": ("chooseInvoiceTitle", "chooseInvoice"),
    "RunData": ("getWeRunData",),
    "Record": ("startRecord", "getRecorderManager", "joinVoIPChat"),
    "Album": ("chooseImage", "chooseMedia", "chooseVideo"),
    "Camera": ("createVKSession", "createCameraContext"),
    "PhoneNumber": ("getPhoneNumber", "getRealtimePhoneNumber"),
    "Contact": ("addPhoneContact", "chooseContact"),
    "AlbumWriteOnly": ("saveImageToPhotosAlbum", "saveVideoToPhotosAlbum"),
    "CalendarWriteOnly": ("addPhoneCalendar", "addPhoneRepeatCalendar"),
    "BlueTooth": ("openBluetoothAdapter",),
    "MessageFile": ("chooseMessageFile",),
    "Clipboard": ("getClipboardData", "setClipboardData"),
}
_WORD = re.compile(rb"[A-Za-z]{6,40}")


class BadPackage(ValueError):
    """The bytes are no package; the text says why."""


def keep(box: Box, content: bytes) -> tuple[str, dict[str, Any]]:
    """Remember a package: its digest and what is in it. Raises BadPackage when it is no zip.

    A zip without a readable app.json is kept too, with ``error``: WeChat finds that out when the code is used.
    """
    digest = hashlib.sha256(content).hexdigest()
    row = box.store.one("SELECT facts FROM packages WHERE digest = ?", digest)
    if row is not None:
        return digest, json.loads(row["facts"])
    facts = read(content)
    box.store.insert("packages", digest=digest, content=content, facts=json.dumps(facts, ensure_ascii=False))
    return digest, facts


def facts_of(box: Box, version: sqlite3.Row) -> dict[str, Any]:
    """What is in a version's package, with what its ext_json changes."""
    row = box.store.one("SELECT facts FROM packages WHERE digest = ?", version["digest"])
    facts: dict[str, Any] = json.loads(row["facts"]) if row is not None else {}
    ext = json.loads(version["ext"])
    if ext.get("pages"):
        facts["pages"] = [page for page in facts["pages"] if page in ext["pages"]]
    facts["required"] = sorted({*facts["required"], *(ext.get("requiredPrivateInfos") or [])})
    return facts


def read(content: bytes) -> dict[str, Any]:
    """Pages, bytes by package (before compression), private interfaces and declarations of a zip."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise BadPackage("the package is no zip") from error
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise BadPackage("the package is too large to be unpacked")
    try:
        files = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise BadPackage("the package cannot be unpacked") from error
    app, problem = _app(files)
    pages, roots = _pages(app)
    words = {
        word.decode()
        for name, text in files.items()
        if name.endswith((".js", ".wxml", ".wxs"))
        for word in _WORD.findall(text)
    }
    return {
        "error": problem,
        "pages": pages,
        "packages": _sizes(files, roots),
        "private": [name for name in LOCATION if name in words],
        "privacy_keys": [key for key, names in _KEYS.items() if words.intersection(names)],
        "required": _names(app.get("requiredPrivateInfos")),
        "jumps": "navigateToMiniProgram" in words,
        "jump_list": _names(app.get("navigateToMiniProgramAppIdList")),
        "game": "game.json" in files,
    }


def too_large(facts: dict[str, Any], most: int) -> str:
    """Which package is larger than WeChat takes, in words; empty when none is."""
    for name, size in facts["packages"].items():
        limit = most if name == "__FULL__" else MOST_BYTES_EACH
        if size > limit:
            return f"source size {size // 1024}KB of {name} exceed max limit {limit // 1024 // 1024}MB"
    return ""


def _app(files: dict[str, bytes]) -> tuple[dict[str, Any], str]:
    name = "app.json" if "app.json" in files or "game.json" not in files else "game.json"
    try:
        app = json.loads(files[name].decode("utf-8-sig"))
    except KeyError:
        return {}, "there is no app.json at the top of the zip"
    except ValueError:
        return {}, f"{name} is no JSON"
    if not isinstance(app, dict):
        return {}, f"{name} is no JSON object"
    return app, "" if name == "game.json" or _pages(app)[0] else "app.json names no page"


def _pages(app: dict[str, Any]) -> tuple[list[str], list[str]]:
    pages, roots = _names(app.get("pages")), []
    for part in app.get("subPackages") or app.get("subpackages") or []:
        if isinstance(part, dict) and isinstance(part.get("root"), str):
            root = part["root"].strip("/")
            roots.append(root)
            pages += [f"{root}/{page}" for page in _names(part.get("pages"))]
    return pages, roots


def _sizes(files: dict[str, bytes], roots: list[str]) -> dict[str, int]:
    sizes = {"__FULL__": sum(map(len, files.values())), "__APP__": 0, **{f"/{root}/": 0 for root in roots}}
    for name, text in files.items():
        root = next((root for root in roots if name.startswith(f"{root}/")), None)
        sizes["__APP__" if root is None else f"/{root}/"] += len(text)
    return sizes


def _names(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
