"""What is bought is written down line by line, once, and only by the server."""

from __future__ import annotations

import orjson
import pytest
from django.utils import timezone

from fangcun.flows.after_order import count_the_goods
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.insight.tracking.models import Batch
from fangcun.insight.tracking.services import accept_batch
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.jobs import drain
from fangcun.shop.catalog.services import PictureSpec, ProductSpec, SkuSpec, create_category, create_product
from fangcun.shop.orders.events import OrderPaid
from fangcun.shop.orders.models import Order, OrderLine

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def news() -> OrderPaid:
    """An order of two lines is paid."""
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜")
    member = Member.objects.create(nickname="小方")
    category = create_category(name="水果", by=SYSTEM)
    spec = ProductSpec(
        category_id=category.pk,
        title="丹东草莓",
        skus=(SkuSpec(values=(), price_amount=2990, stock=50, weight_g=300),),
        pictures=(PictureSpec("images/fruit.webp", 800, 800),),
    )
    skus = [create_product(spec, by=SYSTEM, on_sale=True).skus.get() for _ in range(2)]
    order = Order.objects.create(
        number="2026112600001",
        member=member,
        program=program,
        items_amount=8970,
        freight_amount=0,
        total_amount=8970,
        address={},
        expires_at=timezone.now(),
    )
    for sku, quantity in zip(skus, (2, 1), strict=True):
        OrderLine.objects.create(
            order=order,
            sku=sku,
            product_id=sku.product_id,
            title="丹东草莓",
            price_amount=2990,
            quantity=quantity,
        )
    return OrderPaid(
        order_id=order.pk, number=order.number, member_id=member.pk, program_id=program.pk, amount=8970
    )


def test_each_line_of_a_paid_order_is_a_fact_once(news):
    count_the_goods(news)
    drain()
    count_the_goods(news)
    drain()
    lines = list(OrderLine.objects.order_by("id"))
    batches = [
        (row.member_id, row.program_id, orjson.loads(row.payload)) for row in Batch.objects.order_by("id")
    ]
    assert [(member, program, len(events)) for member, program, events in batches] == [
        (news.member_id, news.program_id, 1)
    ] * 2
    assert [(events[0]["id"], events[0]["props"]) for _member, _program, events in batches] == [
        (
            f"goods_bought:{news.number}:{line.pk}",
            {
                "order_number": news.number,
                "product_id": line.product_id,
                "product": "丹东草莓",
                "category": "水果",
                "quantity": line.quantity,
                "amount": 2990 * line.quantity,
            },
        )
        for line in lines
    ]


def test_no_phone_can_say_that_something_was_bought():
    now = int(timezone.now().timestamp() * 1000)
    event = {"id": "e1", "name": "goods_bought", "ts": now, "session_id": "s", "page": "", "props": {}}
    batch = {"batch_id": "b", "device_id": "d", "sent_at": now, "events": [event]}
    answer = accept_batch(batch=batch, member_id=None, program_id=None)
    assert (answer.accepted, [one.code for one in answer.rejected]) == ([], ["server_fact"])
    assert not Batch.objects.exists()
