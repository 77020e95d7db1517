"""What the clock does to orders."""

from __future__ import annotations

from fangcun.kernel.jobs import every
from fangcun.shop.orders.services import close_unpaid_orders, complete_delivered_orders


@every(seconds=5)
def close_unpaid() -> None:
    """Close what nobody paid in time."""
    while close_unpaid_orders():
        pass


@every(seconds=300)
def complete_delivered() -> None:
    """Complete what nobody confirmed in time."""
    while complete_delivered_orders():
        pass
