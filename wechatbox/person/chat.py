"""The person's customer-service chat as a page: writing, sending pictures, reading the answers."""

from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from wechatbox import people, registry, talk
from wechatbox.box import Box, box_of
from wechatbox.people import BadPerson, Person
from wechatbox.person import contact, pages
from wechatbox.person.answers import Refused
from wechatbox.push.targets import target_of

_MOST_TEXT = 2000


def chat_page(box: Box, request: Request) -> HTMLResponse:
    """The conversations of everybody, and one of them open."""
    programs = registry.programs(box)
    listed = box.store.all(
        "SELECT people.user, people.appid, (SELECT count(*) FROM talk WHERE talk.openid = people.openid) AS count"
        " FROM people ORDER BY (SELECT max(id) FROM talk WHERE talk.openid = people.openid) DESC, people.rowid DESC"
        " LIMIT 60"
    )
    query = request.query_params
    user = query.get("user") or (listed[0]["user"] if listed else "")
    appid = query.get("appid") or next((row["appid"] for row in listed if row["user"] == user), "")
    appid = appid or (programs[0].appid if programs else "")
    person = people.person_of(box, people.openid_of(appid, user))
    openid = person.openid if person else ""
    window = box.store.one("SELECT * FROM talk_windows WHERE openid = ?", openid)
    open_now = window is not None and window["until"] > box.clock.now()
    return pages.shown(
        box,
        "chat.html",
        listed=[dict(row) for row in listed],
        names={program.appid: program.name for program in programs},
        person=person,
        lines=[_line(line) for line in talk.lines(box, person.openid)] if person else [],
        remaining=window["remaining"] if window is not None and open_now else 0,
        reached=person is not None and target_of(box, person.appid) is not None,
        told=query.get("told"),
        most=_MOST_TEXT,
    )


async def chat_sent(request: Request) -> Response:
    """The chat's form: a text, a picture, or entering the conversation. Forms of other sites are turned away."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return Response("forms of this box only", status_code=403, media_type="text/plain")
    box = box_of(request)
    async with request.form(max_files=1, max_fields=6) as form:
        appid, user, text = (str(form.get(name) or "") for name in ("appid", "user", "text"))
        upload = form.get("picture")
        picture = await upload.read() if isinstance(upload, UploadFile) else b""
        entering = "enter" in form
    told = {}
    with box.store.transaction():
        person = _person(box, appid, user)
        if person is None:
            return RedirectResponse("/chat", status_code=303)
        try:
            if entering:
                talk.enter(box, person)
            if picture:
                contact.say_picture(box, person, picture)
            if text.strip():
                talk.say(box, person, "text", {"Content": text.strip()[:_MOST_TEXT]})
        except Refused:
            told = {"told": "没有发出：图片须是 10 MB 以内的 JPEG、PNG、GIF 或 WebP。"}
    return RedirectResponse("/chat?" + urlencode({"user": user, "appid": appid, **told}), status_code=303)


async def picture(request: Request) -> Response:
    """A picture of a conversation."""
    row = box_of(request).store.one(
        "SELECT mime, content FROM media WHERE media_id = ?", request.path_params["media_id"]
    )
    if row is None:
        return Response("gone", status_code=404, media_type="text/plain")
    return Response(row["content"], media_type=row["mime"], headers={"X-Content-Type-Options": "nosniff"})


def _person(box: Box, appid: str, user: str) -> Person | None:
    try:
        return people.meet(box, people.known_program(box, appid).appid, user)
    except BadPerson:
        return None


def _line(line: dict[str, Any]) -> dict[str, Any]:
    content = line["content"]
    return {
        **line,
        "text": content.get("Content") or content.get("content") or "",
        "media_id": content.get("MediaId") or content.get("media_id") or "",
        "title": content.get("Title") or content.get("title") or "",
        "page": content.get("PagePath") or content.get("pagepath") or "",
        "thumb": content.get("thumb_media_id") or content.get("ThumbMediaId") or "",
        "url": content.get("url") or "",
        "description": content.get("description") or "",
    }
