"""The pages that show a plan: each opens for every document, says what is so, and costs little for a large one."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import ExitStack
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fangcun.blueprint.tests.clean import CLEAN, planted
from fangcun.blueprint.tests.large import large_blueprint
from fangcun.doors.console.plan.pages import PAGES
from fangcun.identity.members.models import Account, Member
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.tracking.services import record
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.jobs import drain
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import publish_text, start_draft
from fangcun.plan.schedule.models import Condition, StageProgress, Tick
from fangcun.plan.schedule.queries import checks, progress

pytestmark = pytest.mark.django_db(databases="__all__")
NAMES = [page.name for page in PAGES]
HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}"
BROKEN = planted(
    ("name: 周运营, role: operations", "name: 周运营, role: design"), ("after: [req]", "after: [live]")
)


def publish(text: str = CLEAN, message: str = "第一版") -> Revision:
    """Publish, and let what follows happen."""
    newest = Revision.objects.order_by("-number").first()
    revision = publish_text(text=text, base=newest.number if newest else None, message=message, by=SYSTEM)
    drain(ignore_leases=True)
    return revision


def address(name: str, **query: object) -> str:
    return reverse(f"admin:plan_{name}", query=query)


def page(browser: Any, name: str, **query: object) -> str:
    """What a page says, tags and all."""
    answer = browser.get(address(name, **query))
    assert answer.status_code == 200, (name, query)
    return unescape(answer.content.decode())


def text_of(html: str) -> str:
    """The words of a page without its tags."""
    body = html[html.index('<div class="fc-page fp">') :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def statements(browser: Any, name: str, **query: object) -> int:
    """How many statements a page costs, on all databases, when nothing is remembered."""
    cache.clear()
    with ExitStack() as stack:
        counts = [stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in connections]
        assert browser.get(address(name, **query)).status_code == 200
    return sum(len(count) for count in counts)


@pytest.mark.parametrize("name", [*NAMES, "print"])
def test_without_a_plan_every_page_says_what_to_do(enter, name):
    said = page(enter("planner"), name)
    assert "还没有发布蓝图" in said
    assert f'href="{reverse("admin:plan_edit")}"' in said
    watcher = page(enter("analyst"), name)
    assert "请负责规划的同事发布第一版。" in watcher
    assert reverse("admin:plan_edit") not in watcher


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("goals", ["30 天复购率从 12% 提到 20%", "老客复购率低", "23 个计划事件中 0 个已到达", "还算不出"]),
        ("competitors", ["某头部生鲜电商", "前置仓自营", "打客服取消，等了 26 分钟", "取消订单、原路退款"]),
        ("features", ["再来一单", "以上是第一版（MVP）", "厨房笔记社区"]),
        ("scenarios", ["逛着买", "goods_tapped", "15 分钟内没有付款", "请求授权", "闭环", "订阅消息"]),
        ("sitemap", ["26 个页面 · 4 个标签页 · 10 个关键页面", "pages-trade/result/result", "3 次点击"]),
        ("tracking", ["23 个计划事件，22 个自动事件", "从未到达", "order_refunded", "隔离区是空的"]),
        ("content", ["2026 年 12 月", "三分钟萝卜炖牛腩", "杨禾（门店店长）"]),
        ("team", ["李青（产品负责人）", "17 个工作日", "翠湖店试营业", "7 人"]),
        ("schedule", ["需求评审", "可以开始", "老板与三位店长评审通过", "审核被拒", "预留 5 个工作日"]),
        ("launch", ["微信支付商户号", "上线后还有 799 天", "用于把商品送到您填写的地址", "文字对比度 5.1 : 1"]),
        ("findings", ["没有发现问题"]),
    ],
)  # fmt: skip
def test_a_page_says_what_the_sample_says(enter, name, words):
    publish(sample_text("fresh-grocery"))
    said = text_of(page(enter("analyst"), name))
    assert [word for word in words if word not in said] == []


def test_the_dossier_holds_every_page_and_no_form(enter):
    publish(sample_text("fresh-grocery"))
    html = page(enter("owner"), "print")
    for name in NAMES:
        assert f'id="{name}"' in html
    assert "<form" not in html
    assert html.count('class="fc-card fp-flow-card"') == 10  # every scenario, not the first alone


# Statements; the session, its person and roles, and the document are five of them.
MOST = {"goals": 22, "scenarios": 9, "tracking": 14, "schedule": 18, "print": 40}


@pytest.mark.parametrize("name", [*NAMES, "print"])
def test_a_large_plan_costs_no_more_statements_than_a_small_one(enter, name):
    browser = enter("owner")
    publish(CLEAN)
    page(browser, name)  # the text is read once
    small = statements(browser, name)
    publish(large_blueprint(), "很大")
    page(browser, name)
    large = statements(browser, name)
    assert large <= small + 1
    assert large <= MOST.get(name, 6)


@pytest.mark.parametrize("name", [*NAMES, "print"])
def test_a_draft_full_of_mistakes_is_shown_as_far_as_it_goes(enter, name):
    draft = start_draft(text=open_broken(), by=SYSTEM)
    said = page(enter("planner"), name, draft=draft.pk)
    assert "草稿" in said
    assert "青禾鲜" in said


def open_broken() -> str:
    from fangcun.settings import REPOSITORY

    return (REPOSITORY / "blueprints" / "broken.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_draft_that_is_no_plan_at_all_shows_where_it_breaks(enter, name):
    draft = start_draft(text="blueprint: [1\ngoals: }", by=SYSTEM)
    said = page(enter("planner"), name, draft=draft.pk)
    assert "这份文档还读不成蓝图" in said
    assert "YAML 语法错误" in said


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["blueprint: 1\n", "{}", "blueprint: 1\nenterprise: {name: 空}\npages: {home: {title: 首页}}\n"]
)
def test_a_draft_with_next_to_nothing_in_it_is_shown(enter, name, text):
    draft = start_draft(text=text, by=SYSTEM)
    assert "草稿" in page(enter("planner"), name, draft=draft.pk)


def test_findings_lead_to_their_field_in_the_editor(enter):
    draft = start_draft(text=BROKEN, by=SYSTEM)
    html = page(enter("planner"), "findings", draft=draft.pk)
    line = BROKEN[: BROKEN.index("members:")].count("\n") + 1
    assert f"/console/plan/edit/?path=team.members&line={line}&draft={draft.pk}" in html
    assert "team-gap" in html
    assert html.index("schedule-cycle") > 0
    # Who may not change the plan is not led into the editor.
    assert "/console/plan/edit/" not in page(enter("analyst"), "findings", draft=draft.pk)


def test_an_older_revision_is_shown_without_the_numbers_of_today(enter):
    publish(CLEAN)
    publish(planted(("老客复购率低", "老客不回头")), "改痛点")
    browser = enter("owner")
    old = page(browser, "goals", revision=1)
    assert "这是第 1 版，现在用的是第 2 版。" in old
    assert "老客复购率低" in old
    assert "已到达" not in old
    assert f"{reverse('admin:plan_team')}?revision=1" in old  # the tabs stay with it
    now = page(browser, "goals")
    assert ("老客不回头" in now, "现在用的是" in now) == (True, False)
    assert "已到达" in now
    assert "?revision" not in page(browser, "goals", revision=2)  # it is the current one


@pytest.mark.parametrize(
    "query", [{"revision": "2"}, {"revision": "x"}, {"revision": "-1"}, {"revision": "٣"}, {"revision": "9" * 40},
              {"draft": "7"}, {"draft": ""}, {"draft": "1' OR 1=1"}],
)  # fmt: skip
def test_a_document_that_is_not_there_is_not_found(enter, query):
    publish()
    assert enter("owner").get(address("goals", **query)).status_code == 404


def test_another_scenario_is_drawn_when_asked_for(enter):
    publish()
    browser = enter("owner")
    assert "goods_viewed" in page(browser, "scenarios").split('id="scenario-list"')[1].split("fp-main")[1]
    group = page(browser, "scenarios", scenario="group_buy").split("fp-main")[1]
    assert ("group_joined" in group, "goods_viewed" in group) == (True, False)
    assert "goods_viewed" in page(browser, "scenarios", scenario="nonsense").split("fp-main")[1]


SHOWN_TEXTS = (
    "30 天复购率从 12% 到 20%", "老客复购率低", "再来一单", "某头部生鲜", "不打价格战", "商品下单", "15 分钟未付款",
    "萝卜炖牛腩", "厨房笔记", "李策划", "需求评审", "申诉并改", "营业执照", "用于配送", "生鲜果蔬",
)  # fmt: skip


def test_hostile_text_is_shown_as_text(enter):
    text = CLEAN
    for old in SHOWN_TEXTS:
        quoted = "'" + HOSTILE.replace("'", "''") + old + "'"
        text = text.replace(old, quoted)
    draft = start_draft(text=text, by=SYSTEM)
    browser = enter("owner")
    for name in [*NAMES, "print"]:
        html = browser.get(address(name, draft=draft.pk)).content.decode()
        assert "<script>alert(1)" not in html, name
        assert "<img src=x" not in html, name
    publish(text)
    html = browser.get(address("goals")).content.decode()
    assert "<script>alert(1)" not in html
    assert "14" not in re.findall(r"\{\{ 7\|add:7 \}\}(14)?", html)


@pytest.fixture
def shop_events(program):
    """Three persons look, two of them pay."""

    def happen(*events: tuple[str, int, dict[str, Any]]) -> None:
        members = {
            number: Account.objects.create(
                program=program, openid=f"p-{number}", member=Member.objects.create()
            ).member_id
            for number in {number for _event, number, _props in events}
        }
        for place, (event, number, props) in enumerate(events):
            at = timezone.now() - dt.timedelta(minutes=30 - place)
            record(
                event,
                member_id=members[number],
                program_id=program.pk,
                props=props,
                event_id=f"e{place}",
                at=at,
            )

    return happen


def test_the_funnel_on_the_page_is_what_happened(enter, shop_events):
    publish()
    paid = {"order_number": "1", "amount": 100, "channel": "friend"}
    shop_events(
        *(("goods_viewed", number, {"product_id": "1"}) for number in (1, 2, 3)),
        *(("order_submitted", number, {"order_number": str(number)}) for number in (1, 2)),
        ("order_paid", 1, paid),
    )
    html = page(enter("owner"), "scenarios")
    counts = re.findall(r'<div class="fp-count">\s*<strong>(\d+)</strong>', html)
    assert counts == ["3", "2", "1", "0"]
    assert re.findall(r"<span>(\d+%)</span>", html.split("fp-flow-card")[1]) == ["67%", "50%", "0%"]


def test_what_arrives_and_what_never_did_is_told(enter, shop_events):
    publish()
    shop_events(("goods_viewed", 1, {"product_id": "1"}), ("order_submitted", 1, {"order_number": "1"}))
    browser = enter("owner")
    said = text_of(page(browser, "tracking"))
    assert "个计划事件中 2 个已到达" in said
    assert said.count("从未到达") >= 1
    assert "个计划事件中 2 个已到达" in text_of(page(browser, "goals"))


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_see_the_plan_sees_it(enter, role):
    publish()
    expected = 200 if "plan.view" in GRANTS[role] else 403
    browser = enter(role)
    assert {browser.get(address(name)).status_code for name in [*NAMES, "print"]} == {expected}


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_change_the_plan_tells_the_schedule_something(enter, role):
    publish()
    browser = enter(role)
    may = "plan.change" in GRANTS[role]
    answer = browser.post(reverse("admin:plan_schedule_verb", args=["start"]), {"stage": "req"})
    assert answer.status_code == (302 if may else 403)
    assert StageProgress.objects.exists() is may
    assert browser.get(reverse("admin:plan_schedule_verb", args=["start"])).status_code == 405
    assert browser.post(address("goals")).status_code == 405
    if "plan.view" in GRANTS[role]:
        assert (
            "/schedule/start/" in page(browser, "schedule")
            or "/schedule/finish/" in page(browser, "schedule")
        ) is may


def do(browser: Any, verb: str, **body: object) -> str:
    """A verb of the schedule, and what the page says afterwards."""
    answer = browser.post(reverse("admin:plan_schedule_verb", args=[verb]), body, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_how_the_audit_ended_is_said_on_its_stage(enter, audited):
    publish(CLEAN)
    browser = enter("planner")
    assert "请写明依据" in do(browser, "audit", stage="live", passed="no", note=" ")
    assert "已登记审核被拒" in do(browser, "audit", stage="live", passed="no", note="类目不符")
    assert checks()["audit_passed"].state == "failed"
    assert "已登记审核通过" in do(browser, "audit", stage="live", passed="yes", note="")
    assert checks()["audit_passed"].state == "passed"


def test_a_stage_is_started_accepted_and_finished_on_its_page(enter, audited):
    publish(
        planted(("acceptance: [{check: plan_clean}]", "acceptance: [{check: plan_clean}, {text: 店长同意}]"))
    )
    browser, today = enter("planner"), timezone.localdate()
    item = progress().of("req").acceptance[1].key  # type: ignore[union-attr]
    assert "已登记开始" in do(browser, "start", stage="req", on=today.isoformat())
    assert "进度已更新" in do(browser, "percent", stage="req", percent=60)
    assert StageProgress.objects.get().percent == 60
    refused = do(browser, "finish", stage="req", on=today.isoformat())
    assert "店长同意" in refused.split("fc-page")[0]
    assert StageProgress.objects.get().finished_on is None
    assert "请写明依据" in do(browser, "tick", stage="req", item=item, evidence=" ")
    assert not Tick.objects.exists()
    said = do(
        browser, "tick", stage="req", item=item, evidence="店长群里回复同意", link="https://example.com/1"
    )
    assert "已通过验收" in said
    assert "店长群里回复同意" in said
    assert 'href="https://example.com/1"' in said
    assert "已登记完成" in do(browser, "finish", stage="req", on=today.isoformat())
    assert StageProgress.objects.get().finished_on == today
    assert "阶段已重新打开" in do(browser, "reopen", stage="req")
    assert "已撤销验收" in do(browser, "untick", stage="req", item=item)
    assert not Tick.objects.exists()
    assert [entry for entry in audited() if entry.startswith("schedule.")] == [
        "schedule.start_stage", "schedule.report_percent", "schedule.tick", "schedule.finish_stage",
        "schedule.reopen_stage", "schedule.untick",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("start", {"stage": "nonsense"}), ("start", {"stage": "req", "on": "morgen"}),
        ("start", {"stage": "req", "on": "2999-01-01"}), ("start", {}), ("percent", {"stage": "req", "percent": "50"}),
        ("percent", {"stage": "req", "percent": "-1"}), ("finish", {"stage": "req"}), ("reopen", {"stage": "req"}),
        ("tick", {"stage": "req", "item": "plan_clean", "evidence": "x"}),
        ("tick", {"stage": "req\x00", "item": "\x00"}),
        ("tick", {"stage": "ui", "item": "nonsense", "evidence": "x"}), ("report", {"when": "nonsense", "note": "x"}),
        ("end", {"condition": "99"}), ("end", {"condition": "x"}), ("end", {}),
    ],
)  # fmt: skip
def test_what_the_schedule_refuses_is_said_and_changes_nothing(enter, verb, body):
    publish()
    said = do(enter("planner"), verb, **body)
    assert "error" in said.split("fc-page")[0]
    assert not any(model.objects.exists() for model in (StageProgress, Tick, Condition))


def test_an_unknown_verb_is_not_found(enter):
    publish()
    assert enter("owner").post(reverse("admin:plan_schedule_verb", args=["burn"])).status_code == 404


def test_a_refused_audit_is_reported_shown_and_ended(enter):
    publish()
    browser = enter("planner")
    before = progress().launch_end.expected  # type: ignore[union-attr]
    said = do(browser, "report", when="audit_refused", note="类目不符\x00")
    assert "类目不符" in said
    assert "排期加了 3 个工作日" in said
    assert progress().launch_end.expected > before  # type: ignore[union-attr]
    condition = Condition.objects.get()
    assert "已经解决的 1 件" in do(browser, "end", condition=condition.pk)
    assert progress().launch_end.expected == before  # type: ignore[union-attr]


def test_the_sidebar_leads_to_the_plan_and_marks_where_one_is(enter):
    publish()
    html = enter("planner").get(address("schedule")).content.decode()
    for link in (
        "/console/plan/",
        "/console/plan/scenarios/",
        "/console/plan/edit/",
        "/console/plan/revisions/",
    ):
        assert f'href="{link}"' in html
    watcher = enter("analyst").get(address("schedule")).content.decode()
    assert 'href="/console/plan/edit/"' not in watcher
    assert "/console/plan/" not in enter("support").get("/console/").content.decode()
