"""Activities: a place for each who signs up in time, and not one more than there are."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.errors import (
    ActivityFull,
    ActivityInvalid,
    ActivityNotFound,
    CodeUnknown,
    NotSignedUp,
    SignUpClosed,
    SignUpFinal,
    TierTooLow,
)
from fangcun.grow.loyalty.models import Activity, SignUp
from fangcun.grow.loyalty.queries import activities_for, activity_for
from fangcun.grow.loyalty.reminding import remind_signed_up
from fangcun.grow.loyalty.services import TierSpec
from fangcun.grow.messaging.models import Message
from fangcun.kernel.actors import SYSTEM, Actor

pytestmark = pytest.mark.django_db(databases="__all__")
CLERK = Actor.staff(7, "店员")


def soon(hours: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=hours)


@pytest.fixture
def tasting(db) -> Activity:
    """Two places, sign-up open, begins in two days."""
    activity = Activity(
        title="新米品鉴会", place="翠湖店", starts_at=soon(48), ends_at=soon(50), sign_up_from=soon(-1),
        sign_up_until=soon(47), places=2,
    )  # fmt: skip
    return services.publish_activity(services.save_activity(activity, by=CLERK), by=CLERK)


def sign_up(account, activity: Activity) -> SignUp:
    return services.sign_up(
        member_id=account.member_id, program_id=account.program_id, activity_id=activity.pk
    )


def cancel(account, activity: Activity) -> SignUp:
    return services.cancel_sign_up(member_id=account.member_id, activity_id=activity.pk)


def taken(activity: Activity) -> int:
    return Activity.objects.get(pk=activity.pk).taken


def test_two_places_are_two_members(customer, tasting):
    first, second, third = customer(), customer(), customer()
    sign_up(first, tasting)
    sign_up(first, tasting)
    sign_up(second, tasting)
    with pytest.raises(ActivityFull):
        sign_up(third, tasting)
    assert (taken(tasting), SignUp.objects.count()) == (2, 2)
    cancel(first, tasting)
    with pytest.raises(NotSignedUp):
        cancel(first, tasting)
    sign_up(third, tasting)
    assert taken(tasting) == 2
    cancel(second, tasting)
    again = sign_up(first, tasting)
    assert (again.status, taken(tasting), SignUp.objects.count()) == ("signed", 2, 3)


@pytest.mark.parametrize("window", [{"sign_up_from": 1}, {"sign_up_until": -0.1}])
def test_outside_the_window_nobody_signs_up(account, tasting, window):
    Activity.objects.update(**{name: soon(hours) for name, hours in window.items()})
    with pytest.raises(SignUpClosed):
        sign_up(account, tasting)
    assert not SignUp.objects.exists()


def test_a_draft_is_nowhere_and_one_that_was_called_off_takes_nobody(account, tasting, customer):
    had_a_place = customer()
    sign_up(had_a_place, tasting)
    services.call_off_activity(tasting, by=CLERK)
    with pytest.raises(SignUpClosed):
        sign_up(account, tasting)
    Activity.objects.update(status="draft")
    with pytest.raises(ActivityNotFound):
        sign_up(account, tasting)
    with pytest.raises(ActivityNotFound):
        activity_for(account.member_id, tasting.pk)
    assert activities_for(account.member_id) == []


def test_who_had_a_place_is_told_that_it_is_off(account, tasting, drain):
    sign_up(account, tasting)
    services.call_off_activity(tasting, by=CLERK)
    drain()
    assert Message.objects.get().title == "活动已取消"


def test_a_tier_may_be_needed(account, tasting):
    silver, _gold = services.save_tiers([TierSpec("银卡", 100), TierSpec("金卡", 500)], by=SYSTEM)
    Activity.objects.update(min_tier=silver)
    with pytest.raises(TierTooLow) as refused:
        sign_up(account, tasting)
    assert str(refused.value) == "银卡及以上会员才能报名"
    assert activity_for(account.member_id, tasting.pk).reason == "银卡及以上会员才能报名"
    services.earn(member_id=account.member_id, growth=600, reason="automation", key="a")
    assert sign_up(account, tasting).status == "signed"


def test_once_it_began_places_are_final(account, tasting):
    sign_up(account, tasting)
    Activity.objects.update(starts_at=soon(-1))
    with pytest.raises(SignUpFinal):
        cancel(account, tasting)
    assert taken(tasting) == 1


def test_a_code_opens_the_door_once_noted(account, tasting):
    code = sign_up(account, tasting).code
    assert services.attend(activity=tasting, code=f" {code.lower()} ", by=CLERK).status == "attended"
    first = SignUp.objects.get().attended_at
    services.attend(activity=tasting, code=code, by=CLERK)
    assert SignUp.objects.get().attended_at == first
    for wrong in ("", "XXXXXX", "\0"):
        with pytest.raises(CodeUnknown):
            services.attend(activity=tasting, code=wrong, by=CLERK)


def test_a_cancelled_place_opens_no_door(account, tasting):
    code = sign_up(account, tasting).code
    cancel(account, tasting)
    with pytest.raises(CodeUnknown):
        services.attend(activity=tasting, code=code, by=CLERK)


def test_those_who_come_are_reminded_once_a_day_before(customer, tasting):
    comes, stays = customer(), customer()
    sign_up(comes, tasting)
    sign_up(stays, tasting)
    cancel(stays, tasting)
    assert remind_signed_up() == 0
    assert remind_signed_up(now=soon(25)) == 1
    assert remind_signed_up(now=soon(25)) == 0
    message = Message.objects.get()
    assert (message.member_id, message.title) == (comes.member_id, "活动即将开始")
    assert message.link == f"/pages-grow/activity/activity?id={tasting.pk}"


def test_there_are_never_fewer_places_than_are_taken(customer, tasting):
    sign_up(customer(), tasting)
    sign_up(customer(), tasting)
    tasting.refresh_from_db()
    tasting.places = 1
    with pytest.raises(ActivityInvalid) as refused:
        services.save_activity(tasting, by=CLERK)
    assert list(refused.value.details["fields"]) == ["places"]
    assert Activity.objects.get().places == 2


def test_changing_an_activity_keeps_the_places_that_were_taken_meanwhile(account, tasting):
    stale = Activity.objects.get()
    sign_up(account, tasting)
    stale.title = "新米品鉴会（改期）"
    services.save_activity(stale, by=CLERK)
    assert (Activity.objects.get().title, taken(tasting)) == ("新米品鉴会（改期）", 1)


def test_the_list_costs_the_same_however_long_it_is(account, tasting, django_assert_num_queries):
    for number in range(5):
        tasting.pk, tasting.title = None, f"活动 {number}"
        tasting.save(force_insert=True)
    with django_assert_num_queries(4):
        found = activities_for(account.member_id)
    assert [seen.state for seen in found] == ["open"] * 6
