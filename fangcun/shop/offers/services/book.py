"""The one row by which processes know that an offer has changed."""

from __future__ import annotations

import secrets

from fangcun.shop.offers.models import OfferBook


def turn_page() -> None:
    """Make every process read the offers again, in the caller's transaction."""
    token = secrets.token_hex(16)
    OfferBook.objects.bulk_create(
        [OfferBook(pk=1, token=token)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["token"],
    )
