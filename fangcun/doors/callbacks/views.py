"""Where WeChat Pay knocks."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fangcun.build.papers.models import RefusedCall
from fangcun.build.papers.services import note_refused
from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.identity.programs.queries import merchant_by_mchid
from fangcun.kernel.errors import DomainError
from fangcun.shop.payments.services import accept_notice

logger = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024  # a notice has a few KB


@csrf_exempt
@require_POST
def wechat_pay(request: HttpRequest, mchid: str) -> HttpResponse:
    """A notice of WeChat Pay about one merchant's payment or refund.

    200 only after what it says has been committed; any failure makes WeChat send it again.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _fail(413, "too large")
    now = timezone.now()
    try:
        merchant = merchant_by_mchid(mchid)
        accept_notice(merchant, request.headers, request.body, now=now)
    except SignatureRefused as refused:
        logger.warning("A notice for merchant %s was not believed: %s", mchid, refused.reason)
        if refused.reason != "signtest":
            note_refused(
                door=RefusedCall.Door.NOTICE,
                key=mchid,
                refused=refused,
                timestamp=request.headers.get("Wechatpay-Timestamp", ""),
                nonce=request.headers.get("Wechatpay-Nonce", ""),
                ip=request.META.get("REMOTE_ADDR"),
                now=now,
            )
        return _fail(401, refused.reason)
    except DomainError as refused:
        logger.warning("A notice for merchant %s was refused: %s", mchid, refused.code)
        return _fail(refused.status, refused.code)
    return JsonResponse({"code": "SUCCESS", "message": "成功"})


def _fail(status: int, reason: str) -> HttpResponse:
    return JsonResponse({"code": "FAIL", "message": reason}, status=status)
