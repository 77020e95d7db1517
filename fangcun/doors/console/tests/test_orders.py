"""Orders at the console: found, shipped, cancelled, annotated, exported; every change with an audit row."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from fangcun.kernel.models import AuditEntry
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Refund
from fangcun.shop.shipping.models import Shipment

pytestmark = pytest.mark.django_db(databases="__all__")


def page(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def do(browser, order: Order, verb: str, **body: str):
    return browser.post(reverse(f"admin:orders_order_{verb}", args=[order.pk]), body, follow=True)


def test_an_order_is_shipped_and_the_audit_log_tells_by_whom(enter, paid, audited):
    answer = do(enter("operator"), paid, "ship", carrier="SF", tracking_number="sf 1234567890")
    assert "已发货，已通知买家" in answer.content.decode()
    paid.refresh_from_db()
    parcel = Shipment.objects.get(order_number=paid.number)
    assert (paid.status, parcel.carrier, parcel.tracking_number) == ("shipped", "SF", "SF1234567890")
    assert "orders.ship" in audited()
    assert AuditEntry.objects.get(action="orders.ship").actor_name == "operator"


def test_a_refused_tracking_number_is_marked_and_kept_and_nothing_ships(enter, paid):
    html = do(enter("operator"), paid, "ship", carrier="YTO", tracking_number="12 3").content.decode()
    assert "运单号应为 6–40 位字母或数字" in html
    assert 'value="12 3"' in html
    assert '<option value="YTO" selected' in html
    paid.refresh_from_db()
    assert (paid.status, Shipment.objects.count()) == ("paid", 0)


def test_shipping_twice_tells_and_changes_nothing(enter, paid):
    browser = enter("operator")
    do(browser, paid, "ship", carrier="SF", tracking_number="SF1234567890")
    html = do(browser, paid, "ship", carrier="SF", tracking_number="SF9999999999").content.decode()
    assert "订单当前不能发货" in html
    assert Shipment.objects.get().tracking_number == "SF1234567890"


def test_cancelling_a_paid_order_gives_stock_and_money_back(enter, paid, audited, drain):
    do(enter("operator"), paid, "cancel", reason="缺货")
    paid.refresh_from_db()
    refund = Refund.objects.get(payment=paid.payment)
    assert (paid.status, refund.amount, Sku.objects.get().stock) == ("cancelled", 2560, 20)
    assert "orders.cancel" in audited()


def test_support_cancels_what_is_unpaid_but_not_what_is_paid(enter, buy, pay):
    unpaid, settled = buy(1), pay(buy(1))
    browser = enter("support")
    assert do(browser, unpaid, "cancel", reason="不想要了").status_code == 200
    assert do(browser, settled, "cancel", reason="不想要了").status_code == 403
    assert "取消并全额退款" not in browser.get(page(settled)).content.decode()
    assert set(Order.objects.values_list("number", "status")) == {
        (unpaid.number, "cancelled"),
        (settled.number, "paid"),
    }


def test_a_note_is_kept_for_colleagues(enter, paid, audited):
    do(enter("support"), paid, "note", text="放冷藏")
    paid.refresh_from_db()
    assert paid.staff_note == "放冷藏"
    assert "orders.annotate" in audited()


def test_looking_at_an_order_stands_in_the_audit_log(enter, paid, audited):
    enter("analyst").get(page(paid))
    assert audited()[-1] == "orders.view"


def test_the_phone_number_is_whole_only_for_who_may_reveal_it(enter, paid):
    assert "13800138000" in enter("operator").get(page(paid)).content.decode()
    html = enter("analyst").get(page(paid)).content.decode()
    assert "138****8000" in html
    assert "13800138000" not in html


def test_tabs_and_search_find_orders(enter, buy, pay):
    unpaid, settled = buy(1), pay(buy(1))
    browser, path = enter("operator"), reverse("admin:orders_order_changelist")
    for query, there, gone in (
        ({"status__exact": "paid"}, settled, unpaid),
        ({"q": unpaid.number}, unpaid, settled),
        ({"q": settled.payment.transaction_id}, settled, unpaid),
    ):
        html = browser.get(path, query).content.decode()
        assert there.number in html
        assert gone.number not in html
    html = browser.get(path, {"status__exact": "paid"}).content.decode()
    assert '<a href="?status__exact=paid" aria-current="page">待发货</a>' in html
    for text in ("%", "'; DROP TABLE orders_order; --", "\u202e", "9" * 60):
        assert browser.get(path, {"q": text}).status_code == 200


def test_the_export_holds_the_orders_of_the_list_and_no_formulas(enter, buy, pay, audited):
    pay(buy(2, remark='=HYPERLINK("http://x")'))
    unpaid = buy(1)
    browser, path = enter("operator"), reverse("admin:orders_order_export")
    answer = browser.get(path, {"status__exact": "paid"})
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff订单号,")
    row = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert len(row) == 1
    assert (row[0]["应付"], row[0]["电话"], row[0]["状态"]) == ("25.60", "13800138000", "待发货")
    assert row[0]["买家留言"] == '\'=HYPERLINK("http://x")'
    assert unpaid.number not in text
    assert audited()[-1] == "orders.export"
    masked = b"".join(enter("planner").get(path).streaming_content).decode()
    assert "138****8000" in masked
    assert "13800138000" not in masked


@pytest.mark.parametrize(
    "query",
    ["status__exact=x%22&o=x&p=x", "created_at_from_0=%22%3E", "total_amount_from=%22%3E", "q=%00&nothing=1"],
)
def test_an_export_with_a_filter_typed_by_hand_breaks_nothing(enter, query):
    answer = enter("operator").get(f"{reverse('admin:orders_order_export')}?{query}")
    assert answer.status_code in (200, 302, 400)
