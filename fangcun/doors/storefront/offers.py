"""Coupons, flash sales and prices of the moment in the storefront API."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth
from fangcun.doors.storefront.cart import BigId
from fangcun.doors.storefront.offer_schemas import (
    ClaimIn,
    CouponOut,
    CouponsOut,
    CouponStatusName,
    CouponTemplatesOut,
    FlashSalesOut,
    ProductOffersOut,
    RedeemIn,
)
from fangcun.doors.storefront.schemas import errors
from fangcun.kernel.errors import NotFound

router = Router(tags=["offers"])

LinkToken = Annotated[str, Field(max_length=32)]


@router.get("/coupons", response={200: CouponsOut, **errors(400, 401, 422)}, auth=MemberAuth())
def list_coupons(request: HttpRequest, status: CouponStatusName = "usable") -> CouponsOut:
    """The member's coupons of one status: usable ones by when they end, others the newest first."""
    raise NotFound


@router.get("/coupon-templates", response={200: CouponTemplatesOut, **errors(400, 401, 422)})
def list_coupon_templates(
    request: HttpRequest, product_id: BigId | None = None, token: LinkToken = ""
) -> CouponTemplatesOut:
    """Coupons that can be claimed, all or for one product; with a link's `token` also the one it leads to.

    Whoever is not logged in sees them too.
    """
    raise NotFound


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
    raise NotFound


@router.post(
    "/coupons/redeem", response={201: CouponOut, **errors(400, 401, 404, 409, 422, 429)}, auth=MemberAuth()
)
def redeem_code(request: HttpRequest, body: RedeemIn) -> Status[CouponOut]:
    """Take a coupon for a code; each code is good once."""
    raise NotFound


@router.get("/flash-sales", response={200: FlashSalesOut, **errors(400, 401, 422)})
def list_flash_sales(request: HttpRequest) -> FlashSalesOut:
    """Flash sales that run, and the next ones; count down by `server_time`."""
    raise NotFound


@router.get("/products/{product_id}/offers", response={200: ProductOffersOut, **errors(400, 401, 422)})
def get_product_offers(request: HttpRequest, product_id: BigId) -> ProductOffersOut:
    """What a product costs at this moment and what else makes it cheaper; never cached."""
    raise NotFound
