"""Points and orders: spent when one is placed, earned when it is done, put right whatever becomes of it.

What an order has done to points is a function of where the order stands: `settle_order` reads the order after the
member's card is his own and brings points and growth there. News may come late, twice or in another order.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.grow.loyalty.lots import Piece
from fangcun.grow.loyalty.models import Card, LotUse, OrderPoints, PointsEntry, Rules
from fangcun.grow.loyalty.services.growing import grow, ungrow
from fangcun.grow.loyalty.services.ledger import end_of_day, expiry, put, take_card, take_out, take_owed
from fangcun.grow.loyalty.services.undoing import take_earned
from fangcun.grow.loyalty.states import Reason
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.states import OrderStatus


@transaction.atomic
def spend_points(*, member_id: int, points: int, order_number: str, program_id: int) -> None:
    """Pay a part of an order with points, in the transaction that places it; once per order.

    What the points are worth is the quote's business. Raises PointsShort.
    """
    if points <= 0 or OrderPoints.objects.filter(number=order_number, spent__gt=0).exists():
        return
    take_out(
        member_id=member_id, points=points, reason=Reason.SPEND, key=f"spend:{order_number}",
        reference=order_number, program_id=program_id, traced=True,
    )  # fmt: skip
    OrderPoints.objects.create(number=order_number, member_id=member_id, program_id=program_id, spent=points)


@transaction.atomic
def return_points(
    *, order_number: str, permille: int = 1000, points: int | None = None, reason: str = ""
) -> int:
    """Let so much of what an order took in points have come back in all; how many came now.

    `permille` is the share, or `points` the number, counted from the beginning: saying it again changes nothing.
    Points keep the date on which they expire, but live at least `grace_days` more. The next news of the order brings
    them to what its state says again, see `settle_order`.
    """
    found = OrderPoints.objects.filter(number=order_number).first()
    if found is None:
        return 0
    card = take_card(found.member_id)
    kept = OrderPoints.objects.get(pk=found.pk)
    target = kept.spent * permille // 1000 if points is None else min(points, kept.spent)
    return _give_back(card, kept, target - kept.returned, note=reason)


@transaction.atomic
def settle_order(*, order_id: int) -> None:
    """Bring the points and growth of an order's member to what the order's state says; again changes nothing.

    Cancelled: what was spent is back. Refunded in part: that part of it is back, and that part of what was earned
    is taken. Completed: earned for every yuan that was paid and not refunded. Paid after it had been cancelled for
    lateness: spent again.
    """
    found = Order.objects.only("member", "number", "status").get(pk=order_id)
    completed = found.status == OrderStatus.COMPLETED
    if not completed and not OrderPoints.objects.filter(number=found.number).exists():
        return
    card = take_card(found.member_id)
    order = Order.objects.get(pk=order_id)  # again: now nobody else settles it
    kept, _new = OrderPoints.objects.get_or_create(
        number=order.number, defaults={"member_id": card.member_id, "program_id": order.program_id}
    )
    _settle_spent(card, kept, order)
    if order.status == OrderStatus.COMPLETED and kept.earned_at is None:
        _earn(card, kept, order)
    elif kept.earned_at is not None:
        _settle_earned(card, kept, order)


def _settle_spent(card: Card, kept: OrderPoints, order: Order) -> None:
    if order.status == OrderStatus.CANCELLED:
        target = kept.spent
    elif order.paid_amount and order.refunded_amount:
        target = kept.spent * min(order.refunded_amount, order.paid_amount) // order.paid_amount
    elif order.status == OrderStatus.PENDING_PAYMENT:
        return
    else:
        target = 0
    if target > kept.returned:
        _give_back(card, kept, target - kept.returned)
    elif target < kept.returned:
        _spend_again(card, kept, kept.returned - target)


def _give_back(card: Card, kept: OrderPoints, points: int, *, note: str = "") -> int:
    if points <= 0:
        return 0
    now, rules = timezone.now(), Rules.current()
    soonest = end_of_day(timezone.localdate(now) + dt.timedelta(days=rules.grace_days))
    uses = LotUse.objects.select_related("lot").filter(
        entry__reference=kept.number,
        entry__reason__in=(Reason.SPEND, Reason.RESPEND),
        points__gt=F("returned"),
    )
    pieces, rest = [], points
    for use in uses.order_by("-id"):  # what lives longest comes back first
        part = min(rest, use.points - use.returned)
        if part <= 0:
            break
        expires_at = use.lot.expires_at
        if expires_at is not None and rules.grace_days:
            expires_at = max(expires_at, soonest)
        pieces.append(Piece(part, expires_at))
        LotUse.objects.filter(pk=use.pk).update(returned=F("returned") + part)
        rest -= part
    if rest:  # spent on credit when the order came back to life; what is owed still is settled by this
        pieces.append(Piece(rest, expiry(rules, now)))
    _count(kept, returned=points)
    put(
        card, _joined(pieces), reason=Reason.RETURN, key=f"return:{kept.number}:{kept.changes}",
        program_id=kept.program_id, reference=kept.number, note=note, at=now,
    )  # fmt: skip
    return points


def _spend_again(card: Card, kept: OrderPoints, points: int) -> None:
    _count(kept, returned=-points)
    take_owed(
        card, points, reason=Reason.RESPEND, key=f"respend:{kept.number}:{kept.changes}",
        reference=kept.number, program_id=kept.program_id, traced=True,
    )  # fmt: skip


def _earn(card: Card, kept: OrderPoints, order: Order) -> None:
    rules, now = Rules.current(), timezone.now()
    base = max(order.paid_amount - order.refunded_amount, 0)
    points, growth = base * rules.earn_per_yuan // 100, base * rules.growth_per_yuan // 100
    _count(kept, earned=points, growth=growth, base_amount=base)
    OrderPoints.objects.filter(pk=kept.pk).update(earned_at=now)
    if points:
        put(
            card, [Piece(points, expiry(rules, now))], reason=Reason.ORDER, key=f"order:{kept.number}",
            program_id=kept.program_id, reference=kept.number, at=now,
        )  # fmt: skip
    if growth:
        grow(card, growth, reason=Reason.ORDER, key=f"order:{kept.number}", rules=rules, at=now)


def _settle_earned(card: Card, kept: OrderPoints, order: Order) -> None:
    left = max(order.paid_amount - order.refunded_amount, 0)
    base = kept.base_amount or 1
    due = kept.earned - kept.earned * left // base - kept.taken
    growth_due = kept.growth - kept.growth * left // base - kept.growth_taken
    if due <= 0 and growth_due <= 0:
        return
    _count(kept, taken=max(due, 0), growth_taken=max(growth_due, 0))
    if due > 0:
        entry = PointsEntry.objects.get(key=f"order:{kept.number}")
        take_earned(
            card, entry, due, key=f"take_back:{kept.number}:{kept.changes}", reference=kept.number,
            program_id=kept.program_id,
        )  # fmt: skip
    if growth_due > 0 and kept.earned_at is not None:
        ungrow(card, growth_due, reason=Reason.TAKE_BACK, key=f"take_back:{kept.number}:{kept.changes}",
               at=kept.earned_at)  # fmt: skip


def _count(kept: OrderPoints, **changes: int) -> None:
    changes["changes"] = 1
    OrderPoints.objects.filter(pk=kept.pk).update(**{name: F(name) + by for name, by in changes.items()})
    for name, by in changes.items():
        setattr(kept, name, getattr(kept, name) + by)


def _joined(pieces: list[Piece]) -> list[Piece]:
    total: dict[dt.datetime | None, int] = {}
    for piece in pieces:
        total[piece.expires_at] = total.get(piece.expires_at, 0) + piece.points
    return [Piece(points, expires_at) for expires_at, points in total.items()]
