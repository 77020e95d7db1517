"""Messages on their way through WeChat: what arrives, what does not, and what nobody can know."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from fangcun.grow.messaging.delivering import MOST_ATTEMPTS, deliver
from fangcun.grow.messaging.models import Delivery, Grant, Message
from fangcun.grow.messaging.services import record_consents
from fangcun.grow.messaging.tasks import send_delivery
from fangcun.grow.messaging.tests.telling import tell
from fangcun.insight.tracking.models import Batch
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.jobs import MAX_ATTEMPTS
from fangcun.kernel.models import Job
from fangcun.kernel.states import transitions_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def agreed(shop):
    """The customer said yes once, at WeChat and to us."""
    shop.agree(shop.paid_id)
    record_consents(account=shop.account, moment="order_submit", results={shop.paid_id: "accept"})
    return shop


def told(shop, key: str = "order_paid:F1", **changes: Any) -> Delivery:
    return Delivery.objects.get(message=tell(shop.account, key, **changes))


def now_due() -> None:
    Job.objects.update(run_at=timezone.now() - dt.timedelta(seconds=1))


def state(delivery: Delivery) -> tuple[str, str, str]:
    delivery.refresh_from_db()
    return delivery.status, delivery.grant.status, delivery.error_code


def test_an_agreed_message_arrives_and_leaves_its_trace(agreed, drain):
    delivery = told(agreed)
    drain()
    assert state(delivery) == ("sent", "spent", "")
    assert delivery.msgid
    (message,) = agreed.inbox()
    assert message["title"] == "订单支付成功通知"
    assert message["page"] == "pages-trade/order/order?number=F1"
    assert [t.target for t in transitions_of(delivery)] == ["sending", "sent"]
    facts = Batch.objects.filter(payload__contains='"name":"message_sent"')
    assert facts.count() == 1


def test_a_second_run_of_the_job_sends_nothing(agreed, drain):
    delivery = told(agreed)
    drain()
    send_delivery.func(delivery_id=delivery.pk)
    assert state(delivery) == ("sent", "spent", "")
    assert len(agreed.inbox()) == 1


def test_a_consent_wechat_knows_nothing_of_voids_all_that_came_before(shop, drain):
    record_consents(account=shop.account, moment="order_submit", results={shop.paid_id: "accept"})
    record_consents(account=shop.account, moment="order_submit", results={shop.paid_id: "accept"})
    record_consents(account=shop.account, moment="order_submit", results={shop.shipped_id: "accept"})
    delivery = told(shop)
    drain()
    assert state(delivery) == ("refused", "void", "43101")
    assert list(Grant.objects.order_by("id").values_list("status", flat=True)) == ["void", "void", "open"]
    assert Message.objects.count() == 1
    assert (shop.inbox(), Job.objects.count()) == ([], 0)


def test_a_field_that_breaks_a_rule_is_named_and_the_consent_stays_good(agreed, drain):
    delivery = told(agreed, values={"order_number": "F1", "goods": "x", "amount": "免费", "time": "15:00"})
    drain()
    assert state(delivery) == ("failed", "open", "47003")
    assert delivery.error_field == "amount3"
    assert "amount3" in delivery.error
    assert Job.objects.count() == 0
    again = told(agreed, "order_paid:F2")
    drain()
    assert state(again) == ("sent", "spent", "")


@pytest.mark.parametrize(("fault", "code"), [("api_system_error", "-1"), ("api_quota", "45009")])
def test_a_busy_wechat_is_asked_again_later(agreed, drain, fault, code):
    agreed.box.post("/_box/faults", **{fault: {"times": True, "path": "/cgi-bin/message/"}})
    delivery = told(agreed)
    drain()
    assert state(delivery) == ("queued", "claimed", code)
    assert Job.objects.get().dead is False
    agreed.box.http.delete("/_box/faults")
    now_due()
    drain()
    assert state(delivery) == ("sent", "spent", "")
    assert len(agreed.inbox()) == 1
    assert Job.objects.count() == 0


def test_an_unanswered_message_that_did_not_arrive_is_sent_again(agreed, drain):
    agreed.box.post("/_box/faults", api_5xx={"times": 1, "path": "/cgi-bin/message/"})
    delivery = told(agreed)
    drain()
    assert state(delivery)[:2] == ("queued", "claimed")
    assert delivery.doubtful is True
    now_due()
    drain()
    assert state(delivery) == ("sent", "spent", "")
    assert len(agreed.inbox()) == 1


def test_an_unanswered_message_that_did_arrive_is_not_delivered_twice(agreed, drain):
    agreed.box.post("/_box/faults", api_lost_answers={"times": 1, "path": "/cgi-bin/message/"})
    delivery = told(agreed)
    drain()
    assert state(delivery)[:2] == ("queued", "claimed")
    now_due()
    drain()
    assert state(delivery) == ("unknown", "spent", "43101")
    assert len(agreed.inbox()) == 1


def test_a_doubtful_message_never_eats_another_ones_consent(agreed, drain):
    agreed.agree(agreed.paid_id)
    record_consents(account=agreed.account, moment="order_submit", results={agreed.paid_id: "accept"})
    agreed.box.post("/_box/faults", api_lost_answers={"times": 1, "path": "/cgi-bin/message/"})
    first = told(agreed)
    drain()
    assert state(first)[:2] == ("unknown", "spent")
    assert Job.objects.count() == 0
    second = told(agreed, "order_paid:F2")
    drain()
    assert state(second) == ("sent", "spent", "")
    assert len(agreed.inbox()) == 2


def test_a_process_that_died_while_sending_leaves_a_doubt_that_the_next_one_clears(agreed, drain):
    delivery = told(agreed)
    Delivery.objects.filter(pk=delivery.pk).update(status="sending", attempts=1)
    drain()
    assert state(delivery) == ("sent", "spent", "")
    assert [(t.source, t.target) for t in transitions_of(delivery)] == [
        ("sending", "queued"),
        ("queued", "sending"),
        ("sending", "sent"),
    ]


def test_a_process_that_died_while_sending_with_other_consents_ends_unknown(agreed, drain):
    delivery = told(agreed)
    record_consents(account=agreed.account, moment="order_submit", results={agreed.paid_id: "accept"})
    Delivery.objects.filter(pk=delivery.pk).update(status="sending", attempts=1)
    drain()
    assert state(delivery) == ("unknown", "spent", "interrupted")
    assert agreed.inbox() == []


def test_patience_ends_before_the_jobs_does(agreed, drain):
    agreed.box.post("/_box/faults", api_system_error={"times": True, "path": "/cgi-bin/message/"})
    delivery = told(agreed)
    for _ in range(MOST_ATTEMPTS):
        assert state(delivery)[0] == "queued"
        now_due()
        drain()
    assert state(delivery) == ("failed", "open", "-1")
    assert MOST_ATTEMPTS < MAX_ATTEMPTS
    assert Job.objects.count() == 0


def test_nobody_there_is_a_later_attempt(agreed, settings):
    delivery = told(agreed)
    settings.WECHAT_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(GatewayError):
        deliver(delivery.pk)
    assert state(delivery) == ("queued", "claimed", "connect")
    assert delivery.doubtful is False
