"""A published plan, and the people who write it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fangcun.blueprint.tests.clean import CLEAN
from fangcun.kernel.actors import Actor
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.services import publish_text

LI = Actor.staff(1, "李策划")
WANG = Actor.staff(2, "王开发")


@pytest.fixture
def first(db) -> Revision:
    """Revision 1: the clean plan."""
    return publish_text(text=CLEAN, base=None, message="第一版", by=LI)


@pytest.fixture
def publish(first) -> Callable[..., Revision]:
    """Publish the newest text with pieces replaced, as 王开发."""
    from fangcun.plan.revisions.queries import current

    def replaced(*changes: tuple[str, str], message: str = "改") -> Revision:
        newest = current()
        assert newest is not None
        text = newest.text
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return publish_text(text=text, base=newest.number, message=message, by=WANG)

    return replaced
