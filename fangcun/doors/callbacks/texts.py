"""What comes back from a text: the page behind the address in it, and replies that a provider passes on."""

from __future__ import annotations

import hmac
import logging
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from fangcun.grow.messaging.queries import text_by_token
from fangcun.grow.messaging.services import take_reply, unsubscribe
from fangcun.grow.messaging.texting import reply_secret

logger = logging.getLogger(__name__)

MOST_REPLIES = 500
# What each provider wants to hear, else it sends the same again.
HEARD = {"aliyun": {"code": 0, "msg": "接收成功"}, "tencent": {"result": 0, "errmsg": "OK"}}


@require_http_methods(["GET", "HEAD", "POST"])
def no_more_texts(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then write down that somebody wants no more marketing texts.

    A click on the address alone changes nothing: phones look at addresses before people do.
    """
    if text_by_token(token) is None:
        raise Http404
    done = request.method == "POST" and unsubscribe(token=token)
    return render(request, "phone/unsubscribe.html", {"done": done})


@csrf_exempt
@require_POST
def sms_reply(request: HttpRequest, provider: str, secret: str) -> HttpResponse:
    """Replies to our texts: Aliyun's SmsUp sends a list, Tencent Cloud one at a time."""
    if provider not in HEARD or not hmac.compare_digest(secret.encode(), reply_secret(provider).encode()):
        raise Http404
    try:
        told = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return JsonResponse({"code": "malformed"}, status=400)
    for one in (told if isinstance(told, list) else [told])[:MOST_REPLIES]:
        if isinstance(one, dict):
            _take(one)
    return JsonResponse(HEARD[provider])


def _take(reply: dict[str, Any]) -> None:
    phone, content = reply.get("phone_number", reply.get("mobile")), reply.get("content", reply.get("text"))
    if isinstance(phone, str) and isinstance(content, str) and take_reply(phone=phone, content=content):
        logger.info("Somebody wants no more marketing texts")
