"""A process that dies before any single statement of sealing or merging: every event stays readable, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.journeys.stack import ROOT

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> dict[str, Any]:
    """What was readable after a death before each statement, by verb."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fangcun.settings",
        "FANGCUN_HOME": str(tmp_path_factory.mktemp("dying-store")),
        "FANGCUN_EVENTS_URL": "",
        "DATABASE_URL": "",  # the files are copied back before each death
    }
    command = [sys.executable, "-m", "tests.faults.dying_store"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=150)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("verb", ["seal", "merge"])
def test_dying_before_any_statement_of_the_store_loses_and_doubles_nothing(verb, reports):
    report = reports[verb]
    everything = ["a1", "a2", "b1", "b2"]
    assert report["statements"] > 5
    assert len(report["died"]) == report["statements"]
    assert [readable for readable, _, _ in report["died"]] == [everything] * report["statements"]
    # Going on ends where it would have ended: nothing hot, a file for each day.
    assert report["undisturbed"] == [everything, 0, 2]
    assert report["gone_on"] == [[everything, 0, 2]] * report["statements"]
