from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from fangcun.kernel.events import Event

if TYPE_CHECKING:
    from fangcun.shop.orders.models import Order


@dataclass(frozen=True)
class OrderNews(Event):
    """What every piece of news about an order carries. Amount in fen."""

    order_id: int
    number: str
    member_id: int
    program_id: int
    amount: int

    @classmethod
    def of(cls, order: Order, *, amount: int, **more: Any) -> Self:
        """This news about an order; `more` is what only this kind of news carries."""
        return cls(
            order_id=order.pk,
            number=order.number,
            member_id=order.member_id,
            program_id=order.program_id,
            amount=amount,
            **more,
        )


@dataclass(frozen=True)
class OrderPaid(OrderNews):
    """The money is here and the goods are reserved."""


@dataclass(frozen=True)
class OrderShipped(OrderNews):
    """The parcel is on its way."""

    carrier: str
    tracking_number: str


@dataclass(frozen=True)
class OrderCompleted(OrderNews):
    """The customer has it, or enough time has passed."""


@dataclass(frozen=True)
class OrderCancelled(OrderNews):
    """It will not be delivered; `cancelled_by` is member, staff or deadline; what was `paid` goes back."""

    cancelled_by: str
    reason: str
    paid: bool


@dataclass(frozen=True)
class OrderRefunded(OrderNews):
    """Money has gone back; `amount` says how much, `refunded_amount` how much so far, `full` whether all goods are."""

    full: bool = False
    refunded_amount: int = 0


@dataclass(frozen=True)
class OrderReleased(OrderNews):
    """What it was held for has come true: a paid order may ship."""
