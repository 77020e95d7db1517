"""A push as it goes over the wire: JSON or XML, plain, sealed, or both."""

import json
import secrets
import time
from typing import Any

from wechatbox.push import sealing
from wechatbox.push.targets import Target

# In XML the list of such an event lies in an element of the event's own name.
_HOLDERS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


def written(target: Target, body: dict[str, Any], bent: str | None) -> tuple[dict[str, str], bytes, str]:
    """Query, body and content type of one delivery, freshly signed. ``bent`` is how a fault falsifies it."""
    at = str(int(time.time()) - (600 if bent == "stale" else 0))
    nonce = str(secrets.randbelow(2 * 10**9))
    token = "stranger" + secrets.token_hex(4) if bent == "forge" else target.token
    query = {
        "signature": sealing.sign(token, at, nonce),
        "timestamp": at,
        "nonce": nonce,
        "openid": str(body["FromUserName"]),
    }
    if target.mode == "plain":
        return query, _form(target, body).encode(), _type(target)
    sealed = sealing.seal(_form(target, body), target.aes_key, target.appid)
    query |= {"encrypt_type": "aes", "msg_signature": sealing.sign(token, at, nonce, sealed)}
    shown = body if target.mode == "compatible" else {"ToUserName": body["ToUserName"]}
    return query, _form(target, {**shown, "Encrypt": sealed}).encode(), _type(target)


def _type(target: Target) -> str:
    return "application/json" if target.format == "json" else "text/xml"


def _form(target: Target, body: dict[str, Any]) -> str:
    if target.format == "json":
        return json.dumps(body, ensure_ascii=False)
    if (holder := _HOLDERS.get(str(body.get("Event")))) and "List" in body:
        body = {
            **{name: value for name, value in body.items() if name != "List"},
            holder: {"List": body["List"]},
        }
    return f"<xml>{_elements(body)}</xml>"


def _elements(body: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in body.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, entry) for entry in value)
    if isinstance(value, dict):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}><![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
