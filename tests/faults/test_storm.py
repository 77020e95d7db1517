"""`kill -9` while phones report and files are sealed: what is readable is what was acknowledged, each event once."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.journeys.stack import ROOT, own_database

pytestmark = [pytest.mark.race, pytest.mark.timeout(180)]


def test_readable_is_acknowledged_whatever_dies(tmp_path):
    with contextlib.ExitStack() as after:
        server = os.environ.get("DATABASE_URL", "")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "fangcun.settings",
            "FANGCUN_HOME": str(tmp_path),
            "FANGCUN_EVENTS_URL": "",
            "DATABASE_URL": after.enter_context(own_database(server)) if server else "",
        }
        ended = subprocess.run(
            [sys.executable, "-m", "tests.faults.storm"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=150,
        )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["reads"] > 3
    assert found["killed"]["sealer"] > 5
    assert found["killed"]["writer"] > 0
    assert found["problems"] == []
    as_it_was = found["readable"][0]
    assert max(Counter(as_it_was).values()) == 1
    assert as_it_was == found["acknowledged"] == found["sent"]
    assert [answer == as_it_was for answer in found["readable"]] == [True] * 4
    assert found["hot"] == 0
    assert len(found["listed"]) == 2
    there = {
        path.relative_to(tmp_path / "events").as_posix() for path in (tmp_path / "events").rglob("*.parquet")
    }
    assert set(found["listed"]) <= there
