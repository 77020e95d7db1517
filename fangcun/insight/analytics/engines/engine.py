"""The one door to an engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from django.conf import settings

from fangcun.insight.analytics.engines.dialect import Dialect
from fangcun.insight.analytics.engines.duck import duck
from fangcun.insight.tracking.reading import Snapshot, snapshot
from fangcun.insight.tracking.storage import storage


class Engine(Protocol):
    """Answers SQL about `ev`, everything that happened in a span, perhaps more around it.

    ev(person BIGINT, program BIGINT, event VARCHAR, ts BIGINT, session VARCHAR, page VARCHAR, props VARCHAR,
    id VARCHAR). `ts` is epoch ms, `props` JSON text; `person` is even for a member (2 × his number), odd for a
    phone without one (2 × its number + 1), NULL for nobody; session and page may be ''.
    """

    @property
    def dialect(self) -> Dialect: ...

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement. Parameters that it does not name are ignored."""

    def put(self, name: str, persons: Iterable[int]) -> None:
        """Make a table `name(person)` of these persons; `name` is an identifier of ours, never a person's."""

    def interrupt(self) -> None:
        """From another thread: let the running statement fail with Interrupted."""

    def progress(self) -> float | None:
        """From another thread: how much of the running statement is done, 0 to 1; None when nobody knows."""


@contextmanager
def opened(
    *, since_ms: int | None = None, until_ms: int | None = None, program_id: int | None = None
) -> Iterator[Engine]:
    """The engine of this installation, with everything of the span; `program_id` leaves one mini program's only.

    Raises EngineMissing when it is not there.
    """
    read = snapshot(since_ms=since_ms, until_ms=until_ms, program_id=program_id)
    with _made(settings.ANALYTICS_ENGINE, read, program_id) as engine:
        yield engine


def _made(name: str, read: Snapshot, program_id: int | None) -> AbstractContextManager[Engine]:
    # The others need libraries that most installations don't have.
    if name == "spark":
        from fangcun.insight.analytics.engines.spark import spark

        return spark(read, storage().place("").rstrip("/"), program_id=program_id)
    if name == "clickhouse":
        from fangcun.insight.analytics.engines.clickhouse import clickhouse

        return clickhouse(read, storage().place("").rstrip("/"), program_id=program_id)
    return duck(read, program_id=program_id)
