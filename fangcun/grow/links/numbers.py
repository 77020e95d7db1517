"""What each channel brought, and what that cost.

A member or an order is credited to the channel of the last link that he opened within the days of the rule before he
joined, or before he placed the order; openings without a channel leave the credit where it is. He is known by the
visit in which he logged in, so an opening up to an hour after joining counts for that as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import NullIf
from django.utils import timezone

from fangcun.grow.links.channels import attribution_days
from fangcun.grow.links.models import Channel, ChannelCost, Opening
from fangcun.identity.members.models import Member
from fangcun.shop.orders.models import Order

# A login comes before the opening that the phone tells once more after it.
LOGIN_GRACE = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ChannelNumbers:
    """One channel's numbers over some days. Amounts in fen; `channel` is None for what no channel brought.

    Scans are openings of links, one per link and visit; visits are counted once however many links were opened;
    revenue is what was paid less what went back.
    """

    channel: Channel | None
    scans: int = 0
    visits: int = 0
    visitors: int = 0
    new_members: int = 0
    orders: int = 0
    revenue_amount: int = 0
    cost_amount: int = 0

    @property
    def cost_per_order_amount(self) -> int | None:
        """Cost of one order, rounded to the fen; None without cost or orders."""
        return self._per(self.orders)

    @property
    def cost_per_member_amount(self) -> int | None:
        """Cost of one new member, rounded to the fen; None without cost or new members."""
        return self._per(self.new_members)

    def _per(self, count: int) -> int | None:
        return (self.cost_amount * 2 + count) // (count * 2) if self.cost_amount and count else None


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """All channels over some days, the one with most revenue first, and what none of them brought."""

    first: dt.date
    last: dt.date
    days: int
    rows: tuple[ChannelNumbers, ...]
    direct: ChannelNumbers
    total: ChannelNumbers


def channel_report(*, first: dt.date, last: dt.date, program_id: int | None = None) -> ChannelReport:
    """What each channel brought on the days `first` to `last`, both included, of all programs or of one.

    New members are counted where they joined, so with a program only orders, scans and visits are its own.
    """
    days = attribution_days()
    since, until = _moment(first), _moment(last + dt.timedelta(days=1))
    rows = {channel.pk: ChannelNumbers(channel) for channel in Channel.objects.all()}
    for found in _openings(since, until, program_id):
        rows[found["channel"]] = replace(
            rows[found["channel"]],
            scans=found["scans"],
            visits=found["visits"],
            visitors=found["visitors"],
        )
    direct = ChannelNumbers(None)
    joined = Member.objects.filter(created_at__gte=since, created_at__lt=until, merged_into=None)
    for pk, count in _joined(joined, days):
        rows[pk] = replace(rows[pk], new_members=count)
    direct = replace(direct, new_members=joined.count() - sum(row.new_members for row in rows.values()))
    paid = Order.objects.filter(paid_at__gte=since, paid_at__lt=until)
    if program_id is not None:
        paid = paid.filter(program_id=program_id)
    for pk, count, amount in _bought(paid, days):
        rows[pk] = replace(rows[pk], orders=count, revenue_amount=amount)
    whole = paid.aggregate(n=Count("id"), amount=Sum(F("paid_amount") - F("refunded_amount")))
    direct = replace(
        direct,
        orders=whole["n"] - sum(row.orders for row in rows.values()),
        revenue_amount=(whole["amount"] or 0) - sum(row.revenue_amount for row in rows.values()),
    )
    for pk, amount in costs(first, last).items():
        rows[pk] = replace(rows[pk], cost_amount=amount)
    ordered = sorted(
        rows.values(),
        key=lambda row: (-row.revenue_amount, -row.scans, -(row.channel.pk if row.channel else 0)),
    )
    return ChannelReport(first, last, days, tuple(ordered), direct, _sum([*ordered, direct]))


def costs(first: dt.date, last: dt.date) -> dict[int, int]:
    """What each channel cost on some days, by channel id, in fen; a cost over more days counts by the day.

    The parts of a cost over neighbouring spans add up to it exactly.
    """
    spent: dict[int, int] = {}
    for cost in ChannelCost.objects.filter(starts_on__lte=last, ends_on__gte=first):
        length = (cost.ends_on - cost.starts_on).days + 1
        before = max((first - cost.starts_on).days, 0)
        upto = min((last - cost.starts_on).days + 1, length)
        part = cost.amount * upto // length - cost.amount * before // length
        spent[cost.channel_id] = spent.get(cost.channel_id, 0) + part
    return spent


def _openings(since: dt.datetime, until: dt.datetime, program_id: int | None) -> Iterable[Mapping[str, Any]]:
    opened = Opening.objects.filter(channel__isnull=False, at__gte=since, at__lt=until)
    if program_id is not None:
        opened = opened.filter(link__program_id=program_id)
    return (
        opened.order_by()
        .values("channel")
        .annotate(
            scans=Count("id"),
            visits=Count("visit", distinct=True),
            visitors=Count(NullIf("device", Value("")), distinct=True),
        )
    )


def _joined(joined: QuerySet[Member], days: int) -> list[tuple[int, int]]:
    credited = joined.annotate(
        credited=_last(OuterRef("pk"), OuterRef("created_at"), days, grace=LOGIN_GRACE)
    )
    counted = credited.order_by().values_list("credited").annotate(n=Count("id"))
    return [(pk, n) for pk, n in counted if pk is not None]


def _bought(paid: QuerySet[Order], days: int) -> list[tuple[int, int, int]]:
    credited = paid.annotate(credited=_last(OuterRef("member_id"), OuterRef("created_at"), days))
    counted = credited.order_by().values_list("credited")
    summed = counted.annotate(n=Count("id"), amount=Sum(F("paid_amount") - F("refunded_amount")))
    return [(pk, n, amount) for pk, n, amount in summed if pk is not None]


def _last(member: OuterRef, at: OuterRef, days: int, *, grace: dt.timedelta = dt.timedelta(0)) -> Subquery:
    within = Q(at__lte=at + grace, at__gte=at - dt.timedelta(days=days))
    opened = Opening.objects.filter(within, member_id=member, channel__isnull=False)
    return Subquery(opened.order_by("-at", "-id").values("channel_id")[:1])


def _sum(rows: Iterable[ChannelNumbers]) -> ChannelNumbers:
    listed = list(rows)
    names = (
        "scans", "visits", "visitors", "new_members", "orders", "revenue_amount", "cost_amount",
    )  # fmt: skip
    return ChannelNumbers(None, **{name: sum(getattr(row, name) for row in listed) for name in names})


def _moment(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
