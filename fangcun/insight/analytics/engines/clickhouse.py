"""ClickHouse over the sealed files: a server or cluster by its address, or the same engine in this process (chDB).

Every statement carries what it reads in front of itself, so that nothing has to be kept between two of them.
"""

# ruff: noqa: S608 - the text holds columns, our own names and quoted paths; values are written as literals below

from __future__ import annotations

import functools
import json
import os
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from fangcun.gateways.clickhouse import ClickHouseServer
from fangcun.insight.analytics.engines.laying import Laid, events_sql, laid
from fangcun.insight.analytics.errors import EngineMissing, Interrupted
from fangcun.insight.tracking.reading import Snapshot

_NAMED = re.compile(r"\$([a-z_][a-z0-9_]*)")

# Its own habits, turned to the standard's: a join's missing side is NULL, a column is meant before an alias of the
# same name, and what is added up over nothing is NULL.
SETTINGS: Mapping[str, str] = {
    "join_use_nulls": "1",
    "prefer_column_name_to_alias": "1",
    "aggregate_functions_null_for_empty": "1",
    "output_format_json_quote_64bit_integers": "0",
    "input_format_parquet_allow_missing_columns": "0",
    "max_query_size": "10485760",
}


EVENTS = (
    "person Nullable(Int64), program Nullable(Int64), event String, ts Int64, session String, page String,"
    " props String, id String"
)


@dataclass(frozen=True, slots=True)
class ClickHouseDialect:
    """ClickHouse's words."""

    name: str = "clickhouse"
    asof: bool = False

    def text(self, prop: str) -> str:
        raw = f"nullIf(JSONExtractRaw(props, ${prop}), 'null')"
        string = f"JSONExtractString(props, ${prop})"
        return f"nullIf(if(JSONType(props, ${prop}) = 'String', {string}, {raw}), '')"

    def number(self, prop: str) -> str:
        return f"toFloat64OrNull({self.text(prop)})"

    def whole(self, dividend: str, divisor: int) -> str:
        return f"intDiv({dividend}, {divisor})"

    def median(self, value: str) -> str:
        return self.quantile(value, 0.5)

    def quantile(self, value: str, share: float) -> str:
        return f"quantileExactInclusive({share})({value})"


class Server(Protocol):
    """What runs statements: an address, or this process."""

    def run(self, sql: str, *, settings: Mapping[str, str], query_id: str) -> list[list[Any]]: ...

    def stop(self, query_id: str) -> None: ...


class ClickHouseEngine:
    """Statements with `ev` and the tables that were put, in front of them."""

    dialect = ClickHouseDialect()

    def __init__(self, server: Server, folder: Laid, relation: Callable[[Sequence[str], str], str]) -> None:
        self._server = server
        self._laid = folder
        self._relation = relation
        self._tables: dict[str, str] = {}
        self._query_id = uuid.uuid4().hex
        self._stopped = False

    def define(self, name: str, sql: str) -> None:
        """Let `name` stand for a query."""
        self._tables[name] = sql

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        text = _NAMED.sub(lambda found: literal((params or {})[found.group(1)]), sql.strip())
        text = text[4:] if text[:4].upper() == "WITH" else f"\0{text}"
        tables = ", ".join(f"{name} AS ({query})" for name, query in self._tables.items())
        whole = f"WITH {tables} {text[1:]}" if text[0] == "\0" else f"WITH {tables}, {text}"
        try:
            return [tuple(row) for row in self._server.run(whole, settings=SETTINGS, query_id=self._query_id)]
        except Exception:
            if self._stopped:
                raise Interrupted from None
            raise

    def put(self, name: str, persons: Iterable[int]) -> None:
        path = self._laid.put(name, {"person": set(persons)})
        self.define(name, f"SELECT person FROM {self._relation([path], 'person Int64')}")

    def interrupt(self) -> None:
        self._stopped = True
        self._server.stop(self._query_id)

    def progress(self) -> float | None:
        return None


def literal(value: Any) -> str:
    """A value as ClickHouse writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return f"({value})" if value < 0 else str(value)
    if isinstance(value, float):
        return repr(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


@contextmanager
def clickhouse(snapshot: Snapshot, root: str, *, program_id: int | None = None) -> Iterator[ClickHouseEngine]:
    """ClickHouse over the files of a snapshot. Raises EngineMissing without an address and without chDB."""
    server: Server = ClickHouseServer(settings.CLICKHOUSE_URL) if settings.CLICKHOUSE_URL else _embedded()
    relation = functools.partial(_relation, root, settings.CLICKHOUSE_FILES)
    with laid(root, snapshot.filesystem) as folder:
        engine = ClickHouseEngine(server, folder, relation)

        files = (*snapshot.files, *folder.put_hot(snapshot))
        moved = ""
        if snapshot.moved:
            numbers = {"was": list(snapshot.moved), "now": list(snapshot.moved.values())}
            moved = relation([folder.put("moved", numbers)], "was Int64, now Int64")
        events = relation(files, EVENTS) if files else ""
        engine.define("ev", events_sql(program_id, files=events, moved=moved))
        yield engine


def _relation(root: str, files: str, paths: Sequence[str], structure: str) -> str:
    """Files as ClickHouse reads them: below `files`, as it sees the folder or bucket that we call `root`.

    The columns are told, since it takes them from the first file, and there nothing may be NULL by chance.
    """
    inside = [path.removeprefix(root).lstrip("/") for path in paths]
    listed = inside[0] if len(inside) == 1 else "{" + ",".join(inside) + "}"
    place = f"{(files or root).rstrip('/')}/{listed}"
    function = "s3" if place.startswith(("http://", "https://")) else "file"
    return f"{function}({literal(place)}, 'Parquet', {literal(structure)})"


class Embedded:
    """chDB: ClickHouse's engine inside this process, one statement at a time."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def run(self, sql: str, *, settings: Mapping[str, str], query_id: str) -> list[list[Any]]:
        given = ", ".join(f"{name} = {value}" for name, value in settings.items() if name != "max_query_size")
        with self._lock:
            found = str(self._connection.query(f"{sql} SETTINGS {given}", "JSONCompactEachRow"))
        return [json.loads(line) for line in found.splitlines() if line]

    def stop(self, query_id: str) -> None:
        """It can't be stopped; the answer is waited for."""


@functools.lru_cache(maxsize=1)
def _embedded() -> Embedded:
    try:
        import chdb
    except ImportError:
        raise EngineMissing(
            _(
                "没有设置 FANGCUN_CLICKHOUSE_URL，也没有安装 chDB。请填写 ClickHouse 的地址，或安装附加依赖 clickhouse"
            )
        ) from None
    connect: Any = chdb.connect  # it has no types
    connection = connect(":memory:")
    connection.query(f"SET max_threads = {os.cpu_count() or 2}")
    return Embedded(connection)
