"""Everything that has been counted, as of one moment: sealed files and the batches that are not sealed yet."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connections, router
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.tracking.checking import examine
from fangcun.insight.tracking.models import Batch, Device, Identity, SealedFile
from fangcun.insight.tracking.queries import HotRow
from fangcun.insight.tracking.storage import storage


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an engine needs to count.

    `files` are the paths of sealed Parquet files; `hot` are batches that no file holds; `moved` says which persons
    of the files are somebody else by now, since a phone got a member or two members became one. `filesystem` is
    what can open the paths when they are not in a local folder (an fsspec file system). `retake` takes another one
    of the same span.
    """

    files: tuple[str, ...]
    hot: tuple[HotRow, ...]
    persons: tuple[int | None, ...]
    moved: Mapping[int, int]
    filesystem: Any = None
    retake: Callable[[], Snapshot] | None = field(default=None, compare=False, repr=False)


_FILES = """WITH f AS NOT MATERIALIZED
    (SELECT path, bytes, sealed_at FROM {files} WHERE problem = ''{of_files})
"""
# A phone moved if it may have been nobody's when one of the files was sealed; ten minutes are more than any clock
# is wrong, and more than any transaction takes from its first moment to its end.
_MOVED = """
SELECT 2 AS kind, '' AS body, i.device_id AS a, i.member_id AS b, CAST(NULL AS bigint) AS c,
       CAST(NULL AS bigint) AS d
FROM {identities} i JOIN {devices} d ON d.id = i.device_id
WHERE i.linked_at >= (SELECT {earlier_oldest} FROM f)
  AND EXISTS (SELECT 1 FROM f WHERE f.sealed_at >= {earlier_first_seen} AND f.sealed_at <= {later_linked})
"""
# One statement sees one moment on both databases, and takes no lock; a transaction would take SQLite's only one.
_SNAPSHOT = """
SELECT 0 AS kind, path AS body, bytes AS a, CAST(NULL AS bigint) AS b, CAST(NULL AS bigint) AS c,
       CAST(NULL AS bigint) AS d
FROM f
UNION ALL
SELECT 1, b.payload, b.device_id, b.member_id, i.member_id, b.program_id
FROM {batches} b LEFT JOIN {identities} i ON i.device_id = b.device_id{of_batches}
UNION ALL
"""
_SHIFTED = {
    "sqlite": ("datetime({}, '-10 minutes')", "datetime({}, '+10 minutes')"),
    "postgresql": ("{} - interval '10 minutes'", "{} + interval '10 minutes'"),
}
_TRIES = 5


def snapshot(
    *, since_ms: int | None = None, until_ms: int | None = None, program_id: int | None = None
) -> Snapshot:
    """All that touches the span (epoch ms), as of one moment. There may be events outside of it too.

    A local file that is not what it was when it was sealed is set aside, and the rest is read.
    """
    store = storage()
    merged = _merged()
    for _ in range(_TRIES):
        rows = _rows(_FILES + _SNAPSHOT + _MOVED, since_ms, until_ms, program_id)
        files = {body: a for kind, body, a, *_ in rows if kind == 0}
        # Only looked at where looking is cheap; a bucket says so when it is read.
        wrong = [] if store.filesystem else [path for path, size in files.items() if store.size(path) != size]
        if not wrong:
            break
        examine(wrong)
    hot = tuple(HotRow(body, *rest) for kind, body, *rest in rows if kind == 1)
    return Snapshot(
        files=tuple(store.place(path) for path in sorted(files)),
        hot=hot,
        persons=tuple(person_of(row, merged) for row in hot),
        moved=_moved(rows, merged) if files else {},
        filesystem=store.filesystem,
        retake=partial(snapshot, since_ms=since_ms, until_ms=until_ms, program_id=program_id),
    )


def retaken(old: Snapshot) -> Snapshot | None:
    """Another snapshot, when one could not be read: without the files that are not sound, which are set aside.

    None when its files are sound and still listed, so that they can't be to blame. Raises StoreUnreachable.
    """
    if old.retake is None or not old.files:
        return None
    root = storage().place("")
    unsound = examine(path.removeprefix(root).lstrip("/") for path in old.files)
    new = old.retake()
    return new if unsound or not set(old.files) <= set(new.files) else None


def moved_in(*, since_ms: int, until_ms: int) -> dict[int, int]:
    """Which persons of the span's sealed files are somebody else by now."""
    merged = _merged()
    return _moved(_rows(_FILES + _MOVED, since_ms, until_ms, None), merged)


def _merged() -> dict[int, int]:
    return dict(Member.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id"))


def _moved(rows: list[tuple[Any, ...]], merged: Mapping[int, int]) -> dict[int, int]:
    moved = {2 * gone: 2 * kept for gone, kept in merged.items()}
    return moved | {2 * a + 1: 2 * merged.get(b, b) for kind, _, a, b, *_ in rows if kind == 2}


def _rows(
    statement: str, since_ms: int | None, until_ms: int | None, program_id: int | None
) -> list[tuple[Any, ...]]:
    connection = connections[router.db_for_read(SealedFile)]
    earlier, later = _SHIFTED[connection.vendor]
    limits, values = _limits(since_ms, until_ms)
    one = [] if program_id is None else [program_id]
    of_batches = [*limits, *(["program_id = %s"] if one else [])]
    sql = statement.format(
        files=_table(SealedFile),
        batches=_table(Batch),
        identities=_table(Identity),
        devices=_table(Device),
        of_files="".join(f" AND {limit}" for limit in limits),
        of_batches=f" WHERE {' AND '.join(of_batches)}" if of_batches else "",
        earlier_oldest=earlier.format("min(sealed_at)"),
        earlier_first_seen=earlier.format("d.first_seen_at"),
        later_linked=later.format("i.linked_at"),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *([*values, *one] if _SNAPSHOT in statement else [])])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _limits(since_ms: int | None, until_ms: int | None) -> tuple[list[str], list[int]]:
    limits = [
        *([] if since_ms is None else [("last_ts >= %s", since_ms)]),
        *([] if until_ms is None else [("first_ts < %s", until_ms)]),
    ]
    return [limit for limit, _ in limits], [value for _, value in limits]


def _table(model: Any) -> str:
    name: str = connections[router.db_for_read(model)].ops.quote_name(model._meta.db_table)
    return name


_VERSION = """
SELECT b.n, b.newest, b.ids, f.n, f.newest, f.events,
       (SELECT max(linked_at) FROM {identities}), (SELECT count(*) FROM {identities} WHERE linked_at >= %s){merged}
FROM (SELECT count(*) AS n, max(id) AS newest, sum(id) AS ids FROM {batches}{limits}) b,
     (SELECT count(*) AS n, max(id) AS newest, sum(count) AS events FROM {files} WHERE problem = ''{of_files}) f
"""
_MERGED = ", (SELECT count(*) FROM {members} WHERE merged_into_id IS NOT NULL)"


def version(*, since_ms: int | None = None, until_ms: int | None = None) -> str:
    """Changes whenever an answer about the span may change: by events, by whose they are, by what can be read."""
    limits, values = _limits(since_ms, until_ms)
    merged = Member.objects.filter(merged_into__isnull=False)
    # On SQLite members are in another file.
    together = router.db_for_read(Member) == router.db_for_read(SealedFile)
    sql = _VERSION.format(
        merged=_MERGED.format(members=_table(Member)) if together else "",
        batches=_table(Batch),
        files=_table(SealedFile),
        identities=_table(Identity),
        limits=f" WHERE {' AND '.join(limits)}" if limits else "",
        of_files="".join(f" AND {limit}" for limit in limits),
    )
    # Those who commit at once don't commit in the order of their moments, so the latest moment is not enough.
    lately = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    connection = connections[router.db_for_read(SealedFile)]
    moment = connection.ops.adapt_datetimefield_value(lately)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, *values, *values])
        found = cursor.fetchone()
    if not together:
        found = (*found, merged.count())
    return hashlib.blake2b(repr(tuple(map(str, found))).encode(), digest_size=12).hexdigest()


def person_of(row: HotRow, merged: Mapping[int, int]) -> int | None:
    """One number for who it was: the member (even) when known, else the phone (odd); None for nobody.

    A phone that somebody has logged in on stands for that member, also before he did.
    """
    member = row.member_id if row.member_id is not None else row.owner_id
    if member is not None:
        return 2 * merged.get(member, member)
    return None if row.device_id is None else 2 * row.device_id + 1
