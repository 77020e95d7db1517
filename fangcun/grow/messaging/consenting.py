"""Keeping account of consents: the phone tells an answer, WeChat may tell the same one, and both are one row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from fangcun.grow.messaging.models import Delivery, Grant, Template
from fangcun.grow.messaging.states import DeliveryStatus, GrantStatus
from fangcun.identity.members.models import Account
from fangcun.kernel.actors import WECHAT

# Within this time what the phone tells and what WeChat tells may be one answer; clocks differ and pushes are late.
SAME_ANSWER = dt.timedelta(minutes=10)
ARRIVED = "0"


@transaction.atomic
def record_consents(*, account: Account, moment: str, results: Mapping[str, str]) -> int:
    """Write down what the customer answered when asked for consent; how many messages he agreed to.

    `results` is what the phone got from WeChat: template id → accept, reject, ban or filter. Each accept is good for
    one message. It is the phone's word: WeChat keeps its own count and refuses a message it knows no consent
    for. Where WeChat told the same answer already, its row gets the moment. Ids that are no templates of ours are left
    aside.
    """
    asked = list(
        Template.objects.filter(program_id=account.program_id, template_id__in=results, is_active=True)
    )
    if not asked:
        return 0
    # Whoever tells the same answer at this moment waits, and then finds it.
    Account.objects.select_for_update(no_key=True).filter(pk=account.pk).values_list("pk").first()
    pushed = _waiting_for(account, Grant.Told.WECHAT, timezone.now())
    new, agreed = [], 0
    for template in asked:
        answer = results[template.template_id]
        agreed += answer == Grant.Answer.ACCEPT
        same = _take(pushed, template.pk, answer)
        if same is None:
            new.append(_grant(account, template, answer, moment=moment))
        else:
            Grant.objects.filter(pk=same.pk).update(moment=moment, told=Grant.Told.BOTH)
    Grant.objects.bulk_create(new)
    return agreed


@transaction.atomic
def confirm_answer(
    *, program_id: int, openid: str, template_id: str, answer: str, at: dt.datetime, key: str
) -> bool:
    """WeChat tells what a customer answered; whether it was news. `key` is that of the push.

    The phone's own word for it is confirmed. Without one a row is made: the phone died, or was asked elsewhere.
    """
    account = (
        Account.objects.select_for_update(no_key=True).filter(program_id=program_id, openid=openid).first()
    )
    template = Template.objects.filter(program_id=program_id, template_id=template_id).first()
    if account is None or template is None or answer not in (Grant.Answer.ACCEPT, Grant.Answer.REJECT):
        return False
    if Grant.objects.filter(push_key=key).exists():
        return False
    same = _take(_waiting_for(account, Grant.Told.PHONE, at), template.pk, answer)
    if same is not None:
        Grant.objects.filter(pk=same.pk).update(told=Grant.Told.BOTH, push_key=key)
        return False
    grant = _grant(account, template, answer, moment="", at=at)
    grant.told, grant.push_key = Grant.Told.WECHAT, key
    grant.save()
    return True


@transaction.atomic
def withdraw_consents(*, program_id: int, openid: str, template_id: str, at: dt.datetime) -> int:
    """A customer switched a message off in WeChat's settings: what he agreed to before is void; how many."""
    return Grant.objects.filter(
        account__program_id=program_id,
        account__openid=openid,
        template__template_id=template_id,
        status=GrantStatus.OPEN,
        answered_at__lte=at,
    ).update(status=GrantStatus.VOID)


@transaction.atomic
def note_receipt(
    *,
    program_id: int,
    openid: str,
    template_id: str,
    msgid: str,
    error_code: str,
    error_status: str,
    at: dt.datetime,
) -> bool:
    """WeChat tells how a delivery ended; whether it is one of ours.

    One of which we did not hear is recognised by person, template and time, if only one can be meant.
    """
    mine = Delivery.objects.select_for_update(of=("self",)).filter(
        grant__account__program_id=program_id,
        grant__account__openid=openid,
        grant__template__template_id=template_id,
    )
    delivery = mine.filter(msgid=msgid).first() if msgid else None
    if delivery is None:
        doubtful = list(
            mine.filter(
                status=DeliveryStatus.UNKNOWN,
                msgid="",
                sending_at__gte=at - SAME_ANSWER,
                sending_at__lte=at + SAME_ANSWER,
            )[:2]
        )
        delivery = doubtful[0] if len(doubtful) == 1 else None
    if delivery is None:
        return False
    receipt = (error_status or error_code)[:60]
    if error_code == ARRIVED and delivery.status == DeliveryStatus.UNKNOWN:
        delivery.enter(DeliveryStatus.SENT, by=WECHAT, reason=receipt, msgid=msgid[:64], error="")
    elif error_code != ARRIVED and delivery.status == DeliveryStatus.SENT:
        delivery.enter(
            DeliveryStatus.FAILED, by=WECHAT, reason=receipt, error_code=error_code[:40], error=receipt
        )
    Delivery.objects.filter(pk=delivery.pk).update(receipt=receipt, receipt_at=at)
    return True


def _waiting_for(account: Account, told: str, at: dt.datetime) -> list[Grant]:
    """Answers that only one side told, around a moment, the oldest first."""
    return list(
        Grant.objects.filter(
            account=account,
            told=told,
            answered_at__gte=at - SAME_ANSWER,
            answered_at__lte=at + SAME_ANSWER,
        ).order_by("id")
    )


def _take(grants: list[Grant], template_id: int, answer: str) -> Grant | None:
    for grant in grants:
        if (grant.template_id, grant.answer) == (template_id, answer):
            grants.remove(grant)
            return grant
    return None


def _grant(
    account: Account, template: Template, answer: str, *, moment: str, at: dt.datetime | None = None
) -> Grant:
    status = GrantStatus.OPEN if answer == Grant.Answer.ACCEPT else GrantStatus.DECLINED
    return Grant(
        account=account,
        template=template,
        moment=moment,
        answer=answer,
        status=status,
        answered_at=at or timezone.now(),
    )
