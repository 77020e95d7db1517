"""`fangcun segments`, `fangcun persona` and `fangcun rfm`: what they print for a small log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from fangcun.doors.cli.main import app
from fangcun.insight.analytics.tests.log import DAY, Event, store
from fangcun.insight.segments.services import make_segment
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
RULE = {"all": [{"kind": "event", "event": "order_paid", "from": "2026-11-01", "to": "2026-11-30"}]}


@pytest.fixture(autouse=True)
def _log() -> None:
    store(
        Event(1, "order_paid", 0, {"amount": 100}),
        Event(1, "order_paid", DAY, {"amount": 100}),
        Event(2, "order_paid", 0, {"amount": 500}),
        Event(3, "goods_viewed", 0),
    )


def said(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_segments_are_listed_and_shown_with_who_is_in_them():
    segment = make_segment(name="买过", rule=RULE, by=SYSTEM)
    words = "2026-11-01 到 2026-11-30 有过支付成功"
    row = {"id": segment.pk, "name": "买过", "kind": "live", "size": 2, "sentence": words, "rule": RULE}
    assert said("segments") == {"segments": [row]}
    persons = [{"person": 2, "name": "member:1"}, {"person": 4, "name": "member:2"}]
    assert said("segments", str(segment.pk), "--persons") == {**row, "persons": persons}
    assert said("segments", "--rule", json.dumps(RULE)) == {"size": 2, "sentence": words}
    assert said("persona", str(segment.pk))["worth"] == {
        "persons": 2,
        "buyers": 2,
        "orders": 3,
        "amount_fen": 700,
    }


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["segments", "99"], "这个人群不在了，可能已被删除\n"),
        (["segments", "--rule", '{"all": [{"kind": "stage"}]}'], "条件 1：缺少 stages\n"),
        (["segments", "--rule", "x"], "Not JSON: Expecting value: line 1 column 1 (char 0)\n"),
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_said_in_one_sentence(arguments, why):
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stderr) == (2, why)


def test_buyers_are_scored_against_each_other():
    found = said("rfm", "--persons")
    assert found["persons"] == 2
    assert found["cells"] == [{"r": 3, "f": 3, "m": 1, "persons": 1}, {"r": 1, "f": 1, "m": 3, "persons": 1}]
    assert [(one["name"], one["r"], one["f"], one["m"], one["amount_fen"]) for one in found["scores"]] == [
        ("member:1", 3, 3, 1, 200),
        ("member:2", 1, 1, 3, 500),
    ]
    assert sum(group["persons"] for group in found["groups"]) == 2
