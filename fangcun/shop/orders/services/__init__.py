"""The verbs of orders."""

from fangcun.shop.orders.services.cancelling import (
    cancel_order,
    close_unpaid_orders,
    give_up_order,
    release_order,
)
from fangcun.shop.orders.services.delivering import (
    complete_delivered_orders,
    confirm_receipt,
    ship_order,
)
from fangcun.shop.orders.services.keeping import annotate_order, note_refund, reassign_orders
from fangcun.shop.orders.services.paying import check_payment, mark_order_paid, pay_order
from fangcun.shop.orders.services.placing import place_order
from fangcun.shop.orders.services.refunding import refund_lines

__all__ = [
    "annotate_order",
    "cancel_order",
    "check_payment",
    "close_unpaid_orders",
    "complete_delivered_orders",
    "confirm_receipt",
    "give_up_order",
    "mark_order_paid",
    "note_refund",
    "pay_order",
    "place_order",
    "reassign_orders",
    "refund_lines",
    "release_order",
    "ship_order",
]
