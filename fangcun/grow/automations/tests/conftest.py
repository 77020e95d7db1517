"""A mini program, members in it, and automations to try."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from fangcun.grow.automations.models import Automation
from fangcun.grow.automations.services import make_automation, start_automation
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM

NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)  # a Monday, noon in the shop
TELL = {"do": "tell", "channel": "in_app", "title": "你好", "body": "{nickname}，来看看"}
PAID = {"kind": "news", "news": "order_paid"}


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid="wx1", name="青禾鲜", app_secret="s")


@pytest.fixture
def members(program) -> Callable[[int], list[Member]]:
    def make(number: int, **facts: Any) -> list[Member]:
        made = [Member.objects.create(**facts) for _ in range(number)]
        for member in made:
            Account.objects.create(program=program, openid=f"o{member.pk}", member=member)
        return made

    return make


def automation(
    *steps: dict[str, Any], trigger: dict[str, Any] | None = None, held_out: int = 0, **rest: Any
) -> Automation:
    """One that runs."""
    document = {"trigger": trigger or PAID, "steps": list(steps), **rest}
    made = make_automation(name="试试", document=document, held_out=held_out, by=SYSTEM)
    return start_automation(automation_id=made.pk, by=SYSTEM)
