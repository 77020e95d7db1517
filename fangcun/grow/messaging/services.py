"""The verbs of messaging: keep account of consents, tell customers, mark as read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from fangcun.grow.messaging.consenting import (
    confirm_answer,
    note_receipt,
    record_consents,
    withdraw_consents,
)
from fangcun.grow.messaging.fields import fit
from fangcun.grow.messaging.models import Delivery, Grant, Message, Template, Text
from fangcun.grow.messaging.reaching import reassign_wishes, set_pace, set_preference, take_turn
from fangcun.grow.messaging.states import GrantStatus
from fangcun.grow.messaging.tasks import send_delivery
from fangcun.grow.messaging.templates import ask_at, plan_consents, register_template
from fangcun.grow.messaging.texting import (
    register_text_template,
    set_texting,
    take_reply,
    text,
    unsubscribe,
)

__all__ = [
    "ask_at", "confirm_answer", "mark_read", "note_receipt", "notify", "plan_consents", "reassign", "record_consents",
    "register_template", "register_text_template", "set_pace", "set_preference", "set_texting", "take_reply",
    "take_turn", "text", "unsubscribe", "withdraw_consents",
]  # fmt: skip


@transaction.atomic
def notify(
    *,
    member_id: int,
    program_id: int,
    purpose: str,
    values: Mapping[str, str],
    link: str,
    kind: str,
    title: str,
    body: str,
    dedupe_key: str,
) -> Message:
    """Tell a customer something, once per `dedupe_key`.

    The message always stands in the message centre. When there is a WeChat template for the purpose and the
    customer agreed to it, one consent is taken and WeChat is asked to deliver, after the commit. `values` are
    the facts that the template shows, by the names in `templates.VALUES`; `link` is a page path with a leading
    slash.
    """
    message, new = Message.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "member_id": member_id,
            "program_id": program_id,
            "kind": kind,
            "purpose": purpose,
            "title": title[:60],
            "body": body[:500],
            "link": link,
        },
    )
    if not new:
        return message
    template = Template.objects.filter(program_id=program_id, purpose=purpose, is_active=True).first()
    grant = _claim(member_id, template) if template else None
    if template and grant:
        delivery = Delivery.objects.create(
            message=message,
            grant=grant,
            data={key: fit(key, values.get(name, "")) for key, name in template.fields.items()},
            page=(template.page or link).lstrip("/"),
        )
        send_delivery.enqueue(delivery_id=delivery.pk)
    return message


def _claim(member_id: int, template: Template) -> Grant | None:
    usable = Grant.objects.filter(
        account__member_id=member_id, template=template, status=GrantStatus.OPEN
    ).order_by("id")
    while (grant := usable.first()) is not None:
        # Of two messages that want the same consent one gets it.
        if usable.filter(pk=grant.pk).update(status=GrantStatus.CLAIMED):
            return grant
    return None


def mark_read(*, member_id: int, ids: Iterable[int] | None = None) -> int:
    """Mark a customer's messages as read, all of them without `ids`; others' are left alone. How many were new."""
    unread = Message.objects.filter(member_id=member_id, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=timezone.now())


def reassign(*, kept_id: int, gone_id: int) -> None:
    """Two members turned out to be one person: the messages of both are his. Consents follow their accounts."""
    Message.objects.filter(member_id=gone_id).update(member_id=kept_id)
    Text.objects.filter(member_id=gone_id).update(member_id=kept_id)
    reassign_wishes(kept_id=kept_id, gone_id=gone_id)
