"""Quick replies with their words in braces filled in for one customer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fangcun.grow.conversations.models import Conversation, QuickReply
from fangcun.grow.conversations.queries import member_of
from fangcun.shop.orders.models import Order
from fangcun.shop.shipping.carriers import carrier_name
from fangcun.shop.shipping.queries import shipments_of

NEEDED = ("订单号", "订单状态")
_NUMBER = re.compile(r"(?<!\d)\d{12,32}(?!\d)")


@dataclass(frozen=True, slots=True)
class Ready:
    """A quick reply as it would be sent; `missing` names what it needs and this customer has not."""

    id: int
    category: str
    title: str
    shortcut: str
    text: str
    missing: str


def ready_replies(conversation: Conversation, *, staff_name: str) -> list[Ready]:
    """All quick replies for this customer: his name, his order (the one he came from, else the latest), who answers."""
    values = _values(conversation, staff_name)
    return [
        Ready(
            row.pk,
            row.category,
            row.title,
            row.shortcut,
            _filled(row.text, values),
            _missing(row.text, values),
        )
        for row in QuickReply.objects.all()
    ]


def order_asked_about(conversation: Conversation) -> Order | None:
    """The order that the contact button named, else the member's latest."""
    member = member_of(conversation)
    if member is None:
        return None
    orders = Order.objects.filter(member=member).order_by("-id")
    named = orders.filter(number__in=_NUMBER.findall(conversation.came_from)).first()
    return named or orders.first()


def _values(conversation: Conversation, staff_name: str) -> dict[str, str]:
    member, order = member_of(conversation), order_asked_about(conversation)
    parcels = shipments_of([order.number]) if order else []
    return {
        "昵称": (member.nickname if member else "") or _("顾客"),
        "订单号": order.number if order else "",
        "订单状态": order.get_status_display() if order else "",
        "物流": "、".join(f"{carrier_name(one.carrier)} {one.tracking_number}".strip() for one in parcels),
        "客服": staff_name,
    }


def _missing(text: str, values: dict[str, str]) -> str:
    return "、".join(
        name for name, value in values.items() if not value and name in NEEDED and f"{{{name}}}" in text
    )


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
