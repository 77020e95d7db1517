"""What is published is sound, numbered and kept for ever."""

from __future__ import annotations

import json

import pytest

from fangcun.blueprint.compiling import compile_blueprint
from fangcun.blueprint.tests.clean import CLEAN, plan, planted
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry, Job
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.errors import (
    BlueprintHasErrors,
    BlueprintTooLong,
    BlueprintUnchanged,
    ConflictingRevision,
    DraftChanged,
    DraftUnknown,
    MessageMissing,
    RevisionUnknown,
)
from fangcun.plan.revisions.models import Draft, Revision
from fangcun.plan.revisions.services import publish_draft, publish_text, restore, save_draft, start_draft
from fangcun.plan.revisions.tests.conftest import LI, WANG

pytestmark = pytest.mark.django_db(databases="__all__")

TARGET = ("target: 0.20", "target: 0.25")
DUE = (
    "target: 35\n    direction: down\n    due: 2027-06-30",
    "target: 35\n    direction: down\n    due: 2027-07-31",
)


def numbers() -> list[int]:
    return list(Revision.objects.order_by("number").values_list("number", flat=True))


def test_the_first_text_becomes_revision_1_with_every_file_compiled(first):
    assert (first.number, first.base, first.restored_from, first.message) == (1, None, None, "第一版")
    assert (first.author, first.actor_kind, first.actor_id) == ("李策划", "staff", 1)
    assert first.text == CLEAN
    assert first.goals == ["repeat_30d", "basket"]
    kept = queries.current()
    assert kept == first
    assert kept is not None
    assert kept.compiled == compile_blueprint(plan(CLEAN))
    assert queries.compiled("theme.json") == json.loads(first.compiled["theme.json"])
    assert [one["id"] for one in queries.funnels()] == ["buy", "group_buy"]
    assert queries.current_blueprint() == plan(CLEAN)


def test_before_anything_is_published_there_is_no_plan():
    assert queries.current() is None
    assert queries.newest_number() is None
    assert queries.current_blueprint() is None
    assert queries.compiled("theme.json") is None
    assert queries.funnels() == []
    assert queries.history() == []


def test_publishing_tells_the_house_in_the_same_transaction_and_the_audit(first):
    told = [job.kwargs for job in Job.objects.filter(task__contains="after_blueprint")]
    assert told == [{"revision_id": first.pk, "number": 1}] * 4
    entry = AuditEntry.objects.get(action="revisions.publish")
    assert (entry.actor_name, entry.object_id) == ("李策划", str(first.pk))
    assert entry.after == {"number": 1, "message": "第一版", "base": None, "restored_from": None}


def test_a_revision_is_never_changed(first):
    first.message = "改"
    with pytest.raises(TypeError):
        first.save()
    assert Revision.objects.get().message == "第一版"


def test_the_next_text_on_the_newest_revision_is_revision_2(first, publish):
    second = publish(TARGET, message=" 目标提高 ")
    assert (second.number, second.base, second.message, second.author) == (2, 1, "目标提高", "王开发")
    assert [revision.number for revision in queries.history()] == [2, 1]
    assert queries.blueprint_of(second).goals[0].target == 0.25
    assert queries.current_blueprint() == queries.blueprint_of(second)
    assert queries.blueprint_of(first).goals[0].target == 0.20
    changed = [one for one in queries.differences(1, 2) if one.area == "goals"]
    assert [(one.subject, one.before, one.after) for one in changed] == [
        ("goals[repeat_30d].target", 0.2, 0.25)
    ]


def test_errors_stand_in_the_way_and_are_all_named(first):
    text = planted(("event: goods_viewed", "event: view"), ("baseline: 0.12", "baseline: 0.32"))
    with pytest.raises(BlueprintHasErrors) as refused:
        publish_text(text=text, base=1, message="改", by=LI)
    details = refused.value.details
    assert details["count"] == 2
    assert [(one["rule"], one["path"]) for one in details["findings"]] == [
        ("goal-direction", "goals[repeat_30d].target"),
        ("event-name", "scenarios[buy].steps[look].event"),
    ]
    assert numbers() == [1]


def test_a_warning_does_not_stand_in_the_way(first, publish):
    publish(("pain: repurchase\n", "\n"))
    warned = queries.current()
    assert warned is not None
    assert [one.rule for one in queries.findings(warned.text)] == ["pain-unanswered"]


@pytest.mark.parametrize("text", ["", "{", "- a", "a: [" * 60, "\x00\x01", "x: &a [1]\ny: *b"])
def test_what_is_no_blueprint_is_refused(text):
    with pytest.raises(BlueprintHasErrors):
        publish_text(text=text, base=None, message="改", by=LI)
    assert numbers() == []


def test_a_text_without_end_is_refused():
    with pytest.raises(BlueprintTooLong):
        publish_text(text="a" * (1024 * 1024 + 1), base=None, message="改", by=LI)
    assert numbers() == []


@pytest.mark.parametrize("message", ["", "  \n", "长" * 301])
def test_a_revision_has_a_message(message):
    with pytest.raises(MessageMissing):
        publish_text(text=CLEAN, base=None, message=message, by=LI)
    assert numbers() == []


def test_the_same_text_is_not_published_twice(first):
    with pytest.raises(BlueprintUnchanged):
        publish_text(text=CLEAN, base=1, message="又", by=LI)
    assert numbers() == [1]


def test_an_older_base_is_refused_and_what_changed_since_is_shown(first, publish):
    second = publish(TARGET)
    publish(DUE, message="延期")
    with pytest.raises(ConflictingRevision) as refused:
        publish_text(text=planted(("name: 下单", "name: 买")), base=1, message="改名", by=LI)
    details = refused.value.details
    assert (details["base"], details["number"]) == (1, 3)
    assert (details["author"], details["message"]) == ("王开发", "延期")
    written = [(one["subject"], one["after"]) for one in details["differences"] if one["area"] == "goals"]
    assert written == [("goals[repeat_30d].target", 0.25), ("goals[basket].due", "2027-07-31")]
    assert str(refused.value) == "王开发 已经发布了第 3 版，请先看过变化、合并后再发布"
    json.dumps(details)
    assert numbers() == [1, 2, 3]
    assert second.number == 2


def test_who_knows_of_no_revision_does_not_publish_over_one(first):
    with pytest.raises(ConflictingRevision) as refused:
        publish_text(text=planted(TARGET), base=None, message="改", by=WANG)
    assert (refused.value.details["number"], refused.value.details["differences"]) == (1, [])
    with pytest.raises(RevisionUnknown):
        publish_text(text=planted(TARGET), base=7, message="改", by=WANG)
    assert numbers() == [1]


def test_a_draft_is_published_as_it_was_seen_and_is_gone(first):
    draft = start_draft(by=LI)
    save_draft(draft_id=draft.pk, text=planted(TARGET), version=1, by=LI)
    with pytest.raises(DraftChanged) as refused:
        publish_draft(draft_id=draft.pk, version=1, message="旧的", by=LI)
    assert refused.value.details["version"] == 2
    assert numbers() == [1]
    published = publish_draft(draft_id=draft.pk, version=2, message="新的", by=LI)
    assert (published.number, published.base, published.text) == (2, 1, planted(TARGET))
    assert not Draft.objects.exists()
    with pytest.raises(DraftUnknown):
        publish_draft(draft_id=draft.pk, version=2, message="再来", by=LI)


def test_a_refused_draft_stays(first, publish):
    draft = start_draft(by=LI)
    publish(TARGET)
    with pytest.raises(ConflictingRevision):
        publish_draft(draft_id=draft.pk, version=1, message="旧的", by=LI)
    assert Draft.objects.get().text == CLEAN
    assert numbers() == [1, 2]


def test_an_old_revision_is_restored_as_a_new_one(first, publish):
    publish(TARGET)
    third = restore(number=1, message="退回", by=LI)
    assert (third.number, third.base, third.restored_from, third.text) == (3, 2, 1, CLEAN)
    assert third.compiled == first.compiled
    assert numbers() == [1, 2, 3]


def test_restoring_what_holds_already_or_never_was_is_refused(first):
    with pytest.raises(BlueprintUnchanged):
        restore(number=1, message="退回", by=SYSTEM)
    with pytest.raises(RevisionUnknown):
        restore(number=2, message="退回", by=SYSTEM)
    assert numbers() == [1]


def test_since_when_a_goal_is_in_the_plan_survives_its_absence(first, publish):
    publish(
        ("serves: [repeat_30d, basket]", "serves: [repeat_30d]"),
        (CLEAN[CLEAN.index("  - id: basket") : CLEAN.index("\ncompetitors")], ""),
    )
    third = restore(number=1, message="退回", by=LI)
    assert queries.goals_since() == {"repeat_30d": first.published_at, "basket": first.published_at}
    assert third.published_at > first.published_at
