"""The sample's club is there once, however often it is loaded, and gives way to what the shop made."""

from __future__ import annotations

import pytest

from fangcun.doors.cli.sample.club import load_club
from fangcun.doors.cli.sample.loyalty import load_loyalty
from fangcun.grow.links.models import Channel, Link
from fangcun.grow.loyalty.models import Activity, Rules, Tier
from fangcun.grow.loyalty.queries import activities_for
from fangcun.grow.loyalty.services import TierSpec, save_rules, save_tiers
from fangcun.grow.referral.rules import rules_now
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM


@pytest.fixture
def program(db) -> Program:
    return Program.objects.create(appid="wx0000000000000001", name="青禾鲜")


def test_the_club_is_loaded_once(program):
    for _ in range(2):
        load_loyalty()
        load_club()
    assert Rules.objects.count() == 1
    assert Tier.objects.count() == 3
    member = Member.objects.create(nickname="小方")
    assert [seen.can_sign_up for seen in activities_for(member.pk)] == [True]
    assert list(Link.objects.values_list("page", "channel__code", "program")) == [
        ("pages-grow/groups/groups", "store-cuihu", program.pk)
    ]
    assert (rules_now().is_active, rules_now().inviter_points) == (True, 200)


def test_what_the_shop_made_stays(program):
    save_tiers([TierSpec(name="老友", growth_from=10)], by=SYSTEM)
    save_rules(check_in_days=[1], by=SYSTEM)
    load_loyalty()
    load_club()
    assert list(Tier.objects.values_list("name", flat=True)) == ["老友"]
    assert Rules.current().check_in_days == [1]


def test_without_a_program_there_is_no_channel(db):
    load_club()
    assert Channel.objects.count() == 0
    assert Activity.objects.count() == 0
