"""What the phone does for a mini program: login, phone number, consent dialogs, the message inbox."""

import json
from typing import Any

from starlette.requests import Request

from wechatbox import people, registry
from wechatbox.box import Box
from wechatbox.clock import rfc3339
from wechatbox.person.answers import Refused
from wechatbox.push.outbox import tell_event

_ANSWERS = ("accept", "reject", "ban")
_MOST_TEMPLATES = 5


def login(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """``wx.login``: a code for the program's server."""
    program = people.known_program(box, body.get("appid"))
    return {"code": people.new_code(box, "login", people.meet(box, program.appid, body.get("user")))}


def phone_number(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The phone number button: a code for the program's server; ``phone`` binds another number first."""
    program = people.known_program(box, body.get("appid"))
    person = people.meet(box, program.appid, body.get("user"))
    if body.get("phone") is not None:
        people.set_phone(box, person.user, body["phone"])
    return {"code": people.new_code(box, "phone", person), "errMsg": "getPhoneNumber:ok"}


def subscribe(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """``wx.requestSubscribeMessage``: each accept lets the program send one message."""
    program = people.known_program(box, body.get("appid"))
    person = people.meet(box, program.appid, body.get("user"))
    wanted = body.get("template_ids")
    if not isinstance(wanted, list) or not all(isinstance(template_id, str) for template_id in wanted):
        raise _fail(10004, "template_ids must be a list of strings")
    if not wanted:
        raise _fail(10001, "template_ids is empty")
    if len(wanted) > _MOST_TEMPLATES:
        raise _fail(20003, f"more than {_MOST_TEMPLATES} templates")
    known = registry.templates_of(box, program.appid)
    if any(template_id not in known for template_id in wanted):
        raise _fail(20001, "no such template")
    answer = body.get("answer")
    results: dict[str, Any] = {}
    titles: set[str] = set()
    for template_id in dict.fromkeys(wanted):
        given = answer.get(template_id) if isinstance(answer, dict) else answer
        if given not in _ANSWERS:
            raise Refused({"error": f"answer must be one of {', '.join(_ANSWERS)}, for each template"})
        # The phone shows templates of one title once.
        results[template_id] = "filter" if known[template_id].title in titles else given
        titles.add(known[template_id].title)
    for template_id in [key for key, result in results.items() if result == "accept"]:
        box.store.run(
            "INSERT INTO grants VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
            person.openid,
            template_id,
        )
    answered = [
        {"TemplateId": template_id, "SubscribeStatusString": result, "PopupScene": "0"}
        for template_id, result in results.items()
        if result in ("accept", "reject")
    ]
    if answered:
        tell_event(box, person, "subscribe_msg_popup_event", List=answered)
    return {"errMsg": "requestSubscribeMessage:ok", **results}


def change_subscription(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The person changes his mind in WeChat's settings; ``reject`` takes back what he allowed."""
    program = people.known_program(box, body.get("appid"))
    person = people.meet(box, program.appid, body.get("user"))
    template_id, answer = body.get("template_id"), body.get("answer")
    if template_id not in registry.templates_of(box, program.appid) or answer not in ("accept", "reject"):
        raise Refused({"error": "template_id must be the program's, answer accept or reject"})
    if answer == "reject":
        box.store.run(
            "UPDATE grants SET count = 0 WHERE openid = ? AND template_id = ?", person.openid, template_id
        )
    changed = {"TemplateId": template_id, "SubscribeStatusString": answer}
    tell_event(box, person, "subscribe_msg_change_event", List=[changed])
    return {"template_id": template_id, "answer": answer}


def inbox(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """The messages WeChat shows this user, newest first."""
    user = request.query_params.get("user")
    if not user:
        raise Refused({"error": "user is required"})
    return {"messages": messages_of(box, user, request.query_params.get("appid"))}


def messages_of(box: Box, user: str, appid: str | None = None) -> list[dict[str, Any]]:
    """A user's messages, of one program or of all, newest first."""
    rows = box.store.all(
        "SELECT messages.*, templates.labels FROM messages LEFT JOIN templates USING (appid, template_id)"
        " WHERE user = ? AND (?2 IS NULL OR appid = ?2) ORDER BY id DESC",
        user,
        appid,
    )
    return [
        {
            "id": row["id"],
            "appid": row["appid"],
            "openid": row["openid"],
            "kind": row["kind"],
            "template_id": row["template_id"],
            "title": row["title"],
            "page": row["page"],
            "data": json.loads(row["data"]),
            "labels": json.loads(row["labels"]) if row["labels"] else {},
            "sent_at": rfc3339(row["sent_at"]),
        }
        for row in rows
    ]


def _fail(code: int, text: str) -> Refused:
    return Refused({"errMsg": f"requestSubscribeMessage:fail {text}", "errCode": code})
