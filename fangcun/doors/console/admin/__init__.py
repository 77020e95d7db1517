"""One module per room; Django's autodiscovery imports this package."""

from fangcun.doors.console.admin import (
    catalog,
    conversations,
    kernel,
    loyalty,
    members,
    messaging,
    orders,
    payments,
    programs,
    shelves,
    shipping,
    staff,
)

__all__ = [
    "catalog", "conversations", "kernel", "loyalty", "members", "messaging", "orders", "payments", "programs",
    "shelves", "shipping", "staff",
]  # fmt: skip
