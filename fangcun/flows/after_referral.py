"""What follows for invitations: orders settle and undo them, rewards are given and taken back."""

from __future__ import annotations

from fangcun.grow.referral.services import note_paid_order, reverse
from fangcun.kernel.events import listens
from fangcun.shop.orders.events import OrderCancelled, OrderPaid, OrderRefunded, OrderReleased


@listens(OrderPaid)
def reward_a_first_order(event: OrderPaid) -> None:
    note_paid_order(order_id=event.order_id)


@listens(OrderReleased)
def reward_a_first_order_that_waited(event: OrderReleased) -> None:
    note_paid_order(order_id=event.order_id)


@listens(OrderRefunded)
def undo_when_all_is_given_back(event: OrderRefunded) -> None:
    if event.full:
        reverse(order_number=event.number, reason="首单已退款")


@listens(OrderCancelled)
def undo_when_it_is_cancelled(event: OrderCancelled) -> None:
    if event.paid:
        reverse(order_number=event.number, reason="首单已取消")
