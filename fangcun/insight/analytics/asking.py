"""Asking: the one way to an answer. Remembered while nothing changes; can be watched and stopped by its ticket."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fangcun.insight.analytics.engines import Engine, opened
from fangcun.insight.analytics.errors import Interrupted
from fangcun.insight.analytics.models import Inquiry
from fangcun.insight.analytics.spans import Params
from fangcun.insight.tracking.reading import version

A = TypeVar("A", covariant=True)

REMEMBER_SECONDS = 3600
LONGEST_SECONDS = 120
# Sooner than this nobody looks for a progress sign.
QUIET_SECONDS = 0.5
LOOK_SECONDS = 0.25
FORGET = dt.timedelta(hours=1)


class Asked(Protocol[A]):
    """A question that can be counted."""

    kind: ClassVar[str]

    def params(self) -> list[tuple[str, str]]:
        """What tells it apart from others of its kind."""

    def reads(self) -> Mapping[str, Any]:
        """What of the events it needs: `since_ms`, `until_ms`, `program_id`, each of which may be absent."""

    def answer(self, engine: Engine) -> A:
        """Count. Pure but for the engine."""


class Question(Asked[A], Protocol[A]):
    """A question that comes from an address (`of`); `params` gives it back, usual values left out."""

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read a question. What is missing has its usual value. Raises QuestionInvalid."""


def ask(question: Asked[A], *, ticket: str = "", remembered: bool = True) -> A:
    """The answer as of now. Raises Interrupted when it was cancelled or took two minutes.

    With a `ticket` its progress can be looked at and it can be cancelled, from any process.
    """
    reads = dict(question.reads())
    span = {name: reads.get(name) for name in ("since_ms", "until_ms")}
    # Who a segment holds may change while its number stays.
    among = getattr(question, "among", None)
    asked = (question.kind, question.params(), among, sorted(reads.items()), version(**span), get_language())
    key = f"asked.{hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()}"
    found: A | None = cache.get(key) if remembered else None
    if found is None:
        with opened(**reads) as engine, _watched(engine, ticket):
            found = question.answer(engine)
        cache.set(key, found, REMEMBER_SECONDS)
    return found


def cancel(ticket: str) -> None:
    """Stop a question of this ticket, whether it is being answered or about to be."""
    Inquiry.objects.update_or_create(ticket=ticket, defaults={"cancelled": True})


def progress(ticket: str) -> float | None:
    """How far a question is, 0 to 1; None when it is not known, not slow, or answered."""
    return Inquiry.objects.filter(ticket=ticket).values_list("progress", flat=True).first()


@contextmanager
def _watched(engine: Engine, ticket: str) -> Iterator[None]:
    done = threading.Event()
    why: list[str] = []
    watcher = threading.Thread(target=_watch, args=(engine, ticket, done, why), daemon=True)
    watcher.start()
    try:
        yield
    except Interrupted:
        raise Interrupted(why[0] if why else None) from None
    finally:
        done.set()
        watcher.join()


def _watch(engine: Engine, ticket: str, done: threading.Event, why: list[str]) -> None:
    if done.wait(QUIET_SECONDS):
        return
    began = timezone.now()
    try:
        if ticket:
            Inquiry.objects.filter(started_at__lt=began - FORGET).delete()
            Inquiry.objects.get_or_create(ticket=ticket)
        while not done.wait(LOOK_SECONDS):
            if ticket and not Inquiry.objects.filter(ticket=ticket, cancelled=False).update(
                progress=engine.progress()
            ):
                why.append(_("查询已取消"))
            elif timezone.now() - began > dt.timedelta(seconds=LONGEST_SECONDS):
                why.append(_("查询超过了两分钟，已停止。请缩短日期范围，或减少步骤"))
            else:
                continue
            # Between two statements there is nothing to interrupt, so until it is done it is told again.
            while not done.wait(LOOK_SECONDS):
                engine.interrupt()
    finally:
        if ticket:
            Inquiry.objects.filter(ticket=ticket).delete()
        connection.close()
