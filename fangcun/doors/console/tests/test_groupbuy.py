"""Group-buys in the console: a campaign from product to numbers, a group from seats to refunds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from fangcun.flows.tests.groupbuy.friends import PRICE, Friend, campaign_of, friend, group_of
from fangcun.grow.groupbuy.models import Campaign, CampaignSku, Group
from fangcun.grow.groupbuy.numbers import numbers_of
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.queries import waiting_counts
from fangcun.shop.payments.models import Refund

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def body(carrot) -> dict[str, str]:
    now = timezone.localtime()
    return {
        "title": "胡萝卜团", "size": "2", "hours": "24", "member_limit": "0",
        "starts_at": f"{now:%Y-%m-%dT%H:%M}", "ends_at": f"{now + dt.timedelta(days=3):%Y-%m-%dT%H:%M}",
        f"sku-{carrot.pk}-price_amount": "8.80", f"sku-{carrot.pk}-quota": "10",
    }  # fmt: skip


@pytest.fixture
def people(program) -> list[Friend]:
    return [friend(program, number) for number in (1, 2, 3)]


def page(browser, name: str, *args: object) -> str:
    answer = browser.get(reverse(f"admin:groupbuy_{name}", args=args))
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


@pytest.mark.parametrize("odd", ["²", "x", "9" * 30, "-1", "0", ""])
def test_an_address_that_names_nothing_is_no_error(odd, enter, carrot):
    browser = enter("operator")
    chosen = browser.get(reverse("admin:groupbuy_campaign_add"), {"product": odd})
    assert "先选择商品" in chosen.content.decode()
    if odd:
        for name in ("campaign_change", "group_change"):
            assert browser.get(reverse(f"admin:groupbuy_{name}", args=[odd])).status_code == 404


def test_a_campaign_begins_with_a_product_and_is_a_draft_until_it_is_started(enter, carrot, body, audited):
    browser = enter("operator")
    add = reverse("admin:groupbuy_campaign_add")
    assert f"?product={carrot.product_id}" in browser.get(add).content.decode()
    answer = browser.post(f"{add}?product={carrot.product_id}", body)
    campaign = Campaign.objects.get()
    assert answer.url == reverse("admin:groupbuy_campaign_change", args=[campaign.pk])
    sku = CampaignSku.objects.get()
    assert (campaign.status, campaign.size, sku.price_amount, sku.quota) == ("draft", 2, 880, 10)
    for verb, status in (("start", "running"), ("pause", "paused"), ("start", "running"), ("end", "ended")):
        browser.post(reverse("admin:groupbuy_campaign_verb", args=[campaign.pk, verb]))
        campaign.refresh_from_db()
        assert campaign.status == status
    assert audited() == [
        "staff.invite",
        "groupbuy.create_campaign",
        "groupbuy.start_campaign",
        "groupbuy.pause_campaign",
        "groupbuy.start_campaign",
        "groupbuy.end_campaign",
    ]


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(enter, carrot, body):
    browser = enter("operator")
    add = f"{reverse('admin:groupbuy_campaign_add')}?product={carrot.product_id}"
    too_dear = {**body, f"sku-{carrot.pk}-price_amount": "12.80"}
    assert "拼团价应低于售价" in browser.post(add, too_dear).content.decode()
    backwards = {**body, "ends_at": body["starts_at"]}
    assert "结束时间应晚于开始时间" in browser.post(add, backwards).content.decode()
    assert (
        "请至少为一个规格填写拼团价"
        in browser.post(add, {**body, f"sku-{carrot.pk}-price_amount": ""}).content.decode()
    )
    assert browser.post(add, {**body, "size": "1"}).status_code == 200
    assert Campaign.objects.count() == 0


def test_numbers_count_groups_people_and_money(enter, carrot, people, drain):
    campaign = campaign_of(carrot)
    formed = group_of(people[0].buy(campaign))
    drain()
    people[1].buy(campaign, formed.number)
    drain()
    lonely = group_of(people[2].buy(campaign))
    drain()
    browser = enter("operator")
    browser.post(reverse("admin:groupbuy_group_dissolve", args=[lonely.pk]), {"reason": "缺货"})
    drain()
    found = numbers_of(campaign)
    assert (found.opened, found.formed, found.failed, found.formed_percent) == (2, 1, 1, 50)
    assert (found.members, found.newcomers, found.sales_amount) == (2, 2, 2 * PRICE)
    assert (found.owed, found.owed_amount) == (1, PRICE)
    assert "50%" in page(browser, "campaign_change", campaign.pk)
    assert "2 / 1" in page(browser, "campaign_changelist")
    Refund.objects.update(status="succeeded")
    assert numbers_of(campaign).owed == 0


def test_a_group_shows_its_seats_orders_refunds_and_steps(enter, carrot, people, drain):
    campaign = campaign_of(carrot, size=3)
    order = people[0].buy(campaign)
    drain()
    group = group_of(order)
    people[1].order(campaign, group.number)
    browser = enter("owner")
    html = page(browser, "group_change", group.pk)
    assert all(text in html for text in (order.number, "待成团", "团长", "待付款", 'id="dissolve"'))
    assert group.number in page(browser, "group_changelist")
    browser.post(reverse("admin:groupbuy_group_dissolve", args=[group.pk]), {"reason": "缺货"})
    drain()
    html = page(browser, "group_change", group.pk)
    refund = reverse("admin:payments_refund_change", args=[Refund.objects.get().pk])
    assert all(text in html for text in ("未成团", "缺货", refund))
    assert 'id="dissolve"' not in html


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_give_money_back_dissolves_a_group(role, enter, carrot, people, drain):
    group = group_of(people[0].buy(campaign_of(carrot)))
    drain()
    answer = enter(role).post(reverse("admin:groupbuy_group_dissolve", args=[group.pk]), {"reason": "缺货"})
    drain()
    allowed = {"grow.change", "payments.refund"} <= GRANTS[role]
    assert (answer.status_code, Group.objects.get().status) == ((302, "failed") if allowed else (403, "open"))
    assert Order.objects.get().status == ("cancelled" if allowed else "paid")


def test_an_ended_campaign_can_be_read_and_not_changed(enter, carrot, body):
    campaign = campaign_of(carrot)
    browser = enter("operator")
    browser.post(reverse("admin:groupbuy_campaign_verb", args=[campaign.pk, "end"]))
    assert 'id="save"' not in page(browser, "campaign_change", campaign.pk)
    answer = browser.post(reverse("admin:groupbuy_campaign_change", args=[campaign.pk]), body)
    assert "活动已结束，不能修改" in answer.content.decode()
    campaign.refresh_from_db()
    assert campaign.hours == 24


def test_an_order_that_waits_for_its_group_says_so_and_is_not_shipped(enter, carrot, people, drain):
    campaign = campaign_of(carrot)
    order = people[0].buy(campaign)
    drain()
    group, browser = group_of(order), enter("operator")
    address = reverse("admin:orders_order_change", args=[order.pk])
    html = browser.get(address).content.decode()
    assert "待成团" in html
    assert reverse("admin:groupbuy_group_change", args=[group.pk]) in html
    assert 'id="ship"' not in html
    body = {"carrier": "SF", "tracking_number": "SF1234567890"}
    browser.post(reverse("admin:orders_order_ship", args=[order.pk]), body)
    assert Order.objects.get(pk=order.pk).status == "paid"
    assert waiting_counts(late_before=timezone.now()).to_ship == 0
    people[1].buy(campaign, group.number)
    drain()
    assert 'id="ship"' in browser.get(address).content.decode()
    browser.post(reverse("admin:orders_order_ship", args=[order.pk]), body)
    assert Order.objects.get(pk=order.pk).status == "shipped"
