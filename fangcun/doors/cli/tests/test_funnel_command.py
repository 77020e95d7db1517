"""`fangcun funnel`: what it prints for a small log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fangcun.doors.cli.main import app
from fangcun.insight.analytics.tests.log import DAY, Event, store

pytestmark = pytest.mark.django_db(databases="__all__")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["funnel", *arguments])


def said(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def _log() -> None:
    store(
        Event(1, "pv", 0, {"source": "ads"}),
        Event(1, "cart", 1_500, {"g": 1}),
        Event(1, "buy", 1_500, {"price": 120, "source": "sms"}),
        Event(2, "pv", 0),
        Event(2, "refund", 100),
        Event(2, "cart", 3_000, {"g": 2}),
        Event(2, "buy", 8 * DAY, {"price": 5, "g": 2}),
        Event(3, "pv", DAY, {"source": "ads"}),
        Event(None, "pv", DAY),
    )


@pytest.mark.usefixtures("_log")
def test_counts_and_times_of_everything_in_the_store():
    assert said("--steps", "pv,cart,buy", "--window", "7d") == {
        "counts": [3, 2, 1],
        "median_s": [2.25, 0.0],
        "p90_s": [2.85, 0.0],
    }
    assert said("--steps", "pv,cart,buy", "--strict")["counts"] == [3, 2, 0]
    assert said("--steps", "pv,cart,buy", "--window", "9d")["counts"] == [3, 2, 2]
    assert said("--steps", "buy,cart,pv", "--unordered")["counts"] == [3, 2, 1]
    assert said("--steps", "cart,buy", "--key", "g", "--window", "9d")["counts"] == [2, 1]
    assert said("--steps", "pv,cart", "--from", "2026-11-03")["counts"] == [1, 0]


@pytest.mark.usefixtures("_log")
def test_steps_have_conditions_and_may_be_skipped_forbidden_or_any_of_several():
    assert said("--steps", "pv,cart?,x|buy[price>=100;source=ads,sms]")["counts"] == [3, 2, 1]
    assert said("--steps", "pv, !refund, cart|buy")["counts"] == [3, 1]
    assert said("--steps", "pv,cart,buy", "--where", ";;;;price>=100", "--window", "9d")["counts"] == [
        3,
        2,
        1,
    ]


@pytest.mark.usefixtures("_log")
def test_groups_and_the_trend_stand_beside():
    found = said("--steps", "pv,cart", "--by", "source", "--every", "week")
    assert [(one["value"], one["other"], one["counts"]) for one in found["groups"]] == [
        ("ads", False, [2, 1]),
        (None, False, [1, 1]),
    ]
    assert found["trend"] == [
        {"day": "2026-11-02", "counts": [3, 2]},
        {"day": "2026-11-09", "counts": [0, 0]},
    ]
    shown = run("--steps", "pv,cart", "--by", "source", "--every", "week").stdout
    assert "66.7%" in shown
    assert "(none)" in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--steps", "pv"], "2 到 20"),
        (["--steps", "pv,[x]"], "看不懂步骤"),
        (["--steps", "pv,!cart?,buy"], "看不懂步骤"),
        (["--steps", "pv,buy[price>=x]"], "数字"),
        (["--steps", "pv,buy", "--where", ";;;;x=1"], "条件比步骤多"),
        (["--steps", "pv,buy", "--window", "7"], "窗口"),
    ],
)
def test_what_can_not_be_asked_ends_with_one_sentence(arguments, sentence):
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_empty_store_says_so():
    result = run("--steps", "pv,buy", "--json")
    assert json.loads(result.stdout) == {"counts": [0, 0], "median_s": [None], "p90_s": [None]}
    assert result.stderr == "The store holds no events yet.\n"
