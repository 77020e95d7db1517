"""A day's many small files become one: quicker to read, and its persons are those known by now."""

# ruff: noqa: S608 - the text holds our own names and quoted paths

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Sequence

import duckdb
from django.utils import timezone

from fangcun.insight.tracking.checking import examine
from fangcun.insight.tracking.errors import StoreChanged
from fangcun.insight.tracking.filing import DAY_MS, drop_files, list_files, quoted, write_day_files
from fangcun.insight.tracking.hot import lay_out_moved
from fangcun.insight.tracking.models import SealedFile
from fangcun.insight.tracking.reading import moved_in
from fangcun.insight.tracking.storage import connected, only_writer, storage

logger = logging.getLogger(__name__)

NIGHT = range(2, 5)  # hours of the shop's day
MANY = 30
# A file is not written again for the sake of others that are this many times smaller, all together.
LARGER_BY_DAY, LARGER_BY_NIGHT = 4, 100
WAITED = dt.timedelta(days=1)


def merge(*, within_s: float | None = None) -> int:
    """Merge the days that are due; how many files went into others.

    Days that are over are due at night, or when they have waited for a day and nobody works at night; any day
    is as soon as it has many files. 0 while another process seals or merges. May be killed at any moment.
    """
    with only_writer(wait=False) as mine:
        if not mine:
            return 0
        began, merged = time.monotonic(), 0
        for files in due(timezone.now()):
            if within_s is not None and time.monotonic() - began >= within_s:
                break
            merged += merge_files(files)
        return merged


def due(now: dt.datetime) -> list[list[SealedFile]]:
    """The files to make one of, by day, the oldest day first."""
    days: dict[dt.date, list[SealedFile]] = defaultdict(list)
    for file in SealedFile.objects.filter(problem="").order_by("day", "-count", "id"):
        days[file.day].append(file)
    night = timezone.localtime(now, timezone.get_default_timezone()).hour in NIGHT
    found = []
    for day, files in days.items():
        over = day < now.astimezone(dt.UTC).date()
        waited = min(file.sealed_at for file in files) < now - WAITED
        at_rest = over and (night or waited)
        chosen = _without_larger(files, LARGER_BY_NIGHT if at_rest else LARGER_BY_DAY)
        if len(chosen) > (1 if at_rest else MANY):
            found.append(chosen)
    return found


def _without_larger(files: Sequence[SealedFile], larger: int) -> list[SealedFile]:
    """Leave out the files, largest first, that are so much larger than all smaller ones together."""
    rest = sum(file.count for file in files)
    for number, file in enumerate(files):
        rest -= file.count
        if file.count <= larger * rest:
            return list(files[number:])
    return []


def merge_files(files: Sequence[SealedFile]) -> int:
    """Make one file of some of the same day; how many went into it, 0 when they are not what they were."""
    day_ms = int(dt.datetime.combine(files[0].day, dt.time.min, tzinfo=dt.UTC).timestamp() * 1000)
    known_at = timezone.now()
    moved = moved_in(since_ms=day_ms, until_ms=day_ms + DAY_MS)
    store = storage()
    paths = ", ".join(quoted(store.place(file.path)) for file in files)
    try:
        with connected() as connection:
            lay_out_moved(connection, moved)
            connection.execute(
                f"CREATE VIEW joined AS SELECT f.* REPLACE (coalesce(now, person) AS person)"
                f" FROM read_parquet([{paths}]) f LEFT JOIN moved ON person = was"
            )
            written = write_day_files(connection, "joined", known_at=known_at)
    except (duckdb.Error, FileNotFoundError):
        if examine([file.path for file in files]):
            return 0
        raise
    if sum(file.count for file in written) != sum(file.count for file in files):
        drop_files(written)
        raise OSError(f"Merging {files[0].day} would change the number of its events")
    try:
        list_files(written, instead_of=[file.pk for file in files])
    except StoreChanged:
        drop_files(written)
        return 0
    logger.info("Merged %s files of %s", len(files), files[0].day)
    return len(files)
