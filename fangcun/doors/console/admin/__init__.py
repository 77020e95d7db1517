"""One module per room; Django's autodiscovery imports this package."""

from fangcun.doors.console.admin import (
    batches,
    catalog,
    conversations,
    coupons,
    groupbuy,
    groups,
    kernel,
    links,
    loyalty,
    members,
    messaging,
    offers,
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
    "batches", "catalog", "conversations", "coupons", "groupbuy", "groups", "kernel", "links", "loyalty", "members",
    "messaging", "offers", "orders", "payments", "programs", "referral", "shelves", "shipping", "sms", "staff",
]  # fmt: skip
