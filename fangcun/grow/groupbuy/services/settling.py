"""Paying back what a group could not keep: each member alone, again and again until it is done."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fangcun.grow.groupbuy.models import Seat
from fangcun.grow.groupbuy.services.news import result_of
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.events import announce
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import give_up_order

logger = logging.getLogger(__name__)

BATCH = 100
PATIENCE = dt.timedelta(minutes=2)  # after which a settlement that its own job did not manage is tried again
LONGEST_WAIT = dt.timedelta(hours=1)


@transaction.atomic
def settle_seat(*, seat_id: int) -> bool:
    """Give up the order of a member whose group failed, or who paid too late for a seat; whether it was owed.

    The money is promised back in this transaction, and the member is told in the end. The seat itself is freed
    by the news of the cancelled order.
    """
    seat = Seat.objects.select_related("group__campaign__product").get(pk=seat_id)
    if seat.settle_at is None:
        return False
    reason = seat.settle_reason
    if seat.order_id is not None:
        give_up_order(order_id=seat.order_id, by=SYSTEM, reason=f"拼团未成功：{reason}")
    if not Seat.objects.filter(pk=seat_id, settle_at__isnull=False).update(settle_at=None):
        return False  # somebody else has done it meanwhile
    order = Order.objects.get(pk=seat.order_id) if seat.order_id is not None else None
    if order is not None and order.paid_amount:
        title = seat.group.campaign.product.title
        now = timezone.now()
        announce(result_of(seat.group, seat, order, title=title, formed=False, at=now, reason=reason))
    return True


def settle_overdue(*, now: dt.datetime | None = None, limit: int = BATCH) -> int:
    """Settle what is owed for long, each alone and later again if it fails; how many were settled."""
    moment = now or timezone.now()
    owed = Seat.objects.filter(settle_at__lte=moment - PATIENCE).order_by("settle_at")
    done = 0
    for seat_id, tries in list(owed.values_list("pk", "settle_tries")[:limit]):
        try:
            done += settle_seat(seat_id=seat_id)
        except Exception:  # whatever it is, the others' money must not wait for it
            logger.exception("Seat %s could not be settled (attempt %s)", seat_id, tries + 1)
            wait = min(dt.timedelta(seconds=30) * 2 ** min(tries, 8), LONGEST_WAIT)
            Seat.objects.filter(pk=seat_id, settle_at__isnull=False).update(
                settle_at=moment + wait - PATIENCE, settle_tries=F("settle_tries") + 1
            )
    return done
