"""The contact button: entering customer service, writing to it, reading it; and where pushes about it go."""

import base64
import binascii
import json
import sqlite3
from typing import Any

from starlette.requests import Request

from wechatbox import people, talk
from wechatbox.box import Box
from wechatbox.clock import rfc3339
from wechatbox.miniprogram.service import MOST_BYTES
from wechatbox.people import Person
from wechatbox.person.answers import Refused
from wechatbox.push import targets

_MOST_TEXT = 2000
_MOST_LISTED = 500
_MIMES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"RIFF": "image/webp"}


def configure(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Say where a program's pushes go, as in WeChat's console."""
    target = targets.set_target(box, body)
    return {"appid": target.appid, "url": target.url, "mode": target.mode, "format": target.format}


def enter(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The contact button is tapped; ``session_from`` is what the button carries."""
    talk.enter(box, _person(box, body), str(body.get("session_from") or "")[:1000])
    return {"errMsg": "contact:ok"}


def say(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The person sends a text, a picture (base64) or a card (``title``, ``page``)."""
    person = _person(box, body)
    if "picture" in body:
        return {"id": say_picture(box, person, _decoded(body["picture"]))}
    if isinstance(card := body.get("card"), dict):
        page = str(card.get("page") or "")
        content = {"Title": str(card.get("title") or ""), "AppId": person.appid, "PagePath": page}
        return {
            "id": talk.say(box, person, "miniprogrampage", {**content, "ThumbUrl": "", "ThumbMediaId": ""})
        }
    text = body.get("text")
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= _MOST_TEXT:
        raise Refused({"error": f"text must be 1 to {_MOST_TEXT} characters; or send picture or card"})
    return {"id": talk.say(box, person, "text", {"Content": text})}


def say_picture(box: Box, person: Person, content: bytes) -> int:
    """The person sends a picture; the line's number."""
    mime = next((mime for start, mime in _MIMES.items() if content.startswith(start)), None)
    if mime is None or len(content) > MOST_BYTES:
        raise Refused({"error": "picture must be a JPEG, PNG, GIF or WebP of at most 10 MB"})
    media_id = talk.keep_media(box, person.appid, mime, content)
    address = f"http://mmbiz.qpic.cn/mmbiz_jpg/{media_id[:24]}/0"
    return talk.say(box, person, "image", {"PicUrl": address, "MediaId": media_id})


def read(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """A conversation, oldest first, and what the program may still say."""
    query = request.query_params
    person = _person(box, {"appid": query.get("appid"), "user": query.get("user")})
    row = box.store.one("SELECT * FROM talk_windows WHERE openid = ?", person.openid)
    return {
        "lines": talk.lines(box, person.openid),
        "remaining": row["remaining"] if row is not None and row["until"] > box.clock.now() else 0,
        "until": rfc3339(row["until"]) if row is not None and row["until"] else None,
    }


def list_pushes(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Pushes with every attempt, newest first; ``?kind=`` and ``?user=`` for some."""
    query = request.query_params
    rows = box.store.all(
        "SELECT pushes.*, people.user FROM pushes LEFT JOIN people USING (openid)"
        " WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR people.user = ?2) ORDER BY id DESC LIMIT ?3",
        query.get("kind"),
        query.get("user"),
        _MOST_LISTED,
    )
    return {"pushes": [_push(box, row) for row in rows]}


def resend_push(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Send a push once more, now; one that was lost too."""
    number = request.path_params["number"]
    known = number < 2**63 and box.store.run(
        "UPDATE pushes SET state = 'pending', due_at = ?, tries = 0 WHERE id = ?", box.clock.now(), number
    )
    if not known:
        raise Refused({"error": "no such push"}, 404)
    return {"id": number, "state": "pending"}


def _push(box: Box, row: sqlite3.Row) -> dict[str, Any]:
    attempts = box.store.all("SELECT * FROM push_attempts WHERE push_id = ? ORDER BY id", row["id"])
    return {
        "id": row["id"],
        "appid": row["appid"],
        "user": row["user"],
        "kind": row["kind"],
        "state": row["state"],
        "tries": row["tries"],
        "body": json.loads(row["body"]),
        "attempts": [
            {
                "at": rfc3339(attempt["at"]),
                "status": attempt["status"],
                "error": attempt["error"],
                "answer": attempt["answer"],
                "meaning": attempt["meaning"],
                "bent": attempt["bent"],
                "query": json.loads(attempt["query"]),
            }
            for attempt in attempts
        ],
    }


def _person(box: Box, body: dict[str, Any]) -> Person:
    program = people.known_program(box, body.get("appid"))
    return people.meet(box, program.appid, body.get("user"))


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused({"error": "picture must be base64"}) from error
