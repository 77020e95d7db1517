"""Drafts lose nothing, whoever saves."""

from __future__ import annotations

import pytest

from fangcun.blueprint.tests.clean import CLEAN, planted
from fangcun.kernel.models import AuditEntry
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.errors import (
    BlueprintTooLong,
    DraftChanged,
    DraftUnknown,
    DraftUnreadable,
    MergeConflict,
)
from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.samples import SAMPLES, sample_text
from fangcun.plan.revisions.services import discard_draft, rebase_draft, save_draft, start_draft
from fangcun.plan.revisions.tests.conftest import LI, WANG

pytestmark = pytest.mark.django_db(databases="__all__")

TARGET = ("target: 0.20", "target: 0.25")
NAME = ("name: 下单", "name: 买单 # 客人这样说")


def saved(draft: Draft) -> tuple[str, int, str]:
    draft.refresh_from_db()
    return draft.text, draft.version, draft.saved_by


def test_a_draft_begins_with_the_newest_text(first, publish):
    second = publish(TARGET)
    draft = start_draft(by=LI, note=" 春节 ")
    assert (draft.text, draft.base, draft.note, draft.version) == (second.text, 2, "春节", 1)
    assert (draft.author, draft.saved_by) == ("李策划", "李策划")
    assert queries.drafts() == [draft]
    assert AuditEntry.objects.filter(action="revisions.start_draft").count() == 1


def test_without_a_plan_a_draft_begins_with_headings_that_can_be_read():
    draft = start_draft(by=LI)
    assert draft.base is None
    assert draft.text == sample_text("blank")
    assert {one.rule for one in queries.findings(draft.text)} == {
        "audit-slack", "stage-kind-missing", "tab-count", "team-gap", "unknown-reference",
    }  # fmt: skip


def test_a_draft_begins_with_a_sample_too(first):
    draft = start_draft(text=sample_text("fresh-grocery"), by=LI)
    assert draft.base == 1
    assert queries.findings(draft.text) == []
    with pytest.raises(KeyError):
        sample_text("../settings")
    assert SAMPLES == ("fresh-grocery", "blank")


@pytest.mark.parametrize("text", ["", "enterprise: [", "- 1\n- 2", "\t", "一" * 5000, planted(TARGET)])
def test_any_text_is_kept_with_its_mistakes(first, text):
    draft = start_draft(by=LI)
    kept = save_draft(draft_id=draft.pk, text=text, version=1, by=WANG)
    assert (kept.text, kept.version, kept.saved_by, kept.author) == (text, 2, "王开发", "李策划")
    assert saved(draft) == (text, 2, "王开发")


def test_what_no_database_holds_is_replaced(first):
    draft = start_draft(by=LI)
    assert save_draft(draft_id=draft.pk, text="a\x00b\ud800", version=1, by=LI).text == "a\ufffdb\ufffd"


def test_a_text_without_end_is_refused(first):
    draft = start_draft(by=LI)
    with pytest.raises(BlueprintTooLong):
        save_draft(draft_id=draft.pk, text="a" * (1024 * 1024 + 1), version=1, by=LI)
    assert saved(draft) == (CLEAN, 1, "李策划")


def test_who_saves_later_sees_what_was_saved_meanwhile(first):
    draft = start_draft(by=LI)
    save_draft(draft_id=draft.pk, text="甲", version=1, by=WANG)
    with pytest.raises(DraftChanged) as refused:
        save_draft(draft_id=draft.pk, text="乙", version=1, by=LI)
    assert refused.value.details == {"text": "甲", "version": 2, "saved_by": "王开发"}
    assert saved(draft) == ("甲", 2, "王开发")


def test_the_same_text_again_changes_nothing_from_any_version(first):
    draft = start_draft(by=LI)
    save_draft(draft_id=draft.pk, text="甲", version=1, by=WANG)
    assert save_draft(draft_id=draft.pk, text="甲", version=2, by=LI).version == 2
    assert save_draft(draft_id=draft.pk, text="甲", version=1, by=LI).version == 2
    assert saved(draft) == ("甲", 2, "王开发")


def test_a_discarded_draft_is_gone(first):
    draft = start_draft(by=LI)
    discard_draft(draft_id=draft.pk, by=WANG)
    assert queries.drafts() == []
    for verb in (
        lambda: discard_draft(draft_id=draft.pk, by=WANG),
        lambda: save_draft(draft_id=draft.pk, text="甲", version=1, by=LI),
        lambda: rebase_draft(draft_id=draft.pk, version=1, by=LI),
    ):
        with pytest.raises(DraftUnknown):
            verb()
    assert AuditEntry.objects.filter(action="revisions.discard_draft").count() == 1


def test_what_a_draft_would_change_is_told_unless_it_can_not_be_read(first):
    draft = start_draft(text=planted(TARGET), by=LI)
    found = queries.draft_differences(draft)
    assert found is not None
    assert found[0].subject == "goals[repeat_30d].target"
    assert queries.draft_differences(start_draft(text="a: [", by=LI)) is None


def test_a_draft_on_the_newest_revision_is_left_as_it_is(first):
    draft = start_draft(text=planted(NAME), by=LI)
    assert rebase_draft(draft_id=draft.pk, version=1, by=LI).version == 1
    assert saved(draft) == (planted(NAME), 1, "李策划")


def test_others_changes_are_written_into_the_draft_and_its_comments_stay(first, publish):
    draft = start_draft(text=planted(NAME), by=LI)
    publish(TARGET)
    preview = queries.rebase_preview(draft)
    assert (preview.taken, preview.conflicts) == (("goals[repeat_30d].target",), ())
    assert saved(draft)[1] == 1
    rebased = rebase_draft(draft_id=draft.pk, version=1, by=LI)
    assert (rebased.base, rebased.version) == (2, 2)
    assert rebased.text == planted(NAME, ("target: 0.20", "target: 0.25"))
    assert rebased.text == preview.text
    entry = AuditEntry.objects.get(action="revisions.rebase_draft")
    assert entry.after == {"base": 2, "taken": ["goals[repeat_30d].target"]}


def test_what_both_changed_is_for_a_person_to_decide(first, publish):
    draft = start_draft(text=planted(NAME, ("target: 0.20", "target: 0.30")), by=LI)
    before = saved(draft)
    publish(TARGET, ("text: 老客复购率低", "text: 老客不回来"))
    with pytest.raises(MergeConflict) as refused:
        rebase_draft(draft_id=draft.pk, version=1, by=LI)
    conflict = {
        "path": "goals[repeat_30d].target",
        "base": 0.2,
        "mine": 0.3,
        "theirs": 0.25,
        "by_hand": False,
    }
    assert refused.value.details == {"conflicts": [conflict], "count": 1}
    assert saved(draft) == before
    mine = rebase_draft(draft_id=draft.pk, version=1, choices={"goals[repeat_30d].target": "mine"}, by=LI)
    assert mine.text == planted(NAME, ("target: 0.20", "target: 0.30"), ("老客复购率低", "老客不回来"))
    assert mine.base == 2


def test_the_others_side_may_be_chosen(first, publish):
    draft = start_draft(text=planted(("target: 0.20", "target: 0.30")), by=LI)
    second = publish(TARGET)
    choices = {"goals[repeat_30d].target": "theirs"}
    assert rebase_draft(draft_id=draft.pk, version=1, choices=choices, by=LI).text == second.text


def test_a_draft_that_is_no_yaml_is_mended_before_it_is_merged(first, publish):
    draft = start_draft(text="goals: [", by=LI)
    publish(TARGET)
    with pytest.raises(DraftUnreadable) as refused:
        rebase_draft(draft_id=draft.pk, version=1, by=LI)
    assert [one["rule"] for one in refused.value.details["findings"]] == ["yaml-syntax"]
    assert saved(draft) == ("goals: [", 1, "李策划")


def test_a_draft_that_changed_meanwhile_is_not_rebased(first, publish):
    draft = start_draft(by=LI)
    publish(TARGET)
    save_draft(draft_id=draft.pk, text=planted(NAME), version=1, by=WANG)
    with pytest.raises(DraftChanged):
        rebase_draft(draft_id=draft.pk, version=1, by=LI)
    draft.refresh_from_db()
    assert (draft.base, draft.version) == (1, 2)


def test_a_draft_from_before_the_first_revision_is_brought_onto_it(db):
    draft = start_draft(text=planted(NAME), by=LI)
    from fangcun.plan.revisions.services import publish_text

    publish_text(text=CLEAN, base=None, message="第一版", by=WANG)
    with pytest.raises(MergeConflict) as refused:
        rebase_draft(draft_id=draft.pk, version=1, by=LI)
    assert [one["path"] for one in refused.value.details["conflicts"]] == ["scenarios[buy].name"]
    merged = rebase_draft(draft_id=draft.pk, version=1, choices={"scenarios[buy].name": "mine"}, by=LI)
    assert (merged.text, merged.base) == (planted(NAME), 1)
