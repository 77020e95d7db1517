"""Where WeChat's message push knocks."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from fangcun.build.papers.models import RefusedCall
from fangcun.build.papers.services import note_refused
from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.gateways.wechat.push import MOST_BYTES
from fangcun.identity.programs.errors import ProgramUnknown
from fangcun.identity.programs.pushing import accept_push, echo
from fangcun.identity.programs.queries import program_by_appid
from fangcun.kernel.errors import DomainError

logger = logging.getLogger(__name__)

LONGEST_ECHO = 200


@csrf_exempt
@require_http_methods(["GET", "POST"])
def wechat_push(request: HttpRequest, appid: str) -> HttpResponse:
    """A push of WeChat about one mini program, or its question whether this address is ours.

    Answers within WeChat's five seconds: what is told is written down, and whatever takes time is a job.
    """
    now = timezone.now()
    query = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _text("too large", 413)
    try:
        program = program_by_appid(appid)
        if request.method == "GET":
            return _text(echo(program=program, query=query, now=now)[:LONGEST_ECHO])
        answer = accept_push(program=program, query=query, body=request.body, now=now)
    except SignatureRefused as refused:
        logger.warning("A push for %s was not believed: %s", appid, refused.reason)
        note_refused(
            door=RefusedCall.Door.PUSH,
            key=appid,
            refused=refused,
            timestamp=query.get("timestamp", ""),
            nonce=query.get("nonce", ""),
            ip=request.META.get("REMOTE_ADDR"),
            now=now,
        )
        return _text(refused.reason, 403)
    except ProgramUnknown:
        return _text("unknown", 404)
    except DomainError as refused:
        logger.warning("A push for %s was refused: %s", appid, refused.code)
        return _text(refused.code, refused.status)
    kind = "text/plain"
    if answer.startswith("<"):
        kind = "application/xml"
    elif answer.startswith("{"):
        kind = "application/json"
    return HttpResponse(answer, content_type=f"{kind}; charset=utf-8")


def _text(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
