"""Loyalty in the console: every change through a verb, tiers tried out first, lists of who comes."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.models import Activity, Card, MemberPrice, PointsEntry, Rules, SignUp, Tier
from fangcun.grow.loyalty.services import TierSpec
from fangcun.identity.members.models import Account, Member
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")

PLACES = {
    "rules": [], "tiers": [], "prices": ["tier"], "give": ["member"], "sign_ups": ["activity"],
}  # fmt: skip


@pytest.fixture
def member(account: Account) -> Member:
    return account.member


@pytest.fixture
def tiers(db) -> list[Tier]:
    return services.save_tiers([TierSpec("银卡", 100), TierSpec("金卡", 500, permille=950)], by=SYSTEM)


@pytest.fixture
def activity(db) -> Activity:
    now, hour = timezone.now(), dt.timedelta(hours=1)
    made = Activity(
        title="品鉴会", place="店里", starts_at=now + 2 * hour, ends_at=now + 3 * hour, sign_up_from=now - hour,
        sign_up_until=now + hour, places=40,
    )  # fmt: skip
    return services.publish_activity(services.save_activity(made, by=SYSTEM), by=SYSTEM)


def grown(number: int, growth: int) -> None:
    member = Member.objects.create(nickname=f"会员{number}")
    services.earn(member_id=member.pk, growth=growth, reason="automation", key=f"g:{number}")


def rows(*tiers: dict[str, object], initial: int = 0) -> dict[str, object]:
    """A filled form of tiers."""
    body: dict[str, object] = {
        "tier-TOTAL_FORMS": len(tiers), "tier-INITIAL_FORMS": initial, "window_days": 365,
        "protection_days": 90, "one_step_down": "on",
    }  # fmt: skip
    for number, tier in enumerate(tiers):
        body |= {f"tier-{number}-{name}": value for name, value in tier.items()}
    return body


def seen_in(html: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]*)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize("role", ["planner", "support", "analyst"])
def test_who_may_only_look_changes_nothing(enter, role, member, tiers, activity):
    browser = enter(role)
    keys = {"tier": tiers[0].pk, "member": member.pk, "activity": activity.pk}
    for name, needed in PLACES.items():
        path = reverse(f"admin:loyalty_{name}", args=[keys[one] for one in needed])
        assert browser.get(path).status_code == (403 if name == "give" else 200), name
        if name != "sign_ups":
            assert browser.post(path, rows()).status_code == 403, name
    assert browser.post(reverse("admin:loyalty_attend", args=[activity.pk]), {"code": "x"}).status_code == 403
    assert not AuditEntry.objects.filter(actor_kind="staff").exists()


def test_a_developer_sees_none_of_it(enter, tiers, activity):
    browser = enter("developer")
    for path in (
        reverse("admin:loyalty_rules"), reverse("admin:loyalty_tiers"),
        reverse("admin:loyalty_prices", args=[tiers[0].pk]), reverse("admin:loyalty_sign_ups", args=[activity.pk]),
        reverse("admin:loyalty_sign_ups_csv", args=[activity.pk]),
    ):  # fmt: skip
        assert browser.get(path).status_code == 403, path


def test_rules_are_saved_and_noted(enter, db):
    browser, path = enter("operator"), reverse("admin:loyalty_rules")
    assert "每实付 1 元得积分" in browser.get(path).content.decode()
    body = {
        "earn_per_yuan": 2, "growth_per_yuan": 1, "points_per_yuan": 50, "most_permille": 300, "valid_days": 0,
        "grace_days": 30, "check_in_days": "1，2，3", "check_in_milestones": "7:20，30：100",
        "check_in_growth": 1, "make_up_every": 7, "make_up_most": 3,
    }  # fmt: skip
    assert browser.post(path, body).status_code == 302
    rules = Rules.objects.get()
    assert (rules.earn_per_yuan, rules.valid_days, rules.check_in_days) == (2, 0, [1, 2, 3])
    assert rules.check_in_milestones == {"7": 20, "30": 100}
    assert AuditEntry.objects.get(action="loyalty.save_rules").actor_kind == "staff"
    refused = browser.post(path, {**body, "most_permille": 1000, "earn_per_yuan": 9})
    assert refused.status_code == 400
    assert "应在 0 到 900 之间" in refused.content.decode()
    assert browser.post(path, {**body, "check_in_days": "x"}).status_code == 400
    assert browser.post(path, {**body, "check_in_milestones": "7"}).status_code == 400
    assert Rules.objects.get().earn_per_yuan == 2


def test_tiers_are_tried_out_before_they_are_saved(enter, tiers):
    for number in range(10):
        grown(number, number * 100 + 50)
    browser, path = enter("operator"), reverse("admin:loyalty_tiers")
    first = {"id": tiers[0].pk, "name": "银卡", "growth_from": 40, "cut": "", "birthday_template_id": "",
             "early_hours": 0}  # fmt: skip
    second = {"id": tiers[1].pk, "name": "金卡", "growth_from": 700, "cut": "9.5", "free_freight": "on",
              "birthday_template_id": "", "early_hours": 2}  # fmt: skip
    body = rows(first, second, {"name": "", "growth_from": ""}, initial=2)
    unseen = browser.post(path, {**body, "do": "save"})
    html = unseen.content.decode()
    assert "2 名会员将降级，1 名升级。" in html
    assert "将降级的会员中有 2 名在保级期内" in html
    assert list(Tier.objects.values_list("growth_from", flat=True)) == [100, 500]
    changed = browser.post(path, {**body, "tier-1-growth_from": 600, "do": "save", "seen": seen_in(html)})
    assert changed.status_code == 200  # what was tried is not what would be saved
    assert list(Tier.objects.values_list("growth_from", flat=True)) == [100, 500]
    assert browser.post(path, {**body, "do": "save", "seen": seen_in(html)}).status_code == 302
    gold = Tier.objects.get(rank=2)
    assert (gold.pk, gold.growth_from, gold.permille, gold.free_freight) == (tiers[1].pk, 700, 950, True)
    assert AuditEntry.objects.filter(action="loyalty.save_tiers", actor_kind="staff").count() == 1


def test_new_tiers_are_sorted_and_wrong_ones_are_marked(enter, db):
    browser, path = enter("operator"), reverse("admin:loyalty_tiers")
    assert "还没有等级" in browser.get(path).content.decode()
    body = rows({"name": "金卡", "growth_from": 500}, {"name": "银卡", "growth_from": 100})
    html = browser.post(path, {**body, "do": "simulate"}).content.decode()
    assert "0 名会员将降级，0 名升级。" in html
    assert browser.post(path, {**body, "do": "save", "seen": seen_in(html)}).status_code == 302
    assert list(Tier.objects.values_list("rank", "name")) == [(1, "银卡"), (2, "金卡")]
    same = rows({"name": "金卡", "growth_from": 5}, {"name": "金卡", "growth_from": 6})
    html = browser.post(path, {**same, "do": "simulate"}).content.decode()
    refused = browser.post(path, {**same, "do": "save", "seen": seen_in(html)})
    assert refused.status_code == 400
    assert "名称不能重复" in refused.content.decode()
    assert Tier.objects.count() == 2


def test_member_prices_are_below_the_usual_price(enter, tiers, carrot):
    browser, path = enter("operator"), reverse("admin:loyalty_prices", args=[tiers[0].pk])
    assert "高原胡萝卜" in browser.get(path).content.decode()
    for wrong in ("12.80", "0", "x"):
        assert browser.post(path, {f"sku-{carrot.pk}": wrong}).status_code == 400
    assert not MemberPrice.objects.exists()
    assert browser.post(path, {f"sku-{carrot.pk}": "11.00"}).status_code == 302
    assert MemberPrice.objects.get().price_amount == 1100
    assert browser.post(path, {f"sku-{carrot.pk}": ""}).status_code == 302
    assert not MemberPrice.objects.exists()


def test_points_are_given_once_per_form_with_a_reason(enter, member, audited):
    browser, path = enter("operator"), reverse("admin:loyalty_give", args=[member.pk])
    body = {"points": 50, "note": "道歉", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert browser.post(path, body).status_code == 302
    assert audited().count("loyalty.give_by_hand") == 1
    assert PointsEntry.objects.get().note == "道歉"
    refused = browser.post(path, {"points": -51, "note": "误发", "key": str(uuid.uuid4())})
    assert refused.status_code == 400
    assert "积分不足" in refused.content.decode()
    assert browser.post(path, {"points": 5, "note": "", "key": str(uuid.uuid4())}).status_code == 400
    assert Card.objects.get().points == 50
    html = browser.get(reverse("admin:loyalty_card_change", args=[member.pk])).content.decode()
    assert "道歉" in html
    found = browser.get(reverse("admin:loyalty_pointsentry_changelist"), {"member__id__exact": member.pk})
    assert "道歉" in found.content.decode()
    html = browser.get(reverse("admin:members_member_change", args=[member.pk])).content.decode()
    assert "50 积分" in html


def test_an_activity_is_made_published_and_called_off(enter, db):
    browser = enter("operator")
    at = timezone.localtime() + dt.timedelta(days=3)
    body = {
        "title": "品鉴会",
        "place": "店里",
        "places": 2,
        "remind_hours": 24,
        "details": "",
        "min_tier": "",
    }
    for name, hours in (("starts_at", 0), ("ends_at", 2), ("sign_up_from", -80), ("sign_up_until", -1)):
        moment = at + dt.timedelta(hours=hours)
        body |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}
    add = reverse("admin:loyalty_activity_add")
    assert "报名截止应晚于报名开始" in browser.post(
        add, {**body, "sign_up_until_0": body["sign_up_from_0"], "sign_up_until_1": body["sign_up_from_1"]}
    ).content.decode()  # fmt: skip
    assert not Activity.objects.exists()
    assert browser.post(add, body).status_code == 302
    activity = Activity.objects.get()
    assert (activity.status, activity.places, activity.starts_at.minute) == ("draft", 2, at.minute)
    for verb, status in (("publish", "open"), ("call_off", "cancelled"), ("publish", "cancelled")):
        path = reverse("admin:loyalty_activity_verb", args=[activity.pk, verb])
        assert browser.post(path).status_code == 302
        assert Activity.objects.get().status == status


def test_who_comes_is_listed_let_in_and_exported(enter, activity, account, django_assert_max_num_queries):
    for number in range(30):
        one = Member.objects.create(nickname=f"=会员{number}", phone=f"1380000{number:04}")
        services.sign_up(member_id=one.pk, program_id=account.program_id, activity_id=activity.pk)
    browser, path = enter("operator"), reverse("admin:loyalty_sign_ups", args=[activity.pk])
    with django_assert_max_num_queries(9):
        html = browser.get(path).content.decode()
    assert html.count("=会员") == 25
    assert browser.get(path, {"page": 2}).content.decode().count("=会员") == 5
    code = SignUp.objects.order_by("id")[0].code
    attend = reverse("admin:loyalty_attend", args=[activity.pk])
    assert "已签到" in browser.post(attend, {"code": code}, follow=True).content.decode()
    assert "没有找到这个签到码" in browser.post(attend, {"code": "ZZZZZZ"}, follow=True).content.decode()
    assert SignUp.objects.filter(status="attended").count() == 1
    answer = browser.get(reverse("admin:loyalty_sign_ups_csv", args=[activity.pk]))
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert len(lines) == 31
    assert "'=会员0" in lines[1]
    assert "已到场" in lines[1]
    assert AuditEntry.objects.filter(action="loyalty.export_sign_ups").count() == 1


def test_an_activity_without_anybody_says_what_to_do(enter, activity):
    html = enter("operator").get(reverse("admin:loyalty_sign_ups", args=[activity.pk])).content.decode()
    assert "还没有人报名" in html
