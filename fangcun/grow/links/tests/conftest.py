"""A mini program, and the same at the box."""

from __future__ import annotations

import pytest

from fangcun.grow.links.models import Channel, ChannelKind
from fangcun.identity.programs.models import Program


@pytest.fixture
def program(db) -> Program:
    return Program.objects.create(appid="wx1", name="青禾鲜", app_secret="s")


@pytest.fixture
def store(db) -> Channel:
    return Channel.objects.create(name="城西店门口", code="store-west", kind=ChannelKind.STORE)
