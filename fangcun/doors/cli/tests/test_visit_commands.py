"""`fangcun visits`, `fangcun sources` and `fangcun sharing`: what they print for a small log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from fangcun.doors.cli.main import app
from fangcun.insight.analytics.tests.log import DAY, Event, store

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def _log() -> None:
    store(
        Event(1, "app_shown", 0, {"scene": 1007, "share_id": "s", "root_id": "s"}),
        Event(1, "page_viewed", 1),
        Event(1, "page_viewed", 5_001),
        Event(1, "order_paid", 9_000, {"amount": 300}),
        Event(2, "page_shared", -DAY, {"share_id": "s", "root_id": "s"}),
        Event(2, "page_viewed", DAY),
    )


def said(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_visits_of_the_whole_log_by_day():
    found = said("visits")
    assert [(day["date"], day["visitors"], day["visits"], day["page_views"]) for day in found["days"]] == [
        ("2026-11-01", 1, 1, 0),
        ("2026-11-02", 1, 1, 2),
        ("2026-11-03", 1, 1, 1),
    ]
    assert found["totals"]["stay_ms_median"] == 5_000
    assert CliRunner().invoke(app, ["visits"]).exit_code == 0


def test_sources_with_names_of_scenes_and_orders():
    rows = [
        (row["label"], row["visits"], row["orders"], row["amount_fen"]) for row in said("sources")["rows"]
    ]
    assert rows == [("", 2, 0, 0), ("单人聊天会话中的小程序消息卡片", 1, 1, 300)]
    assert CliRunner().invoke(app, ["sources"]).exit_code == 0


def test_sharing_with_who_brought_whom():
    found = said("sharing")
    assert (found["newcomers"], found["k_factor"]) == (1, 1.0)
    assert [(row["person"], row["newcomers"], row["buyers"]) for row in found["top"]] == [(4, 1, 1)]
    assert CliRunner().invoke(app, ["sharing"]).exit_code == 0


def test_a_unit_that_there_is_not_is_refused_in_one_sentence():
    result = CliRunner().invoke(app, ["visits", "--unit", "year"])
    assert (result.exit_code, result.stderr) == (2, "unit 应为其中之一：day、week、month\n")
