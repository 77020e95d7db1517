"""Publishing from the console, what stands in its way, and the revisions one can compare and go back to."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils.html import escape

from fangcun.blueprint.differences import Difference, diff
from fangcun.blueprint.reading import read
from fangcun.doors.console.tests.html_forms import text_of
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.identity.staff.queries import actor_for
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions import queries
from fangcun.plan.revisions.models import Draft, Revision
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import publish_text, save_draft, start_draft

pytestmark = pytest.mark.django_db(databases="__all__")
FIRST = sample_text("fresh-grocery")
SECOND = FIRST.replace("target: 0.20", "target: 0.25").replace(
    "order_number: id, amount: fen", "order_number: id, amount: int"
)


def differences(before: str, after: str) -> list[Difference]:
    one, other = read(before).blueprint, read(after).blueprint
    assert one is not None
    assert other is not None
    return diff(one, other)


BREAKING = sum(one.breaking for one in differences(FIRST, SECOND))


def told(before: str, after: str, html: str) -> bool:
    """Whether a page tells every difference, without the part's name that stands above it."""
    found = differences(before, after)
    return bool(found) and all(escape(one.text.partition("：")[2]) in html for one in found)


@pytest.fixture
def published(db):
    publish_text(text=FIRST, base=None, message="第一版", by=SYSTEM)


@pytest.fixture
def draft(published):
    return start_draft(text=SECOND, by=SYSTEM)


def address(name: str, *args: object, **query: str) -> str:
    return reverse(f"admin:plan_{name}", args=args, query=query or None)


def test_a_draft_begins_from_the_newest_from_the_sample_or_from_nothing(enter, published):
    owner = enter("owner")
    for source, text in (("current", FIRST), ("sample", FIRST), ("blank", sample_text("blank"))):
        answer = owner.post(
            address("edit_start"), {"source": source, "note": f"草稿 {source}", "path": "team"}
        )
        draft = Draft.objects.order_by("-id")[0]
        assert answer.url == address("edit_form", draft.pk, path="team")
        assert (draft.text, draft.base, draft.note, draft.author) == (text, 1, f"草稿 {source}", "owner")
    html = owner.get(address("edit")).content.decode()
    assert html.count("基于第 1 版") == 3
    assert "从第 1 版开始" in html


def test_the_list_puts_ones_own_drafts_first_and_tells_their_state(enter, published):
    planner, owner = enter("planner"), enter("owner")
    start_draft(text=FIRST, note="我的", by=actor_for(owner.user))
    start_draft(text="enterprise: 1\n", note="别人的", by=actor_for(planner.user))
    html = owner.get(address("edit")).content.decode()
    assert html.index("我的") < html.index("别人的")
    assert "没有错误" in html
    assert re.search(r"\d+ 个错误", html)


def test_before_publishing_one_sees_what_changes_and_what_breaks(enter, draft):
    html = enter("owner").get(address("edit_publish", draft.pk)).content.decode()
    assert "与第 1 版相比" in html
    assert told(FIRST, SECOND, html)
    assert html.count("fc-breaking") == BREAKING
    assert 'id="publish"' in html


def test_a_draft_is_published_with_a_message_and_is_gone(enter, draft, audited):
    owner = enter("owner")
    publish = address("edit_publish", draft.pk)
    refused = owner.post(publish, {"version": "1", "message": "  "})
    assert refused.status_code == 400
    assert "请写一句说明" in refused.content.decode()
    answer = owner.post(publish, {"version": "1", "message": "目标提到 25%"})
    assert answer.url == address("revision", 2)
    newest = queries.revision(2)
    assert (newest.text, newest.message, newest.author) == (SECOND, "目标提到 25%", "owner")
    assert not Draft.objects.exists()
    assert "revisions.publish" in audited()
    assert owner.get(publish).status_code == 404


def test_errors_are_shown_where_they_are_and_nothing_is_published(enter, draft):
    owner = enter("owner")
    save_draft(draft_id=draft.pk, text=SECOND.replace("start: home", "start: hom"), version=1, by=SYSTEM)
    for answer in (
        owner.get(address("edit_publish", draft.pk)),
        owner.post(address("edit_publish", draft.pk), {"version": "2", "message": "x"}),
    ):
        html = answer.content.decode()
        assert "有错误，还不能发布" in html
        assert "没有名为 hom 的页面" in html
        assert escape(address("edit_form", draft.pk, path="navigation.start")) in html
        assert 'id="publish"' not in html
    assert queries.newest_number() == 1
    assert Draft.objects.get().version == 2


def test_a_draft_that_was_saved_meanwhile_is_looked_at_again_before_it_is_published(enter, draft):
    owner = enter("owner")
    save_draft(draft_id=draft.pk, text=SECOND + "# 后来\n", version=1, by=actor_for(enter("planner").user))
    answer = owner.post(address("edit_publish", draft.pk), {"version": "1", "message": "我的说明"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "planner 刚保存过这份草稿，请先看过现在的改动再发布。" in html
    assert "我的说明" in html
    assert queries.newest_number() == 1


def test_on_an_older_base_the_others_changes_are_shown_and_brought_in(enter, draft):
    owner = enter("owner")
    theirs = FIRST.replace("title: 首页", "title: 今日鲜货")
    publish_text(text=theirs, base=1, message="首页改名", by=SYSTEM)
    answer = owner.post(address("edit_publish", draft.pk), {"version": "1", "message": "x"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "草稿从第 1 版开始，现在最新的是第 2 版。没有发布，草稿原样保留。" in html
    assert told(FIRST, theirs, html)
    assert (queries.newest_number(), text_of(draft)) == (2, SECOND)
    rebase = address("edit_rebase", draft.pk)
    assert "pages.home.title" in owner.get(rebase).content.decode()
    assert owner.post(rebase).url == address("edit_publish", draft.pk)
    assert text_of(draft) == SECOND.replace("title: 首页", "title: 今日鲜货")
    assert Draft.objects.get().base == 2
    assert owner.post(address("edit_publish", draft.pk), {"version": "2", "message": "x"}).url == address(
        "revision", 3
    )


@pytest.mark.parametrize(("choice", "target"), [("mine", "0.25"), ("theirs", "0.3")])
def test_what_both_sides_changed_is_decided_by_a_person(enter, draft, choice, target):
    owner = enter("owner")
    publish_text(text=FIRST.replace("target: 0.20", "target: 0.3"), base=1, message="三成", by=SYSTEM)
    rebase, path = address("edit_rebase", draft.pk), "goals[repeat_30d].target"
    html = owner.get(rebase).content.decode()
    assert f"choice:{path}" in html
    refused = owner.post(rebase, {})
    assert refused.status_code == 409
    assert "有 1 处两边都改了，请逐一选择用哪边的" in refused.content.decode()
    assert text_of(draft) == SECOND
    assert owner.post(rebase, {f"choice:{path}": choice}).status_code == 302
    assert f"target: {target}" in text_of(draft)


def test_the_history_counts_changes_and_marks_what_breaks(enter, published):
    publish_text(text=SECOND, base=1, message="<b>改了</b>\n两行", by=SYSTEM)
    publish_text(text=SECOND + "# 注释\n", base=2, message="只加注释", by=SYSTEM)
    html = enter("analyst").get(address("revisions")).content.decode()
    assert "&lt;b&gt;改了&lt;/b&gt;" in html
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.S)[1:]
    assert len(rows) == 3
    assert "只改了注释或写法" in rows[0]
    assert "当前" in rows[0]
    assert f"{BREAKING} 处不兼容" in rows[1]
    assert "第一版" in rows[2]


def test_a_revision_shows_its_changes_in_words_and_in_text(enter, published):
    publish_text(text=SECOND, base=1, message="改", by=SYSTEM)
    analyst = enter("analyst")
    html = analyst.get(address("revision", 2)).content.decode()
    assert told(FIRST, SECOND, html)
    assert "<mark>fen</mark>" in html
    assert "<mark>int</mark>" in html
    assert 'id="restore"' not in html
    assert analyst.get(address("revision", 1)).status_code == 200
    assert analyst.get(address("revision", 9)).status_code == 404


def test_any_two_revisions_are_compared_in_either_direction(enter, published):
    publish_text(text=SECOND, base=1, message="改", by=SYSTEM)
    third = SECOND.replace("title: 首页", "title: 今日鲜货")
    publish_text(text=third, base=2, message="再改", by=SYSTEM)
    analyst = enter("analyst")
    html = analyst.get(address("revision_compare"), {"before": "1", "after": "3"}).content.decode()
    assert "从第 1 版到第 3 版" in html
    assert told(FIRST, third, html)
    html = analyst.get(address("revision_compare"), {"before": "3", "after": "1"}).content.decode()
    assert told(third, FIRST, html)
    assert analyst.get(address("revision_compare"), {"before": "1", "after": "9"}).status_code == 404
    assert analyst.get(address("revision_compare"), {"before": "x"}).url == address("revisions")


def test_an_old_revision_is_published_again_by_who_may(enter, published, audited):
    publish_text(text=SECOND, base=1, message="改", by=SYSTEM)
    before = audited().count("revisions.publish")
    owner = enter("owner")
    assert 'data-confirm="' in owner.get(address("revision", 1)).content.decode()
    assert enter("analyst").post(address("revision_restore", 1), {"message": "x"}).status_code == 403
    assert queries.newest_number() == 2
    without = owner.post(address("revision_restore", 1), {"message": ""}, follow=True)
    assert "请写一句说明" in without.content.decode()
    assert owner.post(address("revision_restore", 1), {"message": "改坏了，退回"}).url == address(
        "revision", 3
    )
    newest = queries.revision(3)
    assert (newest.text, newest.restored_from, newest.author) == (FIRST, 1, "owner")
    assert "恢复自第 1 版" in owner.get(address("revisions")).content.decode()
    assert audited().count("revisions.publish") == before + 1


@pytest.mark.parametrize("role", Role.values)
def test_a_role_edits_and_publishes_exactly_what_the_table_grants(enter, draft, role):
    browser = enter(role)
    change, publish = "plan.change" in GRANTS[role], "plan.publish" in GRANTS[role]
    wrong = []

    def look(method: str, name: str, expected: bool, *args: object, **body: str) -> None:
        status = getattr(browser, method)(address(name, *args), body).status_code
        if (status != 403) != expected or status >= 500:
            wrong.append((method, name, status, expected))

    for name in ("form", "findings", "text", "publish", "rebase"):
        look("get", f"edit_{name}", change, draft.pk)
    for name in ("edit", "edit_schema"):
        look("get", name, change)
    for name in ("form", "item", "text", "check", "save"):
        look("post", f"edit_{name}", change, draft.pk)
    for name, *args in (("revisions",), ("revision", 1), ("revision_compare",)):
        look("get", name, "plan.view" in GRANTS[role], *args)
    look("post", "edit_publish", publish, draft.pk, version="9", message="x")
    look("post", "revision_restore", publish, 1, message="x")
    look("post", "edit_start", change, source="blank")
    look("post", "edit_discard", change, draft.pk)
    assert wrong == []
    assert Revision.objects.count() == 1
    assert Draft.objects.filter(pk=draft.pk).exists() != change


def test_nothing_is_changed_by_a_link_or_without_a_token(enter, draft):
    owner = enter("owner", enforce_csrf_checks=True)
    for name in ("edit_item", "edit_check", "edit_save", "edit_discard"):
        assert owner.get(address(name, draft.pk)).status_code == 405
        assert owner.post(address(name, draft.pk), {"text": "x", "version": "1"}).status_code == 403
    for name in ("edit_form", "edit_text", "edit_publish", "edit_rebase"):
        assert owner.post(address(name, draft.pk), {"message": "x", "version": "1"}).status_code == 403
    assert owner.get(address("revision_restore", 1)).status_code == 405
    assert (text_of(draft), queries.newest_number()) == (SECOND, 1)


def test_without_a_login_the_editor_leads_to_the_door(client, draft):
    for name in ("edit_form", "edit_text", "edit_publish"):
        assert client.get(address(name, draft.pk)).url.startswith("/console/login/")
    assert client.post(address("edit_save", draft.pk), {"text": "x", "version": "1"}).status_code == 302
    assert text_of(draft) == SECOND
