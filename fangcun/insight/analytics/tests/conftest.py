"""A store of its own for each test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.EVENTS_URL = str(tmp_path / "events")
