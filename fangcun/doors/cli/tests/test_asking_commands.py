"""`fangcun retention`, `fangcun dau` and `fangcun paths`: what they print for a small log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from fangcun.doors.cli.main import app
from fangcun.insight.analytics.tests.log import DAY, Event, store

pytestmark = pytest.mark.django_db(databases="__all__")


def said(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def _log() -> None:
    store(
        Event(1, "pv", 0, {"source": "ads"}),
        Event(1, "pv", 1, {"source": "sms"}),
        Event(1, "buy", DAY),
        Event(2, "pv", DAY - 1, {"source": "ads"}),
        Event(2, "pv", 3 * DAY, {"source": "ads"}),
        Event(3, "pv", 3 * DAY),
        Event(None, "paid", 3 * DAY),
    )


@pytest.mark.usefixtures("_log")
def test_retention_is_of_the_whole_log_by_days_of_the_shop():
    assert said("retention", "--days", "3") == {
        "cohorts": [
            {"day": "2026-11-02", "size": 2, "returned": [1, 0, 1]},
            {"day": "2026-11-05", "size": 1, "returned": [0, 0, 0]},
        ],
        "curve": [pytest.approx(1 / 3), 0.0, pytest.approx(1 / 3)],
    }


@pytest.mark.usefixtures("_log")
def test_retention_between_dates_keeps_to_the_cohorts_of_these_days():
    found = said("retention", "--days", "1", "--from", "2026-11-03", "--by", "source")
    assert found == {
        "cohorts": [{"day": "2026-11-05", "size": 1, "returned": [0]}],
        "curve": [0.0],
        "groups": [{"value": None, "other": False, "size": 1, "curve": [0.0]}],
    }


@pytest.mark.usefixtures("_log")
def test_daily_persons_and_events_by_a_property():
    ads, sms, none = ({"users": 2, "events": 2}, {"users": 1, "events": 1}, {"users": 1, "events": 1})
    assert said("dau", "--by", "source") == {
        "days": [
            {"day": "2026-11-02", "users": 2, "events": 3, "by": {"ads": ads, "sms": sms}},
            {"day": "2026-11-03", "users": 1, "events": 1, "by": {"": none}},
            {
                "day": "2026-11-05",
                "users": 2,
                "events": 3,
                "by": {"ads": {"users": 1, "events": 1}, "": {"users": 1, "events": 2}},
            },
        ]
    }
    folded = said("dau", "--by", "source", "--top", "1", "--to", "2026-11-02")
    assert folded["days"] == [
        {"day": "2026-11-02", "users": 2, "events": 3, "by": {"ads": ads}, "others": sms}
    ]


@pytest.mark.usefixtures("_log")
def test_without_json_a_table_is_shown():
    shown = CliRunner().invoke(app, ["dau", "--event", "pv"])
    assert shown.exit_code == 0
    assert "2026-11-02" in shown.stdout
    assert "2026-11-03" not in shown.stdout
    assert "33.3%" in CliRunner().invoke(app, ["retention", "--days", "3"]).stdout


@pytest.mark.usefixtures("_log")
def test_paths_are_nodes_and_links_between_their_places():
    found = said("paths", "buy", "--of", "event", "--before")
    assert found["total"] == 1
    assert found["nodes"][1] == {"layer": 1, "name": "", "other": False, "ended": True, "count": 1}
    assert found["links"] == [{"layer": 0, "source": 0, "target": 1, "count": 1}]
    assert "(end)" in CliRunner().invoke(app, ["paths", "buy"]).stdout


def test_an_empty_store_is_no_mistake():
    assert said("retention", "--days", "2") == {"cohorts": [], "curve": [None, None]}
    assert said("dau") == {"days": []}


@pytest.mark.parametrize(
    "wrong",
    [("retention", "--unit", "year"), ("retention", "--from", "x", "--to", "y"), ("dau", "--where", "a")],
)
def test_what_cannot_be_asked_ends_with_one_sentence(wrong: tuple[str, ...]):
    result = CliRunner().invoke(app, wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
