"""Retention, activity and paths: the same answers wherever the files are read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from fangcun.insight.analytics.activity import ActivityQuestion
from fangcun.insight.analytics.conditions import conditions
from fangcun.insight.analytics.paths import PathsQuestion
from fangcun.insight.analytics.retention import RetentionQuestion
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.log import ZERO
from fangcun.insight.analytics.tests.test_engines import OTHERS, engine, random_rows, sealed
from fangcun.insight.tracking.reading import Snapshot

SPAN = Span(ZERO, ZERO + dt.timedelta(days=29))
QUESTIONS: list[Any] = [
    RetentionQuestion(SPAN, periods=5),
    RetentionQuestion(SPAN, start="*", back="*", unit="week", periods=3, first=False, by="source", top=2),
    RetentionQuestion(SPAN, start="cart", back="buy", unit="month", periods=2, later=True, by="source"),
    RetentionQuestion(SPAN, back_where=conditions("source?"), periods=4, later=True, among=(2, 4, 5)),
    ActivityQuestion(SPAN),
    ActivityQuestion(SPAN, ("pv", "buy"), conditions("price>=1"), "week", by="source", top=2),
    ActivityQuestion(SPAN, unit="month", by="source", top=0, among=(2, 4, 5)),
    PathsQuestion(SPAN, "pv", steps="event", top=2),
    PathsQuestion(SPAN, "page:/pages/home", "before", depth=3),
    PathsQuestion(SPAN, "buy", among=(2, 4, 6)),
]


@pytest.mark.parametrize("name", OTHERS)
def test_engines_answer_alike(name: str, tmp_path: Path, settings: Settings) -> None:
    settings.SPARK_MASTER = "local[2]"
    rows = random_rows(3)
    for row in rows:  # some that belong together in visits without a session
        row["ts"] = row["ts"] // 86_400_000 * 86_400_000 + row["ts"] // 1000 % 7 * 1_200_000
    snapshot = Snapshot(sealed(tmp_path / "days", rows), (), (), {3: 4})
    with engine("duckdb", snapshot, tmp_path) as one:
        expected = [question.answer(one) for question in QUESTIONS]
    assert [answer.total for answer in expected[-3:]] == [32, 14, 21]
    with engine(name, snapshot, tmp_path) as other:
        for question, answer in zip(QUESTIONS, expected, strict=True):
            assert question.answer(other) == answer
