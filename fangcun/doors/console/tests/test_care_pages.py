"""Pages of what customers are written: consents, planner, templates, automations, texts."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from fangcun.doors.console.care.automation_form import BLANK, FIELDS
from fangcun.grow.automations.advancing import advance_due
from fangcun.grow.automations.models import Automation, Run
from fangcun.grow.automations.services import let_in_by_news, use_ready
from fangcun.grow.messaging.models import (
    Message,
    Pace,
    Preference,
    Template,
    Text,
    TextSettings,
    TextTemplate,
)
from fangcun.grow.messaging.services import record_consents, register_template, set_preference, text
from fangcun.identity.members.models import Account, Member
from fangcun.identity.members.phones import phone_digests
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db(databases="__all__")
NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
PHONE = "13800000001"


@pytest.fixture
def operator(enter):
    return enter("operator")


@pytest.fixture
def account() -> Account:
    program = Program.objects.create(appid="wx1", name="青禾鲜")
    for purpose, title in (("order_paid", "支付成功通知"), ("member_care", "关怀提醒")):
        register_template(
            program=program, purpose=purpose, template_id=f"T-{purpose}", title=title,
            fields={"thing1": "goods" if purpose == "order_paid" else "content"}, by=SYSTEM,
        )  # fmt: skip
    member = Member.objects.create(nickname="小方", phone=PHONE, phone_digest=phone_digests(PHONE)[0])
    return Account.objects.create(program=program, openid="o1", member=member)


def said(account: Account, purpose: str, answer: str = "accept", moment: str = "order_submit") -> None:
    record_consents(account=account, moment=moment, results={f"T-{purpose}": answer})


def steps(**fields: list[str]) -> dict[str, object]:
    """A form's rows: each field once per step."""
    rows = len(next(iter(fields.values())))
    return {name: fields.get(name, [BLANK[name]] * rows) for name in FIELDS}


FORM = {
    "name": "老客提醒", "held_out": "10", "again_days": "7", "goal_days": "7", "trigger_kind": "news",
    "trigger_news": "order_completed",
}  # fmt: skip


def test_the_ledger_shows_every_number_by_template_and_member(operator, account):
    said(account, "order_paid")
    said(account, "order_paid")
    said(account, "order_paid", "reject")
    page = operator.get("/console/care/consents/").content.decode()
    assert "支付成功通知 × 2" in page
    assert "问 3，同意 2，用掉 0" in page
    assert "提交订单时" in page
    assert (
        "小方" not in operator.get("/console/care/consents/?q=没有这个人").content.decode().split("<main")[-1]
    )


def test_the_planner_says_who_lacks_what_and_asks_there_with_a_click(operator, account, tmp_path, settings):
    settings.FANGCUN_HOME = tmp_path
    publish_text(text=sample_text("fresh-grocery"), base=None, message="发布", by=SYSTEM)
    said(account, "order_paid")
    use_ready(key="birthday", by=SYSTEM)
    page = operator.get("/console/care/planner/").content.decode()
    assert "生日祝福" in page
    assert "没有模板" in page  # order_shipped has none
    assert "每周约" in page
    template = Template.objects.get(purpose="member_care")
    assert template.moments == ["check_in", "coupon_claim"]
    operator.post(f"/console/care/planner/ask/{template.pk}", {"moment": "order_submit"})
    template.refresh_from_db()
    assert template.moments == ["order_submit", "check_in", "coupon_claim"]
    operator.post(f"/console/care/planner/ask/{template.pk}", {"moment": "check_in"})
    template.refresh_from_db()
    assert template.moments == ["order_submit", "coupon_claim"]
    assert AuditEntry.objects.filter(action="messaging.ask_at").count() == 2


def test_without_anything_the_planner_says_what_to_do(operator):
    page = operator.get("/console/care/planner/").content.decode()
    assert "还没有小程序" in page


def test_a_template_is_seen_as_the_phone_shows_it_while_it_is_written(operator, account):
    answer = operator.post(
        "/console/care/templates/preview",
        {"title": "到货", "fields": '{"thing1": "content", "thong2": "goods"}'},
    )
    page = answer.content.decode()
    assert "果冻橙等 2 件还在购物车里，库存不多…" in page
    assert "没有 thong2 这种字段" in page
    assert (
        "字段写作 JSON" in operator.post("/console/care/templates/preview", {"fields": "{"}).content.decode()
    )


def test_a_test_message_goes_to_one_member_and_uses_a_consent(operator, account):
    template = Template.objects.get(purpose="order_paid")
    there = f"/console/care/templates/{template.pk}/test"
    operator.post(there, {"member": str(account.member_id)})
    assert not Message.objects.exists()
    said(account, "order_paid")
    operator.post(there, {"member": str(account.member_id)})
    assert Message.objects.get().kind == "test"
    assert AuditEntry.objects.filter(action="messaging.test_send").count() == 1
    page = operator.get(f"/console/care/templates/{template.pk}/").content.decode()
    assert "云南蓝莓" in page


def test_a_ready_automation_is_switched_on_with_one_click_and_once(operator, account):
    assert "购物车提醒" in operator.get("/console/care/automations/").content.decode()
    for _again in range(2):
        operator.post("/console/care/automations/ready/win_back")
    made = Automation.objects.get()
    assert (made.status, made.held_out, made.ready) == ("running", 1000, "win_back")
    assert TextTemplate.objects.get().code == "win_back"
    page = operator.get(f"/console/care/automations/{made.pk}/").content.decode()
    assert "打上标签“沉睡”" in page


def test_an_automation_is_written_previewed_kept_and_switched(operator, account):
    form = FORM | steps(
        do=["wait", "check", "tell"], hours=["2", "", ""], title=["", "", "谢谢"], body=["", "", "下次见"]
    )
    seen = operator.post("/console/care/automations/who", form)
    assert "过去 7 天有 0 位会员会进入" in seen.content.decode()
    assert not Automation.objects.exists()
    operator.post("/console/care/automations/make", form)
    made = Automation.objects.get()
    page = operator.get(f"/console/care/automations/{made.pk}/").content.decode()
    assert "当订单完成时，等 2 小时，如果期间没有付款，发订阅消息“谢谢”（没有授权则发站内消息）。" in page
    for verb, status in (("start", "running"), ("pause", "paused"), ("start", "running"), ("end", "ended")):
        operator.post(f"/console/care/automations/{made.pk}/do/{verb}")
        made.refresh_from_db()
        assert made.status == status
    assert operator.post(f"/console/care/automations/{made.pk}/do/fly").status_code == 404


def test_what_is_wrong_is_said_at_its_step_and_nothing_is_lost(operator, account):
    form = FORM | steps(do=["wait", "tell"], title=["", "谢谢"], body=["", ""])
    answer = operator.post("/console/care/automations/make", form)
    page = answer.content.decode()
    assert (answer.status_code, "第 2 步" in page, "老客提醒" in page, "谢谢" in page) == (
        400,
        True,
        True,
        True,
    )
    assert not Automation.objects.exists()


@pytest.mark.parametrize("share", ["51", "-1", "inf", "nan", "1e999", ""])
def test_a_control_group_is_at_most_half(operator, account, share):
    form = FORM | steps(do=["tag"], tag=["老客"]) | {"held_out": share}
    for name in ("make", "who"):
        answer = operator.post(f"/console/care/automations/{name}", form)
        assert (answer.status_code, "对照组为 0–50%" in answer.content.decode()) == (400, True), name
    assert not Automation.objects.exists()


def test_a_change_makes_a_version_and_fills_the_form_again(operator, account):
    operator.post("/console/care/automations/make", FORM | steps(do=["points"], points=["66"]))
    made = Automation.objects.get()
    assert 'value="66"' in operator.get(f"/console/care/automations/{made.pk}/edit").content.decode()
    operator.post(f"/console/care/automations/{made.pk}/save", FORM | steps(do=["points"], points=["88"]))
    assert list(made.versions.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_the_result_shows_both_groups_and_every_members_way(operator, account):
    operator.post(
        "/console/care/automations/make", FORM | steps(do=["tag"], tag=["老客"]) | {"held_out": "50"}
    )
    made = Automation.objects.get()
    operator.post(f"/console/care/automations/{made.pk}/do/start")
    with time_machine.travel(NOON, tick=False):
        for number in range(30):
            member = Member.objects.create(nickname=f"客{number}")
            Account.objects.create(program=account.program, openid=f"x{number}", member=member)
            let_in_by_news(news="order_completed", member_id=member.pk, program_id=None, key="k", facts={})
        advance_due(timezone.now())
    held = Run.objects.filter(arm="held").count()
    page = operator.get(f"/console/care/automations/{made.pk}/").content.decode()
    assert 0 < held < 30
    assert f"已执行 {30 - held} 次" in page
    assert "95% 区间" in page
    page = operator.get(f"/console/care/automations/{made.pk}/?status=held").content.decode()
    assert page.count("x0") == 0
    assert operator.get("/console/care/automations/999/").status_code == 404


def test_the_pace_and_the_provider_are_set_on_one_page(operator):
    there = "/console/care/settings/"
    operator.post(
        there, {"which": "pace", "quiet_from": "21:00", "quiet_until": "09:00", "a_day": "2", "a_week": "4"}
    )
    kept = Pace.objects.get()
    assert (str(kept), AuditEntry.objects.latest("pk").action) == ("21:00–09:00, 2/4", "messaging.set_pace")
    answer = operator.post(
        there, {"which": "pace", "quiet_from": "21:00", "quiet_until": "09:00", "a_day": "9", "a_week": "4"}
    )
    assert "每周不少于每天" in answer.content.decode()
    answer = operator.post(
        there, {"which": "texting", "provider": "aliyun", "sign_name": "青禾鲜", "key_id": "K"}
    )
    assert "必填" in answer.content.decode()
    assert not TextSettings.objects.exists()
    operator.post(
        there,
        {"which": "texting", "provider": "aliyun", "sign_name": "青禾鲜", "key_id": "K", "secret": "sesame"},
    )
    assert TextSettings.objects.get().secret == "sesame"
    assert "sesame" not in operator.get(there).content.decode()


def test_the_inbox_shows_texts_and_plays_the_answer_of_a_customer(operator, account, drain):
    set_preference(member_id=account.member_id, marketing_texts=True, by=SYSTEM)
    operator.post(
        "/console/messaging/texttemplate/add/",
        {"code": "hi", "title": "问候", "body": "{name}你好", "is_active": "on"},
    )
    assert TextTemplate.objects.get().title == "问候"
    sent = text(template="hi", values={"name": "小方"}, key="k", marketing=False, member_id=account.member_id)
    drain()
    page = operator.get("/console/messaging/text/").content.decode()
    assert "小方你好" in page
    assert "138****0001" in page
    assert PHONE not in page
    operator.post(f"/console/messaging/text/{sent.pk}/verb/answer_no_more/")
    assert Preference.objects.get().marketing_texts is False
    assert Text.objects.count() == 1


WRITES = [
    "planner/ask/1", "templates/1/test", "automations/make", "automations/who", "automations/ready/birthday",
    "automations/1/save", "automations/1/who", "automations/1/do/start", "settings/",
]  # fmt: skip


@pytest.mark.parametrize("path", WRITES)
def test_who_may_only_look_changes_nothing(enter, path):
    assert enter("support").post(f"/console/care/{path}", {"which": "pace"}).status_code == 403
    assert not Automation.objects.exists()


@pytest.mark.parametrize("path", ["consents/", "planner/", "automations/", "settings/"])
def test_who_may_not_see_messages_sees_none_of_it(enter, path):
    assert enter("analyst").get(f"/console/care/{path}").status_code == 403
