"""Campaigns: what may be planned, what stays as it was promised, and how they end."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from fangcun.grow.groupbuy.errors import CampaignGone, CampaignInvalid
from fangcun.grow.groupbuy.models import Campaign, CampaignSku
from fangcun.grow.groupbuy.queries import campaign_shown, running_campaigns
from fangcun.grow.groupbuy.services import (
    CampaignSkuSpec,
    CampaignSpec,
    create_campaign,
    end_campaign,
    end_due_campaigns,
    pause_campaign,
    start_campaign,
    update_campaign,
)
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry
from fangcun.kernel.states import IllegalTransition
from fangcun.shop.catalog.models import Sku
from fangcun.shop.catalog.services import take_off_sale

pytestmark = pytest.mark.django_db(databases="__all__")
STAFF = Actor.staff(1, "店员")


@pytest.fixture
def spec(carrot) -> CampaignSpec:
    now = timezone.now()
    return CampaignSpec(
        title="胡萝卜团", product_id=carrot.product_id, size=3, hours=24, starts_at=now,
        ends_at=now + dt.timedelta(days=7), skus=[CampaignSkuSpec(carrot.pk, 880, 30)],
    )  # fmt: skip


def told(spec: CampaignSpec, **changes: Any) -> dict[str, str]:
    """What is wrong with the spec, changed like that."""
    with pytest.raises(CampaignInvalid) as refused:
        create_campaign(dataclasses.replace(spec, **changes), by=STAFF)
    assert Campaign.objects.count() == 0
    fields: dict[str, str] = refused.value.details["fields"]
    return fields


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"title": " "}, "title"), ({"title": "团" * 41}, "title"), ({"product_id": 999}, "product"),
     ({"size": 1}, "size"), ({"size": 101}, "size"), ({"hours": 0}, "hours"), ({"hours": 169}, "hours"),
     ({"member_limit": -1}, "member_limit"), ({"skus": []}, "skus")],
)  # fmt: skip
def test_what_can_not_be_is_refused_at_its_field(spec, changes, field):
    assert field in told(spec, **changes)


def test_a_campaign_ends_after_it_starts(spec):
    assert told(spec, ends_at=spec.starts_at) == {"ends_at": "结束时间应晚于开始时间"}


@pytest.mark.parametrize(
    ("price", "quota", "problem"),
    [(0, None, "拼团价应大于 0"), (1280, None, "拼团价应低于售价，否则没有人需要拼团"),
     (880, 0, "活动库存应在 1 到 1000000 之间，留空表示不单独限制"), (880, 2, "活动库存少于成团人数，一个团也凑不齐")],
)  # fmt: skip
def test_prices_and_stock_make_sense(spec, carrot, price, quota, problem):
    assert told(spec, skus=[CampaignSkuSpec(carrot.pk, price, quota)]) == {"skus": problem}


def test_a_sku_of_another_product_is_refused(spec):
    assert told(spec, skus=[CampaignSkuSpec(999, 880)]) == {"skus": "有规格不属于这个商品或已停用"}


def test_a_draft_is_seen_by_nobody_and_a_started_one_by_all(spec):
    campaign = create_campaign(spec, by=STAFF)
    assert running_campaigns() == []
    with pytest.raises(CampaignGone):
        campaign_shown(campaign.pk)
    start_campaign(campaign.pk, by=STAFF)
    assert [one.pk for one in running_campaigns()] == [campaign.pk]
    assert campaign_shown(campaign.pk) == campaign
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions)[-2:] == ["groupbuy.create_campaign", "groupbuy.start_campaign"]


def test_only_a_product_on_sale_and_dates_to_come_are_started(spec, carrot):
    campaign = create_campaign(spec, by=STAFF)
    take_off_sale(carrot.product_id, by=STAFF)
    with pytest.raises(CampaignInvalid):
        start_campaign(campaign.pk, by=STAFF)
    past = dataclasses.replace(
        spec, starts_at=spec.starts_at - dt.timedelta(days=9), ends_at=spec.starts_at - dt.timedelta(days=8)
    )
    over = create_campaign(past, by=STAFF)
    with pytest.raises(CampaignInvalid):
        start_campaign(over.pk, by=STAFF)
    assert set(Campaign.objects.values_list("status", flat=True)) == {"draft"}


def test_a_draft_may_change_whole_and_a_started_one_keeps_what_it_promised(spec, carrot):
    campaign = create_campaign(spec, by=STAFF)
    update_campaign(campaign.pk, dataclasses.replace(spec, size=2, hours=12), by=STAFF)
    start_campaign(campaign.pk, by=STAFF)
    promised = dataclasses.replace(spec, size=2, hours=12)
    for changes in (
        {"size": 3},
        {"hours": 24},
        {"newcomers_only": True},
        {"skus": [CampaignSkuSpec(carrot.pk, 780, 30)]},
    ):
        with pytest.raises(CampaignInvalid):
            update_campaign(campaign.pk, dataclasses.replace(promised, **changes), by=STAFF)
    later = dataclasses.replace(promised, title="新名", skus=[CampaignSkuSpec(carrot.pk, 880, 50)])
    update_campaign(campaign.pk, later, by=STAFF)
    campaign.refresh_from_db()
    assert (campaign.title, campaign.size, CampaignSku.objects.get().quota) == ("新名", 2, 50)


def test_a_draft_keeps_to_the_rules_of_prices_and_what_was_promised_outlives_them(spec, carrot):
    campaign = create_campaign(spec, by=STAFF)
    dear = dataclasses.replace(spec, skus=[CampaignSkuSpec(carrot.pk, carrot.price_amount, 30)])
    with pytest.raises(CampaignInvalid) as refused:
        update_campaign(campaign.pk, dear, by=STAFF)
    assert refused.value.details["fields"] == {"skus": "拼团价应低于售价，否则没有人需要拼团"}
    assert CampaignSku.objects.get().price_amount == 880
    start_campaign(campaign.pk, by=STAFF)
    Sku.objects.update(price_amount=800, active=False)
    more = dataclasses.replace(spec, skus=[CampaignSkuSpec(carrot.pk, 880, 60)])
    update_campaign(campaign.pk, more, by=STAFF)
    assert CampaignSku.objects.get().quota == 60


def test_what_is_taken_limits_what_can_be_set_aside(spec, carrot):
    campaign = create_campaign(spec, by=STAFF)
    CampaignSku.objects.update(taken=5)
    with pytest.raises(CampaignInvalid):
        update_campaign(
            campaign.pk, dataclasses.replace(spec, skus=[CampaignSkuSpec(carrot.pk, 880, 4)]), by=STAFF
        )
    assert CampaignSku.objects.get().quota == 30


def test_a_pause_can_be_ended_and_an_end_can_not(spec):
    campaign = create_campaign(spec, by=STAFF)
    start_campaign(campaign.pk, by=STAFF)
    pause_campaign(campaign.pk, by=STAFF)
    start_campaign(campaign.pk, by=STAFF)
    end_campaign(campaign.pk, by=STAFF)
    with pytest.raises(IllegalTransition):
        start_campaign(campaign.pk, by=STAFF)
    with pytest.raises(CampaignInvalid):
        update_campaign(campaign.pk, spec, by=STAFF)


def test_campaigns_whose_dates_are_over_end_once(spec):
    campaign = create_campaign(spec, by=STAFF)
    start_campaign(campaign.pk, by=STAFF)
    assert end_due_campaigns() == 0
    assert end_due_campaigns(now=spec.ends_at) == 1
    assert end_due_campaigns(now=spec.ends_at) == 0
    campaign.refresh_from_db()
    assert campaign.status == "ended"
