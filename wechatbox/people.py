"""The people who hold phones: one openid per program, one unionid per open platform account."""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from wechatbox import registry
from wechatbox.box import Box
from wechatbox.registry import Program

CODE_LIFETIME_S = 300
_MOST_NAME = 64


class BadPerson(ValueError):
    """The name or the phone number cannot be; the text says why."""


@dataclass(frozen=True)
class Person:
    """A person as one program knows him."""

    openid: str
    appid: str
    user: str
    session_key: str | None


def openid_of(appid: str, user: str) -> str:
    """28 characters, the same for the same person in the same program, also after a reset."""
    return "o" + _digest("openid", appid, user)[:27]


def unionid_of(program: Program, user: str) -> str | None:
    """The same for all programs of one open platform account; None for a program without one."""
    if program.open_platform is None:
        return None
    return "o" + _digest("unionid", program.open_platform, user)[:27]


def meet(box: Box, appid: str, user: object) -> Person:
    """The person of this name in this program; becomes known when met the first time. Raises BadPerson."""
    if not isinstance(user, str) or not 1 <= len(user) <= _MOST_NAME or not user.isprintable():
        raise BadPerson(f"user must be a name of 1 to {_MOST_NAME} printable characters")
    openid = openid_of(appid, user)
    box.store.run("INSERT OR IGNORE INTO people VALUES (?, ?, ?, NULL)", openid, appid, user)
    person = person_of(box, openid)
    assert person is not None  # noqa: S101
    return person


def person_of(box: Box, openid: str) -> Person | None:
    """The person behind an openid, if known."""
    row = box.store.one("SELECT * FROM people WHERE openid = ?", openid)
    return None if row is None else Person(row["openid"], row["appid"], row["user"], row["session_key"])


def new_code(box: Box, kind: str, person: Person) -> str:
    """A code that the program's server can turn in once within five minutes. ``kind`` is login or phone."""
    code = ("0" if kind == "login" else "p") + secrets.token_urlsafe(24)[:31]
    box.store.insert(
        "codes",
        code=code,
        kind=kind,
        appid=person.appid,
        openid=person.openid,
        expires_at=box.clock.now() + CODE_LIFETIME_S,
    )
    return code


def new_session_key(box: Box, openid: str) -> str:
    """Base64 of 16 fresh bytes; the one before is no longer valid."""
    session_key = base64.b64encode(secrets.token_bytes(16)).decode()
    box.store.run("UPDATE people SET session_key = ? WHERE openid = ?", session_key, openid)
    return session_key


def phone_of(box: Box, user: str) -> str:
    """The number bound to the person's WeChat; made from the name unless it was set."""
    row = box.store.one("SELECT phone FROM phones WHERE user = ?", user)
    if row is not None:
        return str(row["phone"])
    return f"138{int(hashlib.sha256(user.encode()).hexdigest(), 16) % 10**8:08d}"


def set_phone(box: Box, user: str, phone: object) -> None:
    """Bind another mainland mobile number (11 digits) to the person's WeChat. Raises BadPerson."""
    if not isinstance(phone, str) or not (
        len(phone) == 11 and phone.isascii() and phone.isdigit() and phone[0] == "1"
    ):
        raise BadPerson("phone must be 11 digits beginning with 1")
    box.store.run("INSERT OR REPLACE INTO phones VALUES (?, ?)", user, phone)


def known_program(box: Box, appid: object) -> Program:
    """The registered program a phone opened. Raises BadPerson when there is none."""
    program = registry.program_of(box, appid) if isinstance(appid, str) else None
    if program is None:
        raise BadPerson("appid is not registered in this box")
    return program


def _digest(*parts: str) -> str:
    raw = hashlib.sha256("\0".join(parts).encode()).digest()
    # An openid has letters, digits, '-' and '_'.
    return base64.urlsafe_b64encode(raw).decode()
