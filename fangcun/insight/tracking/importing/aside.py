"""Rows that are no events: counted by reason, and kept whole in a file of the store's folder."""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from django.conf import settings
from django.utils import timezone

from fangcun.insight.tracking.importing.mapping import Mapping
from fangcun.insight.tracking.importing.reasons import REASONS
from fangcun.insight.tracking.storage import Folder, storage

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is no event: its line (from 1), why (a key of REASONS), and the row as it stands in the file."""

    line: int
    reason: str
    raw: str

    def words(self, mapping: Mapping) -> str:
        """Why, for people."""
        return str(REASONS[self.reason]).replace("{column}", mapping.column("ts"))


class Aside:
    """The rows of one file that are set aside. They stay only when `keep` is called before the end."""

    def __init__(self, source: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._firsts: dict[str, list[SetAside]] = defaultdict(list)
        self._source = source
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.counts.total()

    @property
    def first(self) -> SetAside:
        """The first of them in the file."""
        return min((rows[0] for rows in self._firsts.values()), key=lambda row: row.line)

    @property
    def firsts(self) -> dict[str, tuple[SetAside, ...]]:
        """The first twenty of each reason, the most frequent reason first."""
        return {reason: tuple(self._firsts[reason]) for reason, _n in self.counts.most_common()}

    def add(self, rows: list[SetAside]) -> None:
        """Set rows aside."""
        for row in rows:
            if self._file is None:
                folder = aside_folder()
                folder.mkdir(parents=True, exist_ok=True)
                # Kept open until it is clear whether it stays.
                self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115
                    "w", dir=folder, prefix=".", suffix=".part", delete=False
                )
            told = {"file": str(self._source), "line": row.line, "reason": row.reason, "raw": row.raw}
            # Bytes of another encoding are half surrogates here, which only the escaped form can hold.
            sound = row.raw.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in row.raw)
            self._file.write(json.dumps(told, ensure_ascii=not sound) + "\n")
            self.counts[row.reason] += 1
            if len(self._firsts[row.reason]) < MOST_SHOWN:
                self._firsts[row.reason].append(row)

    def keep(self) -> Path | None:
        """Let the file stay, under a name that tells when; None when nothing was set aside."""
        if self._file is None:
            return None
        self._file.close()
        time = timezone.localtime().strftime("%Y%m%d-%H%M%S-%f")
        return Path(self._file.name).rename(aside_folder() / f"import-{time}.jsonl")


def aside_folder() -> Path:
    """Where rows are kept that are no events: a folder of this machine, also when the store is a bucket."""
    place = storage()
    home: Path = settings.FANGCUN_HOME / "events"
    return (place.root if isinstance(place, Folder) else home) / "aside"
