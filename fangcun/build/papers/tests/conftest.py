"""A busy machine is no fault that these tests look for."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fangcun.build.papers.testing.way.SLOW_S", 3600)
