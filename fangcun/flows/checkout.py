"""A sale as the customer sees it: the shop's order, a seat in a group, points, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from fangcun.grow.groupbuy.queries import prices_for
from fangcun.grow.groupbuy.services import bind_order, reserve_seat
from fangcun.grow.loyalty.queries import standing_of
from fangcun.grow.loyalty.services import spend_points
from fangcun.identity.members.models import Account, Address
from fangcun.kernel.errors import DomainError
from fangcun.shop.offers.terms import PointsOffer, Terms
from fangcun.shop.orders import queries, services
from fangcun.shop.orders.queries import Quote
from fangcun.shop.orders.services.placing import Placed, order_of_key

Lines = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """The campaign to buy in, and the group to join; without a number a new group is opened."""

    campaign_id: int
    number: str | None = None


class _SentBefore(Exception):
    """The key had made an order already: what this request took is given up."""

    def __init__(self, placed: Placed) -> None:
        self.placed = placed
        super().__init__()


def quote(
    *,
    account: Account,
    lines: Lines | None,
    address: Address | None,
    coupon_id: int | None = None,
    points: int | None = None,
    group: GroupChoice | None = None,
) -> Quote:
    """What a sale would cost now.

    `coupon_id` None proposes the best one; points are spent when asked for. Raises what `orders.queries.quote` and,
    in a group, `groupbuy.reserve_seat` raise.
    """
    prices: Mapping[int, int] = {}
    if group is not None:
        prices = prices_for(
            member_id=account.member_id, campaign_id=group.campaign_id, number=group.number, lines=lines
        )
    terms = replace(terms_for(account.member_id, coupon_id=coupon_id, points=points), group_prices=prices)
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
    """Buy: the seat, the order and the points, all or nothing.

    The same key again gives the same order, and takes no seat and no points twice. Raises what
    `orders.place_order`, `groupbuy.reserve_seat` and `loyalty.spend_points` raise.
    """
    terms = terms_for(account.member_id, coupon_id=coupon_id, points=points)
    asked = _asked(points, group)

    def order(on: Terms) -> Placed:
        return services.place_order(
            account=account,
            address=address,
            idempotency_key=idempotency_key,
            lines=lines,
            remark=remark,
            expected_total_amount=expected_total_amount,
            terms=on,
            asked=asked,
        )

    if group is None and not points:
        return order(terms)
    try:
        with transaction.atomic():
            if group is None:
                placed = order(terms)
            else:
                seat = reserve_seat(
                    member_id=account.member_id,
                    program_id=account.program_id,
                    campaign_id=group.campaign_id,
                    number=group.number,
                    lines=lines,
                )
                placed = order(replace(terms, group_prices=seat.group_prices, held_for=seat.held_for))
            if not placed.is_new:
                raise _SentBefore(placed)
            if group is not None:
                bind_order(seat_id=seat.seat_id, order_id=placed.order.pk, number=placed.order.number)
            spend_points(
                member_id=account.member_id,
                points=placed.points_used,
                order_number=placed.order.number,
                program_id=account.program_id,
            )
        return placed
    except _SentBefore as before:
        return before.placed
    except (DomainError, IntegrityError):
        earlier = order_of_key(
            account=account, address=address, idempotency_key=idempotency_key, lines=lines, remark=remark,
            asked=asked, coupon_id=coupon_id,
        )  # fmt: skip
        if earlier is None:
            raise
        return earlier


def _asked(points: int | None, group: GroupChoice | None) -> str:
    wishes = [f"points {points}"] if points else []
    if group is not None:
        wishes.append(f"group {group.campaign_id} {group.number or ''}")
    return " ".join(wishes)


def terms_for(member_id: int, *, coupon_id: int | None = None, points: int | None = None) -> Terms:
    """The terms on which a member buys: what his tier gives him, and the points he could and wants to spend."""
    standing = standing_of(member_id)
    offer = None
    if standing.balance > 0 and standing.points_per_yuan > 0:
        offer = PointsOffer(
            standing.balance, standing.points_per_yuan, standing.most_permille, wanted=points or 0
        )
    return Terms(
        tier=standing.tier,
        tier_permille=standing.tier_permille,
        free_freight=standing.free_freight,
        early_hours=standing.early_hours,
        points=offer,
        member_prices=standing.member_prices,
        coupon_id=coupon_id,
    )
