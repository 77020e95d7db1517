"""A member's birthday, and what his tier gives him for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from fangcun.grow.loyalty.errors import BirthdayFixed, BirthdayInvalid
from fangcun.grow.loyalty.models import Card
from fangcun.grow.loyalty.services.ledger import take_card
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.offers.services import give_coupon

FIXED_FOR = dt.timedelta(days=365)
LEAP_YEAR = 2024


@transaction.atomic
def set_birthday(*, member_id: int, month: int, day: int, now: dt.datetime | None = None) -> Card:
    """Note a member's birthday; once a year. Raises BirthdayInvalid, BirthdayFixed."""
    now = now or timezone.now()
    try:
        dt.date(LEAP_YEAR, month, day)
    except ValueError:
        raise BirthdayInvalid from None
    card = take_card(member_id)
    if (card.birth_month, card.birth_day) == (month, day):
        return card
    if card.birthday_set_at is not None and card.birthday_set_at + FIXED_FOR > now:
        raise BirthdayFixed(changeable_at=(card.birthday_set_at + FIXED_FOR).isoformat())
    Card.objects.filter(pk=card.pk).update(birth_month=month, birth_day=day, birthday_set_at=now)
    card.birth_month, card.birth_day, card.birthday_set_at = month, day, now
    return card


def give_birthday_coupons(*, now: dt.datetime | None = None) -> int:
    """Give today's birthday coupons, one per member and year; how many members were due.

    Who was born on 29 February has his birthday on the 28th where there is none.
    """
    today = timezone.localdate(now or timezone.now())
    born = Q(birth_month=today.month, birth_day=today.day)
    if (today.month, today.day) == (2, 28) and (today + dt.timedelta(days=1)).month == 3:
        born |= Q(birth_month=2, birth_day=29)
    due = Card.objects.filter(born, birth_month__isnull=False, tier__birthday_template_id__isnull=False)
    rows: list[tuple[int, Any]] = list(due.order_by("pk").values_list("pk", "tier__birthday_template_id"))
    for member_id, template_id in rows:
        give_coupon(
            template_id=template_id, member_id=member_id, by=SYSTEM, key=f"birthday:{member_id}:{today.year}",
            source="birthday",
        )  # fmt: skip
    return len(rows)
