"""Who wants a coupon: what orders and loyalty know of him decides what he may have."""

from __future__ import annotations

from fangcun.grow.loyalty.queries import standing_of
from fangcun.identity.members.models import Account
from fangcun.shop.offers.models import Coupon
from fangcun.shop.offers.queries import Claimant
from fangcun.shop.offers.services import claim_coupon, redeem_code
from fangcun.shop.orders.queries import has_bought


def claimant_of(member_id: int, *, tier: int | None = None) -> Claimant:
    """A member as the rules for coupons see him; `tier` when it is known already."""
    rank = standing_of(member_id).tier if tier is None else tier
    return Claimant(member_id, not has_bought(member_id), rank)


def claim(*, account: Account, template_id: int, token: str = "") -> Coupon:
    """Take a coupon of the shop. Raises what `offers.claim_coupon` raises."""
    return claim_coupon(
        template_id=template_id,
        claimant=claimant_of(account.member_id),
        program_id=account.program_id,
        token=token,
    )


def redeem(*, account: Account, code: str) -> Coupon:
    """Take a coupon for a code. Raises what `offers.redeem_code` raises."""
    return redeem_code(code=code, claimant=claimant_of(account.member_id), program_id=account.program_id)
