"""Points, check-in, tiers and activities as a phone sees them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone

from fangcun.gateways.wechat.answers import Session
from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.models import Activity, Card, CheckIn, Lot, PointsEntry
from fangcun.grow.loyalty.services import TierSpec
from fangcun.identity.members.services import admit
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")


class Customer:
    """Somebody's phone."""

    def __init__(self, client, program: Program, openid: str) -> None:
        self.client = client
        self.login = admit(program=program, session=Session(openid, None, "k"), ip=None)
        self.id = self.login.member.pk
        self.headers = {"X-Program": program.appid, "Authorization": f"Bearer {self.login.token}"}

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers=self.headers,
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    def earn(self, points: int = 0, growth: int = 0, key: str = "a") -> None:
        services.earn(
            member_id=self.id, points=points, growth=growth, reason="review", key=f"{self.id}:{key}",
            program_id=self.login.account.program_id,
        )  # fmt: skip


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid="wx1", name="青禾鲜")


@pytest.fixture
def customer(client, program) -> Customer:
    return Customer(client, program, "o1")


@pytest.fixture
def other(client, program) -> Customer:
    return Customer(client, program, "o2")


@pytest.fixture
def activity(db) -> Activity:
    now = timezone.now()
    hour = dt.timedelta(hours=1)
    made = Activity(
        title="新米品鉴会", place="翠湖店", details="带上好胃口", starts_at=now + 48 * hour, ends_at=now + 50 * hour,
        sign_up_from=now - hour, sign_up_until=now + 47 * hour, places=1,
    )  # fmt: skip
    return services.publish_activity(services.save_activity(made, by=SYSTEM), by=SYSTEM)


DOORS = [
    ("GET", "/loyalty"), ("GET", "/loyalty/entries"), ("GET", "/loyalty/calendar"), ("POST", "/loyalty/check-in"),
    ("POST", "/loyalty/make-up"), ("PUT", "/loyalty/birthday"), ("GET", "/activities"), ("GET", "/activities/1"),
    ("POST", "/activities/1/sign-up"), ("DELETE", "/activities/1/sign-up"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_without_a_login_nothing_opens(client, program, method, path):
    answer = client.generic(method, f"/api/v1{path}", headers={"X-Program": program.appid})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in")


def test_a_new_member_has_nothing_yet_and_sees_what_there_is_to_reach(customer):
    services.save_tiers([TierSpec("银卡", 100, permille=980)], by=SYSTEM)
    found = customer("GET", "/loyalty")
    assert (found["balance"], found["growth"], found["tier"], found["streak"]) == (0, 0, None, 0)
    assert found["next_tier"] == {
        "rank": 1, "name": "银卡", "growth_from": 100, "missing": 100,
        "privileges": [{"kind": "discount", "title": "会员折扣", "text": "商品享 9.8 折"}],
    }  # fmt: skip
    assert (found["checked_in_today"], found["today_points"], found["birthday"]) == (False, 5, None)
    assert not Card.objects.exists()


def test_points_and_their_ledger(customer, other):
    customer.earn(250, 30)
    other.earn(7)
    found = customer("GET", "/loyalty")
    assert (found["balance"], found["worth_amount"], found["growth"]) == (250, 250, 30)
    assert found["expiring_soon"] is None
    (line,) = customer("GET", "/loyalty/entries")["items"]
    assert (line["points"], line["reason"], line["title"], line["balance_after"]) == (
        250,
        "review",
        "评价",
        250,
    )
    assert line["order_number"] is None


def test_what_expires_within_a_month_is_announced(customer):
    customer.earn(40, key="a")
    customer.earn(60, key="b")
    at = timezone.now() + dt.timedelta(days=3)
    Lot.objects.filter(points=40).update(expires_at=at)
    assert customer("GET", "/loyalty")["expiring_soon"]["points"] == 40


def test_the_ledger_goes_on_where_a_page_ended(customer):
    for number in range(5):
        customer.earn(number + 1, key=str(number))
    first = customer("GET", "/loyalty/entries?limit=3")
    rest = customer("GET", f"/loyalty/entries?limit=3&cursor={first['next_cursor']}")
    assert [line["points"] for line in first["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert rest["next_cursor"] is None


def test_checking_in_twice_counts_once(customer):
    first = customer("POST", "/loyalty/check-in")
    again = customer("POST", "/loyalty/check-in")
    assert (first["is_new"], first["points"], first["streak"], first["balance"]) == (True, 5, 1, 5)
    assert (again["is_new"], again["points"], again["streak"], again["balance"]) == (False, 0, 1, 5)
    assert customer("GET", "/loyalty")["checked_in_today"] is True
    month = customer("GET", "/loyalty/calendar")
    today = next(day for day in month["days"] if day["date"] == month["today"])
    assert (today["state"], today["points"], month["streak"]) == ("checked", 5, 1)
    assert month["milestones"] == [{"days": 7, "points": 20}, {"days": 30, "points": 100}]


def test_a_missed_day_is_made_up_with_a_card(customer, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC), tick=False)
    customer("POST", "/loyalty/check-in")
    refused = customer("POST", "/loyalty/make-up", {"date": "2026-11-25"}, 409)
    assert (refused["code"], refused["message"]) == ("no_make_up_card", "没有可用的补签卡")
    Card.objects.update(make_up_cards=1)
    assert customer("POST", "/loyalty/make-up", {"date": "2026-11-25"})["streak"] == 1
    assert customer("GET", "/loyalty")["streak"] == 2
    assert customer("POST", "/loyalty/make-up", {"date": "2026-11-25"}, 409)["code"] == "day_not_missed"
    assert CheckIn.objects.count() == 2


@pytest.mark.parametrize("month", ["2026-13", "x", "1999-01", "2026-1"])
def test_an_odd_month_is_refused(customer, month):
    assert customer("GET", f"/loyalty/calendar?month={month}", status=422)["code"] == "malformed"


def test_a_birthday_is_given_once(customer):
    assert customer("PUT", "/loyalty/birthday", {"month": 2, "day": 30}, 400)["code"] == "birthday_invalid"
    assert customer("PUT", "/loyalty/birthday", {"month": 2, "day": 29})["month"] == 2
    refused = customer("PUT", "/loyalty/birthday", {"month": 3, "day": 1}, 409)
    assert (refused["code"], refused["message"]) == ("birthday_fixed", "生日一年只能修改一次")
    assert customer("GET", "/loyalty")["birthday"]["day"] == 29


def test_the_only_place_goes_to_who_comes_first_and_back_to_the_others(customer, other, activity):
    path = f"/activities/{activity.pk}"
    assert customer("GET", path)["can_sign_up"] is True
    mine = customer("POST", f"{path}/sign-up")
    assert (mine["mine"], mine["places_left"], mine["can_cancel"], len(mine["code"])) == (
        "signed",
        0,
        True,
        6,
    )
    assert customer("POST", f"{path}/sign-up")["code"] == mine["code"]
    assert other("POST", f"{path}/sign-up", status=409)["code"] == "activity_full"
    seen = other("GET", "/activities")["items"][0]
    assert (seen["state"], seen["mine"], seen["code"], seen["can_sign_up"]) == ("full", None, None, False)
    assert other("DELETE", f"{path}/sign-up", status=409)["code"] == "not_signed_up"
    gone = customer("DELETE", f"{path}/sign-up")
    assert (gone["mine"], gone["places_left"], gone["code"]) == ("cancelled", 1, None)
    assert other("POST", f"{path}/sign-up")["mine"] == "signed"
    assert other("GET", "/activities/999", status=404)["code"] == "activity_not_found"


@pytest.mark.parametrize(
    ("path", "budget"),
    [("/loyalty", 6), ("/loyalty/entries", 2), ("/loyalty/calendar", 4), ("/activities", 5)],
)
def test_doors_ask_a_constant_number_of_times(
    customer, activity, django_assert_max_num_queries, path, budget
):
    services.save_tiers([TierSpec("银卡", 1), TierSpec("金卡", 100)], by=SYSTEM)
    for number in range(5):
        customer.earn(5, 5, key=str(number))
    with django_assert_max_num_queries(budget):
        customer("GET", path)
    assert PointsEntry.objects.count() == 5
