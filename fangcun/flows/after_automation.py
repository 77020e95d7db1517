"""What automations wait for: news of the house lets members enter."""

from __future__ import annotations

from typing import Any

from fangcun.grow.automations.queries import is_awaited
from fangcun.grow.automations.services import let_in_by_news, reassign_runs
from fangcun.grow.loyalty.events import TierChanged
from fangcun.identity.members.events import MembersMerged
from fangcun.kernel.events import listens
from fangcun.kernel.money import yuan
from fangcun.shop.orders.events import OrderCancelled, OrderCompleted, OrderNews, OrderPaid, OrderRefunded
from fangcun.shop.orders.models import OrderLine


@listens(OrderPaid)
def let_in_who_paid(event: OrderPaid) -> None:
    _order("order_paid", event)


@listens(OrderCompleted)
def let_in_whose_order_is_completed(event: OrderCompleted) -> None:
    _order("order_completed", event)


@listens(OrderCancelled)
def let_in_whose_order_is_cancelled(event: OrderCancelled) -> None:
    _order("order_cancelled", event)


@listens(OrderRefunded)
def let_in_who_got_money_back(event: OrderRefunded) -> None:
    _order("order_refunded", event, key=f":{event.amount}")


@listens(TierChanged)
def let_in_who_rose(event: TierChanged) -> None:
    if event.rose and is_awaited("tier_rose"):
        let_in_by_news(
            news="tier_rose",
            member_id=event.member_id,
            program_id=None,
            key=f"tier_rose:{event.change_id}",
            facts={"tier": event.name},
        )


@listens(MembersMerged)
def keep_his_ways(event: MembersMerged) -> None:
    reassign_runs(kept_id=event.kept_id, gone_id=event.gone_id)


def _order(news: str, event: OrderNews, *, key: str = "") -> None:
    if not is_awaited(news):
        return
    titles = list(
        OrderLine.objects.filter(order_id=event.order_id).order_by("id").values_list("title", flat=True)[:2]
    )
    facts: dict[str, Any] = {
        "order_number": event.number,
        "amount": yuan(event.amount),
        "goods": titles[0] + ("等" if len(titles) > 1 else "") if titles else "",
    }
    let_in_by_news(
        news=news,
        member_id=event.member_id,
        program_id=event.program_id,
        key=f"{news}:{event.number}{key}",
        facts=facts,
    )
