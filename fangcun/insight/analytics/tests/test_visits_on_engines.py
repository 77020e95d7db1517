"""Visits, sources and shares: the same answers wherever the files are read; addresses; names of scenes."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from pytest_django import Settings

from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.sharing import SharingQuestion
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.log import DAY, T0, ZERO
from fangcun.insight.analytics.tests.plain import Fact, answered, counting
from fangcun.insight.analytics.tests.test_engines import OTHERS, engine, sealed
from fangcun.insight.analytics.visits import SourcesQuestion, VisitsQuestion, scene_name
from fangcun.insight.tracking.reading import Snapshot

SPAN = Span(ZERO, ZERO + dt.timedelta(days=19))
MINUTE = 60_000


def rows(seed: int, *, views: bool = True, leaves: bool = True) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    names = ["app_shown", "tap", "app_hidden", "order_paid", "page_shared"]
    names += ["page_viewed"] * 3 * views + ["page_left"] * leaves
    found: list[dict[str, Any]] = []
    for n in range(500):
        name = chance.choice(names)
        fact = name == "order_paid"
        found.append(
            {
                "event": name,
                "person": chance.choice([None, 2, 3, 4, 5, 6, 8, 10, 11]),
                "ts": T0 + chance.randrange(-2 * DAY, 22 * DAY, 10 * MINUTE),
                "program": 1,
                "session": "" if fact else chance.choice(["", "", f"s{n // 9}"]),
                "page": "" if fact else chance.choice(["", "pages/home", "pages/cart"]),
                "props": orjson.dumps(
                    {
                        "scene": chance.choice([1007, 1089, "", None]),
                        "amount": chance.choice([100, 250.0, "x"]),
                        "duration_ms": chance.choice([5, 10, 1500]),
                        "share_id": chance.choice([None, "a", "b", "c", "d"]),
                        "parent_share_id": chance.choice([None, "a", "b"]),
                        "root_id": "a",
                    }
                ).decode(),
                "id": f"e{n}",
            }
        )
    return found


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("log", [{}, {"leaves": False}, {"views": False}])
def test_engines_answer_alike(name: str, log: dict[str, bool], tmp_path: Path, settings: Settings) -> None:
    settings.SPARK_MASTER = "local[2]"
    snapshot = Snapshot(sealed(tmp_path / "days", rows(7, **log)), (), (), {3: 4})
    questions: list[Any] = [
        VisitsQuestion(SPAN),
        VisitsQuestion(SPAN, unit="month", among=(2, 4, 5)),
        SourcesQuestion(SPAN, top=1),
        SharingQuestion(SPAN),
    ]
    with engine("duckdb", snapshot, tmp_path) as one:
        expected = [question.answer(one) for question in questions]
    with engine(name, snapshot, tmp_path) as other:
        found = [question.answer(other) for question in questions]
    assert found == expected


@pytest.mark.parametrize("kind", [VisitsQuestion, SourcesQuestion, SharingQuestion])
def test_an_address_gives_its_question_back(kind: Any) -> None:
    given = {
        "from": ["2026-11-02"], "to": ["2026-11-20"], "unit": ["week"], "by": ["channel"], "event": ["buy"],
        "amount": ["fee"], "top": ["3"], "root": ["abc"], "program": ["4"], "segment": ["9"],
    }  # fmt: skip
    question = kind.of(given)
    again: dict[str, list[str]] = {}
    for name, value in question.params():
        again.setdefault(name, []).append(value)
    assert kind.of(again) == question
    assert len(question.params()) == {"visits": 5, "sources": 8, "sharing": 7}[kind.kind]
    with pytest.raises(QuestionInvalid):
        kind.of({"program": ["x"]})


def test_a_visit_is_cut_after_half_an_hour_and_goes_on_after_exactly_that() -> None:
    facts = [
        Fact(2, "page_viewed", T0, page="home"),
        Fact(2, "page_viewed", T0 + 30 * MINUTE, page="cart"),
        Fact(2, "page_viewed", T0 + 60 * MINUTE + 1, page="home"),
        Fact(2, "order_paid", T0 + 80 * MINUTE, {"amount": 900}),
        Fact(3, "page_viewed", T0, session="s", page="home"),
        Fact(3, "page_viewed", T0 + 5 * 60 * MINUTE, session="s", page="home"),
    ]
    with counting(facts) as one:
        answer = VisitsQuestion(SPAN).answer(one)
    assert (answer.totals.visits, answer.totals.visitors, answer.totals.bounces) == (3, 2, 1)
    assert answer.events == 5
    assert [(row.page, row.entries, row.exits) for row in answer.pages] == [("home", 3, 2), ("cart", 0, 1)]


def test_two_phones_of_a_member_are_two_visits_of_one_visitor() -> None:
    facts = [
        Fact(2, "app_shown", T0, {"scene": 1007}, session="one"),
        Fact(2, "app_shown", T0 + 1, {"scene": 1089}, session="two"),
        Fact(2, "order_paid", T0 + 2, {"amount": 900}),
    ]
    with counting(facts) as one:
        visits, sources = VisitsQuestion(SPAN).answer(one), SourcesQuestion(SPAN).answer(one)
    assert (visits.totals.visits, visits.totals.visitors, visits.totals.new_visitors) == (2, 1, 1)
    assert [(r.value, r.label, r.visits, r.new_visitors, r.orders, r.amount_fen) for r in sources.rows] == [
        ("1007", "单人聊天会话中的小程序消息卡片", 1, 1, 0, 0),
        ("1089", "聊天主界面下拉「最近使用」栏", 1, 0, 1, 900),
    ]


def test_an_order_is_of_a_visit_that_began_at_its_very_moment_or_a_whole_day_before():
    facts = [
        Fact(2, "app_shown", T0, {"scene": 1007}, session="one"),
        Fact(2, "order_paid", T0, {"amount": 100}, id="a"),
        Fact(2, "order_paid", T0 + DAY, {"amount": 30}, id="b"),
        Fact(2, "order_paid", T0 + DAY + 1, {"amount": 5}, id="c"),
    ]
    found = answered(SourcesQuestion(SPAN), facts)
    assert [(row.value, row.orders, row.amount_fen) for row in found.rows] == [("1007", 2, 130)]
    assert (found.lone_orders, found.lone_amount_fen) == (1, 5)


def test_who_was_known_before_the_day_of_his_first_visit_is_not_new_on_it():
    facts = [
        Fact(2, "order_paid", T0),
        Fact(2, "page_viewed", T0 + DAY, session="one"),
        Fact(4, "order_paid", T0 + DAY),
        Fact(4, "page_viewed", T0 + DAY + 1, session="two"),
    ]
    found = answered(VisitsQuestion(SPAN), facts)
    assert [(day.visitors, day.new_visitors) for day in found.days[:3]] == [(0, 0), (2, 1), (0, 0)]
    # Nobody of them had been seen before the span.
    assert (found.totals.visitors, found.totals.new_visitors) == (2, 2)


def test_newcomers_opened_within_half_an_hour_and_buyers_paid_within_a_day_to_the_millisecond():
    facts = [
        Fact(2, "page_shared", T0 - DAY, {"share_id": "r", "root_id": "r"}),
        Fact(4, "page_viewed", T0 - 30 * MINUTE),
        Fact(6, "page_viewed", T0 - 30 * MINUTE - 1),
        *(Fact(person, "app_shown", T0, {"share_id": "r", "root_id": "r"}) for person in (4, 6)),
        Fact(4, "order_paid", T0 + DAY + 1),
        Fact(6, "order_paid", T0 + DAY),
    ]
    with counting(facts) as one:
        found = SharingQuestion(SPAN).answer(one)
    (sharer,) = found.top
    assert (sharer.person, sharer.opens, sharer.newcomers, sharer.buyers) == (2, 2, 1, 1)
    assert (found.newcomers, found.buyers) == (1, 1)


def test_a_tree_of_shares_is_bounded_and_told_so() -> None:
    shared = [Fact(2, "page_shared", T0, {"share_id": "r", "root_id": "r"}, page="home", id="e")]
    shared += [
        Fact(
            4,
            "page_shared",
            T0 + n,
            {"share_id": f"s{n}", "parent_share_id": "r", "root_id": "r"},
            id=f"e{n}",
        )
        for n in range(1, 251)
    ]
    with counting([*shared, Fact(6, "app_shown", T0 + 500, {"share_id": "s9", "root_id": "r"})]) as one:
        answer = SharingQuestion(SPAN).answer(one)
    assert answer.tree is not None
    assert (answer.tree.share_id, answer.tree.person, answer.tree.page, answer.tree.hidden) == (
        "r",
        2,
        "home",
        51,
    )
    assert (answer.tree.children[0].share_id, answer.tree.children[0].newcomers) == ("s9", 1)
    assert [(row.person, row.newcomers, row.downstream, row.depth) for row in answer.top] == [
        (4, 1, 1, 1),
        (2, 0, 1, 2),
    ]
    assert (answer.k_factor, answer.per_visitor) == (0.5, 1.0)


def test_a_scene_that_nobody_knows_is_its_number() -> None:
    assert (scene_name("1047"), scene_name("4711")) == ("扫描小程序码", "4711")
