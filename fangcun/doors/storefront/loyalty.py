"""Points, check-in, tier and birthday in the storefront API."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth, account_of, member_of
from fangcun.doors.storefront.cart import BigId
from fangcun.doors.storefront.schemas import errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.grow.loyalty import queries, services
from fangcun.grow.loyalty.models import Card, PointsEntry, Rules, Tier
from fangcun.grow.loyalty.queries.calendar import State
from fangcun.grow.loyalty.queries.standing import PrivilegeKind
from fangcun.grow.loyalty.services.birthdays import FIXED_FOR

router = Router(tags=["loyalty"], auth=MemberAuth())

LIMIT = Limit("check-in", most=60, seconds=60)


class PrivilegeOut(Schema):
    kind: PrivilegeKind
    title: str
    text: str


class TierOut(Schema):
    rank: int
    name: str
    growth_from: int
    privileges: list[PrivilegeOut]


class NextTierOut(TierOut):
    """`missing` is the growth that is still needed."""

    missing: int


class ExpiringOut(Schema):
    """What expires next within thirty days."""

    points: int
    expires_at: dt.datetime


class BirthdayOut(Schema):
    """`changeable_at` is None when it may be changed now."""

    month: int
    day: int
    changeable_at: dt.datetime | None


class LoyaltyOut(Schema):
    """`worth_amount` (fen) is what the balance pays for; `debt` are points that later ones settle."""

    balance: int
    worth_amount: int
    debt: int
    points_per_yuan: int
    earn_per_yuan: int
    expiring_soon: ExpiringOut | None
    growth: int
    window_days: int
    tier: TierOut | None
    next_tier: NextTierOut | None
    tiers: list[TierOut]
    privileges: list[PrivilegeOut]
    protected_until: dt.datetime | None
    checked_in_today: bool
    streak: int
    today_points: int
    make_up_cards: int
    birthday: BirthdayOut | None
    server_time: dt.datetime


class EntryOut(Schema):
    id: int
    points: int
    reason: str
    title: str
    note: str
    order_number: str | None
    balance_after: int
    expires_at: dt.datetime | None
    created_at: dt.datetime


class EntriesOut(Schema):
    items: list[EntryOut]
    next_cursor: str | None


class DayOut(Schema):
    date: dt.date
    state: State
    points: int


class MilestoneOut(Schema):
    days: int
    points: int


class CalendarOut(Schema):
    """A month. `mendable` days can be made up for now; `day_points` are those of the 1st, 2nd, … day of a run."""

    month: str
    today: dt.date
    days: list[DayOut]
    streak: int
    checked_in_today: bool
    make_up_cards: int
    day_points: list[int]
    milestones: list[MilestoneOut]
    make_up_every: int


class CheckInOut(Schema):
    """`is_new` is false when it had been done before; then nothing was given again."""

    is_new: bool
    date: dt.date
    streak: int
    points: int
    milestone_points: int
    card_earned: bool
    balance: int
    make_up_cards: int


class MakeUpIn(Schema):
    date: dt.date


class BirthdayIn(Schema):
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]


@router.get("/loyalty", response={200: LoyaltyOut, **errors(400, 401)})
def get_loyalty(request: HttpRequest) -> LoyaltyOut:
    """What the member has: points, tier, growth, today's check-in."""
    now = timezone.now()
    found = queries.overview_of(member_of(request).pk, now=now)
    card, rules, tier = found.card, found.rules, found.tier
    tomorrow = rules.points_of_day(found.streak + (0 if found.checked_in_today else 1) or 1)
    return LoyaltyOut(
        balance=found.balance,
        worth_amount=found.balance * 100 // rules.points_per_yuan if rules.points_per_yuan else 0,
        debt=card.debt,
        points_per_yuan=rules.points_per_yuan,
        earn_per_yuan=rules.earn_per_yuan,
        expiring_soon=(
            ExpiringOut(points=found.expiring_points, expires_at=found.expiring_at)
            if found.expiring_at
            else None
        ),
        growth=card.growth,
        window_days=rules.window_days,
        tier=_tier(tier) if tier else None,
        next_tier=_next(found.next_tier, card) if found.next_tier else None,
        tiers=[_tier(one) for one in found.tiers],
        privileges=_privileges(tier) if tier else [],
        protected_until=card.protected_until if tier else None,
        checked_in_today=found.checked_in_today,
        streak=found.streak,
        today_points=tomorrow,
        make_up_cards=card.make_up_cards,
        birthday=_birthday(card, now),
        server_time=now,
    )


@router.get("/loyalty/entries", response={200: EntriesOut, **errors(400, 401, 422)})
def list_points(
    request: HttpRequest, cursor: BigId | None = None, limit: Annotated[int, Field(ge=1, le=50)] = 20
) -> EntriesOut:
    """The member's points ledger, the newest line first."""
    found = queries.entries_of(member_of(request).pk, before_id=cursor, limit=limit + 1)
    page = found[:limit]
    return EntriesOut(
        items=[_entry(entry) for entry in page],
        next_cursor=str(page[-1].pk) if len(found) > limit else None,
    )


@router.get("/loyalty/calendar", response={200: CalendarOut, **errors(400, 401, 422)})
def get_calendar(
    request: HttpRequest, month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] | None = None
) -> CalendarOut:
    """The check-ins of a month, without `month` of this one."""
    today = timezone.localdate()
    first = dt.date.fromisoformat(f"{month}-01") if month else today.replace(day=1)
    found = queries.calendar_of(member_of(request).pk, month=first)
    return CalendarOut(
        month=f"{first:%Y-%m}",
        today=found.today,
        days=[DayOut(date=day.date, state=day.state, points=day.points) for day in found.days],
        streak=found.streak,
        checked_in_today=found.checked_in_today,
        make_up_cards=found.make_up_cards,
        day_points=found.rules.check_in_days,
        milestones=_milestones(found.rules),
        make_up_every=found.rules.make_up_every,
    )


@router.post("/loyalty/check-in", response={200: CheckInOut, **errors(400, 401, 429)})
def check_in(request: HttpRequest) -> CheckInOut:
    """Check in for today; the second time on a day gives nothing again."""
    account = account_of(request)
    LIMIT.spend(account.pk)
    return _checked(services.check_in(member_id=account.member_id, program_id=account.program_id))


@router.post("/loyalty/make-up", response={200: CheckInOut, **errors(400, 401, 409, 422, 429)})
def make_up(request: HttpRequest, body: MakeUpIn) -> CheckInOut:
    """Mend a missed day of this month with a make-up card."""
    account = account_of(request)
    LIMIT.spend(account.pk)
    return _checked(
        services.make_up(member_id=account.member_id, program_id=account.program_id, day=body.date)
    )


@router.put("/loyalty/birthday", response={200: BirthdayOut, **errors(400, 401, 409, 422)})
def set_birthday(request: HttpRequest, body: BirthdayIn) -> BirthdayOut | None:
    """Note the member's birthday; once a year."""
    card = services.set_birthday(member_id=member_of(request).pk, month=body.month, day=body.day)
    return _birthday(card, timezone.now())


def _tier(tier: Tier) -> TierOut:
    return TierOut(rank=tier.rank, name=tier.name, growth_from=tier.growth_from, privileges=_privileges(tier))


def _next(tier: Tier, card: Card) -> NextTierOut:
    missing = max(tier.growth_from - card.growth, 0)
    return NextTierOut(**_tier(tier).dict(), missing=missing)


def _privileges(tier: Tier) -> list[PrivilegeOut]:
    return [PrivilegeOut(kind=p.kind, title=p.title, text=p.text) for p in queries.privileges_of(tier)]


def _birthday(card: Card, now: dt.datetime) -> BirthdayOut | None:
    if card.birth_month is None or card.birth_day is None:
        return None
    until = card.birthday_set_at + FIXED_FOR if card.birthday_set_at else now
    return BirthdayOut(
        month=card.birth_month, day=card.birth_day, changeable_at=until if until > now else None
    )


def _entry(entry: PointsEntry) -> EntryOut:
    return EntryOut(
        id=entry.pk,
        points=entry.points,
        reason=entry.reason,
        title=entry.get_reason_display(),
        note=entry.note,
        order_number=entry.reference if entry.reference.isdigit() else None,
        balance_after=entry.balance_after,
        expires_at=entry.expires_at,
        created_at=entry.created_at,
    )


def _milestones(rules: Rules) -> list[MilestoneOut]:
    found = [
        MilestoneOut(days=int(days), points=points) for days, points in rules.check_in_milestones.items()
    ]
    return sorted(found, key=lambda one: one.days)


def _checked(done: services.Checked) -> CheckInOut:
    return CheckInOut(date=done.day, **{name: getattr(done, name) for name in done._fields if name != "day"})
