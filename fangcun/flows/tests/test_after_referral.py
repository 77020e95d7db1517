"""A friend is invited, buys, and gives it back: over HTTP, with the box's WeChat."""

from __future__ import annotations

import io
import uuid

import pytest
from PIL import Image

from fangcun.grow.links.models import Opening
from fangcun.grow.loyalty.queries import standing_of
from fangcun.grow.referral.models import Invitation, ReferralRules
from fangcun.grow.referral.services import save_rules
from fangcun.identity.members.models import Member
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.shop.offers.models import Coupon, CouponTemplate
from fangcun.shop.offers.services import save_template
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import cancel_order

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def rules(shop):
    coupon = save_template(
        CouponTemplate(
            title="满 10 减 3",
            kind="amount",
            value_amount=300,
            threshold_amount=1000,
            valid_days=7,
            way="staff",
        ),
        by=SYSTEM,
    )
    return save_rules(
        ReferralRules(is_active=True, inviter_points=100, invitee_points=50, invitee_template_id=coupon.pk),
        by=SYSTEM,
    )


@pytest.fixture
def pair(rules, phone):
    """An inviter, and a friend who came by his link."""
    inviter, friend = phone(uuid.uuid4().hex), phone(uuid.uuid4().hex)
    inviter.http.patch("/me", json={"nickname": "小方"})
    mine = inviter.get("/referral")
    opened = friend.get(f"/links/{mine['link']}", visit="v1")
    assert opened["path"] == mine["path"]
    assert friend.post("/referral/touch", {"code": opened["query"]["code"]})["counted"]
    return inviter, friend


def points(phone) -> int:
    return int(phone.get("/loyalty")["balance"])


def test_both_are_rewarded_after_the_first_order_and_not_after_the_second(shop, pair, until, drain):
    inviter, friend = pair
    assert [one["status"] for one in inviter.get("/referral")["invitees"]] == ["touched"]
    for _ in range(2):
        number = friend.buy(shop.sku.pk).json()["number"]
        friend.cashier(number)
        until(lambda number=number: friend.order(number)["status"] == "paid")
        drain()
    assert (points(inviter), points(friend)) == (100, 50)
    mine = inviter.get("/referral")
    assert ([one["status"] for one in mine["invitees"]], mine["totals"]["points"]) == (["rewarded"], 100)
    assert Coupon.objects.get().status == "used"  # for the second order, which proposed it
    board = inviter.get("/referral/leaderboard")
    assert [(one["rank"], one["count"], one["mine"]) for one in board["items"]] == [(1, 1, True)]
    assert Opening.objects.get().member_id == Invitation.objects.get().invitee_id


def test_what_was_given_goes_back_with_the_order(shop, pair, until, drain):
    inviter, friend = pair
    number = friend.buy(shop.sku.pk).json()["number"]
    friend.cashier(number)
    until(lambda: friend.order(number)["status"] == "paid")
    drain()
    assert points(inviter) == 100
    cancel_order(Order.objects.get(number=number), by=Actor.staff(1, "阿方"), reason="缺货")
    drain()
    assert (points(inviter), points(friend)) == (0, 0)
    assert (Coupon.objects.get().status, Invitation.objects.get().status) == ("withdrawn", "reversed")
    assert [one["status"] for one in inviter.get("/referral")["invitees"]] == ["reversed"]


def test_a_poster_is_a_picture_with_a_code(pair):
    inviter, _friend = pair
    answer = inviter.http.get("/referral/poster")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == (750, 1040)


def test_what_is_promised_is_told_in_sentences(pair):
    inviter, friend = pair
    mine = inviter.get("/referral")
    assert mine["rewards"]["invitee"] == {"points": 50, "coupon": "满 10 减 3", "text": "50 积分和满 10 减 3"}
    assert any("你得 100 积分，好友得 50 积分和满 10 减 3" in rule for rule in mine["rules"])
    own = inviter.post("/referral/touch", {"code": mine["code"]})
    assert (own["counted"], own["reason"]) == (False, "self")
    answer = friend.send("POST", "/referral/touch", {"code": "NOBODY22"})
    assert (answer.status_code, answer.json()["code"]) == (404, "invite_code_unknown")
    assert standing_of(Member.objects.earliest("id").pk).balance == 0
