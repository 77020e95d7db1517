"""What follows when a member comes in, and when two members turn out to be one person."""

from __future__ import annotations

import datetime as dt

from fangcun.grow.messaging.services import reassign
from fangcun.identity.members.events import MemberLoggedIn, MembersMerged
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.events import listens
from fangcun.shop.cart.services import reassign_cart
from fangcun.shop.orders.services import reassign_orders
from fangcun.shop.payments.services import reassign_payments


@listens(MemberLoggedIn)
def count_the_login(event: MemberLoggedIn) -> None:
    record_later(
        "user_logged_in",
        event_id=f"user_logged_in:{event.member_id}:{event.at}",
        member_id=event.member_id,
        program_id=event.program_id,
        props={},
        at=dt.datetime.fromisoformat(event.at),
    )


@listens(MembersMerged)
def keep_what_is_his(event: MembersMerged) -> None:
    reassign_cart(kept_id=event.kept_id, gone_id=event.gone_id)
    reassign_orders(kept_id=event.kept_id, gone_id=event.gone_id)
    reassign_payments(kept_id=event.kept_id, gone_id=event.gone_id)
    reassign(kept_id=event.kept_id, gone_id=event.gone_id)
