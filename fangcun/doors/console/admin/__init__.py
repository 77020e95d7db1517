"""One module per room; Django's autodiscovery imports this package."""

from fangcun.doors.console.admin import (
    batches,
    catalog,
    conversations,
    groupbuy,
    groups,
    kernel,
    links,
    loyalty,
    members,
    messaging,
    orders,
    payments,
    programs,
    referral,
    shelves,
    shipping,
    sms,
    staff,
)

__all__ = [
    "batches", "catalog", "conversations", "groupbuy", "groups", "kernel", "links", "loyalty", "members",
    "messaging", "orders", "payments", "programs", "referral", "shelves", "shipping", "sms", "staff",
]  # fmt: skip
