"""Customer service messages and the pictures in them."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from wechatbox import people, talk
from wechatbox.box import Box
from wechatbox.miniprogram.answers import ApiError, answer
from wechatbox.miniprogram.tokens import program_calling
from wechatbox.people import Person

_NEEDED = {
    "text": ("content",),
    "image": ("media_id",),
    "link": ("title", "description", "url", "thumb_url"),
    "miniprogrampage": ("title", "pagepath", "thumb_media_id"),
}
_MEDIA = ("media_id", "thumb_media_id")
_TYPING_S = 30
MOST_BYTES = 10 * 1024 * 1024
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}


def send(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /cgi-bin/message/custom/send``: five answers to each message of the person, within 48 hours."""
    person = _addressed(box, request, body)
    kind = body.get("msgtype")
    if not isinstance(kind, str) or kind not in _NEEDED:
        raise ApiError(40008, "invalid message type")
    content = body.get(kind)
    if not isinstance(content, dict):
        raise ApiError(47001, "data format error")
    for name in _NEEDED[kind]:
        value = content.get(name)
        # A link may go without a picture.
        if not isinstance(value, str) or (not value and name != "thumb_url"):
            raise ApiError(40097, f"invalid args, {name}")
        if name in _MEDIA and talk.media_of(box, person.appid, value) is None:
            raise ApiError(40007, "invalid media_id")
    try:
        talk.answer(box, person, kind, content)
    except talk.MaySayNothing as silence:
        raise ApiError(silence.errcode, silence.errmsg) from silence
    return answer({"errcode": 0, "errmsg": "ok"})


def typing(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /cgi-bin/message/custom/typing``: the person sees that somebody types, if he wrote just now."""
    person = _addressed(box, request, body)
    if body.get("command") not in ("Typing", "CancelTyping"):
        raise ApiError(45072, "invalid command")
    wrote_at = box.store.one(
        "SELECT max(at) AS at FROM talk WHERE openid = ? AND author = 'customer'", person.openid
    )
    if wrote_at is None or wrote_at["at"] is None or wrote_at["at"] < box.clock.now() - _TYPING_S:
        raise ApiError(45080, "should first interact within 30 seconds")
    return answer({"errcode": 0, "errmsg": "ok"})


def upload(box: Box, request: Request, form: dict[str, Any]) -> Response:
    """``POST /cgi-bin/media/upload?type=image``: a picture, kept for three days."""
    program = program_calling(box, request)
    content = form.get("media")
    if request.query_params.get("type") != "image":
        raise ApiError(40004, "invalid media type")
    if not isinstance(content, bytes):
        raise ApiError(41005, "media data missing")
    if len(content) > MOST_BYTES:
        raise ApiError(40009, "invalid image size")
    mime = next((mime for start, mime in _KINDS.items() if content.startswith(start)), None)
    if mime is None:
        raise ApiError(40005, "invalid file type")
    media_id = talk.keep_media(box, program.appid, mime, content)
    return answer({"type": "image", "media_id": media_id, "created_at": int(box.clock.now())})


def get_media(box: Box, request: Request, _: dict[str, Any]) -> Response:
    """``GET /cgi-bin/media/get``: the bytes of a picture."""
    program = program_calling(box, request)
    row = talk.media_of(box, program.appid, request.query_params.get("media_id", ""))
    if row is None:
        raise ApiError(40007, "invalid media_id")
    return Response(row["content"], media_type=row["mime"])


async def media_form(request: Request) -> dict[str, Any]:
    """The file of an upload as bytes under its field's name."""
    async with request.form(max_files=1, max_fields=4) as form:
        found = form.get("media")
        return {"media": await found.read()} if isinstance(found, UploadFile) else {}


def _addressed(box: Box, request: Request, body: dict[str, Any]) -> Person:
    program = program_calling(box, request)
    person = people.person_of(box, str(body.get("touser", "")))
    if person is None or person.appid != program.appid:
        raise ApiError(40003, "invalid openid")
    return person
