"""Coupons, flash sales and prices of the moment in the storefront API."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth, account_if_any, account_of, member_of, program_of
from fangcun.doors.storefront.cart import BigId
from fangcun.doors.storefront.offer_schemas import (
    ClaimIn,
    ComingPriceOut,
    CouponOut,
    CouponsOut,
    CouponStatusName,
    CouponTemplateOut,
    CouponTemplatesOut,
    FlashLineOut,
    FlashSaleOut,
    FlashSalesOut,
    GroupOfferOut,
    ProductOffersOut,
    RedeemIn,
    SkuPriceOut,
    ThresholdOut,
)
from fangcun.doors.storefront.schemas import EITHER, errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.flows import claiming
from fangcun.flows.checkout import terms_for
from fangcun.grow.groupbuy.queries import running_campaigns
from fangcun.shop.catalog.cards import picture
from fangcun.shop.catalog.queries import live_stock
from fangcun.shop.offers import queries, wording
from fangcun.shop.offers.models import Coupon
from fangcun.shop.offers.queries import Claimable, FlashSaleNow, SkuPrice
from fangcun.shop.offers.rules import FlashOffer, ThresholdRule
from fangcun.shop.offers.states import CouponStatus
from fangcun.shop.offers.terms import PLAIN

router = Router(tags=["offers"])

LinkToken = Annotated[str, Field(max_length=32)]
CODES = Limit("coupon-codes", most=10, seconds=60)
STATUSES: dict[str, CouponStatusName] = {CouponStatus.UNUSED: "usable", CouponStatus.USED: "used"}


@router.get("/coupons", response={200: CouponsOut, **errors(400, 401, 422)}, auth=MemberAuth())
def list_coupons(request: HttpRequest, status: CouponStatusName = "usable") -> CouponsOut:
    """The member's coupons of one status: usable ones by when they end, others the newest first."""
    member_id, now = member_of(request).pk, timezone.now()
    found = queries.coupons_of(member_id=member_id, status=status, now=now)
    counts = queries.counts_of(member_id=member_id, now=now)
    return CouponsOut(
        items=[_coupon(coupon, now) for coupon in found],
        counts={"usable": counts["usable"], "used": counts["used"], "expired": counts["expired"]},
        server_time=now,
    )


@router.get(
    "/coupon-templates",
    response={200: CouponTemplatesOut, **errors(400, 401, 404, 422)},
    openapi_extra=EITHER,
)
def list_coupon_templates(
    request: HttpRequest, product_id: BigId | None = None, token: LinkToken = ""
) -> CouponTemplatesOut:
    """Coupons that can be claimed, all or for one product; with a link's `token` the one it leads to stands first.

    Whoever is not logged in sees them too.
    """
    program_of(request)
    account, now = account_if_any(request), timezone.now()
    claimant = claiming.claimant_of(account.member_id) if account else None
    goods = None if product_id is None else queries.one_of(product_id)
    found = queries.claimable_templates(claimant=claimant, now=now, goods=goods)
    if token:
        found.insert(0, queries.template_by_token(token, claimant=claimant, now=now))
    return CouponTemplatesOut(items=[_template(one) for one in found], server_time=now)


@router.post(
    "/coupon-templates/{template_id}/claim",
    response={201: CouponOut, **errors(400, 401, 404, 409, 422)},
    auth=MemberAuth(),
)
def claim_coupon(
    request: HttpRequest,
    template_id: BigId,
    body: ClaimIn = ClaimIn(),  # noqa: B008
) -> Status[CouponOut]:
    """Take one."""
    coupon = claiming.claim(account=account_of(request), template_id=template_id, token=body.token)
    return Status(201, _coupon(coupon, timezone.now()))


@router.post(
    "/coupons/redeem", response={201: CouponOut, **errors(400, 401, 404, 409, 422, 429)}, auth=MemberAuth()
)
def redeem_code(request: HttpRequest, body: RedeemIn) -> Status[CouponOut]:
    """Take a coupon for a code; each code is good once."""
    account = account_of(request)
    CODES.spend(account.member_id)
    coupon = claiming.redeem(account=account, code=body.code)
    return Status(201, _coupon(coupon, timezone.now()))


@router.get("/flash-sales", response={200: FlashSalesOut, **errors(400, 401, 422)}, openapi_extra=EITHER)
def list_flash_sales(request: HttpRequest) -> FlashSalesOut:
    """Flash sales that run, and the next ones; count down by `server_time`. Whoever may begin earlier is told so."""
    program_of(request)
    account, now = account_if_any(request), timezone.now()
    early = dt.timedelta(hours=terms_for(account.member_id).early_hours if account else 0)
    sales = queries.flash_sales(member_id=account.member_id if account else None, now=now, early=early)
    return FlashSalesOut(items=[_flash_sale(sale, early) for sale in sales if sale.lines], server_time=now)


@router.get(
    "/products/{product_id}/offers",
    response={200: ProductOffersOut, **errors(400, 401, 422)},
    openapi_extra=EITHER,
)
def get_product_offers(request: HttpRequest, product_id: BigId) -> ProductOffersOut:
    """What a product costs at this moment and what else makes it cheaper; never cached."""
    program_of(request)
    account, now = account_if_any(request), timezone.now()
    live, found = live_stock(product_id), queries.running()
    terms = terms_for(account.member_id) if account else PLAIN
    prices, coming = queries.sku_prices(
        [(sku["id"], sku["price_amount"]) for sku in live["skus"]],
        product_id=product_id,
        member_id=account.member_id if account else None,
        found=found,
        terms=terms,
        now=now,
    )
    rules: list[ThresholdRule] = []
    coupons: list[Claimable] = []
    if found.thresholds or found.any_coupons:
        goods = queries.one_of(product_id)
        rules = queries.thresholds_for(goods, found=found, now=now)
        if found.any_coupons:
            claimant = claiming.claimant_of(account.member_id, tier=terms.tier) if account else None
            coupons = queries.claimable_templates(claimant=claimant, now=now, goods=goods)
    return ProductOffersOut(
        skus=[_price(price) for price in prices],
        coming=[
            ComingPriceOut(
                sku_id=offer.sku_id,
                kind="flash" if isinstance(offer, FlashOffer) else "limited",
                label=offer.title,
                price_amount=offer.price_amount,
                starts_at=offer.starts_at,
            )
            for offer in coming
        ],
        thresholds=[
            ThresholdOut(
                id=rule.threshold_id,
                label=rule.title,
                text=wording.threshold_text(rule),
                ends_at=rule.ends_at,
            )
            for rule in rules
        ],
        coupons=[_template(one) for one in coupons],
        group=_group(product_id, now),
        server_time=now,
    )


def _coupon(coupon: Coupon, now: dt.datetime) -> CouponOut:
    terms = coupon.template.terms()
    over = coupon.status == CouponStatus.UNUSED and coupon.expires_at <= now
    return CouponOut(
        id=coupon.pk,
        template_id=coupon.template_id,
        title=terms.title,
        kind=terms.kind,
        value_text=wording.value_text(terms),
        condition=wording.condition_text(terms),
        scope_text=wording.scope_text(terms),
        status="expired" if over else STATUSES.get(coupon.status, "expired"),
        starts_at=coupon.starts_at,
        expires_at=coupon.expires_at,
        not_yet=coupon.starts_at > now,
        order_number=coupon.order_number or None,
        product_ids=sorted(terms.scope.ids) if terms.scope.kind == "products" else [],
        category_ids=sorted(terms.scope.ids) if terms.scope.kind == "categories" else [],
    )


def _template(one: Claimable) -> CouponTemplateOut:
    template = one.template
    terms, total = template.terms(), template.total
    return CouponTemplateOut(
        id=template.pk,
        title=terms.title,
        kind=terms.kind,
        value_text=wording.value_text(terms),
        condition=wording.condition_text(terms),
        scope_text=wording.scope_text(terms),
        validity_text=wording.validity_text(template),
        left=None if total is None else max(total - template.claimed, 0),
        taken_permille=min(template.claimed * 1000 // total, 1000) if total else 0,
        claim_ends_at=template.claim_ends_at,
        state=one.state,
        reason=one.reason,
    )


def _flash_sale(found: FlashSaleNow, early: dt.timedelta) -> FlashSaleOut:
    return FlashSaleOut(
        id=found.sale.pk,
        title=found.sale.title,
        state=found.state,
        starts_at=found.sale.starts_at - early,
        ends_at=found.sale.ends_at,
        lines=[
            FlashLineOut(
                sku_id=one.sku.sku_id,
                product_id=one.sku.product_id,
                title=one.sku.title,
                sku_title=one.sku.sku_title,
                cover=picture(one.sku.cover, 360),
                list_price_amount=one.sku.price_amount,
                price_amount=one.line.price_amount,
                stock=one.line.stock,
                stock_left=min(one.line.left, max(one.sku.stock, 0)),
                taken_permille=one.line.taken * 1000 // one.line.stock,
                per_member=one.line.per_member,
                mine=one.mine,
            )
            for one in found.lines
        ],
    )


def _price(price: SkuPrice) -> SkuPriceOut:
    kind = price.piece.kind.value if price.piece.kind else None
    return SkuPriceOut.model_validate(
        {
            "sku_id": price.sku_id,
            "list_price_amount": price.list_amount,
            "price_amount": price.piece.amount,
            "kind": kind,
            "label": price.piece.title,
            "ends_at": price.ends_at,
            "stock_left": price.left,
            "per_member": price.per_member,
        }
    )


def _group(product_id: int, now: dt.datetime) -> GroupOfferOut | None:
    campaign = next(iter(running_campaigns(product_id=product_id, now=now)), None)
    if campaign is None:
        return None
    return GroupOfferOut(
        campaign_id=campaign.pk,
        size=campaign.size,
        price_amount=campaign.cheapest.price_amount,
        ends_at=campaign.ends_at,
    )
