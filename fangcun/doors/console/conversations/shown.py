"""How conversations look: rows, bubbles, and what stands beside."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fangcun.doors.console.words import money
from fangcun.gateways.storage import image_url
from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.grow.conversations.queries import member_of
from fangcun.grow.conversations.quick_replies import order_asked_about
from fangcun.grow.conversations.states import ConversationStatus, EntryStatus
from fangcun.grow.loyalty.queries.standing import overview_of
from fangcun.identity.members.models import Member
from fangcun.identity.members.phones import masked
from fangcun.identity.staff.queries import may, name_of, those_who_may
from fangcun.shop.offers.queries.held import counts_of
from fangcun.shop.orders.queries import orders_of

TONES = {
    ConversationStatus.WAITING: "warn",
    ConversationStatus.OPEN: "info",
    ConversationStatus.RESOLVED: "quiet",
}
ENTRY_TONES = {
    EntryStatus.QUEUED: "quiet",
    EntryStatus.SENDING: "quiet",
    EntryStatus.SENT: "good",
    EntryStatus.FAILED: "bad",
    EntryStatus.UNKNOWN: "warn",
}
GAP = dt.timedelta(minutes=5)


def called(one: Conversation, member: Member | None) -> str:
    """What a customer is called; one who never logged in by the end of his openid."""
    return str(member) if member else _("访客 %s") % one.openid[-6:]


def row(one: Conversation) -> dict[str, Any]:
    """One line of the list."""
    member = one.account.member if one.account else None
    return {
        "one": one,
        "who": called(one, member),
        "face": image_url(member.avatar, 240) if member and member.avatar.startswith("images/") else "",
        "tone": TONES[ConversationStatus(one.status)],
        "waits": since(one.waiting_since) if one.waiting_since else "",
    }


def where_from(text: str) -> str:
    """What the contact button said of where the customer was, as words; see docs/guide/service.zh-CN.md."""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return text
    names = {"order": _("订单"), "product": _("商品"), "page": _("页面")}
    return "，".join(f"{names.get(key, key)} {value}" for key, value in told.items() if value)[:300]


def since(at: dt.datetime) -> str:
    """How long ago, in the largest unit."""
    minutes = int((timezone.now() - at).total_seconds() // 60)
    if minutes < 1:
        return _("不到 1 分钟")
    if minutes < 60:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours}
    return ngettext("%(n)s 天", "%(n)s 天", hours // 24) % {"n": hours // 24}


def bubbles(entries: list[Entry]) -> list[dict[str, Any]]:
    """What was said, each with its picture, its state, and a time where a pause was."""
    found, last = [], None
    for entry in entries:
        status = EntryStatus(entry.status)
        found.append(
            {
                "entry": entry,
                "where": where_from(entry.text) if entry.kind == Entry.Kind.ENTERED else "",
                "moment": entry.at if last is None or entry.at - last > GAP else None,
                "state": status.label if entry.way == Entry.Way.OUT else "",
                "tone": ENTRY_TONES.get(status, "quiet"),
                "again": status in (EntryStatus.FAILED, EntryStatus.UNKNOWN),
                "coming": entry.kind == Entry.Kind.IMAGE and not entry.picture and not entry.error,
            }
        )
        last = entry.at
    return found


def colleagues(request: HttpRequest) -> list[dict[str, Any]]:
    """To whom a conversation can be given."""
    people = those_who_may("conversations.answer").exclude(pk=request.user.pk or 0)
    return [{"id": one.pk, "name": name_of(one)} for one in people[:200]]


def side(request: HttpRequest, one: Conversation) -> dict[str, Any]:
    """Who the customer is: orders, points, coupons, tags; as far as this person may see them."""
    member = member_of(one)
    context: dict[str, Any] = {
        "may_see_member": may(request.user, "members.view"),
        "may_erase": may(request.user, "members.change"),
        "came_from": one.came_from,
        "ratings": list(one.cases.exclude(rating=None).order_by("-id").values_list("rating", flat=True)[:5]),
    }
    if member is None:
        return context
    orders = orders_of(member_id=member.pk, limit=5) if may(request.user, "orders.view") else []
    asked = order_asked_about(one) if orders else None
    loyalty = overview_of(member.pk)
    context |= {
        "phone": masked(member.phone) or "",
        "orders": [
            {
                "order": order,
                "total": money(order.total_amount),
                "goods": "、".join(line.title for line in order.lines.all()[:2]),
                "asked": asked is not None and order.pk == asked.pk and bool(one.came_from),
                "cover": next((line.cover for line in order.lines.all() if line.cover), ""),
            }
            for order in orders
        ],
        "points": loyalty.balance,
        "tier": loyalty.tier.name if loyalty.tier else "",
        "coupons": counts_of(member_id=member.pk, now=timezone.now())["usable"],
        "tags": list(member.tags.order_by("id").values_list("tag", flat=True)),
    }
    return context
