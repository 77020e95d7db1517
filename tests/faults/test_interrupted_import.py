"""Ctrl-C in the middle of an import: it says so, and nothing is counted."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from tests.journeys.stack import ROOT, own_database

pytestmark = [pytest.mark.race, pytest.mark.timeout(180)]

ROWS = 3_000_000  # more than can be read before it is stopped
PROGRAM = """
import sys
from fangcun.doors.cli.main import app, migrate_all, wire
wire()
migrate_all()
app(sys.argv[1:])
"""


def command(arguments: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "events", *arguments],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_import_that_is_stopped_counts_nothing_and_leaves_nothing(tmp_path):
    log, home = tmp_path / "log.csv", tmp_path / "home"
    log.write_text("user,name,ts\n" + "u1,a,1511539200000\n" * ROWS)
    home.mkdir()
    with contextlib.ExitStack() as after:
        server = os.environ.get("DATABASE_URL", "")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "fangcun.settings",
            "FANGCUN_HOME": str(home),
            "FANGCUN_EVENTS_URL": "",
            "DATABASE_URL": after.enter_context(own_database(server)) if server else "",
        }
        running = command(["import", str(log)], environment)
        after.callback(running.kill)
        until = time.monotonic() + 60
        while not list(home.glob("tmp/import-*/piece.csv")) and running.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
        assert running.returncode == 130, said
        assert "已停下：log.csv 什么也没有计入" in said
        told, said = command(["stats", "--json"], environment).communicate(timeout=60)
    assert json.loads(told)["events"] == 0, said
    assert not list(home.glob("tmp/import-*"))
    assert not list((home / "events").rglob("*.parquet"))
