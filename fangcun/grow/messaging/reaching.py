"""Writing to customers unasked: who wants it, when it is allowed, how often at most."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from fangcun.grow.messaging.errors import PaceInvalid, QuietInvalid
from fangcun.grow.messaging.models import Pace, Preference, Touch
from fangcun.grow.messaging.pacing import Window, after_quiet, morning_of
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor

ONLY = 1  # the key of the one row that the shop's pace has
MOST_A_DAY, MOST_A_WEEK = 20, 100
ASK_AGAIN = dt.timedelta(minutes=1)


def pace() -> Pace:
    """How often the shop writes unasked at most; the usual pace when nobody set another."""
    return Pace.objects.filter(pk=ONLY).first() or Pace(pk=ONLY)


def preference_of(member_id: int) -> Preference:
    """What a customer wants to be written; nothing is stored by asking."""
    return Preference.objects.filter(pk=member_id).first() or Preference(member_id=member_id)


@transaction.atomic
def set_pace(*, quiet_from: dt.time, quiet_until: dt.time, a_day: int, a_week: int, by: Actor) -> Pace:
    """Set when nobody is written to unasked, and how often somebody is at most. Raises PaceInvalid."""
    if not (1 <= a_day <= MOST_A_DAY and a_day <= a_week <= MOST_A_WEEK):
        raise PaceInvalid(most_a_day=MOST_A_DAY, most_a_week=MOST_A_WEEK)
    before = _content(pace())
    kept, _new = Pace.objects.update_or_create(
        pk=ONLY,
        defaults={"quiet_from": quiet_from, "quiet_until": quiet_until, "a_day": a_day, "a_week": a_week},
    )
    audit.record("messaging.set_pace", by=by, object=kept, before=before, after=_content(kept))
    return kept


@transaction.atomic
def set_preference(
    *,
    member_id: int,
    by: Actor,
    care: bool | None = None,
    marketing_texts: bool | None = None,
    quiet: tuple[dt.time, dt.time] | tuple[None, None] | None = None,
) -> Preference:
    """Write down what a customer wants; None leaves it. `quiet` are hours of his own, (None, None) takes them back.

    Raises QuietInvalid.
    """
    if quiet is not None and (quiet[0] is None) != (quiet[1] is None):
        raise QuietInvalid
    Preference.objects.get_or_create(pk=member_id)
    kept = Preference.objects.select_for_update().get(pk=member_id)
    before = _wishes(kept)
    kept.care = kept.care if care is None else care
    kept.marketing_texts = kept.marketing_texts if marketing_texts is None else marketing_texts
    if quiet is not None:
        kept.quiet_from, kept.quiet_until = quiet
    kept.updated_at = timezone.now()
    kept.save()
    if before != (after := _wishes(kept)):
        audit.record("messaging.set_preference", by=by, object=kept, before=before, after=after)
    return kept


def quiet_windows(shop: Pace, wants: Preference) -> list[Window]:
    """The hours in which one customer is not to be disturbed: the shop's and his own."""
    windows: list[Window] = [(shop.quiet_from, shop.quiet_until)]
    if wants.quiet_from is not None and wants.quiet_until is not None:
        windows.append((wants.quiet_from, wants.quiet_until))
    return windows


def take_turn(*, member_id: int, channel: str, key: str, now: dt.datetime) -> dt.datetime | None:
    """Take the customer's next turn for an unasked message; None when it is taken, else when to ask again.

    In the caller's transaction: the turn is used if and only if what is written with it is. The same key takes no
    second turn. Later is better than never: nothing is refused for good here.
    """
    zone = timezone.get_default_timezone()
    shop, wants = pace(), preference_of(member_id)
    windows = quiet_windows(shop, wants)
    free = after_quiet(now, windows, zone)
    if free > now:
        return free
    if Touch.objects.filter(key=key).exists():
        return None
    day = timezone.localdate(now, zone)
    week = day - dt.timedelta(days=day.weekday())
    of_week = list(Touch.objects.filter(member_id=member_id, week=week).values_list("day", flat=True))
    if len(of_week) >= shop.a_week:
        return morning_of(week + dt.timedelta(days=7), windows, zone)
    if (of_day := of_week.count(day)) >= shop.a_day:
        return morning_of(day + dt.timedelta(days=1), windows, zone)
    turn = Touch(
        member_id=member_id,
        channel=channel,
        key=key,
        day=day,
        of_day=of_day,
        week=week,
        of_week=len(of_week),
        at=now,
    )
    try:
        with transaction.atomic():
            turn.save()
    except IntegrityError:  # another message took it at this moment
        return now + ASK_AGAIN
    return None


def reassign_wishes(*, kept_id: int, gone_id: int) -> None:
    """Two members turned out to be one person: the stricter wish holds, and what both were told counts for him."""
    if (gone := Preference.objects.filter(pk=gone_id).first()) is not None:
        kept = preference_of(kept_id)
        kept.care = kept.care and gone.care
        known = Preference.objects.filter(pk=kept_id).exists()
        kept.marketing_texts = gone.marketing_texts and (kept.marketing_texts or not known)
        if kept.quiet_from is None:
            kept.quiet_from, kept.quiet_until = gone.quiet_from, gone.quiet_until
        kept.updated_at = timezone.now()
        kept.save()
        gone.delete()
    for touch in Touch.objects.filter(member_id=gone_id).order_by("id"):
        his = Touch.objects.filter(member_id=kept_id)
        touch.of_day = his.filter(day=touch.day).count()
        touch.of_week = his.filter(week=touch.week).count()
        touch.member_id = kept_id
        touch.save()


def _content(shop: Pace) -> dict[str, Any]:
    return {
        "quiet_from": f"{shop.quiet_from:%H:%M}",
        "quiet_until": f"{shop.quiet_until:%H:%M}",
        "a_day": shop.a_day,
        "a_week": shop.a_week,
    }


def _wishes(wants: Preference) -> dict[str, Any]:
    return {
        "care": wants.care,
        "marketing_texts": wants.marketing_texts,
        "quiet_from": None if wants.quiet_from is None else f"{wants.quiet_from:%H:%M}",
        "quiet_until": None if wants.quiet_until is None else f"{wants.quiet_until:%H:%M}",
    }
