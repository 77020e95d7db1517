"""The page of funnels: the same counts on the page and in the file, and a refusal at the step that it is about."""

from __future__ import annotations

from html import unescape
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from fangcun.blueprint.tests.clean import CLEAN
from fangcun.doors.console.tests.test_insight_pages import HOSTILE, address, bought, rows
from fangcun.insight.segments.models import Segment
from fangcun.insight.segments.queries import persons_of
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.jobs import drain
from fangcun.plan.revisions.services import publish_text

__all__ = ["bought"]
pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_funnel_is_counted_by_its_page(enter, bought):
    query = {"step": ["goods_viewed", "cart_added", "order_paid"], "by": "source"}
    browser = enter("analyst")
    said = unescape(browser.get(address("funnel_answer", **query)).content.decode())
    assert "33.3%" in said
    assert "1. 浏览商品" in said
    table = rows(browser.get(address("funnel_csv", **query)))
    assert table[0][:4] == ["分组", "步骤", "事件", "数量"]
    assert [row[:5] for row in table[1:4]] == [
        ["全部", "1", "浏览商品", "3", "1.0"],
        ["全部", "2", "加入购物车", "2", "0.6667"],
        ["全部", "3", "支付成功", "1", "0.3333"],
    ]
    # A value that a spreadsheet would take for a formula is none.
    assert {row[0] for row in table[4:]} == {"ads", "'=HYPERLINK(1)", HOSTILE}


def test_a_condition_that_can_not_be_read_is_refused_at_its_step(enter, db):
    query = {"step": ["a", "b"], "where": ["", "ab"]}
    told = enter("analyst").get(address("funnel_answer", **query)).json()
    assert (told["code"], told["field"], told["place"]) == ("question_invalid", "where", 1)


def test_the_scenarios_of_the_plan_are_ready_questions(enter, db):
    publish_text(text=CLEAN, base=None, message="第一版", by=SYSTEM)
    drain(ignore_leases=True)
    said = enter("analyst").get(address("funnel")).content.decode()
    assert "蓝图里的场景" in said
    assert '<a href="?step=' in said
    activity = enter("planner").get(address("activity")).content.decode()
    assert "蓝图里的场景" not in activity


LOST = {"step": ["goods_viewed", "cart_added", "order_paid"], "dropped": "3"}


def test_who_was_lost_is_listed_with_the_way_to_each_member(enter, bought):
    member = bought[0].member_id
    browser = enter("operator")
    said = unescape(browser.get(address("dropped_list", **LOST)).content.decode())
    assert "1 人走到了“加入购物车”，没有走到“支付成功”" in said
    assert reverse("admin:members_member_change", args=[member]) in said
    assert rows(browser.get(address("dropped_csv", **LOST))) == [["是谁", "编号"], ["会员", str(member)]]
    counted = unescape(browser.get(address("funnel_answer", step=LOST["step"])).content.decode())
    assert f"{address('dropped')}?step=goods_viewed" in counted
    assert browser.get(address("dropped", **LOST)).status_code == 200
    # Who may not see members is told no names.
    hidden = enter("analyst").get(address("dropped_list", **LOST)).content.decode()
    assert reverse("admin:members_member_change", args=[member]) not in hidden


def test_who_was_lost_is_kept_as_a_segment(enter, bought):
    browser, query = enter("analyst"), urlencode(LOST, doseq=True)
    answer = browser.post(address("dropped_keep"), {"query": query, "name": "加购未付款"})
    kept = Segment.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{address('dropped')}?{query}")
    assert (kept.name, persons_of(kept.pk)) == ("加购未付款", (2 * bought[0].member_id,))
    browser.post(address("dropped_keep"), {"query": query, "name": ""})
    assert enter("developer").post(address("dropped_keep"), {"query": query, "name": "x"}).status_code == 403
    assert browser.get(address("dropped_keep")).status_code == 405
    assert Segment.objects.count() == 1


def test_nobody_is_lost_at_a_step_that_there_is_not(enter, bought):
    browser = enter("analyst")
    for wrong in ({**LOST, "dropped": "9"}, {**LOST, "key": "source"}):
        assert browser.get(address("dropped_list", **wrong)).json()["code"] == "question_invalid"
        assert browser.get(address("dropped", **wrong)).status_code == 200
