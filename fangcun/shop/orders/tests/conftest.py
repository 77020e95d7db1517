from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from fangcun.identity.members.models import Account, Address, Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.services import PictureSpec, ProductSpec, SkuSpec, create_product
from fangcun.shop.orders import services
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Payment, Refund
from fangcun.shop.payments.services import open_payment
from fangcun.shop.payments.states import PaymentStatus, RefundStatus


@pytest.fixture
def account(db):
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜")
    member = Member.objects.create(nickname="小方")
    return Account.objects.create(program=program, openid="o-1", member=member)


@pytest.fixture
def address(account):
    return Address.objects.create(
        member=account.member,
        name="小方",
        phone="13800138000",
        region_code="530102",
        province="云南省",
        city="昆明市",
        district="五华区",
        detail="翠湖南路 1 号",
    )


@pytest.fixture
def buy(account, address, carrot):
    def place(quantity: int = 1, key: str = "key", **changes: Any):
        options: dict[str, Any] = {"lines": [(carrot.pk, quantity)], **changes}
        return services.place_order(account=account, address=address, idempotency_key=key, **options)[0]

    return place


@pytest.fixture
def pear(carrot):
    """A second thing to buy: 3.33 yuan."""
    spec = ProductSpec(
        category_id=carrot.product.category_id,
        title="梨",
        skus=(SkuSpec(values=(), price_amount=333, stock=50, weight_g=100),),
        pictures=(PictureSpec("images/pear.webp", 800, 800),),
    )
    return create_product(spec, by=SYSTEM, on_sale=True).skus.get()


@pytest.fixture
def pay(account, wechat_program):
    """Let an order be paid."""

    def settle(order: Order) -> Order:
        payment = open_payment(
            reference=order.number, program=wechat_program, member=account.member, openid="o-1",
            amount=order.total_amount, description="菜", expires_at=order.expires_at,
        )  # fmt: skip
        Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.SUCCEEDED, paid_at=timezone.now())
        services.mark_order_paid(payment_id=payment.pk, paid_at=timezone.now())
        return Order.objects.get(pk=order.pk)

    return settle


@pytest.fixture
def went_back():
    """Let WeChat say that the refunds are through."""

    def settle() -> None:
        for refund in Refund.objects.exclude(status=RefundStatus.SUCCEEDED):
            Refund.objects.filter(pk=refund.pk).update(status=RefundStatus.SUCCEEDED)
            services.note_refund(refund_id=refund.pk)

    return settle
