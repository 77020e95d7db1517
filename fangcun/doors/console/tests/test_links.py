"""Channels, links, batches and invitations in the console."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from fangcun.grow.links.batches import make_batch
from fangcun.grow.links.models import AttributionRules, Batch, Channel, ChannelCost, Link
from fangcun.grow.links.services import make_link, note_opening
from fangcun.grow.referral.models import Invitation, ReferralRules
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import Job
from fangcun.shop.orders.models import Order

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def operator(enter):
    return enter("operator")


def text(answer) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def channel() -> Channel:
    return Channel.objects.get()


def test_a_channel_is_made_and_keeps_its_code(operator, audited):
    form = {"name": "城西店", "code": "store-west", "kind": "store", "owner": "阿方", "note": ""}
    operator.post(reverse("admin:links_channel_add"), form)
    assert (channel().name, channel().code, channel().is_active) == ("城西店", "store-west", True)
    change = reverse("admin:links_channel_change", args=[channel().pk])
    operator.post(change, {**form, "name": "城西新店", "code": "other", "is_active": "on"})
    assert (channel().name, channel().code) == ("城西新店", "store-west")
    assert audited() == ["links.save_channel", "links.save_channel"]
    again = text(operator.post(reverse("admin:links_channel_add"), form))
    assert "已存在" in again
    assert Channel.objects.count() == 1


def test_a_cost_is_written_down_in_yuan_and_taken_back(operator, furnished, audited):
    form = {
        "channel": channel().pk, "starts_on": "2026-11-01", "ends_on": "2026-11-30", "amount": "1234.50", "note": "",
    }  # fmt: skip
    operator.post(reverse("admin:links_channelcost_add"), form)
    cost = ChannelCost.objects.latest("pk")
    assert cost.amount == 123450
    wrong = text(operator.post(reverse("admin:links_channelcost_add"), {**form, "ends_on": "2026-10-01"}))
    assert "结束日期不能早于开始日期" in wrong
    operator.post(reverse("admin:links_channelcost_delete", args=[cost.pk]), {"post": "yes"})
    assert not ChannelCost.objects.filter(pk=cost.pk).exists()
    assert audited() == ["links.save_cost", "links.delete_cost"]


def test_the_numbers_stand_beside_their_channel(operator, furnished):
    link = make_link(
        page="pages/home/home", query={}, program_id=furnished.program_id, channel_id=channel().pk
    )
    note_opening(link=link, visit="v1")
    today = timezone.localdate().isoformat()
    page = text(operator.get(reverse("admin:links_report"), {"from": today, "to": today}))
    for shown in ("城西店", "store-west", "没有渠道", "¥10.00"):
        assert shown in page
    sheet = text(operator.get(reverse("admin:links_report_csv"), {"from": today, "to": today}))
    assert sheet.splitlines()[1] == "城西店,store-west,门店二维码,1,1,0,0,0,0.00,10.00,,"
    for odd in (
        {"from": "x", "to": "9999-99-99"},
        {"program": "x"},
        {"program": "9" * 30},
        {"from": "0001-01-01"},
    ):
        assert operator.get(reverse("admin:links_report"), odd).status_code == 200


def test_without_channels_the_page_says_what_to_do(operator):
    assert "先新建一个渠道" in text(operator.get(reverse("admin:links_report")))


def test_the_days_of_the_rule_are_changed_or_refused(operator, enter, audited):
    address = reverse("admin:links_attribution")
    operator.post(address, {"days": "14"})
    operator.post(address, {"days": "0"})
    operator.post(address, {"days": "x"})
    assert AttributionRules.objects.get().days == 14
    assert audited() == ["links.save_attribution"]
    assert enter("analyst").post(address, {"days": "9"}).status_code == 403
    assert AttributionRules.objects.get().days == 14


def test_a_link_is_made_led_elsewhere_and_switched_off(operator, program, audited):
    form = {
        "title": "门口", "program": program.pk, "channel": "", "page": "pages-goods/goods/goods", "query": "id=3",
    }  # fmt: skip
    operator.post(reverse("admin:links_link_add"), form)
    link = Link.objects.get()
    assert link.path == "/pages-goods/goods/goods?id=3"
    change = reverse("admin:links_link_change", args=[link.pk])
    operator.post(change, {**form, "page": "pages/home/home", "query": ""})
    operator.post(reverse("admin:links_link_verb", args=[link.pk, "turn_off"]))
    link.refresh_from_db()
    assert (link.path, link.is_active) == ("/pages/home/home", False)
    assert audited() == ["links.make_link", "links.change_link", "links.switch_link"]
    wrong = text(operator.post(reverse("admin:links_link_add"), {**form, "page": "https://elsewhere"}))
    assert "页面路径应为" in wrong


def test_a_query_is_saved_again_as_it_is(operator, program):
    told = {"a": "1&2", "b=": "50%+", "去": "二楼 甲"}
    link = make_link(page="pages/home/home", query=told, program_id=program.pk, title="门口")
    change = reverse("admin:links_link_change", args=[link.pk])
    typed = operator.get(change).context["adminform"].form["query"].value()
    assert typed == "a=1%262&b%3D=50%25%2B&去=二楼 甲"
    operator.post(change, {"title": "门外", "page": link.page, "query": typed})
    link.refresh_from_db()
    assert (link.title, link.query) == ("门外", told)


def test_a_list_of_batches_takes_no_more_statements_for_more_of_them(
    operator, furnished, django_assert_max_num_queries
):
    address = reverse("admin:links_batch_changelist")
    with CaptureQueriesContext(connection) as few:
        text(operator.get(address))
    for number in range(5):
        make_batch(
            name=f"桌码 {number}",
            program_id=furnished.program_id,
            page="pages/home/home",
            query={},
            count=2,
            by=SYSTEM,
        )
    with django_assert_max_num_queries(len(few)):
        assert text(operator.get(address)).count(" 0 / 2") == 5


def test_a_links_code_and_addresses_come_from_wechat(operator, enter, wechat_program, box):
    link = make_link(page="pages/home/home", query={}, program_id=wechat_program.pk, title="门口")
    code = operator.get(reverse("admin:links_link_code", args=[link.pk]), {"download": ""})
    assert code["Content-Disposition"] == f'attachment; filename="{link.short}.png"'
    assert Image.open(io.BytesIO(code.content)).size == (430, 430)
    addresses = reverse("admin:links_link_addresses", args=[link.pk])
    assert enter("support").post(addresses).status_code == 403
    operator.post(addresses)
    link.refresh_from_db()
    assert ("/wxaurl/" in link.url, link.short_link.startswith("#小程序://")) == (True, True)
    assert link.short_link in text(operator.get(reverse("admin:links_link_change", args=[link.pk])))


def test_a_batch_is_made_watched_and_downloaded(operator, wechat_program, box, drain, audited):
    form = {
        "name": "桌码", "program": wechat_program.pk, "channel": "", "page": "pages/home/home", "query": "table=T{n}",
        "count": "3", "width": "430",
    }  # fmt: skip
    operator.post(reverse("admin:links_batch_add"), form)
    batch = Batch.objects.get()
    page = operator.get(reverse("admin:links_batch_change", args=[batch.pk]))
    assert (page["Refresh"], "0 / 3" in text(page)) == ("3", True)
    assert operator.get(reverse("admin:links_batch_file", args=[batch.pk, "zip"])).status_code == 404
    drain()
    page = operator.get(reverse("admin:links_batch_change", args=[batch.pk]))
    assert ("Refresh" in page, "3 / 3" in text(page)) == (False, True)
    for kind in ("zip", "pdf"):
        answer = operator.get(reverse("admin:links_batch_file", args=[batch.pk, kind]))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith({"zip": b"PK", "pdf": b"%PDF"}[kind])
    operator.post(reverse("admin:links_batch_change", args=[batch.pk]), {"name": "二楼桌码", "count": "9"})
    batch.refresh_from_db()
    assert (batch.name, batch.count) == ("二楼桌码", 3)
    assert audited() == ["links.make_batch", "links.rename_batch"]
    wrong = text(operator.post(reverse("admin:links_batch_add"), {**form, "count": "501"}))
    assert "一批 1 到 500 个" in wrong
    assert Batch.objects.count() == 1


def test_a_batch_is_stopped_and_resumed(operator, furnished, audited):
    batch = Batch.objects.get()
    for verb, status in (("stop", "cancelled"), ("resume", "drawing")):
        operator.post(reverse("admin:links_batch_verb", args=[batch.pk, verb]))
        batch.refresh_from_db()
        assert batch.status == status
    assert audited() == ["links.cancel_batch", "links.resume_batch"]


def test_a_held_invitation_shows_its_evidence_and_is_judged(operator, enter, furnished, audited):
    invitation = Invitation.objects.get()
    change = reverse("admin:referral_invitation_change", args=[invitation.pk])
    page = text(operator.get(change))
    assert "邀请双方用过同一台手机：设备 d1" in page
    assert "verb-approve" in page
    approve = reverse("admin:referral_invitation_verb", args=[invitation.pk, "approve"])
    assert enter("support").post(approve).status_code == 403
    operator.post(approve)
    invitation.refresh_from_db()
    assert invitation.status == "rewarded"
    assert "verb-approve" not in text(operator.get(change))
    assert audited()[-1] == "referral.approve"
    assert Job.objects.filter(task__endswith="give_the_points").exists()


def test_a_list_of_invitations_takes_no_more_statements_for_more_of_them(
    operator, furnished, django_assert_max_num_queries
):
    order = Order.objects.latest("pk")
    one = Invitation.objects.get()
    Invitation.objects.update(order_number=order.number)
    address = reverse("admin:referral_invitation_changelist")
    with CaptureQueriesContext(connection) as few:
        assert reverse("admin:orders_order_change", args=[order.pk]) in text(operator.get(address))
    for number in range(5):
        Invitation.objects.create(
            inviter=one.inviter,
            invitee=Member.objects.create(nickname=f"新{number}"),
            program=one.program,
            touched_at=timezone.now(),
            order_number=order.number,
        )
    with django_assert_max_num_queries(len(few)):
        shown = text(operator.get(address))
    assert shown.count(reverse("admin:orders_order_change", args=[order.pk])) == 6


def test_the_rules_are_previewed_and_saved(operator, enter, db, audited):
    address = reverse("admin:referral_rules")
    form = {
        "is_active": "on", "settles_on": "order", "touch_days": "15", "least_paid_amount": "9.90",
        "inviter_points": "100", "invitee_points": "50", "inviter_template_id": "", "invitee_template_id": "",
        "limit_count": "0", "limit_days": "30", "burst_count": "10", "burst_hours": "1", "shared_count": "3",
    }  # fmt: skip
    assert "邀请活动暂未开放。" in text(operator.get(address))
    previewed = text(operator.post(address, {**form, "preview": "1"}))
    assert "首单实付不少于 9.90 元才有奖励。" in previewed
    assert ReferralRules.objects.count() == 0
    assert operator.post(address, form).status_code == 302
    rules = ReferralRules.objects.get()
    assert (rules.is_active, rules.least_paid_amount, rules.inviter_points) == (True, 990, 100)
    assert "请填 1 到 365 天" in text(operator.post(address, {**form, "touch_days": "0"}))
    assert audited() == ["referral.save_rules"]
    assert enter("analyst").get(address).status_code == 200
    assert enter("planner").post(address, form).status_code == 403


def test_the_months_inviters_are_listed(operator, furnished):
    address = reverse("admin:referral_leaderboard")
    assert "还没有得到奖励的邀请" in text(operator.get(address))
    Invitation.objects.update(status="rewarded", ended_at=timezone.now())
    assert "小李" in text(operator.get(address))
    for odd in ("2026-13", "x", "0000-01", "9999-12"):
        assert operator.get(address, {"month": odd}).status_code == 200


def test_who_may_not_see_growth_sees_none_of_it(enter, program):
    assert Program.objects.count() == 1
    browser = enter("developer")
    for name in ("links_report", "links_report_csv", "referral_rules", "referral_leaderboard"):
        assert browser.get(reverse(f"admin:{name}")).status_code == 403
