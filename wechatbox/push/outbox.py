"""What is told, in WeChat's words, and the queue of it."""

import hashlib
import json
import secrets
from typing import Any

from wechatbox.box import Box
from wechatbox.people import Person, openid_of
from wechatbox.push.targets import target_of

# No answer in five seconds, and it is sent again: three times in all. The pause in between is not documented.
RETRY_AFTER_S = (5, 5)


def original_id(appid: str) -> str:
    """The program's own name on messages: gh_ and twelve hex digits."""
    return "gh_" + hashlib.sha256(appid.encode()).hexdigest()[:12]


def tell_message(box: Box, person: Person, kind: str, **content: Any) -> None:
    """Somebody wrote to customer service."""
    _queue(box, person, int(box.clock.now()), {"MsgType": kind, **content, "MsgId": _message_id()})


def tell_event(box: Box, person: Person, event: str, **content: Any) -> None:
    """Something happened; the events of subscribe messages carry their time as a text."""
    at = int(box.clock.now())
    created: int | str = str(at) if event.startswith("subscribe_msg_") else at
    _queue(box, person, created, {"MsgType": "event", "Event": event, **content})


def tell_program(box: Box, appid: str, event: str, **content: Any) -> None:
    """Something happened to the program itself, such as an audit that ended; WeChat is the sender."""
    created = int(box.clock.now())
    _put(box, appid, openid_of(appid, "微信审核"), created, {"MsgType": "event", "Event": event, **content})


def _queue(box: Box, person: Person, created: int | str, content: dict[str, Any]) -> None:
    _put(box, person.appid, person.openid, created, content)


def _put(box: Box, appid: str, openid: str, created: int | str, content: dict[str, Any]) -> None:
    if target_of(box, appid) is None:
        return
    body = {
        "ToUserName": original_id(appid),
        "FromUserName": openid,
        "CreateTime": created,
        **content,
    }
    lost = box.faults.strikes("lose_pushes")
    for _ in range(1 + int(box.faults.number("duplicate_pushes"))):
        box.store.insert(
            "pushes",
            appid=appid,
            openid=openid,
            kind=str(content.get("Event") or content["MsgType"]),
            body=json.dumps(body, ensure_ascii=False),
            state="lost" if lost else "pending",
            created_at=box.clock.now(),
            due_at=box.clock.now(),
        )
    box.stir()


def _message_id() -> int:
    return 10**15 + secrets.randbelow(9 * 10**15)
