"""The pages of visits, sources, paths and sharing show and download what their questions count."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.urls import reverse

from fangcun.identity.members.models import Member
from fangcun.insight.tracking.models import Batch

pytestmark = pytest.mark.django_db(databases="__all__")
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = {"from": "2026-11-02", "to": "2026-11-02"}
HOSTILE = "<img src=x onerror>"


def address(name: str, **query: Any) -> str:
    return reverse(f"admin:insight_{name}", query=MONDAY | query)


def came(program: Any, member: Member, *events: tuple[str, int, str, str, dict[str, Any]]) -> None:
    """What a phone of the member reports: (name, minute of the day, session, page, props)."""
    by_name: dict[str, int] = defaultdict(int)
    batch: list[dict[str, Any]] = []
    for name, minute, session, page, props in events:
        by_name[name] += 1
        moment = dt.datetime(2026, 11, 2, tzinfo=SHANGHAI) + dt.timedelta(minutes=minute)
        batch.append(
            {
                "id": f"{member.pk}-{name}-{by_name[name]}",
                "name": name,
                "ts": int(moment.timestamp() * 1000),
                "session": session,
                "page": page,
                "props": props,
            }
        )
    Batch.objects.create(
        payload=orjson.dumps(batch).decode(), count=len(batch), first_ts=batch[0]["ts"],
        last_ts=batch[-1]["ts"], member_id=member.pk, program_id=program.pk,
    )  # fmt: skip


@pytest.fixture
def shared(program):
    """Ann sees two pages and shares the second; Ben comes by it and pays; Cid looks in by himself."""
    ann, ben, cid = (Member.objects.create(nickname=HOSTILE) for _number in range(3))
    came(
        program, ann,
        ("app_shown", 540, "a", "", {"scene": "1089"}),
        ("page_viewed", 540, "a", "/pages/home", {}),
        ("page_viewed", 541, "a", "/pages/goods", {}),
        ("page_shared", 542, "a", "/pages/goods", {"share_id": "s1", "root_id": "s1"}),
    )  # fmt: skip
    came(
        program, ben,
        ("app_shown", 600, "b", "", {"scene": "1007", "share_id": "s1", "root_id": "s1"}),
        ("page_viewed", 600, "b", "/pages/goods", {}),
        ("order_paid", 605, "", "", {"amount": 1250}),
    )  # fmt: skip
    came(
        program, cid,
        ("app_shown", 660, "c", "", {"scene": "1007"}),
        ("page_viewed", 660, "c", "/pages/home", {}),
    )  # fmt: skip
    return ann, ben, cid


def rows(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode().removeprefix("\ufeff"))))


def test_visits_are_counted_by_their_page(enter, shared):
    browser = enter("analyst")
    head, day = rows(browser.get(address("visits_csv")))
    assert head[:6] == ["日期", "访客数", "新访客数", "访问次数", "浏览次数", "跳出次数"]
    assert day[:6] == ["2026-11-02", "3", "3", "3", "4", "2"]
    said = browser.get(address("visits_answer")).content.decode()
    for page in ("/pages/home", "/pages/goods"):
        assert f'<td class="fi-name">{page}</td>' in said
    assert "66.7%" in said
    # One visit began on Monday at 9, one at 10, one at 11.
    assert said.count('<td class="fi-h10">1</td>') == 3


def test_sources_are_told_apart_by_the_scenes_name_or_any_property(enter, shared):
    browser = enter("analyst")
    table = rows(browser.get(address("sources_csv")))
    assert table[0] == [
        "微信场景", "访问次数", "访客数", "新访客数", "买家数", "转化次数", "金额（元）", "转化率",
    ]  # fmt: skip
    assert table[1][1:] == ["2", "2", "2", "1", "1", "12.5", "0.5"]
    assert table[2][1:] == ["1", "1", "1", "0", "0", "0.0", "0.0"]
    assert "1007" not in table[1][0]
    assert [row[0] for row in rows(browser.get(address("sources_csv", by="share_id")))] == [
        "分享编号", "（没有来源）", "s1",
    ]  # fmt: skip
    said = browser.get(address("sources_answer")).content.decode()
    assert "¥12.50" in said
    assert "50.0%" in said
    assert 'value="x1" selected' in browser.get(address("sources", by="x1")).content.decode()


def test_paths_go_from_the_start_forward_or_back(enter, shared):
    browser = enter("analyst")
    assert rows(browser.get(address("paths_csv", at="page:/pages/home", depth="2")))[1:] == [
        ["1", "/pages/home", "/pages/goods", "1"],
        ["1", "/pages/home", "离开", "1"],
        ["2", "/pages/goods", "离开", "1"],
    ]
    back = rows(browser.get(address("paths_csv", at="page:/pages/goods", direction="before", depth="2")))
    assert ["1", "/pages/home", "/pages/goods", "1"] in back
    assert ["1", "访问从这里开始", "/pages/goods", "1"] in back
    said = browser.get(address("paths_answer")).content.decode()
    assert 'data-draw="paths"' in said
    assert "进入小程序" in said


def test_a_path_needs_a_start_and_a_depth_that_can_be_drawn(enter, shared):
    browser = enter("analyst")
    for query, field in (({"depth": "9"}, "depth"), ({"direction": "up"}, "direction")):
        refused = browser.get(address("paths_answer", **query))
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    nothing = browser.get(address("paths_answer", at="page:"))
    assert (nothing.status_code, nothing.json()["code"]) == (400, "question_invalid")


def test_sharing_names_who_brought_whom_and_leads_to_the_member(enter, shared):
    ann, _ben, _cid = shared
    browser = enter("analyst")
    assert rows(browser.get(address("sharing_csv")))[1:] == [[f"会员 {ann.pk}", "1", "1", "1", "1", "1", "1"]]
    said = browser.get(address("sharing_answer")).content.decode()
    assert "1.00" in said
    assert 'data-draw="sharing"' in said
    assert HOSTILE not in said
    member = reverse("admin:members_member_change", args=[ann.pk])
    assert member in enter("owner").get(address("sharing_answer")).content.decode()


def test_a_tree_of_another_root_is_one_click_away(enter, shared, program):
    ann, ben, _cid = shared
    came(program, ben, ("page_shared", 606, "b", "/pages/home", {"share_id": "s2", "root_id": "s2"}))
    came(program, ann, ("app_shown", 700, "d", "", {"share_id": "s2", "root_id": "s2"}))
    browser = enter("analyst")
    said = browser.get(address("sharing_answer")).content.decode()
    assert "root=s2" in said
    other = browser.get(address("sharing_answer", root="s2")).content.decode()
    assert "root=s1" in other
