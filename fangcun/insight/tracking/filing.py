"""Sealed files: written first, listed then. A file that no row of the database lists does not count."""

# ruff: noqa: S608 - the text holds our own names and quoted paths

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.db import router, transaction
from django.utils import timezone

from fangcun.insight.tracking.errors import StoreChanged
from fangcun.insight.tracking.models import RetiredFile, SealedFile
from fangcun.insight.tracking.storage import storage

COLUMNS = "event, person, ts, program, session, page, props, id, device, member"
DAY_MS = 86_400_000
# An unlisted file is swept when it is an hour old: who lists one that is nearly that old might list nothing.
LIST_WITHIN = dt.timedelta(minutes=45)
SWEEP_AFTER = dt.timedelta(hours=1)
Progress = Callable[[int, int], None]  # how much is done, of how much
_OURS = re.compile(r"\d{4}-\d\d-\d\d/[0-9a-f]{32}\.parquet")


@dataclass(frozen=True, slots=True)
class Written:
    """A file that lies in the store and is not listed yet; its persons are those known at `known_at`."""

    path: str
    day: dt.date
    count: int
    bytes: int
    first_ts: int
    last_ts: int
    digest: str
    known_at: dt.datetime
    written_at: dt.datetime


def write_day_files(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    *,
    known_at: dt.datetime,
    progress: Progress = lambda _done, _all: None,
) -> list[Written]:
    """Write all events of a DuckDB table or view into the store, a durable, sorted file for each UTC day.

    `relation` has the columns event VARCHAR, person BIGINT, ts BIGINT (epoch ms, not negative), program BIGINT,
    session VARCHAR, page VARCHAR, props VARCHAR (JSON object), id VARCHAR, device BIGINT, member BIGINT; of these
    only person, program, device and member may be NULL. `known_at` is a moment before its persons were looked up.
    `progress` hears how many events are in files.
    The files count when `list_files` has been called; after any error nothing new is in the store.
    """
    days = connection.execute(
        f"SELECT ts // {DAY_MS} AS day, count(*) FROM {relation} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    total, done = sum(count for _day, count in days), 0
    written: list[Written] = []
    try:
        for day, count in days:
            written.append(_write(connection, relation, day, count, known_at))
            done += count
            progress(done, total)
    except BaseException:
        for file in written:
            storage().remove(file.path)
        raise
    return written


def _write(
    connection: duckdb.DuckDBPyConnection, relation: str, day: int, count: int, known_at: dt.datetime
) -> Written:
    store = storage()
    began = timezone.now()
    draft = store.draft()
    try:
        connection.execute(
            f"COPY (SELECT {COLUMNS} FROM {relation} WHERE ts >= {day * DAY_MS} AND ts < {(day + 1) * DAY_MS}"
            f" ORDER BY event, person, ts, id) TO {quoted(str(draft))} (FORMAT parquet, COMPRESSION zstd)"
        )
        number, first, last = connection.execute(
            f"SELECT count(*), min(ts), max(ts) FROM read_parquet({quoted(str(draft))})"
        ).fetchall()[0]
        if number != count:
            raise OSError(f"{draft} holds {number} events of {count}")
        size, digest = draft.stat().st_size, digest_of(draft)
        date = dt.datetime.fromtimestamp(day * DAY_MS / 1000, dt.UTC).date()
        path = f"{date}/{uuid.uuid4().hex}.parquet"
        store.put(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return Written(path, date, count, size, first, last, digest, known_at, began)


def list_files(written: Sequence[Written], *, instead_of: Iterable[int] = ()) -> None:
    """Let files count from now on, in place of others (keys of SealedFile), within the caller's transaction if any.

    The others stay in the store for those who are reading them. Raises StoreChanged, having changed nothing, when
    one of them is not listed any more, or when these files have lain about for too long.
    """
    gone = sorted(instead_of)
    now = timezone.now()
    if any(now - file.written_at > LIST_WITHIN for file in written):
        raise StoreChanged
    with transaction.atomic(using=router.db_for_write(SealedFile)):
        if gone:
            paths = list(SealedFile.objects.filter(pk__in=gone).values_list("path", flat=True))
            deleted, _ = SealedFile.objects.filter(pk__in=gone).delete()
            if deleted != len(gone):
                raise StoreChanged
            RetiredFile.objects.bulk_create(
                [RetiredFile(path=path, retired_at=now) for path in paths], ignore_conflicts=True
            )
        SealedFile.objects.bulk_create(
            SealedFile(
                path=file.path,
                day=file.day,
                count=file.count,
                bytes=file.bytes,
                first_ts=file.first_ts,
                last_ts=file.last_ts,
                digest=file.digest,
                sealed_at=file.known_at,
            )
            for file in written
        )


def drop_files(written: Iterable[Written]) -> None:
    """Delete files that were not listed after all; those that are listed stay."""
    store = storage()
    paths = [file.path for file in written]
    listed = set(SealedFile.objects.filter(path__in=paths).values_list("path", flat=True))
    for path in paths:
        if path not in listed:
            store.remove(path)


def delete_retired(*, before: dt.datetime | None = None) -> int:
    """Delete the files that others took the place of, all or those from before a moment; how many.

    Who is reading one begins again.
    """
    store = storage()
    retired = RetiredFile.objects.all()
    if before is not None:
        retired = retired.filter(retired_at__lt=before)
    found = list(retired)
    for file in found:
        store.remove(file.path)
    RetiredFile.objects.filter(pk__in=[file.pk for file in found]).delete()
    return len(found)


def is_ours(path: str) -> bool:
    """Whether a file bears a name that we give."""
    return _OURS.fullmatch(path) is not None


def digest_of(path: Path) -> str:
    """What tells the bytes of a local file from all others."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def quoted(text: str) -> str:
    """Text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
