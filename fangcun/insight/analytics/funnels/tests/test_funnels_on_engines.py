"""Funnels of every kind: the same answers wherever the files are read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from fangcun.insight.analytics.conditions import conditions
from fangcun.insight.analytics.funnels.dropped import DroppedQuestion
from fangcun.insight.analytics.funnels.question import FunnelQuestion
from fangcun.insight.analytics.funnels.steps import FunnelStep
from fangcun.insight.analytics.moments import DAY_MS
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.log import ZERO
from fangcun.insight.analytics.tests.test_engines import OTHERS, engine, random_rows, sealed
from fangcun.insight.tracking.reading import Snapshot

SPAN = Span(ZERO, ZERO + dt.timedelta(days=29))
PV, CART, BUY = (FunnelStep((name,)) for name in ("pv", "cart", "buy"))
DEAR = FunnelStep(("buy",), conditions("price>=2"))
HOME = FunnelStep(("page_viewed", "app_shown"), role="optional")
NO_CART = FunnelStep(("cart",), role="exclude")
QUESTIONS = [
    FunnelQuestion(
        (PV, CART, BUY), SPAN, window_ms=2 * DAY_MS, order="strict", by="source", top=2, every="week"
    ),
    FunnelQuestion((PV, CART, BUY), SPAN, window_ms=2 * DAY_MS, order="unordered", by="source", every="day"),
    FunnelQuestion((PV, PV, BUY, DEAR), SPAN, window_ms=5 * DAY_MS, by="source"),
    FunnelQuestion((PV, HOME, NO_CART, BUY), SPAN, window_ms=3 * DAY_MS),
    FunnelQuestion((PV, CART), SPAN, window_ms=DAY_MS, key="source", first_touch=True, among=(2, 4, 5, 6)),
]
LOST = DroppedQuestion(FunnelQuestion((PV, HOME, BUY), SPAN, window_ms=DAY_MS), 3)


@pytest.mark.parametrize("name", OTHERS)
def test_engines_answer_alike(name: str, tmp_path: Path, settings: Settings) -> None:
    settings.SPARK_MASTER = "local[2]"
    rows = random_rows(7)
    for row in rows:  # many at one moment
        row["ts"] -= row["ts"] % 43_200_000
    snapshot = Snapshot(sealed(tmp_path / "days", rows), (), (), {3: 4})
    with engine("duckdb", snapshot, tmp_path) as one:
        expected = [question.answer(one) for question in QUESTIONS]
        lost = LOST.answer(one)
    assert all(answer.steps[0].count >= answer.steps[-1].count > 0 for answer in expected)
    with engine(name, snapshot, tmp_path) as other:
        for question, answer in zip(QUESTIONS, expected, strict=True):
            assert question.answer(other) == answer
        assert LOST.answer(other) == lost
