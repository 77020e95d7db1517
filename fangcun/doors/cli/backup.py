"""One archive that holds what an installation cannot make again."""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import typer
from django.conf import settings
from django.utils import timezone

from fangcun.insight.tracking.storage import ASKING, DRAFTS, storage


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a database that others are writing to."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def make_backup(target: Path, *, with_keys: bool) -> Path:
    """Write `fangcun-<time>.tar.gz`, readable by its owner alone, and return its path.

    Neither a PostgreSQL database is in it (that one is copied with pg_dump, first) nor a bucket of sealed events.
    """
    home: Path = settings.FANGCUN_HOME
    target.mkdir(parents=True, exist_ok=True)
    archive = target / f"fangcun-{timezone.now():%Y%m%d-%H%M%S}.tar.gz"
    draft = archive.with_suffix(".part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        tempfile.TemporaryDirectory() as folder,
        os.fdopen(handle, "wb") as raw,
        tarfile.open(fileobj=raw, mode="w:gz") as out,
    ):
        for database in settings.DATABASES.values():
            if not database["ENGINE"].endswith("sqlite3"):
                typer.echo(
                    "The database is PostgreSQL: copy it with pg_dump, it is not in this archive.", err=True
                )
                continue
            name = Path(database["NAME"]).name
            copy_sqlite(Path(database["NAME"]), Path(folder) / name)
            out.add(Path(folder) / name, arcname=name)
        # After the databases: a sealed file never changes, and stays for an hour when others took its place.
        _add_sealed_events(out)
        for name in ("media", *(("keys",) if with_keys else ())):
            if (home / name).exists():
                out.add(home / name, arcname=name)
    draft.replace(archive)
    return archive


def _add_sealed_events(out: tarfile.TarFile) -> None:
    store = storage()
    if store.filesystem is not None:
        typer.echo(
            "Sealed events are in a bucket: copy it with its own tools, it is not in this archive.", err=True
        )
        return
    for file in sorted(store.listed(), key=lambda file: file.path):
        if file.path.split("/", 1)[0] not in (DRAFTS, ASKING):
            with suppress(FileNotFoundError):  # retired or nobody's, and swept this moment
                out.add(store.place(file.path), arcname=f"events/{file.path}")
