"""Points: earned once, spent from what expires first, put right when an order is undone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.errors import PointsInvalid, PointsShort
from fangcun.grow.loyalty.models import Card, GrowthEntry, Lot, OrderPoints, PointsEntry
from fangcun.grow.loyalty.queries import standing_of
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry
from fangcun.shop.orders.models import Order

pytestmark = pytest.mark.django_db(databases="__all__")
CLERK = Actor.staff(7, "店员")


def earn(account, points: int, key: str, days: int | None = None) -> None:
    """Give points that expire in so many days."""
    services.earn(member_id=account.member_id, points=points, reason="review", key=key)
    if days is not None:
        at = timezone.now() + dt.timedelta(days=days)
        Lot.objects.filter(entry__key=key).update(expires_at=at)


def spend(account, points: int, number: str = "20261126") -> None:
    services.spend_points(
        member_id=account.member_id, points=points, order_number=number, program_id=account.program_id
    )


def lots(account) -> list[int]:
    return list(Lot.objects.filter(member_id=account.member_id).order_by("id").values_list("left", flat=True))


def lines(account) -> list[tuple[str, int, int]]:
    rows = PointsEntry.objects.filter(member_id=account.member_id).order_by("id")
    return list(rows.values_list("reason", "points", "balance_after"))


def complete(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(status="completed")
    services.settle_order(order_id=order.pk)


def refund(order: Order, amount: int) -> None:
    Order.objects.filter(pk=order.pk).update(refunded_amount=amount)
    services.settle_order(order_id=order.pk)


def test_the_same_reason_gives_once(account, books):
    earn(account, 30, "review:1")
    earn(account, 30, "review:1")
    assert lines(account) == [("review", 30, 30)]
    assert books(account.member_id) == (30, 30, 30, 0)


def test_points_expire_when_a_local_day_a_year_later_ends(account):
    earn(account, 30, "review:1")
    expires_at = timezone.localtime(Lot.objects.get().expires_at)
    assert expires_at.time() == dt.time(0)
    assert expires_at.date() == timezone.localdate() + dt.timedelta(days=366)


def test_what_expires_first_is_spent_first(account, books):
    earn(account, 50, "a", days=9)
    earn(account, 50, "b", days=3)
    earn(account, 50, "c", days=6)
    spend(account, 70)
    assert lots(account) == [50, 0, 30]
    assert books(account.member_id) == (80, 80, 80, 0)


def test_more_than_there_is_can_not_be_spent_and_changes_nothing(account, books):
    earn(account, 50, "a")
    with pytest.raises(PointsShort):
        spend(account, 51)
    assert (lots(account), books(account.member_id)) == ([50], (50, 50, 50, 0))
    assert not OrderPoints.objects.exists()


def test_who_never_had_points_has_none_to_spend(account):
    with pytest.raises(PointsShort):
        spend(account, 1)
    assert standing_of(account.member_id).balance == 0


def test_an_order_spends_once(account):
    earn(account, 50, "a")
    spend(account, 20)
    spend(account, 20)
    assert lots(account) == [30]


def test_points_whose_day_is_over_are_not_spent_though_nobody_swept_them(account, books):
    earn(account, 50, "a", days=-1)
    earn(account, 10, "b")
    assert standing_of(account.member_id).balance == 10
    with pytest.raises(PointsShort):
        spend(account, 11)
    spend(account, 10)
    assert services.expire_points() == 1
    assert services.expire_points() == 0
    assert books(account.member_id) == (0, 0, 0, 0)
    assert lines(account)[-1] == ("expire", -50, 0)


def test_a_sweep_takes_a_constant_number_of_statements(customer, django_assert_num_queries, books):
    members = [customer() for _ in range(12)]
    for number, one in enumerate(members):
        earn(one, 10 + number, f"old:{number}", days=-1)
        earn(one, 5, f"new:{number}")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        assert services.expire_points() == 12
    assert len(seen) <= 12, [query["sql"][:90] for query in seen]
    assert {books(one.member_id) for one in members} == {(5, 5, 5, 0)}


def test_a_completed_order_gives_a_point_for_each_yuan_paid(account, order, books):
    bought = order(account, 12_345)
    complete(bought)
    complete(bought)
    assert lines(account) == [("order", 123, 123)]
    assert GrowthEntry.objects.get().growth == 123
    assert Card.objects.get().growth == 123


def test_what_was_refunded_before_gives_nothing(account, order):
    bought = order(account, 10_000, refunded_amount=2_550)
    complete(bought)
    assert lines(account) == [("order", 74, 74)]


def test_a_refund_takes_its_part_of_what_was_earned(account, order, books):
    bought = order(account, 10_000)
    complete(bought)
    refund(bought, 2_500)
    refund(bought, 2_500)
    assert books(account.member_id) == (75, 75, 75, 0)
    assert Card.objects.get().growth == 75
    refund(bought, 10_000)
    assert books(account.member_id) == (0, 0, 0, 0)
    assert Card.objects.get().growth == 0
    assert [reason for reason, *_ in lines(account)] == ["order", "take_back", "take_back"]


def test_what_was_spent_already_becomes_a_debt_that_later_points_settle(account, order, books):
    bought = order(account, 10_000)
    complete(bought)
    spend(account, 80)
    refund(bought, 10_000)
    assert books(account.member_id) == (0, 0, 0, 80)
    earn(account, 50, "a")
    assert books(account.member_id) == (0, 0, 0, 30)
    earn(account, 50, "b")
    assert books(account.member_id) == (20, 20, 20, 0)
    assert lines(account)[-2:] == [("review", 50, 50), ("debt", -30, 20)]


def test_a_debt_can_be_forgiven_by_staff_who_are_noted(account, order, books):
    bought = order(account, 10_000)
    complete(bought)
    spend(account, 100)
    refund(bought, 10_000)
    assert services.forgive_debt(member_id=account.member_id, by=CLERK) == 100
    assert services.forgive_debt(member_id=account.member_id, by=CLERK) == 0
    assert books(account.member_id) == (0, 0, 0, 0)
    assert AuditEntry.objects.get().action == "loyalty.forgive_debt"


@pytest.mark.parametrize("refund_first", [True, False])
def test_refund_and_expiry_end_the_same_whichever_comes_first(account, order, books, refund_first):
    bought = order(account, 10_000)
    complete(bought)
    earn(account, 7, "other")
    Lot.objects.filter(points=100).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    if refund_first:
        refund(bought, 4_000)
        services.expire_points()
    else:
        services.expire_points()
        refund(bought, 4_000)
    assert books(account.member_id) == (7, 7, 7, 0)
    refund(bought, 10_000)
    assert books(account.member_id) == (7, 7, 7, 0)


def test_cancelling_brings_spent_points_back_with_the_day_they_had(account, order, books):
    earn(account, 60, "a", days=100)
    earn(account, 60, "b", days=3)
    bought = order(account, status="pending_payment", paid_amount=0)
    spend(account, 80, bought.number)
    first = Lot.objects.get(entry__key="a").expires_at
    Order.objects.filter(pk=bought.pk).update(status="cancelled")
    services.settle_order(order_id=bought.pk)
    services.settle_order(order_id=bought.pk)
    assert books(account.member_id) == (120, 120, 120, 0)
    back = dict(Lot.objects.filter(entry__reason="return").values_list("points", "expires_at"))
    assert back[20] == first
    assert timezone.localdate(back[60]) == timezone.localdate() + dt.timedelta(days=31)  # the grace


def test_a_part_refund_brings_its_part_of_spent_points_back(account, order, books):
    earn(account, 100, "a")
    bought = order(account, 9_000)
    spend(account, 100, bought.number)
    refund(bought, 3_000)
    assert books(account.member_id) == (33, 33, 33, 0)
    refund(bought, 9_000)
    assert books(account.member_id) == (100, 100, 100, 0)


def test_an_order_that_comes_back_to_life_spends_again(account, order, books):
    earn(account, 100, "a")
    bought = order(account, 9_000, status="cancelled")
    spend(account, 100, bought.number)
    services.settle_order(order_id=bought.pk)
    spend(account, 70, "20261127")
    Order.objects.filter(pk=bought.pk).update(status="paid")
    services.settle_order(order_id=bought.pk)
    assert books(account.member_id) == (0, 0, 0, 70)
    Order.objects.filter(pk=bought.pk).update(status="cancelled")
    services.settle_order(order_id=bought.pk)
    assert books(account.member_id) == (30, 30, 30, 0)


def test_returning_counts_from_the_beginning(account, books):
    earn(account, 100, "a")
    spend(account, 100)
    assert services.return_points(order_number="20261126", permille=300) == 30
    assert services.return_points(order_number="20261126", permille=300) == 0
    assert services.return_points(order_number="20261126", points=50) == 20
    assert services.return_points(order_number="20261126") == 50
    assert services.return_points(order_number="nothing") == 0
    assert books(account.member_id) == (100, 100, 100, 0)


def test_a_reward_whose_reason_fell_away_is_taken_back_once(account, books):
    services.earn(member_id=account.member_id, points=50, growth=9, reason="invite", key="invite:1")
    spend(account, 20)
    assert services.undo_earning(key="invite:1") == 30
    assert services.undo_earning(key="invite:1") == 0
    assert services.undo_earning(key="invite:2") == 0
    assert books(account.member_id) == (0, 0, 0, 20)
    assert Card.objects.get().growth == 0


def test_staff_give_and_take_with_a_reason_once_per_form(account, books):
    for _ in range(2):
        services.give_by_hand(member_id=account.member_id, points=100, note="道歉", key="f1", by=CLERK)
    services.give_by_hand(member_id=account.member_id, points=-40, note="误发", key="f2", by=CLERK)
    assert lines(account) == [("gift", 100, 100), ("take", -40, 60)]
    assert books(account.member_id) == (60, 60, 60, 0)
    entries = list(AuditEntry.objects.order_by("id").values_list("action", "before", "after", "note"))
    assert entries == [
        ("loyalty.give_by_hand", {"points": 0}, {"points": 100}, "道歉"),
        ("loyalty.give_by_hand", {"points": 100}, {"points": 60}, "误发"),
    ]


@pytest.mark.parametrize(
    ("points", "note", "field"), [(0, "x", "points"), (1_000_001, "x", "points"), (5, " ", "note")]
)
def test_odd_gifts_are_refused(account, points, note, field):
    with pytest.raises(PointsInvalid) as refused:
        services.give_by_hand(member_id=account.member_id, points=points, note=note, key="f", by=CLERK)
    assert list(refused.value.details["fields"]) == [field]
    assert not PointsEntry.objects.exists()


def test_more_than_there_is_can_not_be_taken_by_hand(account, books):
    earn(account, 10, "a")
    with pytest.raises(PointsShort):
        services.give_by_hand(member_id=account.member_id, points=-11, note="误发", key="f", by=CLERK)
    assert books(account.member_id) == (10, 10, 10, 0)
    assert not AuditEntry.objects.exists()


def test_a_standing_is_one_statement(account, django_assert_num_queries):
    earn(account, 10, "a")
    with django_assert_num_queries(1):
        standing = standing_of(account.member_id)
    assert (standing.balance, standing.points_per_yuan, standing.most_permille, standing.tier) == (
        10,
        100,
        500,
        0,
    )
