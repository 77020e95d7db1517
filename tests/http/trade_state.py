"""What payments move, and what a refused notice looks like."""

from __future__ import annotations

from typing import Any

from fangcun.kernel.models import Transition
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Notice, Payment, Refund


def state() -> dict[str, Any]:
    """Everything that a payment moves."""
    return {
        "orders": list(
            Order.objects.order_by("id").values("number", "status", "paid_amount", "refunded_amount")
        ),
        "payments": list(
            Payment.objects.order_by("id").values(
                "out_trade_no", "status", "transaction_id", "refunded_amount"
            )
        ),
        "refunds": list(Refund.objects.order_by("id").values("out_refund_no", "amount", "status")),
        "stock": list(Sku.objects.order_by("id").values_list("stock", flat=True)),
        "steps": Transition.objects.count(),
        "notices": Notice.objects.count(),
    }


def is_refused(answer: Any, status: int) -> None:
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert answer.headers["Content-Type"].startswith("application/json")
    body = answer.json()
    assert (body["code"], bool(body["message"])) == ("FAIL", True)
