"""What is known of orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from fangcun.identity.members.models import Address
from fangcun.shop.cart.queries import Line, lines_for, selected_lines
from fangcun.shop.catalog.queries import skus_for
from fangcun.shop.offers.pricing import priced
from fangcun.shop.offers.queries import pieces_for, running
from fangcun.shop.offers.sale import Priced, SaleLine
from fangcun.shop.offers.terms import PLAIN, Terms
from fangcun.shop.orders.errors import CartEmpty, OrderGone
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.selling import coupons_for, merged
from fangcun.shop.orders.states import OrderStatus
from fangcun.shop.shipping.queries import Freight, active_rules, match, price


def order_of(*, member_id: int, number: str) -> Order:
    """A member's own order. Somebody else's is as good as none: raises OrderGone."""
    # Our numbers are digits; PostgreSQL would break off at a NUL in what isn't one.
    known = Order.objects.filter(member_id=member_id, number=number if number.isalnum() else "")
    order = known.prefetch_related("lines", "discounts").first()
    if order is None:
        raise OrderGone
    return order


def orders_of(
    *, member_id: int, status: str | None = None, before_id: int | None = None, limit: int = 20
) -> list[Order]:
    """A member's orders with their lines, the newest first."""
    orders = Order.objects.filter(member_id=member_id).prefetch_related("lines", "discounts").order_by("-id")
    if status:
        orders = orders.filter(status=status)
    if before_id is not None:
        orders = orders.filter(pk__lt=before_id)
    return list(orders[:limit])


def counts_of(member_id: int) -> dict[str, int]:
    """How many orders of a member wait for him in each open status."""
    open_ones = (OrderStatus.PENDING_PAYMENT, OrderStatus.PAID, OrderStatus.SHIPPED)
    rows = (
        Order.objects.filter(member_id=member_id, status__in=open_ones)
        .values_list("status")
        .annotate(n=Count("id"))
        .order_by()
    )
    return {str(status): 0 for status in open_ones} | {str(status): n for status, n in rows}


def has_bought(member_id: int) -> bool:
    """Whether a member has ever paid for an order that still stands."""
    bought = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.COMPLETED)
    return Order.objects.filter(member_id=member_id, status__in=bought).exists()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a quote can't be ordered as it is; `sku_id` is None when it is the address."""

    sku_id: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class GiftLine:
    """So many of one SKU that come for nothing; `cover` is a storage path."""

    sku_id: int
    title: str
    cover: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order would cost now. Amounts in fen."""

    lines: list[Line]
    freight: Freight
    address: Address | None
    priced: Priced
    problems: list[Problem] = field(default_factory=list)
    gifts: list[GiftLine] = field(default_factory=list)

    @property
    def total_amount(self) -> int:
        return self.priced.total_amount

    @property
    def can_submit(self) -> bool:
        return (
            self.address is not None
            and self.freight.reachable
            and all(line.can_be_bought for line in self.lines)
            and not any(problem.code == "coupon" for problem in self.problems)
        )


def quote(
    *,
    member_id: int,
    lines: Sequence[tuple[int, int]] | None,
    address: Address | None,
    terms: Terms = PLAIN,
) -> Quote:
    """Reckon what the ticked lines of the cart, or the given (sku id, quantity) pairs, would cost on these terms.

    Lines that are gone, short or repriced are named, not dropped. Raises CartEmpty.
    """
    if lines is None:
        found = selected_lines(member_id)
    else:
        found = lines_for([(sku_id, quantity, True, None) for sku_id, quantity in merged(lines)])
    if not found:
        raise CartEmpty
    now = timezone.now()
    sellable = [line for line in found if line.status != "gone" and line.sku]
    sale = [
        SaleLine(
            line.sku_id,
            line.sku.product_id,
            line.sku.category_ids,
            line.quantity,
            line.sku.price_amount,
        )
        for line in sellable
        if line.sku
    ]
    weight_g = sum(line.sku.weight_g * line.quantity for line in sellable if line.sku)
    rule = match(active_rules(), address.region_code) if address else None
    offers = running()
    reckoned = priced(
        sale,
        running=offers,
        coupons=coupons_for(offers, member_id=member_id, terms=terms, now=now, all_of_them=True),
        terms=terms,
        now=now,
        freight=lambda amount: price(rule, weight_g=weight_g, items_amount=amount).amount,
        pieces=pieces_for(sale, member_id=member_id, found=offers, terms=terms, now=now),
    )
    freight = Freight(0, "选择收货地址后计算")
    if address is not None:
        freight = price(rule, weight_g=weight_g, items_amount=reckoned.items_amount)
    problems = [problem for line in found if (problem := _problem(line))]
    if not freight.reachable:
        problems.append(Problem(None, "unreachable", "该地址不在配送范围内，请换一个地址"))
    if terms.coupon_id and reckoned.coupon_id is None:
        chosen = next((one for one in reckoned.coupons if one.coupon_id == terms.coupon_id), None)
        reason = f"优惠券不能用于本单：{chosen.reason}" if chosen else "优惠券刚刚被使用或已失效"
        problems.append(Problem(None, "coupon", reason))
    return Quote(found, freight, address, reckoned, problems, _gifts(reckoned, sale))


def _gifts(found: Priced, sale: Sequence[SaleLine]) -> list[GiftLine]:
    """The gifts that are still there when the rest is bought."""
    skus = skus_for([gift.sku_id for gift in found.gifts]) if found.gifts else {}
    left = {sku_id: sku.stock if sku.on_sale else 0 for sku_id, sku in skus.items()}
    for line in sale:
        if line.sku_id in left:
            left[line.sku_id] -= line.quantity
    gifts = []
    for gift in found.gifts:
        if gift.quantity <= left.get(gift.sku_id, 0):
            left[gift.sku_id] -= gift.quantity
            sku = skus[gift.sku_id]
            title = f"{sku.title} {sku.sku_title}".strip()
            gifts.append(GiftLine(gift.sku_id, title, sku.cover, gift.quantity))
    return gifts


def _problem(line: Line) -> Problem | None:
    title = line.sku.title if line.sku else "商品"
    if line.status == "gone":
        return Problem(line.sku_id, "gone", f"{title} 已下架，请移除后再提交")
    if line.status == "short" and line.sku:
        left = max(line.sku.stock, 0)
        text = f"{title} 只剩 {left} 件，请修改数量" if left else f"{title} 已售完，请移除后再提交"
        return Problem(line.sku_id, "short", text)
    if line.status == "repriced":
        return Problem(line.sku_id, "repriced", f"{title} 的价格有变化")
    return None


@dataclass(frozen=True, slots=True)
class Sales:
    """What was paid on one day: how many orders, and how much (fen)."""

    date: dt.date
    orders: int
    amount: int


def sales_by_day(*, first: dt.date, last: dt.date) -> list[Sales]:
    """Each day from `first` to `last`, both included, by the shop's time zone; quiet days have zeros."""
    zone = timezone.get_default_timezone()
    paid = Order.objects.filter(
        paid_at__gte=dt.datetime.combine(first, dt.time.min, tzinfo=zone),
        paid_at__lt=dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, tzinfo=zone),
    )
    rows = (
        paid.annotate(day=TruncDate("paid_at", tzinfo=zone))
        .values_list("day")
        .annotate(orders=Count("id"), amount=Sum("paid_amount"))
        .order_by()
    )
    found = {day: Sales(day, orders, amount) for day, orders, amount in rows}
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return [found.get(day, Sales(day, 0, 0)) for day in days]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Paid orders that may leave the house and have not, and those of them that were paid too long ago."""

    to_ship: int
    late: int


def waiting_counts(*, late_before: dt.datetime) -> Waiting:
    """How many orders wait for the shop."""
    return Waiting(
        **Order.objects.filter(status=OrderStatus.PAID, held_for="").aggregate(
            to_ship=Count("id"), late=Count("id", filter=Q(paid_at__lt=late_before))
        )
    )
