"""How campaigns go: groups, people, money."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from fangcun.grow.groupbuy.admission import BOUGHT
from fangcun.grow.groupbuy.models import Campaign, Group, Seat
from fangcun.grow.groupbuy.states import GroupStatus, SeatStatus
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Refund
from fangcun.shop.payments.states import RefundStatus

UNDER_WAY = (RefundStatus.REQUESTED, RefundStatus.PROCESSING, RefundStatus.ABNORMAL)


@dataclass(frozen=True, slots=True)
class Numbers:
    """One campaign so far. Amounts in fen.

    `opened` groups are those whose opener has paid; `members` have paid for a seat in one that is open or was formed,
    `newcomers` of them never bought before. `sales_amount` is what formed groups paid less what went back.
    `owed` counts members of failed groups whose money is promised and not yet back.
    """

    opened: int
    formed: int
    failed: int
    members: int
    newcomers: int
    sales_amount: int
    owed: int
    owed_amount: int

    @property
    def formed_percent(self) -> int | None:
        """Formed of those that have ended; None while none has."""
        ended = self.formed + self.failed
        return round(100 * self.formed / ended) if ended else None


def numbers_of(campaign: Campaign) -> Numbers:
    """Count one campaign, in a constant number of statements."""
    groups = Group.objects.filter(campaign=campaign, opened_at__isnull=False).aggregate(
        opened=Count("id"),
        formed=Count("id", filter=Q(status=GroupStatus.FORMED)),
        failed=Count("id", filter=Q(status=GroupStatus.FAILED)),
    )
    seats = Seat.objects.filter(group__campaign=campaign)
    sitting = seats.filter(status=SeatStatus.PAID, group__status__in=[GroupStatus.OPEN, GroupStatus.FORMED])
    earlier = Order.objects.filter(
        member_id=OuterRef("member_id"), status__in=BOUGHT, paid_at__lt=OuterRef("order__paid_at")
    )
    sold = sitting.filter(group__status=GroupStatus.FORMED).aggregate(
        amount=Coalesce(Sum(F("order__paid_amount") - F("order__refunded_amount")), 0)
    )
    owed = Refund.objects.filter(
        status__in=UNDER_WAY,
        payment__reference__in=seats.filter(group__status=GroupStatus.FAILED).values("order_number"),
    ).aggregate(n=Count("id"), amount=Coalesce(Sum("amount"), 0))
    promised = seats.filter(settle_at__isnull=False, order__paid_amount__gt=0).aggregate(
        n=Count("id"), amount=Coalesce(Sum("order__paid_amount"), 0)
    )
    return Numbers(
        **groups,
        members=sitting.values("member_id").distinct().count(),
        newcomers=sitting.filter(~Exists(earlier)).values("member_id").distinct().count(),
        sales_amount=sold["amount"],
        owed=owed["n"] + promised["n"],
        owed_amount=owed["amount"] + promised["amount"],
    )
