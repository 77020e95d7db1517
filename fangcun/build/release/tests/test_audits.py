"""What the auditor says is read, moves the schedule, and stands in the way until it is mended."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.build.release import services
from fangcun.build.release.errors import EvidenceMissing, NotYet, ReasonMissing
from fangcun.build.release.models import RefusalItem
from fangcun.build.release.queries import open_items
from fangcun.build.release.refusals import items_of, plain, rules_of
from fangcun.build.release.services.hearing import hear_verdict
from fangcun.build.release.tests.conftest import LI
from fangcun.kernel.actors import WECHAT
from fangcun.kernel.models import Job
from fangcun.plan.schedule.models import CheckResult, Condition

KNOWN = ("category-mismatch", "privacy-undeclared", "placeholder-words", "login-forced", "ugc-undeclared")
REASON = (
    "你好，你的小程序未通过审核，原因如下：<br>1、小程序页面含有“敬请期待”等内容，<b>请完善后再提交</b><br/>"
    "建议：补全页面。<br>2、服务类目“工具”与提交的功能页面内容不一致；"
)


def test_a_refusal_is_read_into_its_items():
    items = items_of(REASON, KNOWN)
    assert [item.text for item in items] == [
        "小程序页面含有“敬请期待”等内容，请完善后再提交\n建议：补全页面。",
        "服务类目“工具”与提交的功能页面内容不一致；",
    ]
    assert [item.rules for item in items] == [("placeholder-words",), ("category-mismatch",)]


@pytest.mark.parametrize(
    ("reason", "texts"),
    [
        ("小程序无法打开", ["小程序无法打开"]),
        ("(1) 甲<br>(2) 乙", ["甲", "乙"]),
        ("1.甲；2.乙；3.丙", ["甲；", "乙；", "丙"]),
        ("1. 版本 2.0 的页面空白", ["版本 2.0 的页面空白"]),
        ("甲<p>乙</p>", ["甲乙"]),
        ("&lt;image&gt; 打不开", ["<image> 打不开"]),
        ("<br><br>", []),
        ("内容不符<br>请修改后重新提交", ["内容不符\n请修改后重新提交"]),
    ],
)
def test_refusals_of_every_form(reason, texts):
    assert [item.text for item in items_of(reason, ())] == texts


def test_what_no_keyword_knows_stays_as_text():
    assert items_of("审核员心情不好", KNOWN)[0].rules == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("涉及收集用户个人信息，但隐私保护指引未声明", "privacy-undeclared"),
        ("要求用户登录后才能浏览", "login-forced"),
        ("存在用户生成内容（UGC），需提供内容安全机制", "ugc-undeclared"),
    ],
)
def test_words_of_auditors_lead_to_rules(text, rule):
    assert rule in rules_of(text, KNOWN)


def test_markup_is_no_text():
    assert plain("a<br>b<script>alert(1)</script>") == ["a", "balert(1)"]


@pytest.mark.django_db
def test_a_refusal_moves_the_schedule_and_an_approval_ends_it(way):
    one = way().submitted()
    services.record_verdict(number=one.number, result="fail", reason=REASON, by=WECHAT)
    condition = Condition.objects.get()
    assert (condition.when, condition.source) == ("audit_refused", f"release:{one.number}:refused:1")
    assert CheckResult.objects.get().passed is False
    assert (one.status, len(open_items(one.release))) == ("refused", 2)
    services.next_attempt(number=one.number, by=LI)
    for item in open_items(one.release):
        services.settle_item(item_id=item.pk, evidence="已改", by=LI)
    one.do(services.submit(number=one.number, by=LI))
    services.record_verdict(number=one.number, result="success", by=WECHAT)
    condition.refresh_from_db()
    assert (one.status, condition.ended_at is not None) == ("approved", True)


@pytest.mark.django_db
def test_a_verdict_told_again_changes_nothing(way):
    one = way().submitted()
    for _ in range(3):
        services.record_verdict(number=one.number, result="fail", reason=REASON, by=WECHAT)
    assert (RefusalItem.objects.count(), Condition.objects.count(), CheckResult.objects.count()) == (2, 1, 1)


@pytest.mark.django_db
def test_a_delay_told_again_is_one_delay(way):
    one = way().submitted()
    for _ in range(2):
        services.record_verdict(number=one.number, result="delay", reason="内容较多", by=WECHAT)
    assert (one.status, Condition.objects.get().when) == ("submitted", "audit_delayed")


@pytest.mark.django_db
def test_a_verdict_about_an_earlier_attempt_is_not_taken_for_this_one(way):
    one = way().submitted()
    before = timezone.now() - dt.timedelta(minutes=5)
    services.record_verdict(number=one.number, result="fail", reason="旧的", at=before, by=WECHAT)
    services.record_verdict(number=one.number, result="fail", reason="旧的", attempt=2, by=WECHAT)
    assert (one.status, RefusalItem.objects.count()) == ("submitted", 0)


@pytest.mark.django_db
def test_a_refusal_needs_words(way):
    one = way().submitted()
    with pytest.raises(ReasonMissing):
        services.record_verdict(number=one.number, result="fail", reason="<br>", by=LI)
    assert (one.status, Condition.objects.count()) == ("submitted", 0)


@pytest.mark.django_db
def test_nothing_is_submitted_again_before_each_objection_is_mended(way):
    one = way().submitted()
    services.record_verdict(number=one.number, result="fail", reason=REASON, by=WECHAT)
    services.next_attempt(number=one.number, by=LI)
    first, second = open_items(one.release)
    with pytest.raises(NotYet):
        services.submit(number=one.number, by=LI)
    with pytest.raises(EvidenceMissing):
        services.settle_item(item_id=first.pk, evidence="", by=LI)
    for item in (first, second):
        services.settle_item(item_id=item.pk, evidence="已改", by=LI)
    services.reopen_item(item_id=second.pk, by=LI)
    with pytest.raises(NotYet):
        services.submit(number=one.number, by=LI)
    services.settle_item(item_id=second.pk, evidence="这次真的改了", by=LI)
    assert services.submit(number=one.number, by=LI).payload["feedback"] == "1. 已改；2. 这次真的改了"


@pytest.mark.django_db
def test_another_build_begins_another_attempt_from_the_draft(way, artifact):
    one = way().submitted()
    services.record_verdict(number=one.number, result="fail", reason="白屏", by=WECHAT)
    fresh = artifact("1.0.1")
    services.next_attempt(number=one.number, artifact=fresh.number, by=LI)
    release = one.release
    assert (release.status, release.attempt, release.version) == ("draft", 2, "1.0.1")
    assert release.artifact.pinned
    assert [it.number for it in release.attempts.order_by("number")] == [1, 2]


@pytest.mark.django_db
def test_wechats_news_has_a_platform_ask_about_its_own_audit(way):
    one = way().submitted()
    hear_verdict(
        program_id=one.release.program_id, result="success", reason="", screenshots=(), at=timezone.now()
    )
    assert one.status == "submitted"
    assert Job.objects.filter(task__endswith="look_again", kwargs={"number": one.number}).count() == 1


@pytest.mark.django_db
def test_wechats_news_shows_a_submission_that_nobody_confirmed(way):
    from fangcun.build.papers.models import UploadKey

    one = way(channel="ci")
    services.check_release(number=one.number, by=LI)
    UploadKey.objects.create(
        program=one.release.program, private_key="k", fingerprint="f", actor_kind="staff"
    )
    one.do(services.upload(number=one.number, by=LI))
    services.submit(number=one.number, by=LI)
    for _ in range(2):
        hear_verdict(
            program_id=one.release.program_id,
            result="fail",
            reason=REASON,
            screenshots=("a", "b"),
            at=timezone.now(),
        )
    assert (one.status, RefusalItem.objects.count()) == ("refused", 2)
    assert one.release.attempts.get().screenshots == ["a", "b"]


@pytest.mark.django_db
def test_news_that_nothing_waits_for_changes_nothing(program):
    assert (
        hear_verdict(program_id=program.pk, result="success", reason="", screenshots=(), at=timezone.now())
        is None
    )
    assert not Job.objects.filter(task__endswith="look_again").exists()
