"""Asking: answers are remembered while nothing changes; a slow question is watched, and stopped by its ticket."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import pytest
from django.db import connection

from fangcun.insight.analytics import asking
from fangcun.insight.analytics.asking import ask, cancel, progress
from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.errors import Interrupted, QuestionTooLarge
from fangcun.insight.analytics.models import Inquiry
from fangcun.insight.analytics.spans import Params
from fangcun.insight.analytics.tests.log import Event, store

counted: list[int] = []


@dataclass(frozen=True, slots=True)
class Number:
    """How many events there are, of everybody or of some."""

    among: tuple[int, ...] | None = None
    kind: ClassVar[str] = "number"

    @classmethod
    def of(cls, params: Params) -> Self:
        return cls()

    def params(self) -> list[tuple[str, str]]:
        return []

    def reads(self) -> Mapping[str, Any]:
        return {}

    def answer(self, engine: Engine) -> int:
        counted.append(1)
        if self.among is None:
            return int(engine.rows("SELECT count(*) FROM ev")[0][0])
        engine.put("among", self.among)
        return int(engine.rows("SELECT count(*) FROM ev WHERE person IN (SELECT person FROM among)")[0][0])


@dataclass(frozen=True, slots=True)
class Endless(Number):
    """A question that nobody can wait for."""

    kind: ClassVar[str] = "endless"

    def answer(self, engine: Engine) -> int:
        sql = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3"
        return int(engine.rows(sql)[0][0])


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    counted.clear()


@pytest.mark.django_db(databases="__all__")
def test_an_answer_is_remembered_until_something_happens_or_others_are_meant():
    store(Event(1, "a", 0), Event(2, "a", 1))
    assert [ask(Number()), ask(Number())] == [2, 2]
    assert len(counted) == 1
    assert ask(Number(among=(2,))) == 1
    assert ask(Number(among=(2, 4))) == 2
    store(Event(1, "b", 2))
    assert ask(Number()) == 3
    assert ask(Number(), remembered=False) == 3
    assert len(counted) == 5


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_slow_question_is_found_by_its_ticket_and_stopped_by_it():
    heard: list[bool] = []

    def stop() -> None:
        try:
            for _ in range(400):
                if Inquiry.objects.filter(ticket="mine").exists():
                    break
                time.sleep(0.01)
            progress("mine")
            cancel("another")
            cancel("mine")
            heard.append(True)
        finally:
            connection.close()

    other = threading.Thread(target=stop)
    other.start()
    with pytest.raises(Interrupted) as refused:
        ask(Endless(), ticket="mine")
    other.join()
    assert heard == [True]
    assert str(refused.value) == "查询已取消"
    assert not Inquiry.objects.filter(ticket="mine").exists()


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_whoever_cancels_at_once_is_heard_too():
    cancel("mine")
    with pytest.raises(Interrupted) as refused:
        ask(Endless(), ticket="mine")
    assert str(refused.value) == "查询已取消"
    assert not Inquiry.objects.exists()


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_question_that_takes_too_long_is_stopped_with_advice(monkeypatch):
    monkeypatch.setattr(asking, "LONGEST_SECONDS", 0)
    with pytest.raises(Interrupted) as refused:
        ask(Endless())
    assert "请缩短日期范围" in str(refused.value)


@dataclass(frozen=True, slots=True)
class Huge(Number):
    """A question whose answer does not fit into memory."""

    kind: ClassVar[str] = "huge"

    def answer(self, engine: Engine) -> int:
        return len(engine.rows("SELECT string_agg(repeat('x', 100000), '') FROM range(2000)")[0][0])


@pytest.mark.django_db(databases="__all__")
def test_a_question_that_needs_too_much_memory_says_what_helps(settings):
    settings.ANALYTICS_MEMORY = "50MB"
    with pytest.raises(QuestionTooLarge):
        ask(Huge())
