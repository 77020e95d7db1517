"""The text of a draft: checked while one types, saved with a version, for browsers with and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from fangcun.doors.console.tests.html_forms import Form, text_of
from fangcun.identity.staff.queries import actor_for
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import discard_draft, save_draft, start_draft

pytestmark = pytest.mark.django_db(databases="__all__")
SAMPLE = sample_text("fresh-grocery")
WRONG = SAMPLE.replace("after: [front, back, stock_in]", "after: [front, nobody]")


@pytest.fixture
def draft(db):
    return start_draft(text=SAMPLE, by=SYSTEM)


@pytest.fixture
def owner(enter, draft):
    return enter("owner")


def address(name: str, draft: Draft) -> str:
    return reverse(f"admin:plan_edit_{name}", args=[draft.pk])


def test_a_check_lists_what_is_wrong_with_lines_and_saves_nothing(owner, draft):
    found = owner.post(address("check", draft), {"text": WRONG}).json()
    line = next(number for number, line in enumerate(WRONG.split("\n"), 1) if "nobody" in line)
    assert [(one["rule"], one["severity"], one["path"], one["line"]) for one in found] == [
        ("unknown-reference", "error", "schedule.stages[test].after[1]", line)
    ]
    assert found[0]["column"] == WRONG.split("\n")[line - 1].index("nobody") + 1
    assert found[0]["message"] == "没有名为 nobody 的阶段"
    assert found[0]["fix"]
    assert owner.post(address("check", draft), {"text": SAMPLE}).json() == []
    assert (text_of(draft), Draft.objects.get().version) == (SAMPLE, 1)


@pytest.mark.parametrize("text", ["", "a: [", "\x00", "- 1", "&a [*a, *a]", "x" * 300, "{" * 200])
def test_a_check_of_anything_answers(owner, draft, text):
    answer = owner.post(address("check", draft), {"text": text})
    assert answer.status_code == 200
    assert answer.json()[0]["severity"] == "error"


def test_a_save_counts_the_version_and_keeps_mistakes(owner, draft):
    answer = owner.post(address("save", draft), {"text": WRONG.replace("\n", "\r\n"), "version": "1"})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert answer.json()["saved"].startswith("owner 保存于 ")
    assert text_of(draft) == WRONG


def test_a_save_on_an_older_version_gives_the_newer_text_and_changes_nothing(enter, owner, draft):
    theirs = SAMPLE + "# 王\n"
    save_draft(draft_id=draft.pk, text=theirs, version=1, by=actor_for(enter("planner").user))
    answer = owner.post(address("save", draft), {"text": SAMPLE + "# 李\n", "version": "1"})
    assert answer.status_code == 409
    assert answer.json() == {
        "problem": "planner 刚刚保存过这份草稿，请对照后再保存", "text": theirs, "version": 2,
    }  # fmt: skip
    assert text_of(draft) == theirs
    assert owner.post(address("save", draft), {"text": SAMPLE + "# 李\n", "version": "2"}).status_code == 200


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_version_that_is_none_is_a_stale_one(owner, draft, version):
    assert owner.post(address("save", draft), {"text": "a: 1", "version": version}).status_code == 409
    assert text_of(draft) == SAMPLE


def test_a_text_that_is_too_long_is_refused_in_words(owner, draft):
    answer = owner.post(address("save", draft), {"text": "x" * 1_100_000, "version": "1"})
    assert answer.status_code == 413
    assert answer.json()["problem"].startswith("蓝图不能超过")
    form = Form(owner.get(address("text", draft)).content.decode(), "yaml-form")
    assert owner.post(form.action, {**form.body, "text": "x" * 1_100_000}).status_code == 413
    assert text_of(draft) == SAMPLE


def test_without_scripts_the_text_is_saved_by_posting_it(owner, draft):
    form = Form(owner.get(address("text", draft)).content.decode(), "yaml-form")
    assert form.body["text"] == SAMPLE.replace("\n", "\r\n")
    answer = owner.post(form.action, {**form.body, "text": WRONG.replace("\n", "\r\n")}, follow=True)
    assert text_of(draft) == WRONG
    assert "没有名为 nobody 的阶段" in answer.content.decode()


def test_without_scripts_a_clash_shows_both_texts_and_saves_on_the_second_time(enter, owner, draft):
    form = Form(owner.get(address("text", draft)).content.decode(), "yaml-form")
    theirs = SAMPLE.replace("name: 青禾鲜\n", "name: 青禾鲜（王）\n", 1)
    save_draft(draft_id=draft.pk, text=theirs, version=1, by=actor_for(enter("planner").user))
    mine = SAMPLE.replace("name: 青禾鲜\n", "name: 青禾鲜（李）\n", 1)
    answer = owner.post(form.action, {**form.body, "text": mine.replace("\n", "\r\n")})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "同事刚保存过这份草稿" in html
    assert "<mark>王</mark>" in html
    assert "<mark>李</mark>" in html
    again = Form(html, "yaml-form")
    assert again.body["text"] == mine.replace("\n", "\r\n")
    assert text_of(draft) == theirs
    assert owner.post(again.action, again.body).status_code == 302
    assert text_of(draft) == mine


def test_the_text_of_a_draft_that_is_gone_is_given_back(owner, draft):
    discard_draft(draft_id=draft.pk, by=SYSTEM)
    answer = owner.post(address("text", draft), {"text": "a: 写了半天", "version": "1"})
    assert answer.status_code == 404
    assert "a: 写了半天" in answer.content.decode()
    assert owner.post(address("save", draft), {"text": "a: 1", "version": "1"}).status_code == 404
    assert owner.get(address("text", draft)).status_code == 404


def test_hostile_text_is_shown_as_text(owner, draft):
    hostile = SAMPLE + "</textarea><script>alert(1)</script>: '\"><img src=x>'\n"
    save_draft(draft_id=draft.pk, text=hostile, version=1, by=SYSTEM)
    for name in ("text", "findings", "publish"):
        html = owner.get(address(name, draft)).content.decode()
        assert "<script>alert(1)" not in html
        assert "<img src=x" not in html
    assert Form(owner.get(address("text", draft)).content.decode(), "yaml-form").body[
        "text"
    ] == hostile.replace("\n", "\r\n")


def test_the_editor_completes_from_the_format_itself(owner):
    told = owner.get(reverse("admin:plan_edit_schema")).json()
    assert told["schema"]["title"] == "Fangcun blueprint, version 1"
    assert told["words"]["must"] == "必须"
    assert told["labels"]["goals"] == "目标"
    assert told["types"][:3] == ["id", "text", "int"]


def test_the_library_of_the_editor_is_served_with_its_licence(owner, draft):
    from django.contrib.staticfiles.finders import find

    html = owner.get(address("text", draft)).content.decode()
    assert "console/plan/editor/codemirror.min.js" in html
    for name in ("codemirror.min.js", "LICENSE"):
        assert find(f"console/plan/editor/{name}")
