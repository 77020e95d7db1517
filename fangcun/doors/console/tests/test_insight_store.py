"""Files of events that are not counted: said on the front page, and in words where it leads."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.tracking.models import SealedFile, StrayFile

pytestmark = pytest.mark.django_db(databases="__all__")
STORE = "/console/insight/store/"


@pytest.fixture
def broken():
    """One file that is torn, one of somebody else."""
    SealedFile.objects.create(
        path="2026/b.parquet", problem="torn", day=dt.date(2026, 1, 2), count=1234, bytes=2048, first_ts=1, last_ts=2,
        digest="0" * 64, sealed_at=dt.datetime(2026, 1, 3, tzinfo=dt.UTC),
    )  # fmt: skip
    StrayFile.objects.create(path="<script>alert(1)</script>.parquet", bytes=9)


@pytest.mark.parametrize("role", Role.values)
def test_what_is_not_counted_is_said_to_who_sees_numbers(role, enter, broken):
    browser, sees = enter(role), "insight.view" in GRANTS[role]
    assert (f'<a href="{STORE}"' in browser.get("/console/").content.decode()) == sees
    answer = browser.get(STORE)
    assert answer.status_code == (200 if sees else 403)
    if sees:
        said = answer.content.decode()
        assert "<p>0<small>0 个文件</small></p>" in said
        assert "2026-01-02 的封存文件已损坏，移到了 aside/2026/b.parquet，其中 1234 个事件没有计入" in said
        assert "<script>alert(1)" not in said


def test_a_sound_store_needs_nobody(enter, db):
    browser = enter("analyst")
    assert STORE not in browser.get("/console/").content.decode()
    assert "所有封存文件都完好" in browser.get(reverse("admin:insight_store")).content.decode()
