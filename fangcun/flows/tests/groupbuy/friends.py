"""People who buy together: for the tests of this room, of races and of faults."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from fangcun.flows import checkout
from fangcun.flows.checkout import GroupChoice
from fangcun.gateways.wechat.answers import Transaction
from fangcun.grow.groupbuy.models import Campaign, Group, Seat
from fangcun.grow.groupbuy.services import CampaignSkuSpec, CampaignSpec, create_campaign, start_campaign
from fangcun.identity.members.models import Account, Address, Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Payment
from fangcun.shop.payments.services import apply_transaction, open_payment

PRICE = 880


@dataclass(frozen=True)
class Friend:
    """Somebody with a phone and an address."""

    account: Account
    address: Address

    @property
    def pk(self) -> int:
        return self.account.member_id

    def order(
        self, campaign: Campaign, number: str | None = None, *, quantity: int = 1, key: str = "k"
    ) -> Order:
        """Buy in a group, or open one; unpaid."""
        return checkout.place(
            account=self.account,
            address=self.address,
            idempotency_key=key,
            lines=[(campaign.skus.get().sku_id, quantity)],
            group=GroupChoice(campaign.pk, number),
        ).order

    def pay(self, order: Order) -> Order:
        """Let WeChat say that the order is paid."""
        told(charge(self, order))
        return Order.objects.get(pk=order.pk)

    def buy(
        self, campaign: Campaign, number: str | None = None, *, quantity: int = 1, key: str = "k"
    ) -> Order:
        return self.pay(self.order(campaign, number, quantity=quantity, key=key))


def charge(friend: Friend, order: Order) -> Payment:
    """Open the cashier."""
    return open_payment(
        reference=order.number, program=friend.account.program, member=friend.account.member,
        openid=friend.account.openid, amount=order.total_amount, description="团", expires_at=order.expires_at,
    )  # fmt: skip


def told(payment: Payment) -> None:
    """WeChat says that it has the money."""
    apply_transaction(
        Transaction(
            state="SUCCESS", out_trade_no=payment.out_trade_no, mchid=payment.merchant.mchid,
            appid=payment.program.appid, transaction_id=f"42{payment.pk:08}", amount_total=payment.amount,
            amount_paid=payment.amount, currency="CNY", payer_openid=payment.openid, success_at=timezone.now(),
            trade_type="JSAPI", bank_type="OTHERS", attach=None,
        )
    )  # fmt: skip


def friend(program: Program, number: int, nickname: str = "") -> Friend:
    member = Member.objects.create(nickname=nickname or f"朋友{number}")
    account = Account.objects.create(program=program, openid=f"o{number:027d}", member=member)
    address = Address.objects.create(
        member=member, name="方", phone="13800138000", region_code="530102",
        province="云南省", city="昆明市", district="五华区", detail="1 号",
    )  # fmt: skip
    return Friend(account, address)


def campaign_of(
    sku: Sku, *, size: int = 2, quota: int | None = None, start: bool = True, **changes: object
) -> Campaign:
    """A campaign for one SKU at PRICE, started unless said otherwise."""
    now = timezone.now()
    fields: dict[str, object] = {
        "title": "胡萝卜团", "product_id": sku.product_id, "size": size, "hours": 24,
        "starts_at": now - dt.timedelta(hours=1), "ends_at": now + dt.timedelta(days=7),
        "skus": [CampaignSkuSpec(sku.pk, PRICE, quota)],
    }  # fmt: skip
    campaign = create_campaign(CampaignSpec(**{**fields, **changes}), by=SYSTEM)  # type: ignore[arg-type]
    return start_campaign(campaign.pk, by=SYSTEM) if start else campaign


def group_of(order: Order) -> Group:
    return Seat.objects.select_related("group").get(order=order).group


def expire(group: Group) -> None:
    """Let the group's time be over."""
    Group.objects.filter(pk=group.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
