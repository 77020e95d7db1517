"""Where reports stand: FANGCUN_HOME/reports/<number of the run>/ with report.html, report.json and pictures."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from fangcun.build.suites.errors import ReportMissing, ReportTooLarge

PAGE, DATA = "report.html", "report.json"
# What a report may consist of, and as what it is served. Everything else in a folder stays behind.
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
MOST_BYTES = 200 * 1024 * 1024


def shelf() -> Path:
    """The folder of all reports; made when it is missing."""
    folder = Path(settings.FANGCUN_HOME) / "reports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def place_of(number: int) -> Path:
    """Where the report of a run stands."""
    return shelf() / str(number)


def copied(folder: Path) -> Path:
    """A copy of a report beside the shelf's others, under a name of its own. Raises ReportMissing, ReportTooLarge."""
    if not all((folder / name).is_file() for name in (PAGE, DATA)):
        raise ReportMissing
    files = list(_files(folder))
    size = sum(file.stat().st_size for file in files)
    if size > MOST_BYTES:
        raise ReportTooLarge(megabytes=size // 2**20, most=MOST_BYTES // 2**20)
    fresh = Path(tempfile.mkdtemp(prefix=".", dir=shelf()))
    for file in files:
        target = fresh / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return fresh


def remove(folder: Path) -> None:
    """Take a report off the shelf; one that is gone already stays so."""
    shutil.rmtree(folder, ignore_errors=True)


def file_in(number: int, name: str) -> Path | None:
    """A file of a report by its name inside the folder; None for anything that is no file of the report."""
    place = place_of(number).resolve()
    found = (place / name).resolve() if "\0" not in name else place
    is_inside = found.is_relative_to(place) and found.suffix.lower() in KINDS
    return found if is_inside and found.is_file() else None


def _files(folder: Path) -> Iterator[Path]:
    for place, _folders, names in os.walk(folder):  # follows no links
        for name in names:
            file = Path(place) / name
            if file.suffix.lower() in KINDS and not file.is_symlink():
                yield file
