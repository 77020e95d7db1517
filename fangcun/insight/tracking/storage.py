"""Where sealed files lie: a folder of this machine, or a bucket. And what opens and guards them.

Paths are relative to the store (`EVENTS_URL`), with forward slashes. A file appears under its path whole and
for good, or not at all.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
from django.conf import settings
from django.db import connections, router

from fangcun.insight.tracking.errors import StoreUnreachable
from fangcun.insight.tracking.models import SealedFile

DRAFTS = "drafts"
ASKING = "asking"  # what engines elsewhere lay down for one question
_LOCK = 7_305_809_111_024_001  # any number that no other advisory lock of the database has


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there; `changed_at` is when it was last written, None when nobody knows."""

    path: str
    bytes: int
    changed_at: dt.datetime | None


class Storage(Protocol):
    """A place for files. `filesystem` opens its paths for DuckDB when they are not local (fsspec)."""

    @property
    def filesystem(self) -> Any: ...

    def place(self, path: str) -> str:
        """What an engine opens to read a file of the store."""

    def draft(self) -> Path:
        """A new name in a local folder, to write a file under before it is put in its place."""

    def put(self, draft: Path, path: str) -> None:
        """Move a draft to its place, whole and durable."""

    def size(self, path: str) -> int | None:
        """How many bytes a file has; None when it is not there. Raises StoreUnreachable."""

    def read(self, path: str, start: int = 0, length: int | None = None) -> bytes:
        """Some bytes of a file. Raises FileNotFoundError."""

    def move(self, path: str, to: str) -> None:
        """Rename a file. Raises FileNotFoundError."""

    def remove(self, path: str) -> None:
        """Delete a file; nothing happens when it is gone."""

    def listed(self) -> Iterator[Stored]:
        """Every file there is, in no order."""


class Folder:
    """A folder of this machine."""

    filesystem = None

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, path: str) -> str:
        return str(self.root / path)

    def draft(self) -> Path:
        # Beside the files, so that putting it in its place is a rename.
        (self.root / DRAFTS).mkdir(parents=True, exist_ok=True)
        return self.root / DRAFTS / f"{uuid.uuid4().hex}.parquet"

    def put(self, draft: Path, path: str) -> None:
        target = self.root / path
        made = [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)
        for folder in made:
            _sync(folder.parent)

    def size(self, path: str) -> int | None:
        try:
            return (self.root / path).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            if not self.root.is_dir():
                raise StoreUnreachable(place=str(self.root)) from None
            return None

    def read(self, path: str, start: int = 0, length: int | None = None) -> bytes:
        with (self.root / path).open("rb") as file:
            file.seek(start)
            return file.read(-1 if length is None else length)

    def move(self, path: str, to: str) -> None:
        target = self.root / to
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).replace(target)
        _sync(target.parent)

    def remove(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    def listed(self) -> Iterator[Stored]:
        for folder, _, names in os.walk(self.root):
            for name in names:
                with suppress(FileNotFoundError):
                    found = (Path(folder) / name).lstat()
                    changed_at = dt.datetime.fromtimestamp(found.st_mtime, dt.UTC)
                    path = (Path(folder) / name).relative_to(self.root).as_posix()
                    yield Stored(path, found.st_size, changed_at)


class Bucket:
    """A bucket, or whatever else fsspec knows by an address such as s3://events/shop."""

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]

        # Nothing about a bucket is remembered: others write there too.
        self.filesystem, self.root = url_to_fs(url.rstrip("/"), use_listings_cache=False)
        self.url = url.rstrip("/")

    def place(self, path: str) -> str:
        return f"{self.url}/{path}"

    def draft(self) -> Path:
        folder: Path = settings.FANGCUN_HOME / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{uuid.uuid4().hex}.parquet"

    def put(self, draft: Path, path: str) -> None:
        self.filesystem.put_file(str(draft), self._inside(path))
        draft.unlink()

    def size(self, path: str) -> int | None:
        try:
            return int(self.filesystem.info(self._inside(path))["size"])
        except FileNotFoundError:
            return None
        except Exception as error:  # each file system has errors of its own
            raise StoreUnreachable(place=self.url) from error

    def read(self, path: str, start: int = 0, length: int | None = None) -> bytes:
        end = None if length is None else start + length
        found: bytes = self.filesystem.cat_file(self._inside(path), start=start, end=end)
        return found

    def move(self, path: str, to: str) -> None:
        self.filesystem.mv(self._inside(path), self._inside(to))

    def remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            self.filesystem.rm_file(self._inside(path))

    def listed(self) -> Iterator[Stored]:
        for name, info in self.filesystem.find(self.root, detail=True).items():
            yield Stored(name.removeprefix(self.root).lstrip("/"), int(info["size"]), _changed_at(info))

    def _inside(self, path: str) -> str:
        return f"{self.root}/{path}"


def _changed_at(info: Mapping[str, Any]) -> dt.datetime | None:
    """Buckets call it differently, and say it as a moment or as its text."""
    for name in ("LastModified", "last_modified", "updated", "mtime", "created"):
        found = info.get(name)
        if isinstance(found, str):
            with suppress(ValueError):
                found = dt.datetime.fromisoformat(found)
        if isinstance(found, int | float):
            found = dt.datetime.fromtimestamp(found, dt.UTC)
        if isinstance(found, dt.datetime):
            return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    return None


def storage() -> Storage:
    """The place that the settings name."""
    url = str(settings.EVENTS_URL)
    if "://" in url and not url.startswith("file://"):
        return Bucket(url)
    return Folder(Path(url.removeprefix("file://")).expanduser())


def connected(database: str = ":memory:", *, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB that can open the store's files, within the memory it may have; beyond it, it works on disk."""
    connection = duckdb.connect(
        database,
        config={
            "threads": threads or settings.ANALYTICS_THREADS,
            "memory_limit": settings.ANALYTICS_MEMORY,
            "temp_directory": str(settings.FANGCUN_HOME / "tmp"),
            # What it needs is built in; it never fetches anything.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    if (filesystem := storage().filesystem) is not None:
        connection.register_filesystem(filesystem)
    return connection


@contextmanager
def only_writer(*, wait: bool) -> Iterator[bool]:
    """Be the only one who seals, merges or rewrites; False when somebody else is and we don't `wait`.

    Held by this process: when it dies, another may begin. Not to be nested. What is listed would be right
    without it too; it spares work, and lets an erasure know that no event moves while it looks.
    """
    connection = connections[router.db_for_write(SealedFile)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_lock(%s) IS NOT NULL" if wait else "SELECT pg_try_advisory_lock(%s)",
                [_LOCK],
            )
            held = bool(cursor.fetchone()[0])
        try:
            yield held
        finally:
            if held:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        return
    with Path(f"{connection.settings_dict['NAME']}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
