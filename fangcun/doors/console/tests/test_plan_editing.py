"""The forms of the blueprint's editor: every part of it, one edit at a time, nobody's words lost."""

from __future__ import annotations

import difflib

import pytest
from django.urls import reverse
from django.utils.html import escape

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.reading import read
from fangcun.blueprint.shapes import choices_of
from fangcun.doors.console.plan.edit_labels import CHOICES, ENTRIES, label_of
from fangcun.doors.console.plan.edit_shapes import Field, fields_of
from fangcun.doors.console.plan.edit_tree import Item, path_of, plain_of, tokens_of, value_at
from fangcun.doors.console.tests.html_forms import Form, address, fill, text_of
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import save_draft, start_draft

pytestmark = pytest.mark.django_db(databases="__all__")
SAMPLE = sample_text("fresh-grocery")
SMALL = """\
# 开头的注释
enterprise:
  name: 青禾鲜  # 名字
  pains:
    - {id: one, text: 一}
    - {id: two, text: 二}  # 第二个
    # 最后的注释
"""
PARTS = [
    "enterprise", "goals", "goals[repeat_30d]", "goals[cancel_share]", "competitors", "competitors.entries",
    "competitors.entries[wet_market]", "features", "features[shopping]", "pages", "pages.home", "navigation",
    "scenarios", "scenarios[buy]", "content", "content.ugc", "team", "schedule", "schedule.stages[req]",
    "contingencies[refused]", "qualifications[food]", "brand", "launch", "budgets", "programs[shop]",
]  # fmt: skip
HOSTILE = [
    "a: b", "# 不是注释", "\"双\" '单'",
    "第一行\n第二行\n\n  缩进", "😀🥕", "*a", "&a b", "{{ x }}", "{% now %}", "{a: 1}",
    "[1, 2]", "- 横线", "null", "true", "12", "1e5", "2027-01-01", "? k", "| x", "> x", "%T", "@a", "`a`", "  前后  ",
    "a #b", "键:", "!!str x", "\t制表", "反\\斜", "~", "<script>alert(1)</script>", "a\u2028b", "' OR 1=1 --",
]  # fmt: skip


@pytest.fixture
def draft(db):
    return start_draft(text=SAMPLE, by=SYSTEM)


@pytest.fixture
def owner(enter, draft):
    return enter("owner")


def changed_lines(draft: Draft) -> list[str]:
    """The lines that went and came, as a diff shows them."""
    lines = difflib.ndiff(SAMPLE.split("\n"), text_of(draft).split("\n"))
    return [line for line in lines if line[0] in "+-"]


def models(model: type = Blueprint) -> set[type]:
    found = {model}
    for field in fields_of(model):
        inside = {"model": [field.of], "rows": [field.of]}.get(field.kind, [])
        inside = list(field.of.values()) if field.kind == "variant" else inside
        for one in [field.of[1]] if field.kind == "items" else inside:
            found |= models(one)
    return found


def test_every_field_and_every_choice_of_the_model_has_a_chinese_name():
    fields: list[Field] = [field for model in models() for field in fields_of(model)]
    assert len(fields) > 120
    for field in fields:
        assert str(label_of(field.owner, field.name).name)
        words = choices_of(field.of) if field.kind in ("choice", "choices") else []
        for word in () if field.key == "Blueprint.blueprint" else words:
            assert str(CHOICES[word]) != word
        if field.kind in ("rows", "items"):
            assert (field.of if field.kind == "rows" else field.of[1]).__name__ in ENTRIES


@pytest.mark.parametrize("path", PARTS)
def test_a_form_that_is_posted_as_it_came_changes_nothing(owner, draft, path):
    answer = owner.get(address(draft, path))
    assert answer.status_code == 200
    if 'id="edit-form"' in answer.content.decode():
        form = Form(answer.content.decode())
        assert owner.post(form.action, form.body).status_code == 302
    assert (text_of(draft), Draft.objects.get().version) == (SAMPLE, 1)


def test_one_field_changes_one_value_and_every_other_byte_stays(owner, draft):
    assert fill(owner, draft, "goals[repeat_30d]", {"target": "0.25"}).status_code == 302
    assert text_of(draft) == SAMPLE.replace(
        "    baseline: 0.12\n    target: 0.20\n", "    baseline: 0.12\n    target: 0.25\n"
    )
    assert fill(owner, draft, "pages.product", {"title": "商品页"}).status_code == 302
    assert [line for line in changed_lines(draft) if "商品页" in line] == [
        "+ "
        + next(line for line in SAMPLE.split("\n") if line.startswith("  product:")).replace(
            "title: 商品详情", "title: 商品页"
        )
    ]
    assert text_of(draft).count("#") == SAMPLE.count("#")


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_as_it_was_typed(enter, db, text):
    owner, draft = enter("owner"), start_draft(text=SMALL, by=SYSTEM)
    typed = {"name": text.replace("\n", "\r\n"), "pains-1-text": text.replace("\n", "\r\n")}
    assert fill(owner, draft, "enterprise", typed).status_code == 302
    expected = plain_of(SMALL)
    expected["enterprise"]["name"] = expected["enterprise"]["pains"][1]["text"] = text
    assert plain_of(text_of(draft)) == expected
    assert text_of(draft).startswith("# 开头的注释\n")
    assert text_of(draft).endswith("    # 最后的注释\n")
    html = owner.get(address(draft, "enterprise")).content.decode()
    assert escape(text) in html
    assert "<script>alert(1)" not in html
    assert Form(html).body["name"] == text.replace("\n", "\r\n")


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(owner, draft):
    answer = fill(
        owner, draft, "goals[repeat_30d]", {"target": "20%", "due": "明年", "statement": "新的说法"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "还没有保存，您填写的内容都在。" in html
    for problem in ("请填写数字，不带百分号和单位", "“明年”不是日期，写成 2027-06-30"):
        assert f'role="alert">{problem}</span>' in html
    typed = Form(html).body
    assert (typed["target"], typed["due"], typed["statement"]) == ("20%", "明年", "新的说法")
    assert (text_of(draft), Draft.objects.get().version) == (SAMPLE, 1)


def test_a_required_field_cannot_be_emptied_and_an_optional_one_is_taken_out(owner, draft):
    answer = fill(owner, draft, "goals[repeat_30d]", {"statement": ""})
    assert 'role="alert">请填写</span>' in answer.content.decode()
    assert text_of(draft) == SAMPLE
    assert fill(owner, draft, "goals[repeat_30d]", {"pain": ""}).status_code == 302
    assert changed_lines(draft) == ["-     pain: repurchase"]


def test_another_kind_of_metric_takes_the_old_ones_fields_along(owner, draft):
    typed = {"metric.kind": "ratio", "metric.of.kind": "count", "metric.of.event": "order_paid",
             "metric.to.kind": "persons", "metric.to.event": "goods_viewed"}  # fmt: skip
    assert fill(owner, draft, "goals[repeat_30d]", typed).status_code == 302
    assert plain_of(text_of(draft))["goals"][0]["metric"] == {
        "kind": "ratio",
        "of": {"kind": "count", "event": "order_paid"},
        "to": {"kind": "persons", "event": "goods_viewed"},
    }


def test_a_new_goal_stands_at_the_end_and_needs_what_a_goal_needs(owner, draft):
    answer = fill(owner, draft, "goals", {"id": "new_goal", "statement": "新目标"}, new="1")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count('role="alert">请填写</span>') == 4  # kind, baseline, target, due
    form = Form(html)
    typed = {"metric.kind": "count", "metric.event": "order_paid", "metric.per": "day", "baseline": "1",
             "target": "2", "due": "2027-09-01"}  # fmt: skip
    assert owner.post(form.action, {**form.body, **typed}).url == address(draft, "goals[new_goal]")
    goals = plain_of(text_of(draft))["goals"]
    assert len(goals) == 7
    assert goals[-1] == {
        "id": "new_goal", "statement": "新目标", "metric": {"kind": "count", "event": "order_paid", "per": "day"},
        "baseline": 1, "target": 2, "due": "2027-09-01",
    }  # fmt: skip
    assert read(text_of(draft)).findings == ()


@pytest.mark.parametrize(("path", "typed"), [("goals", {"id": "repeat_30d"}), ("pages", {"id": "home"})])
def test_an_id_that_is_taken_is_refused(owner, draft, path, typed):
    needed = {"statement": "x", "metric.kind": "retention", "metric.day": "1", "baseline": "1", "target": "2",
              "due": "2027-09-01", "title": "x", "path": "pages/x/x", "package": "main"}  # fmt: skip
    answer = fill(owner, draft, path, {**needed, **typed}, new="1")
    assert answer.status_code == 422
    assert "这个编号已经用过" in answer.content.decode()
    assert text_of(draft) == SAMPLE


def test_a_new_id_reaches_everything_that_refers_to_it(owner, draft):
    answer = fill(owner, draft, "pages.product", {"id": "goods"})
    assert answer.url == address(draft, "pages.goods")
    plain = plain_of(text_of(draft))
    assert list(plain["pages"]) == [
        {"product": "goods"}.get(name, name) for name in plain_of(SAMPLE)["pages"]
    ]
    assert "product" not in [one for page in plain["pages"].values() for one in page.get("leads_to", [])]
    assert read(text_of(draft)).findings == ()
    assert fill(owner, draft, "goals[repeat_30d]", {"id": "again"}).status_code == 302
    assert "repeat_30d" not in text_of(draft)
    assert text_of(draft).count("#") == SAMPLE.count("#")


def test_boxes_are_ticked_without_disturbing_the_others(owner, draft):
    before = plain_of(SAMPLE)["pages"]["home"]["leads_to"]
    assert before
    assert fill(owner, draft, "pages.home", {"leads_to": [*before[1:], "cart"]}).status_code == 302
    assert plain_of(text_of(draft))["pages"]["home"]["leads_to"] == [*before[1:], "cart"]
    assert len(changed_lines(draft)) == 2


def test_steps_are_added_moved_changed_renamed_and_removed_in_one_go(owner, draft):
    steps = plain_of(SAMPLE)["scenarios"][0]["steps"]
    ids = [step["id"] for step in steps]
    assert ids == ["tap", "view", "add", "settle", "submit", "open_cashier", "pay", "told"]
    typed = {
        "steps-0-DELETE": "on",
        "steps-2-ORDER": "2", "steps-1-ORDER": "3",
        "steps-4-id": "order", "steps-4-props.1.name": "sum_amount",
        "steps-TOTAL_FORMS": "10",
        "steps-8-id": "thank", "steps-8-actor": "system", "steps-8-event": "thanks_sent", "steps-8-ORDER": "99",
        "steps-8-props.0.name": "channel", "steps-8-props.0.type": "enum", "steps-8-props.0.values": "短信， 站内",
        "steps-8-message.channel": "in_app", "steps-8-message.to": "customer",
    }  # fmt: skip
    assert fill(owner, draft, "scenarios[buy]", typed).status_code == 302
    scenario = plain_of(text_of(draft))["scenarios"][0]
    assert [step["id"] for step in scenario["steps"]] == [
        "add", "view", "settle", "order", "open_cashier", "pay", "told", "thank",
    ]  # fmt: skip
    assert scenario["steps"][3]["props"] == {"order_number": "id", "sum_amount": "fen", "lines": "int"}
    assert scenario["steps"][-1] == {
        "id": "thank", "actor": "system", "event": "thanks_sent", "props": {"channel": "enum(短信, 站内)"},
        "message": {"channel": "in_app", "to": ["customer"]},
    }  # fmt: skip
    assert [branch["after"] for branch in scenario["otherwise"]] == ["settle", "open_cashier", "order"]
    assert plain_of(text_of(draft))["scenarios"][1:] == plain_of(SAMPLE)["scenarios"][1:]


def test_two_steps_of_one_id_are_refused_at_the_row(owner, draft):
    answer = fill(owner, draft, "scenarios[buy]", {"steps-1-id": "tap"})
    assert answer.status_code == 422
    assert "这个编号已经用过" in answer.content.decode()
    assert text_of(draft) == SAMPLE


def test_entries_move_up_and_down_and_go_only_after_a_question(owner, draft):
    item = reverse("admin:plan_edit_item", args=[draft.pk])
    names = list(plain_of(SAMPLE)["pages"])
    assert owner.post(item, {"path": f"pages.{names[1]}", "verb": "up"}).status_code == 302
    assert list(plain_of(text_of(draft))["pages"]) == [names[1], names[0], *names[2:]]
    assert owner.post(item, {"path": f"pages.{names[1]}", "verb": "down"}).status_code == 302
    assert text_of(draft) == SAMPLE
    asked = owner.post(item, {"path": "pages.product", "verb": "remove"})
    assert "没有名为 product 的页面" in asked.content.decode()
    assert text_of(draft) == SAMPLE
    assert owner.post(item, {"path": "goals[sales_month]", "verb": "remove", "sure": "1"}).status_code == 302
    assert [goal["id"] for goal in plain_of(text_of(draft))["goals"]] == [
        "repeat_30d", "orders_day", "buy_conversion", "cancel_share", "back_in_a_week",
    ]  # fmt: skip
    gone = owner.post(item, {"path": "goals[sales_month]", "verb": "up"}, follow=True)
    assert "这一项已经不在草稿里了" in gone.content.decode()


def test_a_finding_stands_at_its_field_and_leads_there(owner, draft):
    wrong = SAMPLE.replace("after: [front, back, stock_in]", "after: [front, nobody]")
    save_draft(draft_id=draft.pk, text=wrong, version=1, by=SYSTEM)
    html = owner.get(reverse("admin:plan_edit_findings", args=[draft.pk])).content.decode()
    path = "schedule.stages[test].after[1]"
    link = escape(address(draft, path))
    assert link in html
    page = owner.get(address(draft, path)).content.decode()
    assert 'data-at="after"' in page
    at = page.index('id="at-after"')
    assert "没有名为 nobody 的阶段" in page[at : page.index("</fieldset>", at)]
    assert page.count("没有名为 nobody 的阶段") == 1


def test_a_finding_of_a_step_opens_its_row(owner, draft):
    page = owner.get(address(draft, "scenarios[buy].steps[submit].ask_consent[0]")).content.decode()
    assert 'data-at="steps-4-ask_consent"' in page


def test_a_blank_draft_can_be_filled_in_with_forms_alone(owner):
    draft = start_draft(text=sample_text("blank"), by=SYSTEM)
    home = {
        "id": "home",
        "title": "首页",
        "path": "pages/home/index",
        "package": "main",
        "tab": "1",
        "key": "on",
    }
    assert fill(owner, draft, "pages", home, new="1").status_code == 302
    buy = {
        "id": "buy", "name": "买", "steps-0-id": "pay", "steps-0-actor": "customer", "steps-0-page": "home",
        "steps-0-event": "order_paid", "closes_with": "pay", "otherwise-0-id": "left", "otherwise-0-when": "走了",
    }  # fmt: skip
    assert fill(owner, draft, "scenarios", buy, new="1").status_code == 302
    assert fill(owner, draft, "brand", {"color": "#087F45"}).status_code == 302
    assert (
        fill(
            owner, draft, "launch", {"categories": "生鲜\r\n果蔬", "privacy.phone": "联系收货人"}
        ).status_code
        == 302
    )
    plain = plain_of(text_of(draft))
    assert plain["pages"] == {
        "home": {"title": "首页", "path": "pages/home/index", "package": "main", "tab": 1, "key": True}
    }
    assert plain["scenarios"] == [
        {
            "id": "buy", "name": "买", "closes_with": "pay",
            "steps": [{"id": "pay", "actor": "customer", "event": "order_paid", "page": "home"}],
            "otherwise": [{"id": "left", "when": "走了"}],
        }
    ]  # fmt: skip
    assert plain["brand"] == {"color": "#087F45"}
    assert plain["launch"] == {"categories": ["生鲜", "果蔬"], "privacy": {"phone": "联系收货人"}}
    assert "# 谁在哪一页做什么" in text_of(draft)


def test_paths_are_read_and_written_alike():
    path = "scenarios[buy].steps[pay].props.amount"
    assert tokens_of(path) == ("scenarios", Item("buy"), "steps", Item("pay"), "props", "amount")
    assert path_of(tokens_of(path)) == path
    assert value_at(plain_of(SAMPLE), tokens_of(path)) == "fen"
