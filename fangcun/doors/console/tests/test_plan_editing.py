"""Editing the blueprint in the console: drafts, forms, text, publishing, revisions."""

from __future__ import annotations

import pytest
from django.urls import reverse

from fangcun.plan.revisions.models import Draft
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import start_draft
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
SAMPLE = sample_text("fresh-grocery")
PARTS = ["enterprise", "goals", "goals[repeat_30d]", "competitors", "competitors.entries", "competitors.entries[wet_market]", "features", "features[shopping]", "pages", "pages.home", "navigation", "scenarios", "scenarios[buy]", "content", "content.ugc", "team", "schedule", "schedule.stages[req]", "contingencies[refused]", "qualifications[food]", "brand", "launch", "budgets", "programs[shop]"]


@pytest.fixture
def draft(db):
    return start_draft(text=SAMPLE, by=SYSTEM)


@pytest.mark.parametrize("path", PARTS)
def test_every_part_has_a_form(enter, draft, path):
    owner = enter("owner")
    answer = owner.get(reverse("admin:plan_edit_form", args=[draft.pk]), {"path": path})
    assert answer.status_code == 200
    new = owner.get(reverse("admin:plan_edit_form", args=[draft.pk]), {"path": path, "new": "1"})
    assert new.status_code == 200
    for name in ("text", "findings", "publish"):
        assert owner.get(reverse(f"admin:plan_edit_{name}", args=[draft.pk])).status_code == 200
    assert owner.get(reverse("admin:plan_edit")).status_code == 200
    assert owner.get(reverse("admin:plan_revisions")).status_code == 200
