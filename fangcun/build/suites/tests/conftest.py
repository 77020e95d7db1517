from __future__ import annotations

import datetime as dt

import pytest

from fangcun.build.suites.models import Suite
from fangcun.build.suites.services import record_suite
from fangcun.kernel.actors import SYSTEM

BEGAN = dt.datetime(2026, 7, 1, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.FANGCUN_HOME = tmp_path / "home"


@pytest.fixture
def report(tmp_path):
    folder = tmp_path / "report"
    (folder / "pictures").mkdir(parents=True)
    (folder / "report.html").write_text("<h1>压力</h1>")
    (folder / "report.json").write_text("{}")
    (folder / "pictures" / "1.png").write_bytes(b"\x89PNG")
    return folder


@pytest.fixture
def keep(db, report):
    def kept(suite=Suite.LOAD, *, passed=True, decides=True, folder=report, artifact=None):
        return record_suite(
            suite=suite,
            passed=passed,
            summary="p95 120 ms",
            folder=folder,
            began_at=BEGAN,
            seconds=61.26,
            facts=[("最大吞吐", "80 次/秒")],
            numbers={"p95_ms": 120},
            target="本机",
            artifact=artifact,
            decides=decides,
            by=SYSTEM,
        )

    return kept
