"""Campaigns: planned, started, paused, ended. What is promised to people in a group does not change under them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.groupbuy.errors import CampaignGone, CampaignInvalid
from fangcun.grow.groupbuy.models import Campaign, CampaignSku
from fangcun.grow.groupbuy.states import CampaignStatus
from fangcun.identity.members.text import one_line
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.states import StatusChanged
from fangcun.shop.catalog.models import Product, Sku

SIZES, HOURS, MOST_EACH, MOST_QUOTA = (2, 100), (1, 168), 9999, 1_000_000


@dataclass(frozen=True, slots=True)
class CampaignSkuSpec:
    """One SKU of the product: its price in the group (fen), and how many are set aside (None: all there are)."""

    sku_id: int
    price_amount: int
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignSpec:
    """A campaign as an operator fills it in. `member_limit` in pieces, 0 for none."""

    title: str
    product_id: int
    size: int
    hours: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    skus: Sequence[CampaignSkuSpec]
    member_limit: int = 0
    newcomers_only: bool = False


@transaction.atomic
def create_campaign(spec: CampaignSpec, *, by: Actor) -> Campaign:
    """Write down a campaign as a draft; nobody sees it before it is started. Raises CampaignInvalid."""
    product = Product.objects.filter(pk=spec.product_id).first()
    _refuse(_problems(spec, product))
    campaign = Campaign(product_id=spec.product_id)
    _fill(campaign, spec)
    campaign.save()
    CampaignSku.objects.bulk_create(_sku(campaign, one) for one in spec.skus)
    record("groupbuy.create_campaign", by=by, object=campaign, after=facts(campaign))
    return campaign


@transaction.atomic
def update_campaign(campaign_id: int, spec: CampaignSpec, *, by: Actor) -> Campaign:
    """Change a campaign. Product, prices, size, hours and who may join stay as they are once it has been started.

    Raises CampaignGone, CampaignInvalid.
    """
    campaign = _locked(campaign_id)
    before = facts(campaign)
    promised = campaign.status != CampaignStatus.DRAFT
    wrong = _problems(spec, campaign.product, taken=_taken(campaign), promised=promised)
    if campaign.status == CampaignStatus.ENDED:
        wrong = {"title": _("活动已结束，不能修改")}
    elif promised:
        wrong |= _frozen(campaign, spec)
    if spec.product_id != campaign.product_id:
        wrong["product"] = _("商品不能更换，请新建一个活动")
    _refuse(wrong)
    _fill(campaign, spec)
    campaign.save()
    kept = {one.sku_id: one for one in spec.skus}
    if not promised:
        CampaignSku.objects.filter(campaign=campaign).exclude(sku_id__in=kept).delete()
    for one in kept.values():
        CampaignSku.objects.update_or_create(
            campaign=campaign,
            sku_id=one.sku_id,
            defaults={"price_amount": one.price_amount, "quota": one.quota},
        )
    record("groupbuy.update_campaign", by=by, object=campaign, before=before, after=facts(campaign))
    return campaign


@transaction.atomic
def start_campaign(campaign_id: int, *, by: Actor) -> Campaign:
    """Let people open groups from its first moment on; also after a pause.

    Raises CampaignInvalid, IllegalTransition.
    """
    campaign = _locked(campaign_id)
    if campaign.ends_at <= timezone.now():
        raise CampaignInvalid(fields={"ends_at": _("结束时间已经过去，请先修改")})
    if not campaign.product.on_sale:
        raise CampaignInvalid(fields={"product": _("商品还没有上架，请先上架")})
    return _enter(campaign, CampaignStatus.RUNNING, by=by, action="groupbuy.start_campaign")


@transaction.atomic
def pause_campaign(campaign_id: int, *, by: Actor) -> Campaign:
    """Let nobody open a group for now; groups that are open go on and may be joined."""
    return _enter(_locked(campaign_id), CampaignStatus.PAUSED, by=by, action="groupbuy.pause_campaign")


@transaction.atomic
def end_campaign(campaign_id: int, *, by: Actor) -> Campaign:
    """End a campaign for good; groups that are open go on to their own end."""
    return _enter(_locked(campaign_id), CampaignStatus.ENDED, by=by, action="groupbuy.end_campaign")


def end_due_campaigns(*, now: dt.datetime | None = None) -> int:
    """End campaigns whose dates are over; how many."""
    open_ones = (CampaignStatus.RUNNING, CampaignStatus.PAUSED)
    due = Campaign.objects.filter(status__in=open_ones, ends_at__lte=now or timezone.now())
    ended = 0
    for campaign in due:
        try:
            with transaction.atomic():
                campaign.enter(CampaignStatus.ENDED, by=SYSTEM, reason="到结束时间")
        except StatusChanged:  # somebody paused or ended it at this very moment
            continue
        ended += 1
    return ended


def facts(campaign: Campaign) -> dict[str, Any]:
    """What the audit log keeps of a campaign."""
    names = ("title", "size", "hours", "member_limit", "newcomers_only", "starts_at", "ends_at")
    prices = {
        str(one.sku_id): [one.price_amount, one.quota]
        for one in CampaignSku.objects.filter(campaign=campaign)
    }
    return {**{name: getattr(campaign, name) for name in names}, "skus": prices}


def _locked(campaign_id: int) -> Campaign:
    campaign = (
        Campaign.objects.select_for_update(no_key=True, of=("self",))
        .select_related("product")
        .filter(pk=campaign_id)
        .first()
    )
    if campaign is None:
        raise CampaignGone
    return campaign


def _enter(campaign: Campaign, status: CampaignStatus, *, by: Actor, action: str) -> Campaign:
    before = campaign.status
    campaign.enter(status, by=by)
    record(action, by=by, object=campaign, before={"status": before}, after={"status": str(status)})
    return campaign


def _fill(campaign: Campaign, spec: CampaignSpec) -> None:
    campaign.title = one_line(spec.title)
    campaign.size, campaign.hours = spec.size, spec.hours
    campaign.member_limit, campaign.newcomers_only = spec.member_limit, spec.newcomers_only
    campaign.starts_at, campaign.ends_at = spec.starts_at, spec.ends_at


def _sku(campaign: Campaign, spec: CampaignSkuSpec) -> CampaignSku:
    return CampaignSku(
        campaign=campaign, sku_id=spec.sku_id, price_amount=spec.price_amount, quota=spec.quota
    )


def _taken(campaign: Campaign) -> dict[int, int]:
    return dict(CampaignSku.objects.filter(campaign=campaign).values_list("sku_id", "taken"))


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise CampaignInvalid(fields=wrong)


def _problems(
    spec: CampaignSpec,
    product: Product | None,
    *,
    taken: dict[int, int] | None = None,
    promised: bool = False,
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 1 <= len(one_line(spec.title)) <= 40:
        wrong["title"] = _("请填写活动名称，不超过 40 个字")
    if product is None:
        wrong["product"] = _("请选择商品")
    if not SIZES[0] <= spec.size <= SIZES[1]:
        wrong["size"] = _("成团人数应在 2 到 100 之间")
    if not HOURS[0] <= spec.hours <= HOURS[1]:
        wrong["hours"] = _("成团时限应在 1 到 168 小时（7 天）之间")
    if not 0 <= spec.member_limit <= MOST_EACH:
        wrong["member_limit"] = _("每人限购应在 0 到 9999 之间，0 表示不限")
    if spec.ends_at <= spec.starts_at:
        wrong["ends_at"] = _("结束时间应晚于开始时间")
    if problem := _sku_problem(spec, product, taken or {}, promised=promised):
        wrong["skus"] = problem
    return wrong


def _sku_problem(
    spec: CampaignSpec, product: Product | None, taken: dict[int, int], *, promised: bool
) -> str:
    if not spec.skus:
        return _("请至少为一个规格填写拼团价")
    prices = dict(Sku.objects.filter(product=product, active=True).values_list("pk", "price_amount"))
    for one in spec.skus:
        kept = promised and one.sku_id in taken  # whatever became of the SKU and its price since
        if one.sku_id not in prices and not kept:
            return _("有规格不属于这个商品或已停用")
        if one.price_amount < 1:
            return _("拼团价应大于 0")
        if not kept and one.price_amount >= prices[one.sku_id]:
            return _("拼团价应低于售价，否则没有人需要拼团")
        if one.quota is not None and not 1 <= one.quota <= MOST_QUOTA:
            return _("活动库存应在 1 到 1000000 之间，留空表示不单独限制")
        if one.quota is not None and one.quota < taken.get(one.sku_id, 0):
            return _("活动库存不能少于已经占用的 {taken} 件").format(taken=taken[one.sku_id])
    quotas = [one.quota for one in spec.skus if one.quota is not None]
    if len(quotas) == len(spec.skus) and sum(quotas) < spec.size:
        return _("活动库存少于成团人数，一个团也凑不齐")
    return ""


def _frozen(campaign: Campaign, spec: CampaignSpec) -> dict[str, str]:
    told = _("活动开始后不能再改，请新建一个活动")
    wrong = {
        name: told
        for name in ("size", "hours", "newcomers_only")
        if getattr(spec, name) != getattr(campaign, name)
    }
    prices = dict(CampaignSku.objects.filter(campaign=campaign).values_list("sku_id", "price_amount"))
    if {one.sku_id: one.price_amount for one in spec.skus} != prices:
        wrong["skus"] = _("活动开始后不能再改规格和拼团价，活动库存可以调整")
    return wrong
