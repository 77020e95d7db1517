"""Whom a trigger finds. Nothing is written here; each finder is a few statements, however many it finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone

from fangcun.grow.automations.document import Document, Trigger
from fangcun.grow.automations.models import Automation, Inside
from fangcun.grow.loyalty.models import Card, TierChange
from fangcun.identity.members.models import Member
from fangcun.insight.segments.queries import members_of, persons_by
from fangcun.shop.cart.models import CartLine
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.states import OrderStatus

BOUGHT = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.COMPLETED)
OLDEST_CART = dt.timedelta(days=3)  # older ones waited before there was anybody to ask
OLDEST_NEWCOMER = dt.timedelta(days=3)
LOOK_AGAIN = {"cart": dt.timedelta(0), "event": dt.timedelta(minutes=5), "segment": dt.timedelta(minutes=5)}
DAILY = ("birthday", "date")
USUAL_DAYS = 7


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody who would enter. The same `key` lets him in once; `facts` are what messages may name."""

    member_id: int
    key: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """What a finder needs to know: when, and for an automation that runs, what it saw before."""

    now: dt.datetime
    automation: Automation | None = None

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now, timezone.get_default_timezone())


def is_time(trigger: Trigger, look: Look) -> bool:
    """Whether a running automation should look now: by the day at its time, else every few minutes."""
    if trigger.kind == "news":
        # Nobody announces a registration, which would make every login slower: it is looked for.
        return trigger.news == "registered"
    before = look.automation.looked_at if look.automation else None
    if trigger.kind in DAILY:
        due = dt.datetime.combine(look.today, trigger.at, timezone.get_default_timezone())
        return look.now >= due and (before is None or before < due)
    return before is None or look.now - before >= LOOK_AGAIN[trigger.kind]


def find(document: Document, look: Look) -> list[Entrant]:
    """Who a trigger finds now; for news, who would have entered in the last seven days."""
    return _FINDERS[document.trigger.kind](document.trigger, look)


def _of_news(trigger: Trigger, look: Look) -> list[Entrant]:
    since = look.now - dt.timedelta(days=USUAL_DAYS)
    orders = Order.objects.filter(member__merged_into=None)
    found: QuerySet[Any, Any]
    if trigger.news == "registered":
        if look.automation is not None and look.automation.started_at is not None:
            since = max(look.automation.started_at, look.now - OLDEST_NEWCOMER)
        found = Member.objects.filter(created_at__gte=since, merged_into=None).values_list("id", flat=True)
    elif trigger.news == "tier_rose":
        found = TierChange.objects.filter(at__gte=since).values_list("member_id", flat=True)
    elif trigger.news == "order_refunded":
        found = orders.filter(refunded_amount__gt=0, paid_at__gte=since).values_list("member_id", flat=True)
    else:
        moment = {f"{trigger.news.removeprefix('order_')}_at__gte": since}
        found = orders.filter(**moment).values_list("member_id", flat=True)
    return [Entrant(member, trigger.news) for member in dict.fromkeys(found.order_by("id"))]


def _of_event(trigger: Trigger, look: Look) -> list[Entrant]:
    did: dict[str, Any] = {"kind": "event", "event": trigger.event, "op": ">=", "n": 1, "days": 1}
    rule = {"all": [did | ({"where": trigger.where} if trigger.where else {}), _MEMBER]}
    return _entrants(persons_by(rule, at=look.now), f"event:{look.today}")


def _of_segment(trigger: Trigger, look: Look) -> list[Entrant]:
    members = members_of(trigger.segment)
    if look.automation is not None:
        seen = set(Inside.objects.filter(automation=look.automation).values_list("member_id", flat=True))
        members = tuple(member for member in members if member not in seen)
    key = f"segment:{look.now:%Y-%m-%dT%H:%M}"
    return [Entrant(member, key) for member in members]


def _of_cart(trigger: Trigger, look: Look) -> list[Entrant]:
    until = look.now - dt.timedelta(hours=trigger.hours)
    carts = (
        CartLine.objects.filter(member__merged_into=None)
        .values("member_id")
        .annotate(last=Max("added_at"))
        .filter(last__lte=until, last__gt=until - OLDEST_CART)
        .order_by("last")
    )
    lasts = {cart["member_id"]: cart["last"] for cart in carts}
    titles: dict[int, list[str]] = {}
    for start in range(0, len(lasts), 500):
        some = list(lasts)[start : start + 500]
        lines = CartLine.objects.filter(member_id__in=some).order_by("-added_at", "id")
        for member, title in lines.values_list("member_id", "sku__product__title"):
            titles.setdefault(member, []).append(title)
    return [
        Entrant(member, f"cart:{last.timestamp():.3f}", {"goods": _goods(titles.get(member, []))})
        for member, last in lasts.items()
    ]


def _of_birthday(trigger: Trigger, look: Look) -> list[Entrant]:
    day = look.today + dt.timedelta(days=trigger.days)
    born = Q(birth_month=day.month, birth_day=day.day)
    # In a year without a 29 February those born on it celebrate the day before.
    if (day.month, day.day) == (2, 28) and (day + dt.timedelta(days=1)).day == 1:
        born |= Q(birth_month=2, birth_day=29)
    found = Card.objects.filter(born, member__merged_into=None).order_by("member_id")
    return [Entrant(member, f"birthday:{day.year}") for member in found.values_list("member_id", flat=True)]


def _of_date(trigger: Trigger, look: Look) -> list[Entrant]:
    zone = timezone.get_default_timezone()
    last_day = look.today - dt.timedelta(days=trigger.days)
    until = dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time.min, zone)
    since = None
    started = look.automation.started_at if look.automation else look.now
    if not trigger.existing and started is not None:
        first_day = timezone.localdate(started, zone) - dt.timedelta(days=trigger.days)
        since = dt.datetime.combine(first_day, dt.time.min, zone)
    found: QuerySet[Any, Any]
    if trigger.of == "registered":
        rows = Member.objects.filter(merged_into=None, created_at__lt=until)
        rows = rows if since is None else rows.filter(created_at__gte=since)
        found = rows.order_by("id").values_list("id", "created_at")
    else:
        which = Min("paid_at") if trigger.of == "first_paid" else Max("paid_at")
        bought = Order.objects.filter(status__in=BOUGHT, paid_at__isnull=False, member__merged_into=None)
        moments = bought.values("member_id").annotate(moment=which).filter(moment__lt=until)
        moments = moments if since is None else moments.filter(moment__gte=since)
        found = moments.order_by("member_id").values_list("member_id", "moment")
    return [Entrant(member, f"{trigger.of}:{timezone.localdate(moment, zone)}") for member, moment in found]


_MEMBER = {"kind": "member", "fact": "is_member", "is": True}
_FINDERS: dict[str, Callable[[Trigger, Look], list[Entrant]]] = {
    "news": _of_news,
    "event": _of_event,
    "segment": _of_segment,
    "cart": _of_cart,
    "birthday": _of_birthday,
    "date": _of_date,
}


def _entrants(persons: Sequence[int], key: str) -> list[Entrant]:
    return [Entrant(person // 2, key) for person in persons if person % 2 == 0]


def _goods(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    return titles[0] if len(titles) == 1 else f"{titles[0]} 等 {len(titles)} 件"
