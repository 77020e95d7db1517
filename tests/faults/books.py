"""Writes down what an installation's databases hold: a program that answers each line with a line of JSON.

The line `look` only looks; `later` first lets every lease and every wait of the background work run out, as if
hours had passed. Do that only while nothing runs.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import django

django.setup()

from django.db.models import Sum  # noqa: E402 - the rooms are wired first
from django.utils import timezone  # noqa: E402

from fangcun.grow.messaging.models import Message  # noqa: E402
from fangcun.insight.analytics.engines import opened  # noqa: E402
from fangcun.kernel.jobs import PERIODS  # noqa: E402
from fangcun.kernel.models import Job, Transition  # noqa: E402
from fangcun.shop.catalog.models import Sku, StockChange  # noqa: E402
from fangcun.shop.orders.models import Order  # noqa: E402
from fangcun.shop.payments.models import Payment, Refund  # noqa: E402


def let_time_pass() -> None:
    now = timezone.now()
    Job.objects.filter(dead=False).update(run_at=now, lease_until=None)
    Payment.objects.exclude(next_query_at=None).update(next_query_at=now)
    Refund.objects.exclude(next_query_at=None).update(next_query_at=now)


def facts() -> list[str]:
    """Ids of the server's own facts; no phone's have a colon."""
    with opened() as engine:
        return [key for (key,) in engine.rows("SELECT id FROM ev WHERE id LIKE '%:%' ORDER BY id")]


def orders() -> list[dict[str, Any]]:
    paid = Counter(
        Transition.objects.filter(subject="orders.order", target="paid").values_list("subject_id", flat=True)
    )
    return [
        {
            "number": order.number,
            "member": order.member_id,
            "key": order.idempotency_key,
            "status": order.status,
            "total_amount": order.total_amount,
            "paid_amount": order.paid_amount,
            "refunded_amount": order.refunded_amount,
            "payment": order.payment.out_trade_no if order.payment else None,
            "units": order.lines.aggregate(units=Sum("quantity"))["units"],
            "times_paid": paid[order.pk],
        }
        for order in Order.objects.select_related("payment")
    ]


def payments() -> list[dict[str, Any]]:
    return [
        {
            "out_trade_no": payment.out_trade_no,
            "number": payment.reference,
            "status": payment.status,
            "amount": payment.amount,
            "refunded_amount": payment.refunded_amount,
            "refunds": [[refund.amount, refund.status] for refund in payment.refunds.all()],
        }
        for payment in Payment.objects.prefetch_related("refunds")
    ]


def books() -> dict[str, Any]:
    return {
        "orders": orders(),
        "payments": payments(),
        "stock": dict(Sku.objects.values_list("id", "stock")),
        "ledger": dict(
            StockChange.objects.values("sku_id").annotate(sum=Sum("delta")).values_list("sku_id", "sum")
        ),
        "jobs": list(Job.objects.exclude(task__in=PERIODS).values("task", "attempts", "dead", "error")),
        "messages": list(Message.objects.values_list("dedupe_key", flat=True)),
        "facts": facts(),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        if line.strip() == "later":
            let_time_pass()
        print(json.dumps(books()), flush=True)  # noqa: T201 - the answer to who started it
