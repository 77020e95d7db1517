"""A sale as the customer sees it: the shop's order, a seat in a group, points, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fangcun.identity.members.models import Account, Address
from fangcun.shop.offers.terms import Terms
from fangcun.shop.orders import queries, services
from fangcun.shop.orders.queries import Quote
from fangcun.shop.orders.services.placing import Placed

Lines = Sequence[tuple[int, int]]


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
    return services.place_order(
        account=account,
        address=address,
        idempotency_key=idempotency_key,
        lines=lines,
        remark=remark,
        expected_total_amount=expected_total_amount,
        terms=terms,
    )
