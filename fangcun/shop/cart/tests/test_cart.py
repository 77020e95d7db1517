"""The cart: counted on the server, honest about what has become of each line."""

from __future__ import annotations

import pytest

from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.shop.cart import services
from fangcun.shop.cart.errors import NotInCart, QuantityInvalid, ShortOfStock, SkuGone
from fangcun.shop.cart.models import CartLine
from fangcun.shop.cart.queries import cart_of, count_of
from fangcun.shop.catalog.models import Product, Sku

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(db):
    return Member.objects.create(nickname="小方")


@pytest.fixture
def add(member, carrot):
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜")

    def put(quantity: int = 1, sku_id: int | None = None) -> None:
        services.add_to_cart(
            member_id=member.pk, program_id=program.pk, sku_id=sku_id or carrot.pk, quantity=quantity
        )

    return put


def test_adding_again_adds_up(add, member):
    add(2)
    add(3)
    (line,) = cart_of(member.pk)
    assert (line.quantity, line.line_amount, line.status, count_of(member.pk)) == (5, 6400, "ok", 1)


@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_a_senseless_quantity_is_refused(add, quantity):
    with pytest.raises(QuantityInvalid):
        add(quantity)
    assert CartLine.objects.count() == 0


def test_more_than_the_stock_is_refused_and_the_line_stays(add, member):
    add(15)
    with pytest.raises(ShortOfStock) as refused:
        add(6)
    assert refused.value.details == {"stock": 20}
    assert cart_of(member.pk)[0].quantity == 15


def test_what_is_not_sold_cannot_be_added(add):
    with pytest.raises(SkuGone):
        add(1, sku_id=999_999)
    Product.objects.update(on_sale=False)
    with pytest.raises(SkuGone):
        add(1)


def test_each_line_tells_what_has_become_of_it(add, member):
    add(5)
    Sku.objects.update(price_amount=1380)
    assert [(line.status, line.price_was) for line in cart_of(member.pk)] == [("repriced", 1280)]
    Sku.objects.update(stock=4)
    assert cart_of(member.pk)[0].status == "short"
    Product.objects.update(on_sale=False)
    assert cart_of(member.pk)[0].status == "gone"


def test_lines_change_and_go(add, member, carrot):
    add(5)
    services.change_line(member_id=member.pk, sku_id=carrot.pk, quantity=2, selected=False)
    assert [(line.quantity, line.selected) for line in cart_of(member.pk)] == [(2, False)]
    services.remove_line(member_id=member.pk, sku_id=carrot.pk)
    for change in (
        lambda: services.change_line(member_id=member.pk, sku_id=carrot.pk, quantity=1),
        lambda: services.remove_line(member_id=member.pk, sku_id=carrot.pk),
    ):
        with pytest.raises(NotInCart):
            change()


def test_a_cart_is_its_owners(add, member, carrot):
    add(5)
    stranger = Member.objects.create(nickname="路人")
    assert cart_of(stranger.pk) == []
    with pytest.raises(NotInCart):
        services.change_line(member_id=stranger.pk, sku_id=carrot.pk, quantity=1)
    services.clear_cart(member_id=stranger.pk)
    services.select_lines(member_id=stranger.pk, selected=False)
    assert [(line.quantity, line.selected) for line in cart_of(member.pk)] == [(5, True)]


def test_a_cart_costs_two_statements(add, member, django_assert_num_queries):
    add(1)
    with django_assert_num_queries(2):
        cart_of(member.pk)


def test_merged_members_have_one_cart(add, member, carrot):
    add(5)
    kept = Member.objects.create(nickname="同一人")
    services.reassign_cart(kept_id=kept.pk, gone_id=member.pk)
    assert [line.quantity for line in cart_of(kept.pk)] == [5]
    assert cart_of(member.pk) == []
