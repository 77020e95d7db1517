"""The hot path: nothing is sold that is not there, and each piece is written down."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry
from fangcun.shop.catalog.errors import OutOfStock, ProductGone, ProductInvalid, StockTooLow
from fangcun.shop.catalog.models import Product, Sku, StockChange
from fangcun.shop.catalog.services import (
    SkuSpec,
    change_stock,
    return_stock,
    take_off_sale,
    take_stock,
)

BUYER = Actor.member(5)
pytestmark = pytest.mark.django_db


def counts(*skus: Sku) -> list[tuple[int, int]]:
    found = Sku.objects.in_bulk([sku.pk for sku in skus])
    return [(found[sku.pk].stock, found[sku.pk].sold) for sku in skus]


def ledger(reference: str) -> list[tuple[int, int, int, str]]:
    return list(
        StockChange.objects.filter(reference=reference)
        .order_by("id")
        .values_list("sku_id", "delta", "balance", "reason")
    )


def test_what_is_taken_leaves_the_shelf_and_is_written_down(sku):
    taken = take_stock([(sku.pk, 3)], reference="N1", by=BUYER)

    assert counts(sku) == [(7, 3)]
    assert ledger("N1") == [(sku.pk, -3, 7, "sold")]
    line = taken[sku.pk]
    assert (line.product_id, line.title, line.sku_title, line.cover) == (
        sku.product_id,
        "草莓",
        "",
        "p/cover.webp",
    )
    assert (line.price_amount, line.market_amount, line.weight_g, line.quantity, line.stock) == (
        1230,
        1500,
        300,
        3,
        7,
    )
    entry = StockChange.objects.get(reference="N1")
    assert (entry.actor_kind, entry.actor_id) == ("member", 5)
    assert entry.at.tzinfo is not None


def test_a_picture_of_its_own_goes_before_the_cover(sell):
    sku = sell(skus=(SkuSpec((), 500, picture="p/own.webp", stock=1),)).skus.get()
    assert take_stock([(sku.pk, 1)], reference="N1", by=BUYER)[sku.pk].cover == "p/own.webp"


def test_a_sku_named_twice_is_summed(sku):
    take_stock([(sku.pk, 4), (sku.pk, 5)], reference="N1", by=BUYER)
    assert counts(sku) == [(1, 9)]
    with pytest.raises(OutOfStock) as refusal:
        take_stock([(sku.pk, 1), (sku.pk, 1)], reference="N2", by=BUYER)
    assert refusal.value.details == {"lines": [{"sku_id": sku.pk, "wanted": 2, "stock": 1}]}


def test_one_short_line_refuses_the_whole_order(sku, sell):
    few = sell("蓝莓", skus=(SkuSpec((), 900, stock=2),)).skus.get()
    none = sell("桑葚", skus=(SkuSpec((), 900, stock=0),)).skus.get()

    with pytest.raises(OutOfStock) as refusal, transaction.atomic():
        take_stock([(sku.pk, 1), (none.pk, 1), (few.pk, 3)], reference="N1", by=BUYER)

    assert refusal.value.details["lines"] == [
        {"sku_id": few.pk, "wanted": 3, "stock": 2},
        {"sku_id": none.pk, "wanted": 1, "stock": 0},
    ]
    assert counts(sku, few, none) == [(10, 0), (2, 0), (0, 0)]
    assert ledger("N1") == []


def test_what_left_the_shop_cannot_be_taken(sku, sell, clerk):
    hidden = sell("蓝莓").skus.get()
    take_off_sale(hidden.product_id, by=clerk)
    dropped = sell("桑葚").skus.get()
    Sku.objects.filter(pk=dropped.pk).update(active=False)

    for gone in (hidden.pk, dropped.pk, 999_999):
        with pytest.raises(ProductGone) as refusal, transaction.atomic():
            take_stock([(sku.pk, 1), (gone, 1)], reference="N1", by=BUYER)
        assert refusal.value.details == {"lines": [{"sku_id": gone}]}
    assert counts(sku, hidden, dropped) == [(10, 0)] * 3
    assert ledger("N1") == []


@pytest.mark.django_db(transaction=True)
def test_a_swallowed_refusal_cannot_be_committed(sku, sell):
    none = sell("桑葚", skus=(SkuSpec((), 900, stock=0),)).skus.get()

    def swallow() -> None:
        with transaction.atomic():
            try:
                take_stock([(sku.pk, 1), (none.pk, 1)], reference="N1", by=BUYER)
            except OutOfStock:
                Product.objects.count()

    with pytest.raises(transaction.TransactionManagementError):
        swallow()
    assert counts(sku) == [(10, 0)]


def test_taking_and_returning_cost_two_statements_each(sell, django_assert_num_queries):
    skus = [sell(f"商品{n}").skus.get() for n in range(6)]
    lines = [(sku.pk, 2) for sku in skus]
    with transaction.atomic():
        with django_assert_num_queries(2):
            take_stock(lines, reference="N1", by=BUYER)
        with django_assert_num_queries(2):
            return_stock(lines, reference="N1", by=BUYER)
    with django_assert_num_queries(0):
        assert take_stock([], reference="N2", by=BUYER) == {}


def test_what_comes_back_is_as_if_never_sold(sku):
    take_stock([(sku.pk, 3)], reference="N1", by=BUYER)
    return_stock([(sku.pk, 1), (sku.pk, 2)], reference="N1", by=BUYER)
    assert counts(sku) == [(10, 0)]
    assert ledger("N1") == [(sku.pk, -3, 7, "sold"), (sku.pk, 3, 10, "returned")]


def test_goods_come_back_to_what_left_the_shop(sku, clerk):
    take_stock([(sku.pk, 3)], reference="N1", by=BUYER)
    take_off_sale(sku.product_id, by=clerk)
    return_stock([(sku.pk, 3)], reference="N1", by=BUYER)
    assert counts(sku) == [(10, 0)]


def test_a_quantity_is_at_least_one(sku):
    for quantity in (0, -1):
        with pytest.raises(ValueError, match="at least 1"), transaction.atomic():
            take_stock([(sku.pk, quantity)], reference="N1", by=BUYER)
    assert counts(sku) == [(10, 0)]


def test_an_operator_changes_stock_with_a_reason(sku, clerk):
    change_stock(sku.pk, delta=5, reason="purchase", note="周一到货", by=clerk)
    change_stock(sku.pk, delta=-3, reason="damage", by=clerk)
    entry = change_stock(sku.pk, set_to=11, reason="count", by=clerk)

    assert counts(sku) == [(11, 0)]
    assert (entry.delta, entry.balance, entry.actor_name) == (-1, 11, "小李")
    assert list(sku.stock_changes.order_by("id").values_list("delta", "balance", "reason", "note")) == [
        (10, 10, "initial", ""),
        (5, 15, "purchase", "周一到货"),
        (-3, 12, "damage", ""),
        (-1, 11, "count", ""),
    ]
    audited = AuditEntry.objects.filter(action="catalog.change_stock").order_by("id")[0]
    assert (audited.before, audited.after, audited.ip) == ({"stock": 10}, {"stock": 15}, "127.0.0.1")


def test_an_operator_cannot_take_more_than_there_is(sku, clerk):
    for delta, set_to in ((-11, None), (None, -1)):
        with pytest.raises(StockTooLow) as refusal:
            change_stock(sku.pk, reason="correction", by=clerk, delta=delta, set_to=set_to)
        assert refusal.value.details == {"stock": 10}
        assert str(refusal.value) == "库存只有 10，不能减到负数"
    with pytest.raises(ProductInvalid):
        change_stock(sku.pk, delta=2**62, reason="correction", by=clerk)
    assert counts(sku) == [(10, 0)]
    assert sku.stock_changes.count() == 1
    assert not AuditEntry.objects.filter(action="catalog.change_stock").exists()


def test_the_database_itself_refuses_negative_stock(sku):
    with pytest.raises(DatabaseError), transaction.atomic():
        Sku.objects.filter(pk=sku.pk).update(stock=-1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixty_buyers_get_twenty_pieces(sell, at_once):
    sku = sell(skus=(SkuSpec((), 900, stock=20),)).skus.get()
    got, refused = [], []

    def buy(number: int) -> None:
        try:
            with transaction.atomic():
                take_stock([(sku.pk, 1)], reference=f"R{number}", by=BUYER)
        except OutOfStock:
            refused.append(number)
        else:
            got.append(number)

    at_once(buy, 60)

    assert (len(got), len(refused)) == (20, 40)
    assert counts(sku) == [(0, 20)]
    sold = StockChange.objects.filter(reason="sold")
    assert {entry.reference for entry in sold} == {f"R{number}" for number in got}
    assert sorted(entry.balance for entry in sold) == list(range(20))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_orders_that_name_the_same_things_in_another_order_do_not_deadlock(sell, at_once):
    skus = [sell(f"商品{n}", skus=(SkuSpec((), 900, stock=12),)).skus.get() for n in range(4)]
    lines = [(sku.pk, 1) for sku in skus]
    refused = []

    def buy(number: int) -> None:
        for turn in range(3):
            reference = f"R{number}-{turn}"
            try:
                with transaction.atomic():
                    take_stock(lines if number % 2 else lines[::-1], reference=reference, by=BUYER)
            except OutOfStock:
                refused.append(reference)
            else:
                if turn == 1:
                    return_stock(lines[::-1] if number % 2 else lines, reference=reference, by=BUYER)

    at_once(buy, 8)

    [stock] = {sku.stock for sku in Sku.objects.all()}
    [sold] = {sku.sold for sku in Sku.objects.all()}
    assert stock + sold == 12
    assert stock >= 0
    taken = StockChange.objects.filter(reason="sold").count() / 4
    returned = StockChange.objects.filter(reason="returned").count() / 4
    assert taken + len(refused) == 24
    assert sold == taken - returned


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_operators_and_buyers_at_once_lose_no_piece(sku, clerk, at_once):
    def change(number: int) -> None:
        if number % 2:
            change_stock(sku.pk, delta=2, reason="purchase", by=clerk)
        else:
            take_stock([(sku.pk, 1)], reference=f"R{number}", by=BUYER)

    at_once(change, 12)

    assert counts(sku) == [(16, 6)]
    assert sum(entry.delta for entry in sku.stock_changes.all()) == 16
