"""A sale as the customer sees it: the shop's order, a seat in a group, points, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from fangcun.grow.groupbuy.queries import prices_for
from fangcun.grow.groupbuy.services import bind_order, reserve_seat
from fangcun.identity.members.models import Account, Address
from fangcun.kernel.errors import DomainError
from fangcun.shop.offers.terms import Terms
from fangcun.shop.orders import queries, services
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.queries import Quote
from fangcun.shop.orders.services.placing import Placed
from fangcun.shop.orders.states import HeldFor

Lines = Sequence[tuple[int, int]]


class _PlacedBefore(Exception):
    """The key was sent before."""


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """The campaign to buy in, and the group to join; without a number a new group is opened."""

    campaign_id: int
    number: str | None = None


def quote(
    *,
    account: Account,
    lines: Lines | None,
    address: Address | None,
    coupon_id: int | None = None,
    points: int | None = None,
    group: GroupChoice | None = None,
) -> Quote:
    """What a sale would cost now. `coupon_id` None proposes the best; points are spent when asked for."""
    terms = Terms(coupon_id=coupon_id)
    if group is not None:
        prices = prices_for(
            member_id=account.member_id, campaign_id=group.campaign_id, number=group.number, lines=lines
        )
        terms = replace(terms, group_prices=prices, held_for=HeldFor.GROUP)
    return queries.quote(member_id=account.member_id, lines=lines, address=address, terms=terms)


def place(
    *,
    account: Account,
    address: Address,
    idempotency_key: str,
    lines: Lines | None = None,
    remark: str = "",
    expected_total_amount: int | None = None,
    coupon_id: int | None = None,
    points: int | None = None,
    group: GroupChoice | None = None,
) -> Placed:
    """Buy. The same key again gives the same order, and takes no seat and no points twice."""
    terms = Terms(coupon_id=coupon_id)

    def buy(terms: Terms) -> Placed:
        return services.place_order(
            account=account,
            address=address,
            idempotency_key=idempotency_key,
            lines=lines,
            remark=remark,
            expected_total_amount=expected_total_amount,
            terms=terms,
        )

    if group is None:
        return buy(terms)
    try:
        with transaction.atomic():
            reserved = reserve_seat(
                member_id=account.member_id,
                program_id=account.program_id,
                campaign_id=group.campaign_id,
                number=group.number,
                lines=lines,
            )
            placed = buy(replace(terms, group_prices=reserved.group_prices, held_for=reserved.held_for))
            if not placed.is_new:
                raise _PlacedBefore
            bind_order(seat_id=reserved.seat_id, order_id=placed.order.pk, number=placed.order.number)
            return placed
    except (DomainError, _PlacedBefore):
        # The same key again needs no seat: the one of its order stands, and the one just taken is given back.
        earlier = Order.objects.filter(member=account.member, idempotency_key=idempotency_key.strip())
        if not earlier.exists():
            raise
        return buy(terms)
