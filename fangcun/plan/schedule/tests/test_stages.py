"""Stages begin, get on and end; a stage ends when its acceptance holds."""

from __future__ import annotations

import datetime as dt

import pytest

from fangcun.kernel.models import AuditEntry
from fangcun.plan.schedule.errors import (
    AcceptanceOpen,
    PercentWrong,
    PlanMissing,
    StageDateWrong,
    StageFinished,
    StageNotFinished,
    StageNotStarted,
    StageStarted,
    StageUnknown,
)
from fangcun.plan.schedule.models import StageProgress
from fangcun.plan.schedule.queries import progress
from fangcun.plan.schedule.services import (
    finish_stage,
    record_check,
    reopen_stage,
    report_percent,
    start_stage,
    tick,
)
from fangcun.plan.schedule.tests.conftest import LI, noon

pytestmark = pytest.mark.django_db(databases="__all__")


def rows() -> list[tuple[str, dt.date, dt.date | None, int]]:
    return list(
        StageProgress.objects.order_by("id").values_list("stage", "started_on", "finished_on", "percent")
    )


def item(stage: str, text: str) -> str:
    found = progress()
    assert found is not None
    return next(one.key for one in found.of(stage).acceptance if one.text == text)


def test_a_stage_begins_today_or_on_a_day_that_was(plan, on):
    with on(12, 2):
        start_stage(stage="req", by=LI)
        start_stage(stage="ui", on=dt.date(2026, 12, 1), by=LI)
        with pytest.raises(StageDateWrong):
            start_stage(stage="dev", on=dt.date(2026, 12, 3), by=LI)
        with pytest.raises(StageStarted):
            start_stage(stage="req", by=LI)
    assert rows() == [("req", dt.date(2026, 12, 2), None, 0), ("ui", dt.date(2026, 12, 1), None, 0)]
    assert AuditEntry.objects.filter(action="schedule.start_stage").count() == 2


def test_a_stage_that_the_plan_does_not_have_is_refused(plan, on):
    for verb in (start_stage, finish_stage, reopen_stage):
        with pytest.raises(StageUnknown):
            verb(stage="party", by=LI)
    assert rows() == []


def test_before_a_plan_there_are_no_stages():
    with pytest.raises(PlanMissing):
        start_stage(stage="req", by=LI)
    assert progress() is None


def test_how_far_a_running_stage_is_can_be_said(plan, on):
    with on(12, 2):
        with pytest.raises(StageNotStarted):
            report_percent(stage="req", percent=10, by=LI)
        start_stage(stage="req", by=LI)
        report_percent(stage="req", percent=40, by=LI)
        for wrong in (-1, 101):
            with pytest.raises(PercentWrong):
                report_percent(stage="req", percent=wrong, by=LI)
    assert rows() == [("req", dt.date(2026, 12, 2), None, 40)]
    entry = AuditEntry.objects.get(action="schedule.report_percent")
    assert (entry.before, entry.after) == ({"percent": 0}, {"percent": 40})


def test_a_stage_ends_when_its_check_passes(plan, on):
    with on(12, 7):
        start_stage(stage="req", on=dt.date(2026, 12, 1), by=LI)
        with pytest.raises(StageDateWrong):
            finish_stage(stage="req", on=dt.date(2026, 11, 30), by=LI)
        finish_stage(stage="req", on=dt.date(2026, 12, 4), by=LI)
        for verb in (finish_stage, lambda **who: report_percent(percent=10, **who)):
            with pytest.raises(StageFinished):
                verb(stage="req", by=LI)
    assert rows() == [("req", dt.date(2026, 12, 1), dt.date(2026, 12, 4), 0)]


def test_a_stage_does_not_end_while_acceptance_is_open_and_what_is_missing_is_named(plan, on):
    with on(12, 14):
        start_stage(stage="ui", by=LI)
        tick(stage="ui", item=item("ui", "评审通过"), evidence="会议纪要", by=LI)
        with pytest.raises(AcceptanceOpen) as refused:
            finish_stage(stage="ui", by=LI)
        assert refused.value.details["items"] == ["老板点头"]
        assert str(refused.value) == "验收还差：老板点头"
        assert rows() == [("ui", dt.date(2026, 12, 14), None, 0)]
        tick(stage="ui", item=item("ui", "老板点头"), evidence="微信截图", by=LI)
        finish_stage(stage="ui", by=LI)
    assert rows() == [("ui", dt.date(2026, 12, 14), dt.date(2026, 12, 14), 0)]


def test_a_check_that_failed_or_was_never_run_keeps_a_stage_open(plan, on):
    with on(12, 28):
        start_stage(stage="dev", by=LI)
        for passed in (None, False):
            if passed is not None:
                record_check(check="package_budget", passed=passed, detail="main 1300 KB", by=LI)
            with pytest.raises(AcceptanceOpen) as refused:
                finish_stage(stage="dev", by=LI)
            assert refused.value.details["items"] == ["小程序包没有超出体积预算"]
        record_check(check="package_budget", passed=True, by=LI)
        finish_stage(stage="dev", by=LI)
    assert rows() == [("dev", dt.date(2026, 12, 28), dt.date(2026, 12, 28), 0)]


def test_a_finished_stage_can_be_opened_again(plan, on):
    with on(12, 7):
        with pytest.raises(StageNotStarted):
            reopen_stage(stage="req", by=LI)
        start_stage(stage="req", by=LI)
        with pytest.raises(StageNotFinished):
            reopen_stage(stage="req", by=LI)
        finish_stage(stage="req", by=LI)
        reopen_stage(stage="req", by=LI)
    assert rows() == [("req", dt.date(2026, 12, 7), None, 0)]
    assert AuditEntry.objects.get(action="schedule.reopen_stage").before == {"finished_on": "2026-12-07"}


def test_what_happened_stays_when_a_stage_leaves_the_plan(plan, on):
    from fangcun.plan.revisions.services import publish_text

    with on(12, 7):
        start_stage(stage="req", by=LI)
        text = plan.text.replace("{id: req,", "{id: review,").replace("after: [req]", "after: [review]")
        publish_text(text=text, base=1, message="改名", by=LI)
        found = progress(noon(12, 7))
        assert found is not None
        assert found.of("review").started_on is None
        assert found.of("review").baseline is None
        assert found.of("review").slip_days == 4
    assert rows() == [("req", dt.date(2026, 12, 7), None, 0)]
