"""Whom one invited, and who invited most."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.referral.models import Invitation
from fangcun.grow.referral.queries import invited_by, leaderboard, totals_of
from fangcun.grow.referral.services import touch
from fangcun.grow.referral.tests.conftest import Inviter, newcomer
from fangcun.grow.referral.tests.test_rewards import invited

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_months_list_ranks_by_rewarded_invitations(program, rules, inviter):
    other, third = Inviter("小李"), Inviter("小赵")
    for _ in range(2):
        invited(other, program)
    invited(inviter, program)
    board = leaderboard(member_id=inviter.member.pk)
    assert [(one.rank, one.member, one.count) for one in board.leaders] == [
        (1, other.member, 2),
        (2, inviter.member, 1),
    ]
    assert board.mine == board.leaders[1]
    assert leaderboard(member_id=third.member.pk).mine is None
    Invitation.objects.update(ended_at=timezone.now() - dt.timedelta(days=40))
    assert leaderboard().leaders == ()


def test_whom_one_invited_and_how_it_stands(program, rules, inviter):
    invited(inviter, program)
    waiting = newcomer("小赵")
    touch(member_id=waiting.pk, code=inviter.code, program_id=program.pk)
    assert [
        (one.member.nickname, one.status, one.points) for one in invited_by(inviter.member.pk, days=15)
    ] == [
        ("小赵", "touched", 0),
        ("小圆", "rewarded", 100),
    ]
    totals = totals_of(inviter.member.pk, days=15)
    assert (totals.invited, totals.waiting, totals.rewarded, totals.points) == (2, 1, 1, 100)
