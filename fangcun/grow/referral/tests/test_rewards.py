"""Rewards: once for the first paid order, held when it looks wrong, taken back with the order."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connections
from django.utils import timezone

from fangcun.grow.referral.errors import NotHeld
from fangcun.grow.referral.models import Invitation, Touch
from fangcun.grow.referral.queries import invited_by, totals_of
from fangcun.grow.referral.services import (
    approve,
    note_paid_order,
    note_refund,
    reassign,
    reject,
    reverse,
    save_rules,
    touch,
)
from fangcun.grow.referral.tests.conftest import PLACE, Inviter, newcomer, paid_order
from fangcun.insight.tracking.models import Device, Identity
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry, Job
from fangcun.shop.orders.states import OrderStatus

pytestmark = pytest.mark.django_db(databases="__all__")
HOST = Actor.staff(1, "阿方")


def news() -> list[str]:
    """What became known in order, as the rows that deliver it say."""
    return [job.kwargs["name"] for job in Job.objects.filter(task__endswith="record_fact").order_by("id")]


def invited(inviter: Inviter, program, *, device: str = "", **order):
    member = newcomer()
    touch(member_id=member.pk, code=inviter.code, program_id=program.pk, device=device)
    placed = paid_order(member, program, **order)
    note_paid_order(order_id=placed.pk)
    return member, placed


def status() -> str:
    return Invitation.objects.get().status


def test_a_first_order_told_twice_is_rewarded_once(program, rules, inviter):
    _member, order = invited(inviter, program)
    note_paid_order(order_id=order.pk)
    assert (status(), news()) == ("rewarded", ["invitation_accepted", "invitation_rewarded"])


def test_a_group_that_never_formed_leaves_the_first_order_to_the_next(program, rules, inviter):
    member, order = invited(inviter, program, held_for="group")
    order.status = OrderStatus.CANCELLED
    order.save()
    again = touch(member_id=member.pk, code=inviter.code, program_id=program.pk)
    bought = paid_order(member, program)
    note_paid_order(order_id=bought.pk)
    assert (again.counted, Invitation.objects.get().order_number) == (True, bought.number)
    assert news() == ["invitation_accepted", "invitation_rewarded"]


def test_a_later_order_changes_nothing(program, rules, inviter):
    member, order = invited(inviter, program)
    note_paid_order(order_id=paid_order(member, program).pk)
    assert Invitation.objects.get().order_number == order.number
    assert news() == ["invitation_accepted", "invitation_rewarded"]


@pytest.mark.parametrize(
    "facts",
    [{"paid_at": None}, {"held_for": "group"}, {"status": OrderStatus.CANCELLED}, {"refunded_amount": 5000}],
)
def test_an_order_that_is_not_surely_bought_settles_nothing(program, rules, inviter, facts):
    invited(inviter, program, **facts)
    assert Invitation.objects.count() == 0


def test_below_the_least_amount_nothing_is_given(program, rules, inviter):
    rules.least_paid_amount = 5001
    save_rules(rules, by=SYSTEM)
    invited(inviter, program)
    assert (status(), "invitation_rewarded" in news()) == ("rejected", False)


def test_what_was_given_is_taken_back_once(program, rules, inviter):
    _member, order = invited(inviter, program)
    assert reverse(order_number=order.number, reason="退款")
    assert not reverse(order_number=order.number, reason="退款")
    assert status() == "reversed"
    assert totals_of(inviter.member.pk, days=15).points == 0


def test_a_part_that_goes_back_undoes_only_below_the_least_amount(program, rules, inviter):
    rules.least_paid_amount = 3000
    save_rules(rules, by=SYSTEM)
    _member, order = invited(inviter, program)
    order.refunded_amount = 2000
    order.save()
    assert not note_refund(order_id=order.pk, full=False)
    assert status() == "rewarded"
    order.refunded_amount = 2001
    order.save()
    assert note_refund(order_id=order.pk, full=False)
    assert not note_refund(order_id=order.pk, full=True)
    assert status() == "reversed"


def test_over_the_limit_the_inviter_gets_nothing_and_the_invitee_does(program, rules, inviter):
    rules.limit_count = 1
    save_rules(rules, by=SYSTEM)
    invited(inviter, program)
    invited(inviter, program)
    assert list(Invitation.objects.order_by("id").values_list("status", "capped")) == [
        ("rewarded", False),
        ("rewarded", True),
    ]
    Invitation.objects.update(ended_at=timezone.now() - dt.timedelta(days=31))
    invited(inviter, program)
    assert Invitation.objects.latest("id").capped is False


def signs() -> list[str]:
    invitation = Invitation.objects.get()
    assert invitation.status == "held"
    assert "invitation_rewarded" not in news()
    return [sign["sign"] for sign in invitation.signs]


def test_the_inviters_own_phone_is_seen(program, rules, inviter):
    now = timezone.now()
    device = Device.objects.create(key="d1", first_seen_at=now, seen_at=now)
    Identity.objects.create(device=device, member_id=inviter.member.pk)
    invited(inviter, program, device="d1")
    assert signs() == ["same_device"]


def test_the_inviters_own_number_and_address_are_seen(program, rules, inviter):
    paid_order(inviter.member, program, address=PLACE)
    invited(
        inviter,
        program,
        address={**PLACE, "name": "王二", "phone": "+86 138 0000 0001", "detail": "文三路1号"},
    )
    assert signs() == ["same_phone", "same_address"]


def test_parcels_of_several_invitees_to_one_place_are_seen(program, rules, inviter):
    for _ in range(2):
        invited(inviter, program, address=PLACE)
    assert set(Invitation.objects.values_list("status", flat=True)) == {"rewarded"}
    invited(inviter, program, address=PLACE)
    last = Invitation.objects.latest("id")
    assert (last.status, [sign["sign"] for sign in last.signs]) == ("held", ["shared_parcels"])


def test_many_within_an_hour_are_seen(program, rules, inviter):
    rules.burst_count = 3
    save_rules(rules, by=SYSTEM)
    members = [newcomer() for _ in range(3)]
    for member in members:
        touch(member_id=member.pk, code=inviter.code, program_id=program.pk)
    note_paid_order(order_id=paid_order(members[0], program).pk)
    assert signs() == ["burst"]


def held(inviter, program) -> Invitation:
    paid_order(inviter.member, program, address=PLACE)
    invited(inviter, program, address=PLACE)
    return Invitation.objects.get()


def test_a_person_approves_once(program, rules, inviter):
    invitation = held(inviter, program)
    approve(invitation=invitation, by=HOST, note="是邻居")
    with pytest.raises(NotHeld):
        approve(invitation=Invitation.objects.get(), by=HOST)
    assert (status(), news().count("invitation_rewarded")) == ("rewarded", 1)
    assert AuditEntry.objects.get(action="referral.approve").note == "是邻居"


def test_a_person_rejects_for_good(program, rules, inviter):
    reject(invitation=held(inviter, program), by=HOST, note="同一个人")
    with pytest.raises(NotHeld):
        approve(invitation=Invitation.objects.get(), by=HOST)
    assert (status(), "invitation_rewarded" in news()) == ("rejected", False)


def test_an_order_given_back_while_it_is_held_ends_it(program, rules, inviter):
    invitation = held(inviter, program)
    assert reverse(order_number=invitation.order_number, reason="退款")
    assert status() == "reversed"


def test_inviter_and_invitee_who_are_one_person_invited_nobody(program, rules, inviter):
    member, _order = invited(inviter, program)
    reassign(kept_id=inviter.member.pk, gone_id=member.pk)
    reassign(kept_id=inviter.member.pk, gone_id=member.pk)
    invitation = Invitation.objects.get()
    assert (invitation.status, invitation.superseded, Touch.objects.count()) == ("reversed", True, 0)
    assert invited_by(inviter.member.pk, days=15) == []


def test_an_invitee_who_was_two_keeps_the_earlier_invitation(program, rules, inviter):
    other = Inviter("小李")
    first, _order = invited(inviter, program)
    second, _order = invited(other, program)
    reassign(kept_id=second.pk, gone_id=first.pk)
    assert list(Invitation.objects.order_by("id").values_list("invitee", "status", "superseded")) == [
        (second.pk, "rewarded", False),
        (second.pk, "reversed", True),
    ]


def test_an_inviter_who_was_two_has_both_codes(program, rules, inviter):
    other = Inviter("小李")
    invited(inviter, program)
    invited(other, program)
    reassign(kept_id=other.member.pk, gone_id=inviter.member.pk)
    assert totals_of(other.member.pk, days=15).rewarded == 2
    assert touch(member_id=newcomer().pk, code=inviter.code, program_id=program.pk).inviter == other.member


@pytest.mark.race
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_first_order_told_by_many_at_once_is_rewarded_once(program, rules, inviter):
    member = newcomer()
    touch(member_id=member.pk, code=inviter.code, program_id=program.pk)
    order = paid_order(member, program)
    start = threading.Barrier(6)

    def run() -> None:
        start.wait()
        try:
            note_paid_order(order_id=order.pk)
        finally:
            connections.close_all()

    crew = [threading.Thread(target=run) for _ in range(6)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert (status(), news().count("invitation_rewarded")) == ("rewarded", 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_of_two_at_once_only_one_takes_the_last_place_under_the_limit(program, rules, inviter):
    rules.limit_count = 1
    save_rules(rules, by=SYSTEM)
    orders = []
    for _ in range(4):
        member = newcomer()
        touch(member_id=member.pk, code=inviter.code, program_id=program.pk)
        orders.append(paid_order(member, program))
    start = threading.Barrier(len(orders))

    def run(order) -> None:
        start.wait()
        try:
            note_paid_order(order_id=order.pk)
        finally:
            connections.close_all()

    crew = [threading.Thread(target=run, args=[order]) for order in orders]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert sorted(Invitation.objects.values_list("status", "capped")) == [
        ("rewarded", False),
        ("rewarded", True),
        ("rewarded", True),
        ("rewarded", True),
    ]
