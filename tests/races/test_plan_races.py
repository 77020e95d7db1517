"""Many who plan at once: one publishes, nobody's text is lost."""

from __future__ import annotations

from functools import partial

import pytest

from fangcun.blueprint.tests.clean import CLEAN, planted
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry
from fangcun.plan.revisions.errors import ConflictingRevision, DraftChanged, DraftUnknown
from fangcun.plan.revisions.models import Draft, Revision
from fangcun.plan.revisions.services import publish_draft, publish_text, save_draft, start_draft
from fangcun.plan.schedule.errors import StageStarted
from fangcun.plan.schedule.models import Condition, StageProgress
from fangcun.plan.schedule.services import report_condition, start_stage

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True, databases="__all__")]


def target(number: int) -> str:
    return planted(("target: 0.20", f"target: 0.{number}"))


def publish(number: int) -> Revision:
    return publish_text(
        text=target(number), base=1, message=f"目标 {number}", by=Actor.staff(number, f"第{number}人")
    )


@pytest.fixture
def first(transactional_db) -> Revision:
    return publish_text(text=CLEAN, base=None, message="第一版", by=SYSTEM)


def test_of_eight_who_publish_at_once_one_wins_and_the_others_see_what_he_changed(first, at_once):
    results = at_once(*[partial(publish, number) for number in range(21, 29)])
    won = [result for result in results if isinstance(result, Revision)]
    lost = [result for result in results if isinstance(result, ConflictingRevision)]
    assert (len(won), len(lost)) == (1, 7)
    assert [revision.number for revision in Revision.objects.order_by("number")] == [1, 2]
    assert Revision.objects.get(number=2).text == won[0].text
    for refused in lost:
        assert (refused.details["number"], refused.details["author"]) == (2, won[0].author)
        assert refused.details["differences"][0]["subject"] == "goals[repeat_30d].target"
    assert AuditEntry.objects.filter(action="revisions.publish").count() == 2


def test_of_many_first_plans_one_is_the_first(transactional_db, at_once):
    results = at_once(
        *[
            partial(publish_text, text=target(number), base=None, message="第一版", by=SYSTEM)
            for number in range(21, 27)
        ]
    )
    assert sum(isinstance(result, Revision) for result in results) == 1
    assert sum(isinstance(result, ConflictingRevision) for result in results) == 5
    assert Revision.objects.get().number == 1


def test_one_draft_is_published_once_however_often_the_button_is_pressed(first, at_once):
    draft = start_draft(text=target(25), by=SYSTEM)
    press = partial(publish_draft, draft_id=draft.pk, version=1, message="发布", by=SYSTEM)
    results = at_once(*[press] * 6)
    assert sum(isinstance(result, Revision) for result in results) == 1
    assert sum(isinstance(result, (ConflictingRevision, DraftUnknown)) for result in results) == 5
    assert (Revision.objects.count(), Draft.objects.count()) == (2, 0)


def test_of_many_saves_of_one_version_one_is_kept_and_told_to_the_others(first, at_once):
    draft = start_draft(by=SYSTEM)
    results = at_once(
        *[
            partial(
                save_draft,
                draft_id=draft.pk,
                text=f"{number}",
                version=1,
                by=Actor.staff(number, f"{number}"),
            )
            for number in range(8)
        ]
    )
    saved = [result for result in results if isinstance(result, Draft)]
    told = [result for result in results if isinstance(result, DraftChanged)]
    assert (len(saved), len(told)) == (1, 7)
    draft.refresh_from_db()
    assert (draft.text, draft.version, draft.saved_by) == (saved[0].text, 2, saved[0].text)
    assert {refused.details["text"] for refused in told} == {draft.text}


def test_a_draft_saved_while_it_is_published_is_either_in_the_revision_or_still_there(first, at_once):
    draft = start_draft(text=target(25), by=SYSTEM)
    published, saved = at_once(
        partial(publish_draft, draft_id=draft.pk, version=1, message="发布", by=SYSTEM),
        partial(save_draft, draft_id=draft.pk, text=target(26), version=1, by=SYSTEM),
    )
    if isinstance(published, Revision):
        assert isinstance(saved, DraftUnknown)
        assert not Draft.objects.exists()
    else:
        assert isinstance(published, DraftChanged)
        assert isinstance(saved, Draft)
        assert Draft.objects.get().text == target(26)


def test_a_stage_begins_once_and_a_condition_told_many_times_is_one(first, at_once):
    starts = at_once(*[partial(start_stage, stage="req", by=SYSTEM)] * 6)
    assert sum(isinstance(result, StageProgress) for result in starts) == 1
    assert sum(isinstance(result, StageStarted) for result in starts) == 5
    refused = partial(report_condition, when="audit_refused", note="驳回", source="release:1", by=SYSTEM)
    told = at_once(*[refused] * 6)
    assert {result.pk for result in told if isinstance(result, Condition)} == {Condition.objects.get().pk}
    assert len(told) == 6
    assert AuditEntry.objects.filter(action="schedule.report_condition").count() == 1
