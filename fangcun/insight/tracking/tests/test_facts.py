"""What the server knows is written down once, and only if it happened."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import transaction

from fangcun.insight.tracking.models import Batch
from fangcun.insight.tracking.services import accept_batch, record, record_later
from fangcun.kernel.models import Job

pytestmark = pytest.mark.django_db(databases="__all__")

AT = dt.datetime(2026, 11, 1, 8, 0, 0, 123000, tzinfo=dt.UTC)
PAID: dict[str, Any] = {
    "event_id": "order_paid:N1",
    "member_id": 7,
    "program_id": 1,
    "props": {"order_number": "N1", "amount": 1990},
    "at": AT,
}


def test_a_fact_is_written_once_however_often_it_is_told():
    assert record("order_paid", **PAID) is True
    assert record("order_paid", **PAID) is False
    row = Batch.objects.get()
    assert (row.member_id, row.program_id, row.device_id, row.count) == (7, 1, None, 1)
    assert row.first_ts == row.last_ts == 1_793_520_000_123
    assert json.loads(row.payload) == [
        {
            "id": "order_paid:N1",
            "name": "order_paid",
            "ts": 1_793_520_000_123,
            "session": "",
            "page": "",
            "props": {"order_number": "N1", "amount": 1990},
        }
    ]


def test_a_phone_can_not_use_up_the_id_of_a_fact():
    now = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
    event = {"id": "order_paid:N1", "name": "page_viewed", "ts": now}
    body = {"batch_id": "b", "sent_at": now, "events": [event]}
    assert accept_batch(batch=body, member_id=None, program_id=1).accepted == ["order_paid:N1"]
    assert record("order_paid", **PAID) is True


def test_a_fact_told_later_is_written_when_the_work_is_done(drain):
    record_later("order_paid", **PAID)
    record_later("order_paid", **PAID)
    assert Batch.objects.count() == 0
    drain()
    row = Batch.objects.get()
    assert (row.first_ts, row.member_id) == (1_793_520_000_123, 7)


def test_a_fact_of_a_change_that_did_not_happen_is_never_written(drain):
    with transaction.atomic():
        record_later("order_paid", **PAID)
        transaction.set_rollback(True)
    drain()
    assert Job.objects.count() == 0
    assert Batch.objects.count() == 0
