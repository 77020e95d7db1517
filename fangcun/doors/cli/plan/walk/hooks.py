"""What nobody does on a customer's phone: the shop's own acts, and time that passes. Named in walk.yaml as `hook`.

These run on the throw-away data of a walk, in a process of its own (see `backstage`). A name that begins with `time_`
says that time passes for everybody: nobody else is walking meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings

from fangcun.grow.groupbuy.queries import groups_of
from fangcun.grow.groupbuy.services import expire_groups
from fangcun.kernel.actors import Actor
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.queries import orders_of
from fangcun.shop.orders.services import (
    cancel_order,
    close_unpaid_orders,
    complete_delivered_orders,
    ship_order,
)

CLERK = Actor.staff(None, "走查店员")
Hook = Callable[[int], None]
HOOKS: dict[str, Hook] = {}


class HookFailed(Exception):
    """A hook could not do its work; the text says why."""


def hook(function: Hook) -> Hook:
    """Make a function a hook. It gets the member on whose behalf it acts."""
    HOOKS[function.__name__] = function
    return function


@hook
def clerk_ships(member_id: int) -> None:
    """The shop hands the newest order to a carrier."""
    ship_order(_newest(member_id), carrier="SF", tracking_number="SF1234567890", by=CLERK)


@hook
def clerk_cancels(member_id: int) -> None:
    """The shop gives the newest order up; paid money goes back."""
    cancel_order(_newest(member_id), reason="缺货", by=CLERK)


@hook
def time_to_pay_is_over(member_id: int) -> None:
    """The platform does what it does when the newest order was not paid in time."""
    order = _newest(member_id)
    close_unpaid_orders(now=order.expires_at)


@hook
def time_to_confirm_is_over(member_id: int) -> None:
    """The platform does what it does when nobody confirmed the newest order for days."""
    shipped_at = _newest(member_id).shipped_at
    if shipped_at is None:
        raise HookFailed("订单还没有发货")
    complete_delivered_orders(now=shipped_at + dt.timedelta(days=settings.ORDER_CONFIRM_DAYS))


@hook
def time_to_fill_is_over(member_id: int) -> None:
    """The platform does what it does when the member's newest group was not filled in time."""
    seats = groups_of(member_id=member_id, limit=1)
    if not seats or seats[0].group.expires_at is None:
        raise HookFailed("这位顾客没有等人的团")
    expire_groups(now=seats[0].group.expires_at)


def _newest(member_id: int) -> Order:
    orders = orders_of(member_id=member_id, limit=1)
    if not orders:
        raise HookFailed("这位顾客还没有订单")
    return orders[0]
