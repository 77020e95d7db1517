"""Bringing one message through WeChat, at most once as far as anybody can tell.

WeChat offers no key that makes a repeated send harmless, but it counts consents: a message without one is
refused. So what may have arrived (no answer, or this process died) is sent again only while the customer has no
other consent for the template: a repetition can then use up nothing but the consent of the first attempt, and
is refused if that one did arrive. With other consents around, a repetition could tell the customer twice at the
expense of a later message; such a delivery ends as `unknown`. The message centre has the message either way.
"""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.utils import timezone

from fangcun.gateways.wechat.errors import NotSubscribed, TemplateDataInvalid
from fangcun.grow.messaging.models import Delivery, Grant, Purpose
from fangcun.grow.messaging.pacing import after_quiet
from fangcun.grow.messaging.reaching import pace, preference_of, quiet_windows
from fangcun.grow.messaging.states import DeliveryStatus, GrantStatus
from fangcun.identity.programs.clients import miniprogram_api
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.actors import SYSTEM, WECHAT, Actor
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.jobs import MAX_ATTEMPTS

# Fewer than a job has, so that the delivery is settled before its job is given up.
MOST_ATTEMPTS = MAX_ATTEMPTS - 2


# Good news, but none that somebody waits for: it comes after the quiet hours.
PATIENT = (
    Purpose.POINTS_CHANGED,
    Purpose.COUPON_GIVEN,
    Purpose.COUPON_EXPIRING,
    Purpose.ACTIVITY_STARTING,
    Purpose.MEMBER_CARE,
)


def deliver(delivery_id: int) -> dt.datetime | None:
    """Send a queued delivery and write down what became of it. Calls WeChat: never inside a transaction.

    Returns when to come again if it may not go yet. Raises the GatewayError when a later attempt may succeed.
    """
    delivery = Delivery.objects.select_related("message", "grant__template", "grant__account__program").get(
        pk=delivery_id
    )
    if delivery.status == DeliveryStatus.SENDING:
        _doubt(delivery, code="interrupted", text="发送时进程中断，结果不明")
    if delivery.status != DeliveryStatus.QUEUED:
        return None
    if delivery.grant.template.purpose in PATIENT and delivery.message.kind != "test":
        now = timezone.now()
        windows = quiet_windows(pace(), preference_of(delivery.message.member_id))
        if (free := after_quiet(now, windows, timezone.get_default_timezone())) > now:
            return free
    with transaction.atomic():
        delivery.enter(
            DeliveryStatus.SENDING, by=SYSTEM, sending_at=timezone.now(), attempts=delivery.attempts + 1
        )
    account, template = delivery.grant.account, delivery.grant.template
    try:
        msgid = miniprogram_api(account.program).send_subscribe_message(
            openid=account.openid,
            template_id=template.template_id,
            data=delivery.data,
            page=delivery.page,
        )
    except NotSubscribed as error:
        _refused(delivery, error)
    except GatewayError as error:
        if error.permanent:
            _failed(delivery, error)
        elif error.details.get("sent"):
            _doubt(delivery, code=error.code, text=str(error))
        else:
            _requeue(delivery, error)
        if delivery.status == DeliveryStatus.QUEUED:
            raise
    else:
        _sent(delivery, msgid)
    return None


def _settle(
    delivery: Delivery,
    status: DeliveryStatus,
    grant: GrantStatus,
    *,
    by: Actor = SYSTEM,
    code: str = "",
    field: str = "",
    text: str = "",
    msgid: str = "",
) -> None:
    delivery.enter(
        status,
        by=by,
        reason=text,
        settled_at=timezone.now(),
        error_code=code[:40],
        error_field=field[:60],
        error=text[:300],
        msgid=msgid[:64],
    )
    Grant.objects.filter(pk=delivery.grant_id).update(status=grant)


@transaction.atomic
def _sent(delivery: Delivery, msgid: str) -> None:
    _settle(delivery, DeliveryStatus.SENT, GrantStatus.SPENT, by=WECHAT, msgid=msgid)
    record_later(
        "message_sent",
        event_id=f"message_sent:{delivery.pk}",
        member_id=delivery.message.member_id,
        program_id=delivery.message.program_id,
        props={"purpose": delivery.grant.template.purpose},
        at=timezone.now(),
    )


@transaction.atomic
def _refused(delivery: Delivery, error: NotSubscribed) -> None:
    if delivery.doubtful:
        _settle(
            delivery,
            DeliveryStatus.UNKNOWN,
            GrantStatus.SPENT,
            by=WECHAT,
            code=error.code,
            text="微信答复授权已用完：此前结果不明的那次应已送达",
        )
        return
    _settle(delivery, DeliveryStatus.REFUSED, GrantStatus.VOID, by=WECHAT, code=error.code, text=str(error))
    # WeChat counts none at all: those given before this attempt are void too.
    _others(delivery).filter(status=GrantStatus.OPEN, answered_at__lte=delivery.sending_at).update(
        status=GrantStatus.VOID
    )


@transaction.atomic
def _failed(delivery: Delivery, error: GatewayError) -> None:
    field = error.field if isinstance(error, TemplateDataInvalid) else ""
    # Nothing was delivered, so the customer's consent is good for another message.
    _settle(
        delivery,
        DeliveryStatus.FAILED,
        GrantStatus.OPEN,
        by=WECHAT,
        code=error.code,
        field=field,
        text=str(error),
    )


@transaction.atomic
def _requeue(delivery: Delivery, error: GatewayError) -> None:
    if delivery.attempts < MOST_ATTEMPTS:
        delivery.enter(
            DeliveryStatus.QUEUED,
            by=SYSTEM,
            reason=str(error),
            error_code=error.code[:40],
            error=str(error)[:300],
        )
    elif delivery.doubtful:
        _settle(delivery, DeliveryStatus.UNKNOWN, GrantStatus.SPENT, code=error.code, text=str(error))
    else:
        _settle(delivery, DeliveryStatus.FAILED, GrantStatus.OPEN, code=error.code, text=str(error))


@transaction.atomic
def _doubt(delivery: Delivery, *, code: str, text: str) -> None:
    others = _others(delivery).filter(status__in=[GrantStatus.OPEN, GrantStatus.CLAIMED])
    if delivery.attempts >= MOST_ATTEMPTS or others.exists():
        _settle(delivery, DeliveryStatus.UNKNOWN, GrantStatus.SPENT, code=code, text=text)
    else:
        delivery.enter(
            DeliveryStatus.QUEUED,
            by=SYSTEM,
            reason=text,
            doubtful=True,
            error_code=code[:40],
            error=text[:300],
        )


def _others(delivery: Delivery) -> models.QuerySet[Grant]:
    grant = delivery.grant
    return Grant.objects.filter(account_id=grant.account_id, template_id=grant.template_id).exclude(
        pk=grant.pk
    )
