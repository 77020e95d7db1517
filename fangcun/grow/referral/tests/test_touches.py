"""Who invited whom: the first valid touch, once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connections
from django.utils import timezone

from fangcun.grow.referral.errors import CodeUnknown
from fangcun.grow.referral.models import Invitation, SettlesOn, Touch
from fangcun.grow.referral.services import code_of, invite_link, note_paid_order, save_rules, touch
from fangcun.grow.referral.tests.conftest import Inviter, newcomer, paid_order
from fangcun.identity.members.models import Member
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")


def come(member: Member, inviter: Inviter, program, **more):
    return touch(member_id=member.pk, code=inviter.code, program_id=program.pk, **more)


def long_ago(days: float) -> None:
    Touch.objects.update(at=timezone.now() - dt.timedelta(days=days))


def test_everybody_has_one_code_and_one_link(program, inviter):
    assert code_of(inviter.member.pk) == inviter.code
    link = invite_link(member_id=inviter.member.pk, program_id=program.pk)
    assert link.path == f"/pages-grow/invite/invite?code={inviter.code}"
    assert invite_link(member_id=inviter.member.pk, program_id=program.pk) == link


def test_the_first_touch_before_the_first_order_settles(program, rules, inviter):
    second, member = Inviter("小李"), newcomer()
    assert come(member, inviter, program, device="d1").counted
    assert come(member, second, program).counted
    assert Invitation.objects.count() == 0
    order = paid_order(member, program)
    note_paid_order(order_id=order.pk)
    invitation = Invitation.objects.get()
    assert (invitation.inviter, invitation.invitee, invitation.status, invitation.order_number) == (
        inviter.member,
        member,
        "rewarded",
        order.number,
    )
    assert (invitation.inviter_points, invitation.invitee_points, invitation.invitee_template_id) == (
        100,
        50,
        7,
    )


def test_a_touch_that_is_too_old_leaves_it_to_the_next(program, rules, inviter):
    second, member = Inviter("小李"), newcomer()
    come(member, inviter, program)
    long_ago(rules.touch_days + 0.1)
    come(member, second, program)
    note_paid_order(order_id=paid_order(member, program).pk)
    assert Invitation.objects.get().inviter == second.member


def test_touches_that_are_all_too_old_settle_nothing(program, rules, inviter):
    member = newcomer()
    come(member, inviter, program)
    long_ago(rules.touch_days + 0.1)
    note_paid_order(order_id=paid_order(member, program).pk)
    assert Invitation.objects.count() == 0


def test_a_touch_after_the_order_was_placed_is_too_late(program, rules, inviter):
    member = newcomer()
    order = paid_order(member, program, paid_at=None)
    assert come(member, inviter, program).counted
    order.paid_at = timezone.now()
    order.save()
    note_paid_order(order_id=order.pk)
    assert Invitation.objects.count() == 0


def test_nobody_invites_himself(program, rules, inviter):
    assert come(inviter.member, inviter, program).reason == "self"
    assert Touch.objects.count() == 0


def test_who_has_bought_before_is_nobodys_newcomer(program, rules, inviter):
    member = newcomer()
    paid_order(member, program)
    assert come(member, inviter, program).reason == "not_new"
    assert Touch.objects.count() == 0


def test_a_code_that_nobody_has_is_unknown(program, rules):
    with pytest.raises(CodeUnknown):
        touch(member_id=newcomer().pk, code="NOBODY22", program_id=program.pk)


def test_a_code_is_read_in_small_letters_too(program, rules, inviter):
    assert touch(member_id=newcomer().pk, code=inviter.code.lower(), program_id=program.pk).counted


def test_without_rules_a_touch_counts_nothing(program, inviter):
    assert come(newcomer(), inviter, program).reason == "off"
    assert Touch.objects.count() == 0


def test_a_touch_told_again_is_one_touch(program, rules, inviter):
    member = newcomer()
    come(member, inviter, program)
    come(member, inviter, program, device="d1")
    assert list(Touch.objects.values_list("device", flat=True)) == ["d1"]


def test_where_the_login_settles_the_first_touch_after_it_does(program, rules, inviter):
    rules.settles_on = SettlesOn.LOGIN
    save_rules(rules, by=SYSTEM)
    second, member, old = Inviter("小李"), newcomer(), newcomer()
    Member.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(hours=2))
    assert come(member, inviter, program).counted
    assert come(member, second, program).reason == "settled"
    assert come(member, inviter, program).counted
    assert come(old, inviter, program).reason == "not_new"
    invitation = Invitation.objects.get()
    assert (invitation.inviter, invitation.status) == (inviter.member, "waiting")
    note_paid_order(order_id=paid_order(member, program).pk)
    invitation.refresh_from_db()
    assert invitation.status == "rewarded"


@pytest.mark.race
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_of_many_inviters_at_once_exactly_one_is_the_inviter(program, rules):
    rules.settles_on = SettlesOn.LOGIN
    save_rules(rules, by=SYSTEM)
    inviters, member = [Inviter(f"邀{n}") for n in range(6)], newcomer()
    start, answers = threading.Barrier(6), []

    def run(inviter: Inviter) -> None:
        start.wait()
        try:
            answers.append(come(member, inviter, program).counted)
        finally:
            connections.close_all()

    crew = [threading.Thread(target=run, args=[inviter]) for inviter in inviters]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert sorted(answers) == [False] * 5 + [True]
    assert Invitation.objects.count() == 1
