"""The demo begins with the plan of the shop that we ship."""

from __future__ import annotations

import pytest

from fangcun.doors.cli.demo import load_plan
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_demo_publishes_its_plan_once():
    load_plan()
    load_plan()
    revision = Revision.objects.get()
    assert (revision.number, revision.text) == (1, sample_text("fresh-grocery"))
    assert (revision.author, revision.goals[0]) == ("系统", "repeat_30d")


def test_a_plan_that_somebody_published_is_left_as_it_is():
    load_plan()
    changed = sample_text("fresh-grocery").replace("target: 0.20", "target: 0.25")
    publish_text(text=changed, base=1, message="目标提高", by=SYSTEM)
    load_plan()
    assert Revision.objects.count() == 2
