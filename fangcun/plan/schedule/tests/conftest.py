"""A published plan on a day of its schedule.

The clean plan's dates: req 1–7 December, ui 8–14, dev 15–28, qa 29 December – 5 January (the 1st is a holiday),
live 6–8 January.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import time_machine
from django.utils import timezone

from fangcun.blueprint.tests.clean import planted
from fangcun.kernel.actors import Actor
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.services import publish_text

LI = Actor.staff(1, "李策划")

UI = "acceptance: [{text: 评审通过}]"


def noon(month: int, day: int, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, day, 12, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def on() -> Callable[..., AbstractContextManager[object]]:
    """Let it be noon of a day: `with on(12, 7): ...`."""
    return lambda month, day, year=2026: time_machine.travel(noon(month, day, year), tick=False)


@pytest.fixture
def plan(db) -> Revision:
    """The clean plan with two persons' words for the design, published on 30 November."""
    text = planted((UI, "acceptance: [{text: 评审通过}, {text: 老板点头}]"))
    with time_machine.travel(noon(11, 30), tick=False):
        return publish_text(text=text, base=None, message="第一版", by=LI)
