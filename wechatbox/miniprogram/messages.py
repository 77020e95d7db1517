"""Subscribe messages: one accepted dialog, one message."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox import people, registry
from wechatbox.box import Box
from wechatbox.miniprogram.answers import ApiError, answer
from wechatbox.miniprogram.field_rules import fits
from wechatbox.miniprogram.tokens import program_calling
from wechatbox.people import Person
from wechatbox.push.outbox import tell_event
from wechatbox.registry import Template

_STATES = ("developer", "trial", "formal")
_LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")
_MOST_PAGE = 1024


def send(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /cgi-bin/message/subscribe/send``: a message into the inbox for one consent."""
    program = program_calling(box, request)
    person = people.person_of(box, str(body.get("touser", "")))
    if person is None or person.appid != program.appid:
        raise ApiError(40003, "invalid openid")
    template = registry.templates_of(box, program.appid).get(str(body.get("template_id", "")))
    if template is None:
        raise ApiError(40037, "invalid template_id")
    if body.get("miniprogram_state", "formal") not in _STATES or body.get("lang", "zh_CN") not in _LANGUAGES:
        raise ApiError(40097, "invalid args")
    page = body.get("page")
    if page is not None and not (
        isinstance(page, str) and len(page) <= _MOST_PAGE and (page == "" or program.has_page(page))
    ):
        raise ApiError(41030, "invalid page")
    data = _checked(template, body.get("data"))
    used = box.store.run(
        "UPDATE grants SET count = count - 1 WHERE openid = ? AND template_id = ? AND count > 0",
        person.openid,
        template.template_id,
    )
    if not used:
        raise ApiError(43101, "user refuse to accept the msg")
    message = put(box, person, "subscribe", template.title, data, template.template_id, page or None)
    sent = {
        "TemplateId": template.template_id,
        "MsgID": str(message),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    tell_event(box, person, "subscribe_msg_sent_event", List=[sent])
    return answer({"errcode": 0, "errmsg": "ok", "msgid": message})


def put(
    box: Box,
    person: Person,
    kind: str,
    title: str,
    data: Mapping[str, Mapping[str, str]],
    template_id: str | None = None,
    page: str | None = None,
) -> int:
    """Put a message into a person's inbox; its number. ``kind`` is subscribe, or payment for WeChat's own."""
    return box.store.insert(
        "messages",
        appid=person.appid,
        openid=person.openid,
        user=person.user,
        kind=kind,
        template_id=template_id,
        title=title,
        page=page,
        data=json.dumps(data, ensure_ascii=False),
        sent_at=box.clock.now(),
    )


def _checked(template: Template, data: object) -> dict[str, dict[str, str]]:
    if not isinstance(data, dict):
        raise ApiError(47001, "data format error")
    for key in template.keys:
        if key not in data:
            raise ApiError(47003, f"argument invalid! data.{key}.value is empty")
    for key, field in data.items():
        value = field.get("value") if isinstance(field, dict) else None
        if key not in template.keys or not isinstance(value, str) or not fits(key, value):
            raise ApiError(47003, f"argument invalid! data.{key}.value invalid")
    return {key: {"value": data[key]["value"]} for key in template.keys}
