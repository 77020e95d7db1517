"""Saved questions and dashboards: kept, renamed, moved and gone, each with its line in the audit log."""

from __future__ import annotations

import pytest

from fangcun.insight.analytics.errors import (
    DashboardFull,
    DashboardUnknown,
    NameWrong,
    QueryTooLong,
    SavedQuestionUnknown,
)
from fangcun.insight.analytics.models import Dashboard, SavedQuestion
from fangcun.insight.analytics.names import counted_names
from fangcun.insight.analytics.saved import (
    dashboard_of,
    dashboards,
    on_dashboard,
    question_of,
    saved_questions,
)
from fangcun.insight.analytics.services import (
    MOST_TILES,
    delete_dashboard,
    delete_question,
    make_dashboard,
    move,
    put_on,
    rename_dashboard,
    rename_question,
    save_question,
    take_off,
)
from fangcun.insight.tracking.models import EventTally
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")
ANN = Actor.staff(7, "ann")


def saved(name: str = "七日漏斗") -> SavedQuestion:
    return save_question(name=name, kind="funnel", query="step=a&step=b", by=ANN)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def titles(board: Dashboard) -> list[str]:
    return [one.name for one in on_dashboard(board)]


def test_a_saved_question_keeps_its_address_and_who_saved_it():
    kept = save_question(name="  七日 \n漏斗 ", kind="funnel", query="step=a&step=b", by=ANN)
    kept.refresh_from_db()
    assert (kept.name, kept.kind, kept.query, kept.staff_id) == ("七日 漏斗", "funnel", "step=a&step=b", 7)
    assert save_question(name="x", kind="paths", query="", by=SYSTEM).staff_id is None
    assert [one.name for one in saved_questions()] == ["x", "七日 漏斗"]
    assert actions() == ["analytics.save_question"] * 2


@pytest.mark.parametrize("name", ["", " \n ", "长" * 61])
def test_without_a_proper_name_nothing_is_kept(name):
    kept, board = saved(), make_dashboard(name="早会", by=ANN)
    before = actions()
    for verb in (
        lambda: save_question(name=name, kind="funnel", query="", by=ANN),
        lambda: make_dashboard(name=name, by=ANN),
        lambda: rename_question(question_id=kept.pk, name=name, by=ANN),
        lambda: rename_dashboard(dashboard_id=board.pk, name=name, by=ANN),
    ):
        with pytest.raises(NameWrong):
            verb()
    assert [(one.name) for one in SavedQuestion.objects.all()] == ["七日漏斗"]
    assert [(one.name) for one in Dashboard.objects.all()] == ["早会"]
    assert actions() == before


def test_a_question_beyond_all_measure_is_not_kept():
    with pytest.raises(QueryTooLong):
        save_question(name="长", kind="funnel", query="x" * 8_001, by=ANN)
    assert SavedQuestion.objects.count() == 0


def test_questions_and_dashboards_are_renamed():
    kept, board = saved(), make_dashboard(name="早会", by=ANN)
    rename_question(question_id=kept.pk, name="周漏斗", by=ANN)
    rename_dashboard(dashboard_id=board.pk, name="周会", by=ANN)
    assert (question_of(kept.pk).name, dashboard_of(board.pk).name) == ("周漏斗", "周会")
    told = AuditEntry.objects.get(action="analytics.rename_question")
    assert (told.before, told.after) == ({"name": "七日漏斗"}, {"name": "周漏斗"})


def test_a_question_stands_once_on_a_dashboard_and_moves_within_its_ends():
    board = make_dashboard(name="早会", by=ANN)
    first, second, third = (saved(name) for name in ("甲", "乙", "丙"))
    for one in (first, second, third, first):
        put_on(dashboard_id=board.pk, question_id=one.pk, by=ANN)
    assert titles(board) == ["甲", "乙", "丙"]
    move(dashboard_id=board.pk, question_id=third.pk, places=-1, by=ANN)
    assert titles(board) == ["甲", "丙", "乙"]
    move(dashboard_id=board.pk, question_id=first.pk, places=9, by=ANN)
    assert titles(board) == ["丙", "乙", "甲"]
    before = actions()
    move(dashboard_id=board.pk, question_id=first.pk, places=1, by=ANN)
    assert (titles(board), actions()) == (["丙", "乙", "甲"], before)
    take_off(dashboard_id=board.pk, question_id=second.pk, by=ANN)
    assert titles(board) == ["丙", "甲"]
    take_off(dashboard_id=board.pk, question_id=second.pk, by=ANN)
    assert actions() == [*before, "analytics.change_tiles"]
    assert dashboards() == [(board, 2)]


def test_a_full_dashboard_takes_no_more():
    board = make_dashboard(name="早会", by=ANN)
    for number in range(MOST_TILES):
        put_on(dashboard_id=board.pk, question_id=saved(f"{number:02}").pk, by=ANN)
    with pytest.raises(DashboardFull):
        put_on(dashboard_id=board.pk, question_id=saved("多").pk, by=ANN)
    assert len(on_dashboard(board)) == MOST_TILES


def test_a_deleted_question_leaves_its_dashboards_and_a_deleted_dashboard_keeps_its_questions():
    board, other = make_dashboard(name="早会", by=ANN), make_dashboard(name="周会", by=ANN)
    first, second = saved("甲"), saved("乙")
    for one in (first, second):
        put_on(dashboard_id=board.pk, question_id=one.pk, by=ANN)
    put_on(dashboard_id=other.pk, question_id=first.pk, by=ANN)
    delete_question(question_id=first.pk, by=ANN)
    assert (titles(board), titles(other)) == (["乙"], [])
    delete_dashboard(dashboard_id=board.pk, by=ANN)
    assert [one.name for one in saved_questions()] == ["乙"]
    assert [one.name for one, _number in dashboards()] == ["周会"]


def test_what_is_not_there_can_not_be_changed():
    board, kept = make_dashboard(name="早会", by=ANN), saved()
    before = actions()
    for verb in (
        lambda: rename_question(question_id=999, name="x", by=ANN),
        lambda: delete_question(question_id=999, by=ANN),
        lambda: put_on(dashboard_id=board.pk, question_id=999, by=ANN),
        lambda: move(dashboard_id=board.pk, question_id=kept.pk, places=1, by=ANN),
    ):
        with pytest.raises(SavedQuestionUnknown):
            verb()
    for other in (
        lambda: rename_dashboard(dashboard_id=999, name="x", by=ANN),
        lambda: delete_dashboard(dashboard_id=999, by=ANN),
        lambda: put_on(dashboard_id=999, question_id=kept.pk, by=ANN),
        lambda: take_off(dashboard_id=999, question_id=kept.pk, by=ANN),
    ):
        with pytest.raises(DashboardUnknown):
            other()
    assert actions() == before


def test_the_names_that_were_counted_come_with_the_most_frequent_first():
    for name, lane, count in (("a", 0, 2), ("b", 0, 3), ("b", 1, 1), ("c", 0, 2)):
        EventTally.objects.create(name=name, day="2026-01-01", lane=lane, count=count, last_ts=0)
    assert counted_names() == {"b": 4, "a": 2, "c": 2}
