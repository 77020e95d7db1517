"""What a person says with evidence, and what checks say."""

from __future__ import annotations

import pytest

from fangcun.insight.tracking.services import adopt_plan, record
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry
from fangcun.plan.revisions.queries import compiled
from fangcun.plan.revisions.services import publish_text
from fangcun.plan.schedule.errors import (
    AcceptanceUnknown,
    CheckUnknown,
    DecidedByCheck,
    EvidenceMissing,
    LinkWrong,
    StageFinished,
)
from fangcun.plan.schedule.models import CheckResult, Condition, Tick
from fangcun.plan.schedule.queries import checks, progress
from fangcun.plan.schedule.services import finish_stage, record_audit, record_check, start_stage, tick, untick
from fangcun.plan.schedule.tests.conftest import LI, noon
from fangcun.plan.schedule.tests.test_stages import item

pytestmark = pytest.mark.django_db(databases="__all__")


def states(stage: str) -> list[tuple[str, str]]:
    found = progress(noon(12, 14))
    assert found is not None
    return [(one.text, one.state) for one in found.of(stage).acceptance]


def test_a_person_accepts_with_evidence(plan):
    key = item("ui", "评审通过")
    tick(stage="ui", item=key, evidence=" 会议纪要 ", link="https://example.com/m/1", by=LI)
    assert states("ui") == [("评审通过", "passed"), ("老板点头", "open")]
    found = progress()
    assert found is not None
    shown = found.of("ui").acceptance[0]
    assert (shown.by, shown.evidence, shown.link) == ("李策划", "会议纪要", "https://example.com/m/1")
    tick(stage="ui", item=key, evidence="第二次会议", by=SYSTEM)
    assert list(Tick.objects.values_list("evidence", "link", "actor_name")) == [("第二次会议", "", "系统")]
    assert AuditEntry.objects.filter(action="schedule.tick").count() == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"evidence": "  "}, EvidenceMissing),
        ({"item": "0" * 16}, AcceptanceUnknown),
        ({"link": "javascript:alert(1)"}, LinkWrong),
        ({"link": "https://example.com/" + "a" * 500}, LinkWrong),
        ({"stage": "req", "item": "plan_clean"}, DecidedByCheck),
        ({"stage": "req"}, AcceptanceUnknown),
    ],
)
def test_a_word_without_ground_is_refused(plan, changes, refusal):
    wanted = {"stage": "ui", "item": item("ui", "评审通过"), "evidence": "会议纪要", **changes}
    with pytest.raises(refusal):
        tick(by=LI, **wanted)
    assert not Tick.objects.exists()


def test_a_word_can_be_taken_back_while_the_stage_is_not_finished(plan, on):
    key = item("ui", "评审通过")
    with on(12, 14):
        tick(stage="ui", item=key, evidence="会议纪要", by=LI)
        untick(stage="ui", item=key, by=LI)
        untick(stage="ui", item=key, by=LI)
        assert states("ui")[0] == ("评审通过", "open")
        assert AuditEntry.objects.filter(action="schedule.untick").count() == 1
        start_stage(stage="ui", by=LI)
        for text in ("评审通过", "老板点头"):
            tick(stage="ui", item=item("ui", text), evidence="会议纪要", by=LI)
        finish_stage(stage="ui", by=LI)
        for verb in (untick, lambda **what: tick(evidence="别的", **what)):
            with pytest.raises(StageFinished):
                verb(stage="ui", item=key, by=LI)
    assert set(Tick.objects.values_list("evidence", flat=True)) == {"会议纪要"}


def test_a_word_belongs_to_the_text_not_to_its_place(plan, on):
    tick(stage="ui", item=item("ui", "老板点头"), evidence="微信截图", by=LI)
    swapped = "acceptance: [{text: 老板点头}, {text: 评审会通过}]"
    text = plan.text.replace("acceptance: [{text: 评审通过}, {text: 老板点头}]", swapped)
    publish_text(text=text, base=1, message="换顺序", by=LI)
    assert states("ui") == [("老板点头", "passed"), ("评审会通过", "open")]


def test_the_newest_result_of_a_check_counts(plan, on):
    with on(12, 14):
        assert checks()["journeys_pass"].state == "open"
        record_check(check="journeys_pass", passed=True, by=LI)
        assert checks()["journeys_pass"].state == "passed"
        record_check(
            check="journeys_pass", passed=False, detail="拼团第 2 步", evidence={"step": "join"}, by=LI
        )
        said = checks()["journeys_pass"]
    assert (said.state, said.detail, said.by, said.evidence) == (
        "failed",
        "拼团第 2 步",
        "李策划",
        {"step": "join"},
    )
    assert said.at == noon(12, 14)


def test_a_result_from_before_the_newest_revision_is_stale(plan, on):
    with on(12, 14):
        record_check(check="audit_passed", passed=True, by=LI)
    assert states("live") == [("微信审核通过", "passed")]
    with on(12, 15):
        publish_text(text=plan.text.replace("name: 上线", "name: 开业"), base=1, message="改", by=LI)
        assert checks()["audit_passed"].state == "stale"
        record_check(check="audit_passed", passed=True, by=LI)
        assert checks()["audit_passed"].state == "passed"


@pytest.mark.parametrize("check", ["plan_clean", "events_covered", "weather"])
def test_what_is_worked_out_or_unknown_can_not_be_recorded(plan, check):
    with pytest.raises(CheckUnknown):
        record_check(check=check, passed=True, by=LI)
    assert not CheckResult.objects.exists()


def test_the_plan_is_clean_when_the_revision_that_holds_has_no_errors(plan):
    said = checks()["plan_clean"]
    assert (said.state, said.detail) == ("passed", "第 1 版没有错误")


def test_events_are_covered_when_all_of_them_arrived_in_the_last_seven_days(plan, on):
    with on(12, 14):
        assert checks()["events_covered"].state == "open"
        adopt_plan(plan=compiled("tracking.json"), revision=1)
        said = checks()["events_covered"]
        assert (said.state, said.detail) == ("open", "规划的 9 个事件，最近 7 天到了 0 个")
        names = list(said.evidence["missing"])
        props: dict[str, str | int | float | bool | None] = {
            "product_id": "1", "order_number": "F1", "amount": 100, "channel": "friend", "group_id": "g",
        }  # fmt: skip
        for name in names[1:]:
            record(name, event_id=f"{name}:1", member_id=1, program_id=1, props=props)
        said = checks()["events_covered"]
        assert (said.state, said.evidence) == ("failed", {"missing": [names[0]]})
        record(names[0], event_id="last", member_id=1, program_id=1, props=props)
        assert checks()["events_covered"].state == "passed"
    with on(12, 21):
        assert checks()["events_covered"].state == "open"


def test_a_refused_audit_triggers_its_contingency_and_an_approval_ends_it(plan, on):
    with on(12, 14):
        record_audit(passed=False, note="类目不符", by=LI)
        assert states("live") == [("微信审核通过", "failed")]
        refused = Condition.objects.get()
        assert (refused.when, refused.note, refused.ended_at) == ("audit_refused", "类目不符", None)
        found = progress()
        assert found is not None
        assert found.of("live").extra_days == 3
    with on(12, 15):
        record_audit(passed=True, note="", by=LI)
        assert states("live") == [("微信审核通过", "passed")]
        refused.refresh_from_db()
        assert refused.ended_at == noon(12, 15)


def test_a_refusal_without_a_reason_is_not_kept(plan):
    with pytest.raises(EvidenceMissing):
        record_audit(passed=False, note=" ", by=LI)
    assert (CheckResult.objects.count(), Condition.objects.count()) == (0, 0)


def test_a_refusal_told_twice_by_the_same_news_holds_up_once(plan):
    for _ in range(2):
        record_audit(passed=False, note="类目不符", by=SYSTEM, source="release:17:refused")
    assert Condition.objects.count() == 1
