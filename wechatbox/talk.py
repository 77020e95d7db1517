"""Customer service between a person and a program: what was said, and how much the program may still say."""

import json
import secrets
import sqlite3
from typing import Any

from wechatbox.box import Box
from wechatbox.clock import rfc3339
from wechatbox.people import Person
from wechatbox.push.outbox import tell_event, tell_message

WINDOW_S = 48 * 3600
ANSWERS = 5
# Whether entering a conversation lets the program say anything is not confirmed; here it may say one thing, soon.
WELCOME_S = 60
MEDIA_S = 3 * 86400


class MaySayNothing(Exception):
    """The program has to be silent; ``errcode`` says why."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode, self.errmsg = errcode, errmsg


def enter(box: Box, person: Person, session_from: str = "") -> None:
    """The person opens the conversation by the contact button."""
    box.store.run(
        "INSERT INTO talk_windows (openid, welcome_until) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET welcome_until = excluded.welcome_until",
        person.openid,
        box.clock.now() + WELCOME_S,
    )
    tell_event(box, person, "user_enter_tempsession", SessionFrom=session_from)


def say(box: Box, person: Person, kind: str, content: dict[str, Any]) -> int:
    """The person writes: the program may answer five times within 48 hours from now; the line's number."""
    number = _line(box, person, "customer", kind, content)
    box.store.run(
        "INSERT INTO talk_windows (openid, until, remaining) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET until = excluded.until, remaining = excluded.remaining",
        person.openid,
        box.clock.now() + WINDOW_S,
        ANSWERS,
    )
    tell_message(box, person, kind, **content)
    return number


def answer(box: Box, person: Person, kind: str, content: dict[str, Any]) -> None:
    """The program says something. Raises MaySayNothing (45015, 45047)."""
    _use_up(box, person)
    _line(box, person, "service", kind, content)


def lines(box: Box, openid: str) -> list[dict[str, Any]]:
    """The whole conversation, oldest first."""
    rows = box.store.all("SELECT * FROM talk WHERE openid = ? ORDER BY id", openid)
    return [
        {
            "id": row["id"],
            "author": row["author"],
            "kind": row["kind"],
            "content": json.loads(row["content"]),
            "at": rfc3339(row["at"]),
        }
        for row in rows
    ]


def keep_media(box: Box, appid: str, mime: str, content: bytes) -> str:
    """Keep a file for three days; its media id."""
    media_id = secrets.token_urlsafe(48)
    box.store.insert(
        "media", media_id=media_id, appid=appid, mime=mime, content=content, created_at=box.clock.now()
    )
    return media_id


def media_of(box: Box, appid: str, media_id: str) -> sqlite3.Row | None:
    """A file of this program that is not three days old yet."""
    return box.store.one(
        "SELECT * FROM media WHERE media_id = ? AND appid = ? AND created_at > ?",
        media_id,
        appid,
        box.clock.now() - MEDIA_S,
    )


def _use_up(box: Box, person: Person) -> None:
    now = box.clock.now()
    row = box.store.one("SELECT * FROM talk_windows WHERE openid = ?", person.openid)
    if row is not None and row["until"] > now and row["remaining"] > 0:
        box.store.run("UPDATE talk_windows SET remaining = remaining - 1 WHERE openid = ?", person.openid)
    elif row is not None and row["welcome_until"] > now and not box.faults.strikes("refuse_welcome"):
        box.store.run("UPDATE talk_windows SET welcome_until = 0 WHERE openid = ?", person.openid)
    elif row is None or row["until"] <= now:
        raise MaySayNothing(45015, "response out of time limit or subscription is canceled")
    else:
        raise MaySayNothing(45047, "out of response count limit")


def _line(box: Box, person: Person, author: str, kind: str, content: dict[str, Any]) -> int:
    return box.store.insert(
        "talk",
        appid=person.appid,
        openid=person.openid,
        user=person.user,
        author=author,
        kind=kind,
        content=json.dumps(content, ensure_ascii=False),
        at=box.clock.now(),
    )
