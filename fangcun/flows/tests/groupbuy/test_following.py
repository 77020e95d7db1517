"""What follows from a group: facts, messages by consent, members who merge, and money that is owed until it is back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.flows.after_group import count_the_seat, free_the_seat, tell_the_result
from fangcun.flows.tests.groupbuy.friends import PRICE, campaign_of, expire, group_of
from fangcun.grow.groupbuy.events import GroupResult
from fangcun.grow.groupbuy.models import CampaignSku, Group, Seat
from fangcun.grow.groupbuy.services import expire_groups, follow_order, settle_overdue, settling
from fangcun.grow.messaging.models import Delivery, Message
from fangcun.grow.messaging.services import record_consents, register_template
from fangcun.identity.members.events import MembersMerged
from fangcun.insight.analytics.engines import opened
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.events import announce
from fangcun.kernel.models import Job, Transition
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.events import OrderCancelled, OrderPaid
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import give_up_order
from fangcun.shop.payments.models import Refund

pytestmark = pytest.mark.django_db(databases="__all__")


def facts() -> list[tuple[str, str]]:
    """Ids and properties of what was written down about groups."""
    with opened() as engine:
        return list(
            engine.rows("SELECT id, CAST(props AS VARCHAR) FROM ev WHERE id LIKE 'group_%:%' ORDER BY id")
        )


def test_the_facts_of_a_group_carry_its_number(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    three[1].buy(campaign, group.number)
    drain()
    second = Seat.objects.order_by("id").last()
    assert second is not None
    found = dict(facts())
    assert sorted(found) == [
        f"group_completed:{group.number}",
        f"group_joined:{group.number}:{second.pk}",
        f"group_opened:{group.number}",
    ]
    assert all(group.number in props for props in found.values())


def test_the_opener_hears_of_each_who_joins_until_the_group_is_full(carrot, three, drain):
    campaign = campaign_of(carrot, size=3)
    group = group_of(three[0].buy(campaign))
    drain()
    for friend in three[1:]:
        friend.buy(campaign, group.number)
        drain()
    told = Message.objects.filter(title="有人参团了")
    assert [(one.member_id, one.body[-8:]) for one in told] == [(group.opener_id, "，还差 1 人。")]


def test_everybody_hears_the_result_by_the_consent_he_gave(campaign, three, program, drain, settings):
    settings.WECHAT_API_BASE = "http://127.0.0.1:9"  # nobody answers: the delivery waits
    template = register_template(
        program=program, purpose="group_result", template_id="t" * 43, title="拼团结果",
        fields={"thing1": "goods", "phrase2": "result", "number3": "members", "amount4": "amount"}, by=SYSTEM,
    )  # fmt: skip
    record_consents(account=three[0].account, moment="group_open", results={template.template_id: "accept"})
    record_consents(account=three[1].account, moment="group_join", results={template.template_id: "reject"})
    group = group_of(three[0].buy(campaign))
    drain()
    three[1].buy(campaign, group.number)
    drain()
    assert Message.objects.filter(kind="group", title="拼团成功").count() == 2
    delivery = Delivery.objects.get()
    assert delivery.message.member_id == three[0].pk
    assert delivery.data == {
        "thing1": "高原胡萝卜", "phrase2": "拼团成功", "number3": "2", "amount4": "¥8.80",
    }  # fmt: skip
    assert delivery.page == f"pages-grow/group/group?number={group.number}"


def test_news_that_come_again_and_late_change_nothing(campaign, three, drain):
    order = three[0].buy(campaign)
    drain()
    group = group_of(order)
    three[1].buy(campaign, group.number)
    drain()
    before = (list(Group.objects.values()), list(Seat.objects.values()), Transition.objects.count())
    news = {
        "order_id": order.pk, "number": order.number, "member_id": three[0].pk, "program_id": 1, "amount": PRICE,
    }  # fmt: skip
    count_the_seat(OrderPaid(**news))
    free_the_seat(OrderCancelled(**news, cancelled_by="deadline", reason="", paid=False))
    follow_order(order_id=order.pk)
    follow_order(order_id=10**9)
    drain()
    assert (list(Group.objects.values()), list(Seat.objects.values()), Transition.objects.count()) == before


def test_a_result_is_told_once(campaign, three, drain):
    result = GroupResult(
        seat_id=1, number="abc", member_id=three[0].pk, program_id=three[0].account.program_id,
        order_number="1", title="胡萝卜", amount=PRICE, members=1, formed=False, reason="时间到",
        at=timezone.now().isoformat(),
    )  # fmt: skip
    tell_the_result(result)
    tell_the_result(result)
    assert Message.objects.get().body == "您参加的 胡萝卜 未能成团（时间到），订单 1 的 8.80 元将原路退回。"


def test_one_refund_that_fails_stops_no_other_and_is_tried_until_it_is_done(
    carrot, three, drain, monkeypatch
):
    campaign = campaign_of(carrot, size=3)
    first = three[0].buy(campaign)
    drain()
    group = group_of(first)
    second = three[1].buy(campaign, group.number)
    drain()
    whole = give_up_order

    def breaks(*, order_id: int, **rest):
        if order_id == first.pk:
            raise RuntimeError("disk full")
        return whole(order_id=order_id, **rest)

    monkeypatch.setattr(settling, "give_up_order", breaks)
    expire(group)
    expire_groups()
    drain()
    assert Refund.objects.get().payment.reference == second.number
    assert Seat.objects.get(order=first).settle_at is not None
    Job.objects.filter(task__endswith="groupbuy.tasks.settle").delete()  # its own job has given up
    later = timezone.now() + dt.timedelta(minutes=10)
    assert settle_overdue(now=later) == 0
    assert (Seat.objects.get(order=first).settle_tries, settle_overdue(now=later)) == (1, 0)
    monkeypatch.undo()
    assert settle_overdue(now=later + dt.timedelta(minutes=10)) == 1
    drain()
    assert Refund.objects.count() == 2
    assert not Seat.objects.exclude(status="released", settle_at=None).exists()
    assert settle_overdue(now=later + dt.timedelta(days=1)) == 0


def merge(kept: int, gone: int) -> None:
    announce(MembersMerged(kept_id=kept, gone_id=gone))


def test_the_groups_of_a_merged_member_are_his_who_stays(campaign, three, drain):
    order = three[0].buy(campaign)
    drain()
    merge(kept=three[2].pk, gone=three[0].pk)
    drain()
    group = group_of(order)
    assert (group.opener_id, group.seats.get().member_id) == (three[2].pk, three[2].pk)
    three[1].buy(campaign, group.number)
    drain()
    group.refresh_from_db()
    assert group.status == "formed"


def test_a_person_who_had_two_seats_in_an_open_group_keeps_the_first(carrot, three, drain):
    campaign = campaign_of(carrot, size=3)
    first = three[0].buy(campaign)
    drain()
    group = group_of(first)
    second = three[1].buy(campaign, group.number)
    drain()
    merge(kept=three[1].pk, gone=three[0].pk)
    drain()
    group.refresh_from_db()
    assert (group.status, group.taken, group.paid, group.opener_id) == ("open", 1, 1, three[1].pk)
    assert list(Seat.objects.order_by("id").values_list("member_id", "status", "order_id")) == [
        (three[1].pk, "paid", first.pk),
        (three[1].pk, "released", second.pk),
    ]
    assert [order.status for order in Order.objects.order_by("id")] == ["paid", "cancelled"]
    assert Refund.objects.get().payment.reference == second.number
    assert (CampaignSku.objects.get(campaign=campaign).taken, Sku.objects.get().stock) == (1, 19)


def test_a_person_who_had_two_seats_in_a_formed_group_keeps_both_parcels(campaign, three, drain):
    group = group_of(three[0].buy(campaign))
    drain()
    three[1].buy(campaign, group.number)
    drain()
    merge(kept=three[1].pk, gone=three[0].pk)
    drain()
    group.refresh_from_db()
    assert (group.status, group.paid, group.opener_id) == ("formed", 2, three[1].pk)
    assert list(Order.objects.values_list("status", "held_for")) == [("paid", "")] * 2
    assert Refund.objects.count() == 0
