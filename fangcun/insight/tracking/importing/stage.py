"""Where the rows of one file wait until all of them are read: a table on disk, gone again when the import ends."""

# ruff: noqa: S608 - texts hold names of ours and quoted paths; what files hold travels as parameters and columns

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models.functions import Coalesce
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.tracking.counting import QUARTER_MS
from fangcun.insight.tracking.filing import Progress, quoted
from fangcun.insight.tracking.importing.checking import MEMBER, NOBODY, checked
from fangcun.insight.tracking.importing.given import from_parquet
from fangcun.insight.tracking.importing.mapping import Mapping
from fangcun.insight.tracking.importing.pieces import Piece, Plain
from fangcun.insight.tracking.storage import connected

PARQUET_ROWS = 1_000_000  # taken in at once
LEFT_BEHIND = 86_400  # seconds after which the folder of an import that was killed may go


class Stage:
    """The rows of one file: `staged(line, user_, name, ts, id, session, page, props, program, reason)`."""

    def __init__(self, folder: Path, *, only_members: bool) -> None:
        self.folder = folder
        self.connection = connection = connected(f"{folder}/stage.duckdb")
        self.only_members = only_members
        self._now_ms = int(time.time() * 1000)
        connection.execute(f"SET TimeZone = {quoted(settings.TIME_ZONE)}")
        connection.execute(
            "CREATE TABLE staged (line BIGINT, user_ VARCHAR, name VARCHAR, ts BIGINT, id VARCHAR, session VARCHAR,"
            " page VARCHAR, props VARCHAR, program BIGINT, reason VARCHAR)"
        )
        if only_members:
            rows = Member.objects.values_list("id", Coalesce("merged_into_id", "id")).iterator(10_000)
            pairs = np.fromiter(rows, dtype=np.dtype((np.int64, 2)))
            members = {"id": pairs[:, 0].copy(), "is_now": pairs[:, 1].copy()}
            connection.register("known_members", members)
            connection.execute("CREATE TABLE members AS SELECT * FROM known_members")
            connection.unregister("known_members")

    @contextmanager
    def filled(self) -> Iterator[None]:
        """All pieces in one transaction: each in its own would go to the disk twice."""
        self.connection.begin()
        yield
        self.connection.commit()

    def take(self, piece: Piece, given: str, unit: str) -> list[tuple[int, str]]:
        """Take in a piece of a file; the lines that are no events, and why."""
        if piece.plain is not None:
            self._open(piece.plain, piece.first_line)
            return self._insert(given, unit, first_line=piece.first_line)
        if not len(piece.columns["line"]):
            return []
        self.connection.register("piece", piece.columns)
        try:
            return self._insert(given, unit, first_line=piece.first_line)
        finally:
            self.connection.unregister("piece")

    def _open(self, table: Plain, first_line: int) -> None:
        """Let `piece` be a table of texts that DuckDB reads by itself."""
        file = self.folder / "piece.csv"
        file.write_bytes(table.data)
        names = [f"c{n}" for n in range(table.width)]
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
        self.connection.execute(
            f"""CREATE OR REPLACE TEMP VIEW piece AS
                SELECT *, row_number() OVER () + {first_line - 1} AS line
                FROM read_csv({quoted(str(file))}, auto_detect = false, header = false, columns = {{{columns}}},
                              delim = {quoted(table.delimiter)}, quote = '', escape = '', comment = '',
                              new_line = '\\n', force_not_null = [{", ".join(map(quoted, names))}])"""
        )

    def take_parquet(
        self, path: Path, mapping: Mapping, progress: Progress
    ) -> Iterator[list[tuple[int, str, str]]]:
        """Take in a whole Parquet file; the rows that are no events, why, and as JSON what they hold."""
        file = f"read_parquet([{quoted(str(path))}], file_row_number = true)"
        types = self.parquet_types(path)
        unit = "iso" if types[mapping.column("ts")].startswith(("TIMESTAMP", "DATE")) else mapping.unit
        total = int(self._one(f"SELECT count(*) FROM {file}")[0])
        for begin in range(0, total, PARQUET_ROWS):
            source = (
                f"(SELECT * FROM {file} WHERE file_row_number BETWEEN {begin} AND {begin + PARQUET_ROWS - 1})"
            )
            if self._insert(from_parquet(source, types, mapping), unit, first_line=begin + 1):
                found = self.connection.execute(
                    f"SELECT s.line, s.reason, to_json(p)::VARCHAR FROM staged s JOIN {source} p "
                    f"ON p.file_row_number + 1 = s.line WHERE s.reason IS NOT NULL AND s.line > {begin} ORDER BY s.line"
                )
                while rows := found.fetchmany(10_000):
                    yield rows
            progress(min(begin + PARQUET_ROWS, total), total)

    def parquet_types(self, path: Path) -> dict[str, str]:
        """The columns of a Parquet file and their types. Raises duckdb.Error when it is none."""
        rows = self.connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet([{quoted(str(path))}])"
        ).fetchall()
        return {str(name): str(kind) for name, kind, *_rest in rows}

    def _insert(self, given: str, unit: str, *, first_line: int) -> list[tuple[int, str]]:
        rows = checked(given, unit=unit, now_ms=self._now_ms, only_members=self.only_members)
        self.connection.execute(f"INSERT INTO staged {rows}")
        return self.connection.execute(
            "SELECT line, reason FROM staged WHERE reason IS NOT NULL AND line >= $first ORDER BY line",
            {"first": first_line},
        ).fetchall()

    def count(self) -> int:
        """How many rows are events."""
        return int(self._one("SELECT count(*) FROM staged WHERE reason IS NULL")[0])

    def span(self) -> tuple[int, int]:
        """The first and the last moment of the events (epoch ms)."""
        first, last = self._one("SELECT min(ts), max(ts) FROM staged WHERE reason IS NULL")
        return int(first), int(last)

    def drop_repeated(self) -> int:
        """Of the events of one user with one id, leave the first in the file; how many others there were."""
        self.connection.execute(
            "CREATE OR REPLACE TABLE doubtful AS SELECT hash(user_, id) AS h FROM staged "
            "WHERE reason IS NULL AND id IS NOT NULL GROUP BY h HAVING count(*) > 1"
        )
        return self._changed(
            """UPDATE staged SET reason = 'repeated' WHERE line IN (
                   SELECT line FROM (
                       SELECT line, row_number() OVER (PARTITION BY user_, id ORDER BY line) AS place FROM staged
                       WHERE reason IS NULL AND id IS NOT NULL AND hash(user_, id) IN (SELECT h FROM doubtful)
                   ) AS placed WHERE place > 1)"""
        )

    def users(self) -> Iterator[list[str]]:
        """The users that need a device, in portions."""
        if self.only_members:
            return
        self.connection.execute(
            f"CREATE TABLE users AS SELECT DISTINCT user_ FROM staged WHERE reason IS NULL AND user_ <> '{NOBODY}'"
        )
        cursor = self.connection.cursor()
        cursor.execute("SELECT user_ FROM users ORDER BY user_")
        while rows := cursor.fetchmany(20_000):
            yield [user for (user,) in rows]

    def resolve(self, devices: Iterator[tuple[Sequence[str], Sequence[int]]], progress: Progress) -> None:
        """Say which device is whose, in the table `who`."""
        self.connection.execute(
            "CREATE TABLE who (user_ VARCHAR, device BIGINT, member BIGINT, person BIGINT)"
        )
        done = 0
        for users, ids in devices:
            portion = {"user_": np.array(users, dtype=object), "device": np.array(ids, dtype=np.int64)}
            self.connection.register("portion", portion)
            self.connection.execute("INSERT INTO who SELECT user_, device, NULL, 2 * device + 1 FROM portion")
            self.connection.unregister("portion")
            done += len(users)
            progress(done, int(self._one("SELECT count(*) FROM users")[0]))
        if self.only_members:
            self.connection.execute(
                f"""INSERT INTO who SELECT user_, NULL, id, 2 * is_now FROM (
                       SELECT DISTINCT user_ FROM staged WHERE reason IS NULL
                   ) AS named JOIN members ON {MEMBER} = id"""
            )

    def gather(self, digest: str) -> None:
        """Put together what sealed files hold. Events without an id get one from the file."""
        self.connection.execute(
            f"""CREATE TABLE fresh AS
                SELECT name AS event, person, ts, program, session, page, props,
                       coalesce(id, '{digest[:24]}:' || line) AS id, device, member
                FROM staged LEFT JOIN who USING (user_) WHERE reason IS NULL"""
        )

    def tallies(self) -> dict[tuple[str, dt.date], tuple[int, int]]:
        """How many events of each name there are on each day of the shop's calendar, and the last moment."""
        rows = self.connection.execute(
            f"""SELECT event, make_timestamptz(q * {QUARTER_MS} * 1000)::DATE AS day, sum(n)::BIGINT, max(last)
                FROM (SELECT event, ts // {QUARTER_MS} AS q, count(*) AS n, max(ts) AS last
                      FROM fresh GROUP BY event, q) AS quarters
                GROUP BY event, day"""
        ).fetchall()
        return {(name, day): (number, last) for name, day, number, last in rows}

    def _one(self, sql: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self.connection.execute(sql).fetchall()[0]
        return row

    def _changed(self, sql: str) -> int:
        return int(self._one(sql)[0])


@contextmanager
def staged(*, only_members: bool) -> Iterator[Stage]:
    """A stage for one file. Its folder goes with it, and so do those of imports that were killed long ago."""
    home = settings.FANGCUN_HOME / "tmp"
    home.mkdir(parents=True, exist_ok=True)
    for old in home.glob("import-*"):
        if old.stat().st_mtime < timezone.now().timestamp() - LEFT_BEHIND:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="import-", dir=home) as folder:
        stage = Stage(Path(folder), only_members=only_members)
        try:
            yield stage
        finally:
            stage.connection.close()
