"""The pages of the numbers: each opens for who may see them, answers by itself, and downloads the same answer."""

from __future__ import annotations

import csv
import io
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fangcun.blueprint.tests.clean import CLEAN
from fangcun.doors.console.insight.pages import PAGES
from fangcun.identity.members.models import Account, Member
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.analytics.models import Inquiry
from fangcun.insight.segments.services import make_snapshot
from fangcun.insight.tracking.services import record
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.jobs import drain
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db(databases="__all__")
NAMES = [page.name for page in PAGES]
HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}"


def address(name: str, **query: Any) -> str:
    return reverse(f"admin:insight_{name}", query=query)


def happened(program: Any, account: Account, *names: str, **props: Any) -> None:
    """One after the other, now."""
    for number, name in enumerate(names):
        record(
            name, event_id=f"{name}-{number}-{account.pk}", member_id=account.member_id,
            program_id=program.pk, props=props, at=timezone.now(),
        )  # fmt: skip


@pytest.fixture
def bought(program, account):
    """Three persons: two put something into the cart, one of them pays."""
    others = [
        Account.objects.create(program=program, openid=f"o-{n}", member=Member.objects.create())
        for n in (2, 3)
    ]
    happened(program, account, "goods_viewed", "cart_added", "order_paid", source="ads")
    happened(program, others[0], "goods_viewed", "cart_added", source="=HYPERLINK(1)")
    happened(program, others[1], "goods_viewed", source=HOSTILE)
    return others


def rows(answer: Any) -> list[list[str]]:
    """The rows of a downloaded file."""
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.mark.parametrize("role", Role.values)
def test_a_role_sees_the_numbers_exactly_when_the_table_grants_it(role, enter, bought):
    browser = enter(role)
    expected = 200 if "insight.view" in GRANTS[role] else 403
    parts = [f"{name}{part}" for name in NAMES for part in ("", "_answer", "_csv")]
    assert {part: browser.get(address(part)).status_code for part in [*parts, "boards"]} == dict.fromkeys(
        [*parts, "boards"], expected
    )
    ticket = reverse("admin:insight_progress", args=["abc"])
    assert browser.get(ticket).status_code == expected
    stop = reverse("admin:insight_cancel", args=["abc"])
    assert browser.post(stop).status_code == (204 if expected == 200 else 403)


@pytest.mark.parametrize("name", NAMES)
def test_before_anything_came_every_answer_says_what_to_do(name, enter, db):
    said = enter("analyst").get(address(f"{name}_answer")).content.decode()
    assert "还没有收到任何事件" in said
    assert "fangcun events import" in said


@pytest.mark.parametrize("name", NAMES)
def test_a_span_without_events_says_so(name, enter, bought):
    query = {"from": "2020-01-01", "to": "2020-01-02"}
    assert "所选范围里没有数据" in enter("analyst").get(address(f"{name}_answer", **query)).content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_gives_its_address_back_once(name, enter, bought):
    browser = enter("analyst")
    for query in ({}, {"tile": "1"}):
        said = browser.get(address(f"{name}_answer", days="7", **query)).content.decode()
        assert said.count('data-query="') == (0 if query else 1)
        assert query or "days=7" in said


def test_activity_and_retention_are_counted_by_their_pages(enter, bought):
    browser, today = enter("analyst"), timezone.localdate().isoformat()
    assert rows(browser.get(address("activity_csv", days="1"))) == [
        ["日期", "日活跃人数", "事件数"],
        [today, "3", "6"],
    ]
    assert rows(browser.get(address("activity_csv", days="1", event="order_paid")))[1:] == [[today, "1", "1"]]
    table = rows(browser.get(address("retention_csv", days="1", periods="7", start="goods_viewed")))
    assert table[0][:3] == ["开始日期", "人数", "+0"]
    assert table[1][:3] == [today, "3", "3"]


def test_a_scene_is_called_by_its_name_wherever_answers_are_split(enter, program, account):
    happened(program, account, "goods_viewed", "cart_added", "order_submitted", "order_paid", scene="1047")
    browser = enter("analyst")
    for name, query in (("funnel", {}), ("activity", {}), ("retention", {"start": "goods_viewed"})):
        said = browser.get(address(f"{name}_answer", by="scene", days="7", **query)).content.decode()
        assert "扫描小程序码" in said
    assert "扫描小程序码" in browser.get(address("activity_csv", by="scene", days="7")).content.decode()


def test_a_question_about_a_segment_counts_its_persons_only(enter, bought, account):
    segment = make_snapshot(name=HOSTILE[:40], persons=[2 * account.member_id], by=SYSTEM)
    browser, today = enter("analyst"), timezone.localdate().isoformat()
    assert rows(browser.get(address("activity_csv", days="1", segment=segment.pk)))[1:] == [[today, "1", "3"]]
    said = browser.get(address("activity", segment=segment.pk)).content.decode()
    assert f'<option value="{segment.pk}" selected>' in said
    assert HOSTILE[:40] not in said
    unknown = browser.get(address("activity_answer", segment="999"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "segment_unknown")


@pytest.mark.parametrize("name", NAMES)
def test_what_phones_and_colleagues_write_is_no_markup(name, enter, bought):
    browser = enter("analyst")
    query = {"by": "source", "where": f"a~{HOSTILE}", "step": ["goods_viewed", f"x{HOSTILE}"], "event": HOSTILE,
             "start": "goods_viewed", "back": HOSTILE}  # fmt: skip
    for path in (
        address(name, **query),
        address(f"{name}_answer", by="source", event="goods_viewed", start="goods_viewed"),
    ):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert "<img src=x" not in answer.content.decode()


def test_a_wrong_question_is_refused_with_its_field(enter, db):
    browser = enter("analyst")
    for page, query, field, place in (
        ("activity", {"where": "source"}, "where", 0),
        ("activity", {"unit": "year"}, "unit", 0),
        ("retention", {"periods": "0"}, "periods", 0),
    ):
        answer = browser.get(address(f"{page}_answer", **query))
        told = answer.json()
        assert (answer.status_code, told["code"]) == (400, "question_invalid"), query
        assert (told["field"], told["place"]) == (field, place), query
        assert told["message"]
        # The page itself opens, with what was asked still in it; the file says the same sentence.
        assert browser.get(address(page, **query)).status_code == 200
        assert browser.get(address(f"{page}_csv", **query)).content.decode() == told["message"]


def test_days_of_the_form_go_before_dates_left_in_it(enter, db):
    query = {"days": "7", "from": "2020-01-01", "to": "2020-01-02", "where": "source"}
    said = enter("analyst").get(address("activity", **query)).content.decode()
    assert 'value="7" data-now checked' in said


def test_progress_and_stopping_are_for_who_asked(enter, db):
    ann, ben = enter("analyst"), enter("planner")
    hers = Inquiry.objects.create(ticket=f"{ann.user.pk}.abc", progress=0.4)
    progress, stop = (reverse(f"admin:insight_{what}", args=["abc"]) for what in ("progress", "cancel"))
    assert ann.get(progress).json() == {"share": 0.4}
    assert ben.get(progress).json() == {"share": None}
    assert ben.post(stop).status_code == 204
    hers.refresh_from_db()
    assert not hers.cancelled
    assert ann.get(stop).status_code == 405
    hers.refresh_from_db()
    assert not hers.cancelled
    assert ann.post(stop).status_code == 204
    hers.refresh_from_db()
    assert hers.cancelled


@pytest.mark.parametrize("name", NAMES)
def test_a_page_costs_few_statements_however_much_came(name, enter, bought):
    publish_text(text=CLEAN, base=None, message="第一版", by=SYSTEM)
    drain(ignore_leases=True)
    browser = enter("analyst")
    browser.get(address(name))
    costs = {}
    for part in (name, f"{name}_answer"):
        cache.clear()
        with ExitStack() as stack:
            counts = [stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in connections]
            assert browser.get(address(part)).status_code == 200
        costs[part] = sum(len(one) for one in counts)
    assert costs[name] <= 10, costs
    assert costs[f"{name}_answer"] <= 12, costs
