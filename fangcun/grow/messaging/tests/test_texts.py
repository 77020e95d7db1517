"""Texts: to whom they go, when, once; what becomes of those that may have gone out."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from django.utils import timezone

from fangcun.gateways.sms.tests.providers import provider
from fangcun.grow.messaging.errors import TextInvalid, TextTemplateUnknown
from fangcun.grow.messaging.models import Preference, Text, TextSettings
from fangcun.grow.messaging.services import (
    register_text_template,
    set_preference,
    set_texting,
    take_reply,
    text,
    unsubscribe,
)
from fangcun.grow.messaging.text_delivering import deliver_text
from fangcun.identity.members.models import Member
from fangcun.identity.members.phones import phone_digests
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.models import AuditEntry, Job

pytestmark = pytest.mark.django_db(databases="__all__")
PHONE = "13800000001"
SENT = {"Code": "OK", "BizId": "9006^0"}


@pytest.fixture
def member() -> Member:
    return Member.objects.create(phone=PHONE, phone_digest=phone_digests(PHONE)[0])


@pytest.fixture(autouse=True)
def templates():
    register_text_template(code="shipped", title="发货", body="您的{goods}已发出", by=SYSTEM)
    register_text_template(
        code="back", title="召回", body="{name}，好久不见，拒收点 {unsubscribe}", marketing=True, by=SYSTEM
    )


@pytest.fixture
def aliyun(settings):
    with provider() as there:
        settings.ALIYUN_SMS_BASE = there.url
        there.answer = SENT
        set_texting(
            provider="aliyun",
            sign_name="青禾鲜",
            key_id="K",
            secret="S",
            application="",
            region="",
            by=SYSTEM,
        )
        yield there


def shipped(key: str = "k1", **to) -> Text:
    return text(template="shipped", values={"goods": "蓝莓"}, key=key, marketing=False, **to)


def back(member: Member, key: str = "m1") -> Text:
    return text(template="back", values={"name": "小方"}, key=key, marketing=True, member_id=member.pk)


def fresh(one: Text) -> Text:
    return Text.objects.get(pk=one.pk)


def test_without_a_provider_a_text_stays_in_the_inbox(member, drain):
    sent = shipped(member_id=member.pk)
    drain()
    kept = fresh(sent)
    assert (kept.status, kept.provider, kept.phone, kept.body) == ("sent", "inbox", PHONE, "您的蓝莓已发出")


def test_the_provider_gets_it_once_however_often_it_is_asked_for(member, aliyun, drain):
    first = shipped(member_id=member.pk)
    assert shipped(member_id=member.pk) == first
    drain()
    deliver_text(first.pk)
    assert (fresh(first).status, fresh(first).provider_number, len(aliyun.asked)) == ("sent", "9006^0", 1)


def test_an_unknown_template_is_refused(member):
    with pytest.raises(TextTemplateUnknown):
        text(template="nothing", values={}, key="k", marketing=False, member_id=member.pk)
    assert not Text.objects.exists()


def test_who_has_no_number_is_written_down_and_not_texted(drain):
    sent = shipped(member_id=Member.objects.create().pk)
    assert (sent.status, sent.error) == ("dropped", "没有可用的手机号")
    assert not Job.objects.filter(task__endswith="send_text").exists()


def test_marketing_needs_a_yes_beforehand(member):
    sent = back(member)
    assert (sent.status, sent.error) == ("dropped", "会员没有同意接收营销短信")


def test_marketing_waits_for_the_morning(member, drain):
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    with time_machine.travel(dt.datetime(2026, 11, 26, 15, 30, tzinfo=dt.UTC), tick=False) as clock:  # 23:30
        sent = back(member)
        drain()
        assert (fresh(sent).status, sent.due_at.isoformat()) == ("queued", "2026-11-27T08:00:00+08:00")
        clock.move_to(dt.datetime(2026, 11, 27, 0, 0, 1, tzinfo=dt.UTC))
        drain()
    assert fresh(sent).status == "sent"


def test_a_retry_does_not_fall_into_the_night(member, drain):
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    with time_machine.travel(dt.datetime(2026, 11, 26, 13, 59, tzinfo=dt.UTC), tick=False) as clock:  # 21:59
        sent = back(member)
        clock.move_to(dt.datetime(2026, 11, 26, 14, 1, tzinfo=dt.UTC))
        drain()
        assert (fresh(sent).status, fresh(sent).attempts) == ("queued", 0)
        assert timezone.localtime(fresh(sent).due_at).isoformat() == "2026-11-27T08:00:00+08:00"
        clock.move_to(dt.datetime(2026, 11, 27, 0, 1, tzinfo=dt.UTC))
        drain()
    assert fresh(sent).status == "sent"


@time_machine.travel(dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC), tick=False)
def test_who_unsubscribes_before_it_goes_gets_nothing(member, drain):
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    sent = back(member)
    assert sent.body.endswith(f"/u/{sent.token}")
    assert unsubscribe(token=sent.token) is True
    drain()
    assert (fresh(sent).status, fresh(sent).error) == ("dropped", "会员已退订营销短信")
    assert Preference.objects.get().marketing_texts is False


def test_a_wrong_address_unsubscribes_nobody(member):
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    assert unsubscribe(token="guess") is False
    assert Preference.objects.get().marketing_texts is True


@pytest.mark.parametrize(("answer", "ends"), [("R", True), (" td ", True), ("退订", True), ("好的", False)])
def test_a_reply_ends_marketing_for_everybody_with_that_number(member, answer, ends):
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    assert take_reply(phone=f"+86{PHONE}", content=answer) is ends
    assert Preference.objects.get().marketing_texts is not ends


def test_what_may_have_gone_out_is_never_sent_again(member, aliyun, drain):
    aliyun.answer, aliyun.status = b"bad gateway", 502
    sent = shipped(member_id=member.pk)
    drain()
    drain()
    assert (fresh(sent).status, fresh(sent).error_code, len(aliyun.asked)) == ("unknown", "http_502", 1)


def test_tencent_cloud_is_told_the_values_in_the_order_of_the_wording(member, settings, drain):
    register_text_template(code="way", title="物流", body="{longest}，{b}，{ab}", by=SYSTEM)
    with provider() as there:
        settings.TENCENT_SMS_BASE = there.url
        there.answer = {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "1"}]}}
        set_texting(
            provider="tencent",
            sign_name="青禾鲜",
            key_id="K",
            secret="S",
            application="A",
            region="",
            by=SYSTEM,
        )
        values = {"ab": "3", "b": "2", "longest": "1"}
        text(template="way", values=values, key="k", marketing=False, member_id=member.pk)
        drain()
    [(_query, _headers, body)] = there.asked
    assert json.loads(body)["TemplateParamSet"] == ["1", "2", "3"]


def test_a_wording_full_of_long_values_is_kept_as_far_as_it_goes(member):
    register_text_template(code="long", title="长", body="{a}" * 100, by=SYSTEM)
    sent = text(template="long", values={"a": "字" * 60}, key="k", marketing=False, member_id=member.pk)
    assert fresh(sent).body == "字" * 600


def test_a_process_that_died_while_sending_leaves_an_unknown(member, aliyun, drain):
    sent = shipped(member_id=member.pk)
    Text.objects.update(status="sending", attempts=1)
    drain()
    assert (fresh(sent).status, fresh(sent).error_code, aliyun.asked) == ("unknown", "interrupted", [])


def test_what_surely_did_not_go_out_is_tried_again(member, aliyun):
    aliyun.answer = {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控"}
    sent = shipped(member_id=member.pk)
    with pytest.raises(GatewayError):
        deliver_text(sent.pk)
    assert (fresh(sent).status, fresh(sent).attempts) == ("queued", 1)
    aliyun.answer = SENT
    deliver_text(sent.pk)
    assert (fresh(sent).status, len(aliyun.asked)) == ("sent", 2)


def test_a_lasting_refusal_ends_it(member, aliyun, drain):
    aliyun.answer = {"Code": "isv.SMS_SIGNATURE_ILLEGAL", "Message": "签名不合法"}
    sent = shipped(member_id=member.pk)
    drain()
    assert (fresh(sent).status, fresh(sent).error, len(aliyun.asked)) == ("failed", "签名不合法", 1)


def test_a_provider_without_its_secret_is_refused(db):
    with pytest.raises(TextInvalid) as caught:
        set_texting(
            provider="tencent",
            sign_name="青禾鲜",
            key_id="K",
            secret="",
            application="",
            region="",
            by=SYSTEM,
        )
    assert set(caught.value.details["fields"]) == {"secret", "application"}
    assert not TextSettings.objects.exists()


def test_secrets_are_sealed_and_stay_out_of_the_log(aliyun):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM messaging_textsettings")
        assert cursor.fetchone()[0] != "S"
    entry = AuditEntry.objects.get(action="messaging.set_texting")
    assert "'S'" not in str(entry.before) + str(entry.after)


@pytest.mark.parametrize("body", ["", "坏的 {Name}", "半个 {name"])
def test_a_wording_that_can_not_be_filled_is_refused(db, body):
    with pytest.raises(TextInvalid) as caught:
        register_text_template(code="bad", title="坏", body=body, by=SYSTEM)
    assert list(caught.value.details["fields"]) == ["body"]
