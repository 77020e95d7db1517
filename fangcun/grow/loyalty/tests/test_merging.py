"""Two members turn out to be one: he has the points of both, and nothing twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.models import Activity, Card, CheckIn, PointsEntry, SignUp, TierChange
from fangcun.grow.loyalty.services import TierSpec
from fangcun.identity.members.events import MembersMerged
from fangcun.identity.members.models import Account, Member
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.events import announce
from fangcun.shop.orders.models import Order

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def two(customer) -> tuple[Account, Account]:
    """The one who stays and the one who goes."""
    return customer(), customer()


def merge(kept: Account, gone: Account) -> None:
    Member.objects.filter(pk=gone.member_id).update(merged_into=kept.member_id)
    services.reassign_loyalty(kept_id=kept.member_id, gone_id=gone.member_id)


def earn(account: Account, points: int = 0, growth: int = 0) -> None:
    services.earn(
        member_id=account.member_id, points=points, growth=growth, reason="review",
        key=f"{account.member_id}:{points}:{growth}",
    )  # fmt: skip


def test_both_ledgers_are_his_and_balances_add_up(two, books):
    kept, gone = two
    earn(kept, 100)
    earn(gone, 50)
    merge(kept, gone)
    merge(kept, gone)
    assert books(kept.member_id) == (150, 150, 150, 0)
    assert books(gone.member_id) == (0, 0, 0, 0)
    assert PointsEntry.objects.filter(member_id=kept.member_id).count() == 2


def test_the_debt_of_one_is_settled_from_the_points_of_the_other(two, order, books):
    kept, gone = two
    earn(kept, 30)
    bought = order(gone, 10_000, status="completed")
    services.settle_order(order_id=bought.pk)
    services.spend_points(
        member_id=gone.member_id, points=100, order_number="20261126", program_id=gone.program_id
    )
    Order.objects.filter(pk=bought.pk).update(refunded_amount=10_000)
    services.settle_order(order_id=bought.pk)
    assert books(gone.member_id) == (0, 0, 0, 100)
    merge(kept, gone)
    assert books(kept.member_id) == (0, 0, 0, 70)
    assert services.return_points(order_number="20261126") == 100
    assert books(kept.member_id) == (30, 30, 30, 0)


def test_points_for_who_is_gone_go_to_who_stays(two, books):
    kept, gone = two
    merge(kept, gone)
    earn(gone, 20)
    assert books(kept.member_id) == (20, 20, 20, 0)
    assert not PointsEntry.objects.filter(member_id=gone.member_id).exists()


def test_growth_of_both_makes_the_tier(two):
    services.save_tiers([TierSpec("银卡", 100), TierSpec("金卡", 500)], by=SYSTEM)
    kept, gone = two
    earn(kept, growth=60)
    earn(gone, growth=60)
    merge(kept, gone)
    card = Card.objects.select_related("tier").get(pk=kept.member_id)
    assert card.tier is not None
    assert (card.tier.name, card.growth) == ("银卡", 120)
    assert TierChange.objects.filter(member_id=kept.member_id).count() == 1


def test_days_and_runs_are_joined_and_a_day_of_both_counts_once(two):
    kept, gone = two
    zone = timezone.get_default_timezone()
    for account, days in ((kept, (1, 2, 5)), (gone, (2, 3, 4))):
        for day in days:
            now = dt.datetime(2026, 11, day, 9, tzinfo=zone)
            services.check_in(member_id=account.member_id, program_id=account.program_id, now=now)
    merge(kept, gone)
    rows = CheckIn.objects.filter(member_id=kept.member_id).order_by("day").values_list("day__day", "streak")
    assert list(rows) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]


def test_two_places_at_one_activity_become_one(two):
    now, hour = timezone.now(), dt.timedelta(hours=1)
    made = []
    for title in ("都报名", "一人取消", "只有另一人"):
        activity = Activity(
            title=title, place="店里", starts_at=now + 2 * hour, ends_at=now + 3 * hour, sign_up_from=now - hour,
            sign_up_until=now + hour, places=5,
        )  # fmt: skip
        made.append(services.publish_activity(services.save_activity(activity, by=SYSTEM), by=SYSTEM))
    both, half, other = made
    kept, gone = two
    for account, activities in ((kept, (both, half)), (gone, made)):
        for one in activities:
            services.sign_up(member_id=account.member_id, program_id=account.program_id, activity_id=one.pk)
    services.cancel_sign_up(member_id=kept.member_id, activity_id=half.pk)
    merge(kept, gone)
    assert list(Activity.objects.order_by("pk").values_list("taken", flat=True)) == [1, 1, 1]
    rows = SignUp.objects.filter(member_id=kept.member_id).order_by("activity_id")
    assert [row.status for row in rows] == ["signed"] * 3
    assert SignUp.objects.count() == 3
    assert other.pk == rows[2].activity_id


def test_the_news_of_a_merge_brings_it_about(two, drain, books):
    kept, gone = two
    earn(gone, 50)
    Member.objects.filter(pk=gone.member_id).update(merged_into=kept.member_id)
    announce(MembersMerged(kept_id=kept.member_id, gone_id=gone.member_id))
    drain()
    assert books(kept.member_id) == (50, 50, 50, 0)
