"""Channels' numbers: who is credited with what, and what it cost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.links.channels import delete_cost, save_attribution, save_channel, save_cost
from fangcun.grow.links.errors import ChannelInvalid
from fangcun.grow.links.models import Channel, ChannelCost, ChannelKind, Opening
from fangcun.grow.links.numbers import channel_report, costs
from fangcun.grow.links.services import make_link, note_opening
from fangcun.identity.members.models import Member
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry
from fangcun.shop.orders.models import Order

HOST = Actor.staff(1, "阿方")
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def poster(db) -> Channel:
    return save_channel(Channel(name="电梯海报", code="lift", kind=ChannelKind.POSTER), by=HOST)


def opened(
    channel: Channel | None, program, member: Member | None, ago: dt.timedelta, visit: str = ""
) -> None:
    link = make_link(
        page="pages/home/home", query={}, program_id=program.pk, channel_id=channel.pk if channel else None
    )
    visit = visit or f"v{Opening.objects.count()}"
    note_opening(link=link, visit=visit, device=visit, member_id=member.pk if member else None)
    Opening.objects.filter(link=link).update(at=timezone.now() - ago)


def bought(
    member: Member, program, amount: int, refunded: int = 0, ago: dt.timedelta = dt.timedelta(0)
) -> None:
    now = timezone.now() - ago
    number = f"T{Order.objects.count()}"
    Order.objects.create(
        number=number, member=member, program=program, status="paid", idempotency_key=number, request_digest="",
        items_amount=amount, freight_amount=0, total_amount=amount, paid_amount=amount, refunded_amount=refunded,
        address={}, created_at=now, expires_at=now, paid_at=now,
    )  # fmt: skip


def joined(ago: dt.timedelta) -> Member:
    return Member.objects.create(created_at=timezone.now() - ago)


def report(**more):
    today = timezone.localdate()
    return channel_report(first=today - 6 * DAY, last=today, **more)


def row(channel: Channel):
    return next(found for found in report().rows if found.channel == channel)


def test_scans_visits_and_visitors_are_counted_once_each(program, store):
    for _ in range(2):
        opened(store, program, None, dt.timedelta(0), visit="same")  # two links within one visit
    opened(store, program, None, dt.timedelta(0))
    opened(store, program, None, 8 * DAY)
    found = row(store)
    assert (found.scans, found.visits, found.visitors) == (3, 2, 2)


def test_an_order_is_credited_to_the_last_channel_before_it(program, store, poster):
    member = joined(40 * DAY)
    opened(store, program, member, 3 * DAY)
    opened(poster, program, member, 2 * DAY)
    opened(None, program, member, 1 * DAY)
    bought(member, program, 5000, refunded=1200)
    opened(store, program, member, -dt.timedelta(seconds=5))
    found = report()
    assert [(one.channel, one.orders, one.revenue_amount) for one in found.rows] == [
        (poster, 1, 3800),
        (store, 0, 0),
    ]
    assert (found.direct.orders, found.total.orders, found.total.revenue_amount) == (0, 1, 3800)


def test_what_lies_before_the_rules_days_is_nobodys(program, store):
    member = joined(90 * DAY)
    opened(store, program, member, 31 * DAY)
    bought(member, program, 5000)
    assert (row(store).orders, report().direct.orders) == (0, 1)
    save_attribution(days=60, by=HOST)
    assert (row(store).orders, report().direct.orders, report().days) == (1, 0, 60)


def test_a_new_member_is_credited_also_when_the_login_came_first(program, store, poster):
    first, second, direct, old = joined(DAY), joined(DAY), joined(DAY), joined(30 * DAY)
    opened(store, program, first, DAY + dt.timedelta(minutes=3))
    opened(poster, program, second, DAY - dt.timedelta(minutes=3))
    opened(store, program, direct, DAY - dt.timedelta(hours=3))
    opened(store, program, old, DAY)
    assert (row(store).new_members, row(poster).new_members, report().direct.new_members) == (1, 1, 1)


def test_a_cost_counts_by_the_day_and_its_parts_add_up(store):
    day = dt.date(2026, 11, 1)
    cost = ChannelCost(channel=store, starts_on=day, ends_on=day + 6 * DAY, amount=100_00)
    save_cost(cost, by=HOST)
    parts = [costs(day + n * DAY, day + n * DAY)[store.pk] for n in range(7)]
    assert (sum(parts), max(parts) - min(parts) <= 1) == (100_00, True)
    assert costs(day + 7 * DAY, day + 9 * DAY) == {}
    delete_cost(cost, by=HOST)
    assert costs(day, day + 6 * DAY) == {}
    assert AuditEntry.objects.filter(action__in=["links.save_cost", "links.delete_cost"]).count() == 2


def test_what_an_order_and_a_member_cost(program, store):
    today = timezone.localdate()
    save_cost(ChannelCost(channel=store, starts_on=today, ends_on=today, amount=1000), by=HOST)
    for _ in range(3):
        member = joined(dt.timedelta(minutes=5))
        opened(store, program, member, dt.timedelta(minutes=6))
        bought(member, program, 100)
    found = row(store)
    assert (found.cost_per_order_amount, found.cost_per_member_amount) == (333, 333)
    assert report().direct.cost_per_order_amount is None


def test_a_program_of_its_own_counts_its_own(program, store):
    other = type(program).objects.create(appid="wx2", name="别家")
    member = joined(20 * DAY)
    opened(store, program, member, DAY)
    opened(store, other, member, DAY)
    bought(member, other, 700)
    [found] = report(program_id=other.pk).rows
    assert (found.scans, found.orders) == (1, 1)
    [found] = report(program_id=program.pk).rows
    assert (found.scans, found.orders) == (1, 0)


@pytest.mark.parametrize("code", ["", "x", "Store", "店", "-x", "a b", "x" * 33, "store-west"])
def test_a_channel_needs_a_code_of_its_own(store, code):
    with pytest.raises(ChannelInvalid) as refused:
        save_channel(Channel(name="另一家", code=code, kind=ChannelKind.STORE), by=HOST)
    assert list(refused.value.details["fields"]) == ["code"]
    assert Channel.objects.count() == 1


def test_a_channels_code_never_changes(store):
    store.code, store.name = "renamed", "城西新店"
    save_channel(store, by=HOST)
    assert (Channel.objects.get().code, Channel.objects.get().name) == ("store-west", "城西新店")
