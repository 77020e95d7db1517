"""Who is registered: mini programs with their message templates, and merchants with their keys."""

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from wechatbox import keyring, signing
from wechatbox.box import Box

_APPID = re.compile(r"wx[0-9a-z]{1,30}")
_MCHID = re.compile(r"\d{8,32}")
_TEMPLATE_KEY = re.compile(
    r"(thing|number|letter|symbol|character_string|time|date|amount|phone_number|car_number|name|phrase|enum|const)\d+"
)


class BadRegistration(ValueError):
    """A registration that WeChat's consoles would not take; the text says why."""


@dataclass(frozen=True)
class Program:
    """A registered mini program."""

    appid: str
    secret: str
    name: str
    open_platform: str | None
    pages: list[str] | None

    def has_page(self, page: str) -> bool:
        """Whether the released version has this page, whatever its query; all, if no list is known."""
        return self.pages is None or page.split("?", 1)[0] in self.pages


@dataclass(frozen=True)
class Template:
    """A subscribe message template of a program."""

    template_id: str
    title: str
    keys: list[str]
    labels: dict[str, str]


@dataclass(frozen=True)
class Merchant:
    """A registered merchant."""

    mchid: str
    name: str
    api_v3_key: str
    serial_no: str
    public_key_pem: str
    private_key_pem: str | None
    mode: str
    appids: list[str]


def program_of(box: Box, appid: str) -> Program | None:
    """The program with this appid, if registered."""
    row = box.store.one("SELECT * FROM programs WHERE appid = ?", appid)
    if row is None:
        return None
    pages = json.loads(row["pages"]) if row["pages"] is not None else None
    return Program(row["appid"], row["secret"], row["name"], row["open_platform"], pages)


def programs(box: Box) -> list[Program]:
    """Every registered program."""
    found = [
        program_of(box, row["appid"]) for row in box.store.all("SELECT appid FROM programs ORDER BY rowid")
    ]
    return [program for program in found if program is not None]


def templates_of(box: Box, appid: str) -> dict[str, Template]:
    """The program's templates by id, in the order they were registered."""
    rows = box.store.all("SELECT * FROM templates WHERE appid = ? ORDER BY position", appid)
    return {
        row["template_id"]: Template(
            row["template_id"], row["title"], json.loads(row["keys"]), json.loads(row["labels"])
        )
        for row in rows
    }


def merchant_of(box: Box, mchid: str) -> Merchant | None:
    """The merchant with this number, if registered."""
    row = box.store.one("SELECT * FROM merchants WHERE mchid = ?", mchid)
    return None if row is None else _merchant(row)


def merchants(box: Box) -> list[Merchant]:
    """Every registered merchant."""
    return [_merchant(row) for row in box.store.all("SELECT * FROM merchants ORDER BY rowid")]


def register_program(box: Box, given: Mapping[str, object]) -> Program:
    """Register a mini program or change what is registered. Raises BadRegistration."""
    appid = _text(given, "appid")
    if not _APPID.fullmatch(appid):
        raise BadRegistration("appid must be 'wx' and then digits and small letters")
    pages = given.get("pages")
    if pages is not None and not (isinstance(pages, list) and all(isinstance(page, str) for page in pages)):
        raise BadRegistration("pages must be a list of paths")
    open_platform = given.get("open_platform")
    if open_platform is not None and not (isinstance(open_platform, str) and open_platform):
        raise BadRegistration("open_platform must be the name of a group")
    templates = given.get("templates", [])
    if not isinstance(templates, list):
        raise BadRegistration("templates must be a list")
    read = [_template(entry) for entry in templates]
    with box.store.transaction():
        box.store.run(
            "INSERT INTO programs VALUES (?, ?, ?, ?, ?) ON CONFLICT (appid) DO UPDATE SET"
            " secret = excluded.secret, name = excluded.name, open_platform = excluded.open_platform,"
            " pages = excluded.pages",
            appid,
            _text(given, "secret"),
            _text(given, "name"),
            open_platform,
            None if pages is None else json.dumps(pages),
        )
        box.store.run("DELETE FROM templates WHERE appid = ?", appid)
        for position, template in enumerate(read):
            box.store.run(
                "INSERT OR REPLACE INTO templates VALUES (?, ?, ?, ?, ?, ?)",
                appid,
                template.template_id,
                template.title,
                json.dumps(template.keys),
                json.dumps(template.labels, ensure_ascii=False),
                position,
            )
    program = program_of(box, appid)
    assert program is not None  # noqa: S101
    return program


def register_merchant(
    box: Box, given: Mapping[str, object], private_key_pem: str | None = None
) -> dict[str, str]:
    """Register or change a merchant; answers what it needs to verify WeChat Pay. Raises BadRegistration."""
    mchid = _text(given, "mchid")
    if not _MCHID.fullmatch(mchid):
        raise BadRegistration("mchid must be 8 to 32 digits")
    api_v3_key = _text(given, "api_v3_key")
    if len(api_v3_key.encode()) != 32:
        raise BadRegistration("api_v3_key must be 32 bytes")
    mode = given.get("mode", "public_key")
    if mode not in ("public_key", "certificate"):
        raise BadRegistration("mode must be public_key or certificate")
    appids = given.get("appids", [])
    if not isinstance(appids, list) or not all(isinstance(appid, str) for appid in appids):
        raise BadRegistration("appids must be a list of appids")
    serial_no, public_key_pem = _merchant_key(given)
    with box.store.transaction():
        box.store.run(
            "INSERT INTO merchants VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mchid) DO UPDATE SET"
            " name = excluded.name, api_v3_key = excluded.api_v3_key, serial_no = excluded.serial_no,"
            " public_key_pem = excluded.public_key_pem, private_key_pem = excluded.private_key_pem,"
            " mode = excluded.mode, appids = excluded.appids",
            mchid,
            _text(given, "name"),
            api_v3_key,
            serial_no,
            public_key_pem,
            private_key_pem,
            mode,
            json.dumps(appids),
        )
        keyring.ensure_keys(box, mchid)
    return keyring.keys_to_verify_with(box, mchid)


def bind(box: Box, mchid: str, appid: str) -> None:
    """Let the merchant take payments in one more program."""
    merchant = merchant_of(box, mchid)
    if merchant is not None and appid not in merchant.appids:
        box.store.run(
            "UPDATE merchants SET appids = ? WHERE mchid = ?", json.dumps([*merchant.appids, appid]), mchid
        )


def _merchant_key(given: Mapping[str, object]) -> tuple[str, str]:
    try:
        if "merchant_certificate_pem" in given:
            return signing.read_certificate(_text(given, "merchant_certificate_pem"))
        public_key_pem = _text(given, "merchant_public_key_pem")
        signing.check_public_key(public_key_pem)
    except BadRegistration:
        raise
    except ValueError as error:
        raise BadRegistration(f"the merchant's key cannot be read: {error}") from error
    return _text(given, "serial_no"), public_key_pem


def _template(entry: object) -> Template:
    if not isinstance(entry, dict):
        raise BadRegistration("a template must be an object with template_id, title and keys")
    keys = entry.get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
        raise BadRegistration("a template's keys must be a list such as ['thing1', 'time4']")
    for key in keys:
        if not _TEMPLATE_KEY.fullmatch(key):
            raise BadRegistration(f"no such kind of template key: {key}")
    labels = entry.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(label, str) for label in labels.values()):
        raise BadRegistration("a template's labels must be an object such as {'thing1': '商品'}")
    return Template(_text(entry, "template_id"), _text(entry, "title"), keys, labels)


def _merchant(row: sqlite3.Row) -> Merchant:
    return Merchant(
        row["mchid"],
        row["name"],
        row["api_v3_key"],
        row["serial_no"],
        row["public_key_pem"],
        row["private_key_pem"],
        row["mode"],
        json.loads(row["appids"]),
    )


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise BadRegistration(f"{name} is required")
    return value
