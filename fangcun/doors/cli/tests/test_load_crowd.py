"""Members and orders from before a load test."""

from __future__ import annotations

import pytest

from fangcun.doors.cli.suites.load import crowd
from fangcun.identity.members.models import Account, Address
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import Transition
from fangcun.shop.catalog.services import PictureSpec, ProductSpec, SkuSpec, create_category, create_product
from fangcun.shop.orders.models import Order, OrderLine
from fangcun.shop.shipping.models import FreightRule
from fangcun.shop.shipping.services import save_freight_rule


@pytest.mark.django_db
def test_every_copied_order_has_its_line_its_beginning_and_its_member(monkeypatch):
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜")
    shelf = create_category(name="水果", by=SYSTEM)
    apple = ProductSpec(
        category_id=shelf.pk,
        title="苹果",
        pictures=(PictureSpec("images/none.webp", 8, 8),),
        skus=(SkuSpec(values=(), price_amount=890, stock=10),),
    )
    create_product(apple, by=SYSTEM, on_sale=True)
    save_freight_rule(
        FreightRule(name="全国", areas=[], first_amount=800, extra_amount=200, free_over_amount=9900),
        by=SYSTEM,
    )
    monkeypatch.setattr(crowd, "MEMBERS", 3)
    monkeypatch.setattr(crowd, "ORDERS", 7)
    crowd.gather_crowd(program)
    assert (Account.objects.count(), Address.objects.count()) == (4, 4)
    assert Order.objects.count() == OrderLine.objects.count() == 8
    assert {line.order_id for line in OrderLine.objects.all()} == {order.pk for order in Order.objects.all()}
    assert set(Transition.objects.values_list("subject_id", flat=True)) == {
        order.pk for order in Order.objects.all()
    }
    assert {order.member.accounts.count() for order in Order.objects.all()} == {1}
    assert Order.objects.values("member").distinct().count() == 4
