"""What follows when two members turn out to be one person."""

from __future__ import annotations

from fangcun.grow.messaging.services import reassign
from fangcun.identity.members.events import MembersMerged
from fangcun.kernel.events import listens
from fangcun.shop.cart.services import reassign_cart
from fangcun.shop.orders.services import reassign_orders
from fangcun.shop.payments.services import reassign_payments


@listens(MembersMerged)
def keep_what_is_his(event: MembersMerged) -> None:
    reassign_cart(kept_id=event.kept_id, gone_id=event.gone_id)
    reassign_orders(kept_id=event.kept_id, gone_id=event.gone_id)
    reassign_payments(kept_id=event.kept_id, gone_id=event.gone_id)
    reassign(kept_id=event.kept_id, gone_id=event.gone_id)
