"""The verbs of payment attempts: what the storefront and the flow of payments tell of them."""

from __future__ import annotations

import datetime as dt

from fangcun.build.rollout.models import PaymentAttempt


def note_attempt(order_number: str, *, program_id: int, version: str, failed: str = "") -> None:
    """Note that somebody went to pay an order by this version; a later attempt at it is the same one.

    `failed` is why no cashier could be opened; "" when one could. One statement; nothing without a version.
    """
    if version:
        row = PaymentAttempt(
            program_id=program_id, version=version, order_number=order_number, failed=failed[:40]
        )
        PaymentAttempt.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["order_number"], update_fields=["failed"]
        )


def note_payment(order_number: str, *, paid_at: dt.datetime) -> None:
    """Note that an order was paid; a second time changes nothing."""
    PaymentAttempt.objects.filter(order_number=order_number, paid_at=None).update(paid_at=paid_at)
