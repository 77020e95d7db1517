"""Saved questions and dashboards in the console: who may, what they show, what becomes of them."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.analytics.models import Dashboard, SavedQuestion
from fangcun.insight.analytics.saved import on_dashboard
from fangcun.insight.analytics.services import make_dashboard, put_on, save_question
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
HOSTILE = "</script><script>alert(1)</script>\"'><img src=x>"


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:insight_{name}", args=args)


def saved(name: str = "七日") -> SavedQuestion:
    return save_question(name=name, kind="activity", query="days=7&unit=week", by=SYSTEM)


def titles(board: Dashboard) -> list[str]:
    return [one.name for one in on_dashboard(board)]


def test_a_question_is_saved_put_on_a_dashboard_and_opened_again(enter, audited):
    browser = enter("analyst")
    body = {
        "kind": "activity",
        "query": "days=7&unit=week",
        "name": "周活",
        "dashboard": "new",
        "board": "早会",
    }
    answer = browser.post(address("save"), body)
    board, kept = Dashboard.objects.get(), SavedQuestion.objects.get()
    assert (answer.status_code, answer.url) == (302, address("dashboard", board.pk))
    assert (kept.query, kept.staff_id, titles(board)) == ("days=7&unit=week", browser.user.pk, ["周活"])
    assert board.name == "早会"
    said = unescape(browser.get(answer.url).content.decode())
    assert f'data-tile="{address("activity_answer")}?days=7&unit=week&tile=1"' in said
    assert f'href="{address("activity")}?days=7&unit=week"' in said
    listed = unescape(browser.get(address("boards")).content.decode())
    assert f'href="{address("activity")}?days=7&unit=week"' in listed
    assert audited()[-3:] == ["analytics.save_question", "analytics.make_dashboard", "analytics.change_tiles"]


def test_a_question_without_a_name_or_page_is_not_saved(enter):
    browser = enter("analyst")
    answer = browser.post(address("save"), {"kind": "activity", "query": "days=7", "name": " "}, follow=True)
    assert "请写一个名称" in answer.content.decode()
    assert answer.redirect_chain == [(f"{address('activity')}?days=7", 302)]
    assert browser.post(address("save"), {"kind": "nothing", "name": "x"}).status_code == 404
    assert SavedQuestion.objects.count() == 0


def test_a_dashboard_is_arranged_and_removed(enter):
    browser, board = enter("analyst"), make_dashboard(name="早会", by=SYSTEM)
    first, second = saved("甲"), saved("乙")

    def do(verb: str, **body: Any) -> Any:
        return browser.post(address("dashboard_verb", board.pk, verb), body)

    do("put", question=first.pk)
    do("put", question=second.pk)
    assert titles(board) == ["甲", "乙"]
    do("back", question=first.pk)
    assert titles(board) == ["乙", "甲"]
    do("forward", question=first.pk)
    assert titles(board) == ["甲", "乙"]
    do("take", question=first.pk)
    assert titles(board) == ["乙"]
    do("rename", name="周会")
    board.refresh_from_db()
    assert board.name == "周会"
    assert do("explode").status_code == 404
    assert do("delete").url == address("boards")
    assert Dashboard.objects.count() == 0
    assert SavedQuestion.objects.count() == 2
    assert do("put", question=first.pk).url == address("boards")
    assert browser.get(address("dashboard", board.pk)).status_code == 404


def test_a_saved_question_is_renamed_and_deleted(enter):
    browser, kept = enter("analyst"), saved()
    browser.post(address("saved_verb", kept.pk, "rename"), {"name": "周活"})
    kept.refresh_from_db()
    assert kept.name == "周活"
    assert browser.get(address("saved_verb", kept.pk, "delete")).status_code == 405
    assert SavedQuestion.objects.count() == 1
    browser.post(address("saved_verb", kept.pk, "delete"))
    assert SavedQuestion.objects.count() == 0
    gone = browser.post(address("saved_verb", kept.pk, "delete"), follow=True)
    assert "这个问题不在了" in gone.content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_change_saves_and_arranges(role, enter):
    browser, kept, board = enter(role), saved(), make_dashboard(name="早会", by=SYSTEM)
    verbs = [
        (address("save"), {"kind": "activity", "query": "", "name": "新"}),
        (address("dashboard_make"), {"name": "新"}),
        (address("dashboard_verb", board.pk, "put"), {"question": kept.pk}),
        (address("saved_verb", kept.pk, "rename"), {"name": "改"}),
    ]
    codes = {browser.post(path, body).status_code for path, body in verbs}
    if "insight.change" in GRANTS[role]:
        assert codes == {302}
        assert (SavedQuestion.objects.count(), Dashboard.objects.count(), titles(board)) == (2, 2, ["改"])
    else:
        assert codes == {403}
        assert (SavedQuestion.objects.count(), Dashboard.objects.count(), titles(board)) == (1, 1, [])
    if "insight.view" in GRANTS[role]:
        said = browser.get(address("dashboard", board.pk)).content.decode()
        assert ("删除看板" in said) == ("insight.change" in GRANTS[role])


def test_names_are_no_markup(enter):
    browser, board, kept = enter("analyst"), make_dashboard(name=HOSTILE, by=SYSTEM), saved(HOSTILE)
    put_on(dashboard_id=board.pk, question_id=kept.pk, by=SYSTEM)
    odd = save_question(name="旧", kind="gone", query=HOSTILE, by=SYSTEM)
    put_on(dashboard_id=board.pk, question_id=odd.pk, by=SYSTEM)
    SavedQuestion.objects.filter(pk=kept.pk).update(query=f"by={HOSTILE}")
    for path in (address("boards"), address("dashboard", board.pk), address("activity")):
        said = browser.get(path).content.decode()
        assert "<script>alert" not in said
        assert "<img src=x" not in said
    assert "这类问题现在问不了" in browser.get(address("dashboard", board.pk)).content.decode()
