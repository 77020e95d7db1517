"""Several people at one draft, odd drafts, and drafts that are gone: nobody's words are lost."""

from __future__ import annotations

import pytest
from django.urls import reverse

from fangcun.doors.console.plan.edit_tree import plain_of
from fangcun.doors.console.tests.html_forms import Form, address, fill, form_at, text_of
from fangcun.identity.staff.queries import actor_for
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import discard_draft, save_draft, start_draft

pytestmark = pytest.mark.django_db(databases="__all__")
SAMPLE = sample_text("fresh-grocery")


@pytest.fixture
def draft(db):
    return start_draft(text=SAMPLE, by=SYSTEM)


@pytest.fixture
def owner(enter, draft):
    return enter("owner")


def test_what_two_people_change_in_one_form_is_merged_and_the_same_field_is_asked_about(enter, owner, draft):
    mine = form_at(owner, draft, "scenarios[buy]")
    assert (
        fill(
            enter("planner"), draft, "scenarios[buy]", {"name": "边逛边买", "steps-0-id": "tapped"}
        ).status_code
        == 302
    )
    typed = {**mine.body, "name": "随便逛逛", "window_hours": "99", "steps-1-event": "goods_looked"}
    answer = owner.post(mine.action, typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "同事刚把这里改成了：边逛边买。再次保存将以您填写的为准。" in html
    again = Form(html)
    shown = {name: again.body[name] for name in ("name", "window_hours", "steps-0-id", "steps-1-event")}
    assert shown == {
        "name": "随便逛逛",
        "window_hours": "99",
        "steps-0-id": "tapped",
        "steps-1-event": "goods_looked",
    }
    assert owner.post(again.action, again.body).status_code == 302
    scenario = plain_of(text_of(draft))["scenarios"][0]
    assert (scenario["name"], scenario["window_hours"]) == ("随便逛逛", 99)
    assert [scenario["steps"][0]["id"], scenario["steps"][1]["event"]] == ["tapped", "goods_looked"]


def test_changes_in_different_fields_meet_without_a_question(enter, owner, draft):
    mine = form_at(owner, draft, "goals[repeat_30d]")
    fill(enter("planner"), draft, "goals[repeat_30d]", {"target": "0.3"})
    assert owner.post(mine.action, {**mine.body, "statement": "新的说法"}).status_code == 302
    goal = plain_of(text_of(draft))["goals"][0]
    assert (goal["target"], goal["statement"]) == (0.3, "新的说法")


def test_a_row_that_a_colleague_removed_is_not_lost_when_one_wrote_in_it(enter, owner, draft):
    mine = form_at(owner, draft, "team")
    fill(enter("planner"), draft, "team", {"members-6-DELETE": "on"})
    answer = owner.post(mine.action, {**mine.body, "members-6-name": "孙测试"})
    assert answer.status_code == 422
    assert "同事刚改动或移除了这一行。再次保存会把您填写的作为新的一行加上。" in answer.content.decode()
    again = Form(answer.content.decode())
    assert owner.post(again.action, again.body).status_code == 302
    assert plain_of(text_of(draft))["team"]["members"][-1] == {"id": "sun", "name": "孙测试", "role": "test"}


def test_a_draft_that_is_gone_gives_back_what_was_typed(owner, draft):
    mine = form_at(owner, draft, "goals[repeat_30d]")
    discard_draft(draft_id=draft.pk, by=SYSTEM)
    answer = owner.post(mine.action, {**mine.body, "statement": "写了半天的话"})
    assert answer.status_code == 404
    assert "写了半天的话" in answer.content.decode()
    assert owner.get(mine.action).status_code == 404


def test_the_editors_address_with_a_path_leads_to_the_only_draft(owner, draft):
    answer = owner.get(reverse("admin:plan_edit"), {"path": "goals[repeat_30d].target"})
    assert answer.url == address(draft, "goals[repeat_30d].target")
    start_draft(text=SAMPLE, by=SYSTEM)
    assert owner.get(reverse("admin:plan_edit"), {"path": "goals"}).status_code == 200
    answer = owner.get(reverse("admin:plan_edit"), {"path": "goals", "draft": str(draft.pk)})
    assert answer.url == address(draft, "goals")


def test_what_a_form_cannot_show_is_left_to_the_text(owner, draft):
    odd = SAMPLE.replace("statement: 30 天复购率从 12% 提到 20%", "statement: {a: 1}").replace(
        "baseline: 0.12", "baseline: 一成"
    )
    save_draft(draft_id=draft.pk, text=odd, version=1, by=SYSTEM)
    html = owner.get(address(draft, "goals[repeat_30d]")).content.decode()
    assert "“目标”的写法表单显示不了，请在 YAML 里修改。" in html
    assert fill(owner, draft, "goals[repeat_30d]", {"target": "0.3"}).status_code == 302
    goal = plain_of(text_of(draft))["goals"][0]
    assert (goal["statement"], goal["baseline"], goal["target"]) == ({"a": 1}, "一成", 0.3)


def test_forms_of_an_unreadable_draft_lead_to_the_text(owner, draft):
    save_draft(draft_id=draft.pk, text="a: [1\nb: 2\n", version=1, by=SYSTEM)
    answer = owner.get(address(draft, "goals"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("admin:plan_edit_text", args=[draft.pk]))


def test_who_else_writes_is_told(enter, owner, draft):
    planner = enter("planner")
    save_draft(draft_id=draft.pk, text=SAMPLE + "# x\n", version=1, by=actor_for(planner.user))
    html = owner.get(address(draft, "goals")).content.decode()
    assert "planner 也在编辑这份草稿；改到同一处时会提示，不会互相覆盖。" in html
