"""Rules, scores, stages, personas and stories: the same answers wherever the files are read."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.log import ZERO
from fangcun.insight.analytics.tests.test_engines import OTHERS, engine, random_rows, sealed
from fangcun.insight.segments.lifecycle import StagesQuestion
from fangcun.insight.segments.persona import PersonaQuestion
from fangcun.insight.segments.rfm import RfmQuestion, ScoresQuestion
from fangcun.insight.segments.rules import RuleQuestion
from fangcun.insight.segments.rules.document import Within
from fangcun.insight.segments.timeline import FactsQuestion, TimelineQuestion
from fangcun.insight.tracking.reading import Snapshot

TODAY = ZERO + dt.timedelta(days=35)
RULES: list[Any] = [
    {"all": [{"kind": "event", "event": "pv", "where": "source=ads,7", "n": 2, "days": 30}]},
    {
        "none": [
            {"kind": "event", "event": "buy", "op": "<=", "n": 3},
            {"kind": "member", "fact": "is_member", "is": False},
        ]
    },
    {"any": [{"kind": "sum", "event": "", "prop": "price", "value": 60, "op": ">"}, {"kind": "segment", "segment": 1}]},
    {
        "all": [
            {"kind": "first", "event": "pv", "over": 30},
            {"kind": "last", "event": "cart", "within": 20},
            {"none": [{"kind": "rfm", "r": [1]}, {"kind": "stage", "stages": ["lost"]}]},
        ]
    },
]  # fmt: skip
QUESTIONS: list[Any] = [
    *(RuleQuestion(rule, TODAY, {Within(1): (4, 100)}, (2, 4, 200)) for rule in RULES),
    RfmQuestion(event="buy", amount="price"),
    ScoresQuestion(RfmQuestion(Span(ZERO, TODAY), "buy", "price", among=(2, 3, 4, 5, 6))),
    StagesQuestion(TODAY),
    StagesQuestion(TODAY + dt.timedelta(days=60), among=(2, 4)),
    TimelineQuestion(4, limit=7),
    FactsQuestion(4, TODAY),
    PersonaQuestion(1, "x", Span(ZERO, ZERO + dt.timedelta(days=29)), None, (2, 4, 6), (2, 4, 200), ()),
]


def rounded(answer: Any) -> Any:
    """Logarithms and quotients are worked out here, from whole numbers; the engines add nothing to them."""
    if not hasattr(answer, "lifts"):
        return answer
    return replace(answer, lifts=tuple((one.label, math.floor(one.low * 1e6)) for one in answer.lifts))


@pytest.mark.parametrize("name", OTHERS)
def test_engines_answer_alike(name: str, tmp_path: Path, settings: Settings) -> None:
    settings.SPARK_MASTER = "local[2]"
    snapshot = Snapshot(sealed(tmp_path / "days", random_rows(5)), (), (), {3: 4})
    with engine("duckdb", snapshot, tmp_path) as one:
        expected = [question.answer(one) for question in QUESTIONS]
    assert all(len(persons) for persons in expected[:4])
    with engine(name, snapshot, tmp_path) as other:
        for question, answer in zip(QUESTIONS, expected, strict=True):
            assert rounded(question.answer(other)) == rounded(answer)
