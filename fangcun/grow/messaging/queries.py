"""Questions about messages and about what to ask consent for."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.grow.messaging.models import (
    AskingPlan,
    Delivery,
    Grant,
    Message,
    Moment,
    Template,
    Text,
    TextSettings,
    TextTemplate,
)
from fangcun.grow.messaging.states import DeliveryStatus, GrantStatus
from fangcun.identity.members.models import Account
from fangcun.identity.programs.models import Program

ONLY = 1  # the key of the one row that the settings have
MOST_ASKED = 3  # older WeChat clients take no more ids in one question


def templates_for(program: Program, moment: str, *, account: Account | None = None) -> list[Template]:
    """What to ask consent for at this moment, at most three.

    Each order needs consents of its own, so submitting one always asks. After the payment only that is asked
    again which the customer (`account`) has not just agreed to.
    """
    active = Template.objects.filter(program=program, is_active=True).order_by("id")
    templates = [template for template in active if moment in template.moments]
    if templates and account is not None and moment == Moment.ORDER_PAID:
        usable = Grant.objects.filter(account=account, template__in=templates, status=GrantStatus.OPEN)
        held = set(usable.values_list("template_id", flat=True))
        templates = [template for template in templates if template.pk not in held]
    return templates[:MOST_ASKED]


def asking_plan() -> AskingPlan | None:
    """Where the plan wants consents to be asked; None before a plan was published."""
    return AskingPlan.objects.first()


def messages_of(member_id: int, *, before_id: int | None = None, limit: int = 20) -> list[Message]:
    """A customer's messages, the newest first; go on with the id of the last one."""
    messages = Message.objects.filter(member_id=member_id).order_by("-id")
    if before_id is not None:
        messages = messages.filter(id__lt=before_id)
    return list(messages[:limit])


def unread_count(member_id: int) -> int:
    """How many of a customer's messages he has not read."""
    return Message.objects.filter(member_id=member_id, read_at=None).count()


def undelivered_count() -> int:
    """How many messages of the last seven days WeChat would not take for a reason that a person can mend."""
    since = timezone.now() - dt.timedelta(days=7)
    return Delivery.objects.filter(status=DeliveryStatus.FAILED, created_at__gte=since).count()


def open_grants(member_id: int, program_id: int, purpose: str) -> int:
    """How many messages of a purpose a member may still be sent through WeChat."""
    return Grant.objects.filter(
        account__member_id=member_id,
        template__program_id=program_id,
        template__purpose=purpose,
        template__is_active=True,
        status=GrantStatus.OPEN,
    ).count()


def text_settings() -> TextSettings:
    """By whom texts are sent; without settings they stay in the inbox."""
    return TextSettings.objects.filter(pk=ONLY).first() or TextSettings(pk=ONLY)


def text_template(code: str) -> TextTemplate | None:
    """The wording of a text by its code; None when there is none in use."""
    return TextTemplate.objects.filter(code=code, is_active=True).first()


def text_by_token(token: str) -> Text | None:
    """The text whose address ends so; None when there is none."""
    return Text.objects.filter(token=token).first()
