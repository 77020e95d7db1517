"""From the shelf to the customer's door."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.kernel.states import StatusChanged
from fangcun.shop.orders.errors import OrderHeld, OrderNotConfirmable, OrderNotShippable
from fangcun.shop.orders.events import OrderCompleted, OrderShipped
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.states import OrderStatus
from fangcun.shop.shipping.services import create_shipment

BATCH = 200


def ship_order(order: Order, *, carrier: str, tracking_number: str, by: Actor) -> Order:
    """Hand a paid order to a carrier.

    Raises OrderNotShippable, OrderHeld, CarrierUnknown, TrackingNumberInvalid.
    """
    if order.status != OrderStatus.PAID:
        raise OrderNotShippable(status=order.get_status_display())
    if order.held_for:
        raise OrderHeld
    with transaction.atomic():
        shipment = create_shipment(
            order_number=order.number, carrier=carrier, tracking_number=tracking_number
        )
        order.enter(OrderStatus.SHIPPED, by=by, reason=str(shipment), shipped_at=shipment.shipped_at)
        record(
            "orders.ship",
            by=by,
            object=order,
            after={"carrier": shipment.carrier, "tracking_number": shipment.tracking_number},
        )
        announce(
            OrderShipped.of(
                order,
                amount=order.paid_amount,
                carrier=shipment.carrier,
                tracking_number=shipment.tracking_number,
            )
        )
    return order


def confirm_receipt(order: Order, *, by: Actor, reason: str = "") -> Order:
    """The customer has the goods: the order is done. Raises OrderNotConfirmable."""
    if order.status != OrderStatus.SHIPPED:
        raise OrderNotConfirmable(status=order.get_status_display())
    with transaction.atomic():
        order.enter(OrderStatus.COMPLETED, by=by, reason=reason, completed_at=timezone.now())
        announce(OrderCompleted.of(order, amount=order.paid_amount))
    return order


def complete_delivered_orders(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """Complete orders that were shipped long ago (at `now`, else at this moment) and never confirmed; how many."""
    before = (now or timezone.now()) - dt.timedelta(days=settings.ORDER_CONFIRM_DAYS)
    done = 0
    for order in Order.objects.filter(status=OrderStatus.SHIPPED, shipped_at__lte=before)[:limit]:
        try:
            confirm_receipt(order, by=SYSTEM, reason="超过确认期限，自动完成")
        except StatusChanged:  # the customer confirmed at this very moment
            continue
        done += 1
    return done
