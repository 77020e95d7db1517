"""A process that dies at any step of a member's way through an automation: he is told once, as if nothing happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.journeys.stack import ROOT

pytestmark = pytest.mark.timeout(600)

WAY = {
    "runs": [["done", 4]],
    "acts": [["points", "done"], ["tell", "done"], ["tag", "done"], ["text", "done"]],
    "messages": 1,
    "texts": 1,
    "text": ["sent"],
    "points": [5, 1],
    "tags": ["老客"],
    "turns": ["in_app", "sms"],
}
# A text whose sending began and of which nothing was heard is not sent again: it may have gone out.
DOUBTFUL = WAY | {"text": ["unknown"]}


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> dict[str, Any]:
    """What was left after a death before each transaction, by step."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fangcun.settings",
        "FANGCUN_HOME": str(tmp_path_factory.mktemp("dying")),
        "DATABASE_URL": "",  # the files are copied back before each death
        "WECHAT_API_BASE": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "tests.faults.dying_automation"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=570)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("step", ["let_in", "go_on", "go_on_tomorrow", "send"])
def test_dying_at_any_step_of_a_way_tells_once_in_the_end(step, reports):
    report = reports[step]
    assert report["places"] > 0
    assert report["undisturbed"] == WAY
    for place, books in report["differing"].items():
        assert (step, books) == ("send", DOUBTFUL), place
    assert len(report["differing"]) <= 1
