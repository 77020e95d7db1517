"""Dates follow from what really happened, and from what went wrong."""

from __future__ import annotations

import datetime as dt

import pytest

from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry
from fangcun.plan.revisions.services import publish_text
from fangcun.plan.schedule.errors import ConditionNotFound, ConditionUnknown
from fangcun.plan.schedule.models import Condition, StageProgress
from fangcun.plan.schedule.progress import Progress
from fangcun.plan.schedule.queries import progress
from fangcun.plan.schedule.services import (
    end_condition,
    finish_stage,
    report_condition,
    report_percent,
    start_stage,
)
from fangcun.plan.schedule.tests.conftest import LI, noon

pytestmark = pytest.mark.django_db(databases="__all__")


def day(month: int, number: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, number)


def seen(month: int, number: int, year: int = 2026) -> Progress:
    found = progress(noon(month, number, year))
    assert found is not None
    return found


def expected(found: Progress) -> dict[str, tuple[dt.date, dt.date]]:
    return {one.stage.id: (one.expected.start, one.expected.end) for one in found.stages}


def happened(stage: str, started: dt.date, finished: dt.date | None = None, percent: int = 0) -> None:
    StageProgress.objects.create(stage=stage, started_on=started, finished_on=finished, percent=percent)


PLANNED = {
    "req": (day(12, 1), day(12, 7)),
    "ui": (day(12, 8), day(12, 14)),
    "dev": (day(12, 15), day(12, 28)),
    "qa": (day(12, 29), day(1, 5, 2027)),
    "live": (day(1, 6, 2027), day(1, 8, 2027)),
}


def test_on_the_first_day_everything_is_as_planned(plan):
    found = seen(12, 1)
    assert expected(found) == PLANNED
    assert [(one.status, one.slip_days, one.percent) for one in found.stages] == [
        ("ready", 0, 0),
        *[("waiting", 0, 0)] * 4,
    ]
    assert found.critical == ("req", "ui", "dev", "qa", "live")
    assert (found.share, found.launch_slip_days, found.conditions) == (0.0, 0, ())
    assert (
        found.launch_end.baseline == found.launch_end.planned == found.launch_end.expected == day(1, 8, 2027)
    )


def test_a_stage_that_ended_two_days_late_pushes_the_launch_by_two_working_days(plan):
    happened("req", day(12, 1), day(12, 9))
    found = seen(12, 10)
    assert expected(found) == {
        "req": (day(12, 1), day(12, 9)),
        "ui": (day(12, 10), day(12, 16)),
        "dev": (day(12, 17), day(12, 30)),
        "qa": (day(12, 31), day(1, 7, 2027)),
        "live": (day(1, 8, 2027), day(1, 12, 2027)),
    }
    assert [(one.status, one.slip_days) for one in found.stages] == [
        ("finished", 2),
        ("ready", 2),
        ("waiting", 2),
        ("waiting", 2),
        ("waiting", 2),
    ]
    assert (found.launch_slip_days, found.launch_end.expected) == (2, day(1, 12, 2027))
    assert found.share == 5 / 28


def test_a_stage_finished_early_pulls_what_follows_and_slips_below_zero(plan):
    happened("req", day(12, 1), day(12, 4))
    found = seen(12, 5)  # a Saturday
    assert (found.of("req").slip_days, found.of("ui").expected.start) == (-1, day(12, 7))
    assert found.launch_slip_days == -1


def test_a_stage_finished_on_a_saturday_counts_as_finished_on_friday(plan):
    happened("req", day(12, 1), day(12, 5))
    found = seen(12, 6)
    assert (found.of("req").expected.end, found.of("req").slip_days) == (day(12, 5), -1)
    assert found.of("ui").expected.start == day(12, 7)


def test_a_running_stage_ends_after_what_is_left_of_it(plan):
    happened("req", day(12, 1), day(12, 7))
    happened("ui", day(12, 8), percent=60)
    found = seen(12, 14)
    assert found.of("ui").status == "running"
    assert found.of("ui").expected.end == day(12, 15)  # two of five days, today among them
    assert (found.of("ui").slip_days, found.launch_slip_days) == (1, 1)
    assert found.share == (5 + 3) / 28


def test_a_stage_that_should_have_ended_is_late(plan):
    happened("req", day(12, 1), day(12, 7))
    happened("ui", day(12, 8), percent=80)
    found = seen(12, 16)
    assert [one.status for one in found.stages] == ["finished", "late", "waiting", "waiting", "waiting"]
    assert found.of("ui").expected.end == day(12, 16)


def test_what_was_never_begun_begins_today_at_the_earliest(plan):
    found = seen(12, 10)
    assert found.of("req").expected.start == day(12, 10)
    assert (found.of("req").status, found.launch_slip_days) == ("late", 7)


def test_the_baseline_stays_that_of_the_first_revision(plan):
    text = plan.text.replace("owner: wang, days: 10", "owner: wang, days: 12")
    publish_text(text=text, base=1, message="开发加两天", by=LI)
    found = seen(12, 1)
    dev = found.of("dev")
    assert dev.baseline is not None
    assert (dev.baseline.end, dev.planned.end, dev.expected.end) == (day(12, 28), day(12, 30), day(12, 30))
    assert (dev.slip_days, found.launch_slip_days) == (2, 2)
    assert (found.launch_end.baseline, found.launch_end.planned) == (day(1, 8, 2027), day(1, 12, 2027))


def test_a_refused_audit_keeps_the_contingencys_days_for_the_launch(plan, on):
    for stage, (start, end) in PLANNED.items():
        happened(stage, start, None if stage == "live" else end)
    with on(1, 7, 2027):
        condition = report_condition(when="audit_refused", note="类目不符", by=LI)
    assert condition.stage == "live"
    found = seen(1, 7, 2027)
    (one,) = found.conditions
    assert ([plan.id for plan in one.contingencies], one.contingencies[0].owner) == (["refused"], "li")
    assert (one.stage, one.days, one.days_left) == ("live", 3, 3)
    assert found.of("live").extra_days == 3
    assert (found.launch_end.expected, found.launch_slip_days) == (day(1, 13, 2027), 3)


def test_as_days_pass_a_reported_stage_has_only_the_rest_of_them_left(plan, on):
    for stage, (start, end) in PLANNED.items():
        happened(stage, start, None if stage == "live" else end, percent=67 if stage == "live" else 0)
    with on(1, 7, 2027):
        report_condition(when="audit_refused", note="类目不符", by=LI)
    assert seen(1, 7, 2027).launch_end.expected == day(1, 12, 2027)  # one day of three, three for the refusal
    found = seen(1, 11, 2027)
    assert (found.conditions[0].days_left, found.launch_end.expected) == (1, day(1, 12, 2027))


def test_when_a_condition_is_over_the_days_it_did_not_take_are_given_back(plan, on):
    with on(12, 3):
        condition = report_condition(when="audit_refused", note="", by=LI)
    with on(12, 4):
        end_condition(condition_id=condition.pk, by=LI)
        end_condition(condition_id=condition.pk, by=LI)
    found = seen(12, 4)
    assert (found.conditions[0].days, found.of("live").extra_days) == (1, 1)
    assert AuditEntry.objects.filter(action="schedule.end_condition").count() == 1
    with pytest.raises(ConditionNotFound):
        end_condition(condition_id=condition.pk + 1, by=LI)


def test_other_conditions_hold_up_the_stage_that_runs(plan, on):
    with on(12, 8):
        start_stage(stage="req", on=day(12, 1), by=LI)
        finish_stage(stage="req", on=day(12, 7), by=LI)
        assert report_condition(when="incident", note="断电", by=LI).stage == "ui"
        start_stage(stage="dev", by=LI)
        report_percent(stage="dev", percent=10, by=LI)
        assert report_condition(when="interface_refused", note="", by=LI).stage == "dev"
    found = seen(12, 8)
    assert [(one.stage, one.days, one.contingencies) for one in found.conditions] == [
        ("ui", 0, ()),
        ("dev", 0, ()),
    ]
    assert found.of("ui").extra_days == 0


def test_news_told_again_is_one_condition(plan, on):
    with on(1, 7, 2027):
        first = report_condition(when="audit_refused", note="驳回", source="release:17:refused", by=SYSTEM)
        assert (
            report_condition(when="audit_refused", note="驳回", source="release:17:refused", by=SYSTEM)
            == first
        )
        report_condition(when="audit_refused", note="又驳回", source="release:18:refused", by=SYSTEM)
    assert list(Condition.objects.order_by("id").values_list("note", flat=True)) == ["驳回", "又驳回"]
    assert seen(1, 7, 2027).of("live").extra_days == 6


def test_a_condition_nobody_knows_is_refused_and_one_before_a_plan_is_kept(db):
    with pytest.raises(ConditionUnknown):
        report_condition(when="rain", note="", by=LI)
    assert not Condition.objects.exists()
    assert report_condition(when="audit_refused", note="", source="release:1", by=SYSTEM).stage == ""
    assert progress() is None
