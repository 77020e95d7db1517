"""Visits and paths of a log that is too large to be looked at at once: the same numbers part by part."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from fangcun.insight.analytics.paths import PathsQuestion
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.plain import Fact, answered
from fangcun.insight.analytics.visits import VisitsQuestion, rows

MONDAY = dt.date(2026, 3, 2)
SPAN = Span(MONDAY, MONDAY + dt.timedelta(days=2))
MINUTE = 60_000


def facts(seed: int) -> list[Fact]:
    """Sessions of many persons, some at the same time, some events without one, many in the same minute."""
    chance = random.Random(seed)
    return [
        Fact(
            chance.choice([None, *range(2, 200)]),
            chance.choice(["page_viewed", "page_viewed", "app_shown", "app_hidden", "order_paid", "tap"]),
            SPAN.start_ms + chance.randrange(-30, 90) * 60 * MINUTE + chance.randrange(4) * 11 * MINUTE,
            session=chance.choice(["", "a", "b"]),
            page=chance.choice(["", "home", "cart", "goods"]),
            id=str(chance.randrange(9)),
        )
        for _n in range(1_500)
    ]


@pytest.mark.parametrize(("most_rows", "share"), [(400, 100), (10**6, 50), (10**6, 10**6)])
def test_parts_and_shares_of_the_persons_add_up_to_all(monkeypatch, most_rows: int, share: int):
    monkeypatch.setattr(rows, "MOST_ROWS", most_rows)
    monkeypatch.setattr(rows, "_SHARE", share)
    log = facts(share)
    assert answered(VisitsQuestion(SPAN), log).events > 0
    assert answered(PathsQuestion(SPAN, "page:home"), log).total > 0
    assert answered(PathsQuestion(SPAN, "app_shown", "before", steps="event"), log).total > 0


def test_what_is_too_much_for_columns_is_counted_by_statements(monkeypatch):
    monkeypatch.setattr(rows, "MOST_ROWS", 10)
    monkeypatch.setattr(rows, "MOST_PARTS", 2)
    log = facts(7)
    assert answered(VisitsQuestion(SPAN), log).events > 0
    assert answered(PathsQuestion(SPAN, "page:home"), log).total > 0
