"""Everything that has been counted, as of one moment: sealed files and the batches that are not sealed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fangcun.identity.members.models import Member
from fangcun.insight.tracking.queries import HotRow, hot_rows, newest_batch_id


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an engine needs to count.

    `files` are the paths of sealed Parquet files; `hot` are batches that no file holds; `moved` says which persons
    of the files are somebody else by now, since a phone got a member or two members became one. `filesystem` is
    what can open the paths when they are not in a local folder (an fsspec file system).
    """

    files: tuple[str, ...]
    hot: tuple[HotRow, ...]
    persons: tuple[int | None, ...]
    moved: Mapping[int, int]
    filesystem: Any = None


def snapshot(
    *, since_ms: int | None = None, until_ms: int | None = None, program_id: int | None = None
) -> Snapshot:
    """All that touches the span (epoch ms), as of one moment. There may be events outside of it too."""
    rows = hot_rows(since_ms=since_ms, until_ms=until_ms, program_id=program_id)
    merged = dict(Member.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id"))
    return Snapshot((), tuple(rows), tuple(person_of(row, merged) for row in rows), {})


def version(*, since_ms: int | None = None, until_ms: int | None = None) -> str:
    """Changes whenever an answer about the span may change."""
    return str(newest_batch_id())


def person_of(row: HotRow, merged: Mapping[int, int]) -> int | None:
    """One number for who it was: the member (even) when known, else the phone (odd); None for nobody.

    A phone that somebody has logged in on stands for that member, also before he did.
    """
    member = row.member_id if row.member_id is not None else row.owner_id
    if member is not None:
        return 2 * merged.get(member, member)
    return None if row.device_id is None else 2 * row.device_id + 1
