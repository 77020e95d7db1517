"""The import of one file, from its bytes to counted events: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.db import IntegrityError, router, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.insight.tracking.counting import add_to_tallies
from fangcun.insight.tracking.errors import AlreadyImported, FileUnreadable
from fangcun.insight.tracking.filing import (
    Progress,
    Written,
    digest_of,
    drop_files,
    list_files,
    write_day_files,
)
from fangcun.insight.tracking.importing.aside import Aside, SetAside
from fangcun.insight.tracking.importing.given import from_csv, from_json
from fangcun.insight.tracking.importing.holding import devices_of, drop_held
from fangcun.insight.tracking.importing.mapping import Mapping
from fangcun.insight.tracking.importing.pieces import Csv, Piece, json_pieces
from fangcun.insight.tracking.importing.sources import kind_of
from fangcun.insight.tracking.importing.stage import Stage, staged
from fangcun.insight.tracking.models import ImportedFile
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

READ, NAMED = 0.5, 0.6  # the shares of the work that are done when all is read, and when users have devices


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. `rows` are counted; `repeated` came twice in it, `held` were in the store before.

    `aside` are numbers of rows by reason (keys of REASONS), `firsts` the first of each, `kept` the file that holds all
    of them whole; None when there are none.
    """

    name: str
    rows: int
    repeated: int
    held: int
    aside: dict[str, int]
    firsts: dict[str, tuple[SetAside, ...]]
    kept: Path | None

    @property
    def set_aside(self) -> int:
        """How many rows are no events."""
        return sum(self.aside.values())


def import_file(
    *,
    path: Path,
    mapping: Mapping,
    by: Actor,
    encoding: str = "",
    only_members: bool = False,
    progress: Callable[[float], None] = lambda _share: None,
) -> Imported:
    """Count the events of another system's log: CSV, TSV, JSON lines or Parquet. All of it or nothing.

    With `only_members` the users are numbers of this shop's members, otherwise each user becomes a device of his own.
    Rows that are no events are set aside whole. Events are not held against the tracking plan. `progress` hears
    which share of the work is done, up to 1. Raises FileUnreadable when there is nothing to count, AlreadyImported for
    known bytes.
    """
    digest = _digest(path)
    known_at = timezone.now()
    with staged(only_members=only_members) as stage, Aside(path) as aside:
        with stage.filled():
            for rows in _rows(stage, path, mapping, encoding, _part(progress, 0, READ)):
                aside.add(rows)
        good = stage.count()
        if not good and aside.count:
            raise FileUnreadable(
                _("{file} 里没有一行能导入；第 {line} 行：{reason}"),
                file=path.name,
                line=aside.first.line,
                reason=aside.first.words(mapping),
            )
        repeated = stage.drop_repeated()
        stage.resolve(devices_of(stage.users(), known_at), _part(progress, READ, NAMED))
        held = drop_held(stage)
        stage.gather(digest)
        written = write_day_files(
            stage.connection, "fresh", known_at=known_at, progress=_part(progress, NAMED, 1)
        )
        counted = good - repeated - held
        found = ImportedFile(
            digest=digest,
            name=path.name[-500:],
            rows=counted,
            repeated=repeated + held,
            set_aside=aside.count,
        )
        _list(stage, found, written)
        kept = aside.keep()
    record(
        "tracking.import_file",
        by=by,
        object=found,
        after={"rows": counted, "repeated": repeated + held, "set_aside": aside.count},
    )
    return Imported(path.name, counted, repeated, held, dict(aside.counts), aside.firsts, kept)


def _part(progress: Callable[[float], None], first: float, last: float) -> Progress:
    """Hears of a part of the work how much is done of how much, and tells which share of all that is."""
    return lambda done, total: progress(first + (last - first) * min(done / total, 1))


def _digest(path: Path) -> str:
    try:
        digest = digest_of(path)
    except OSError as error:
        raise FileUnreadable(
            _("读不了 {file}：{why}"), file=str(path), why=error.strerror or str(error)
        ) from None
    if not path.stat().st_size:
        raise FileUnreadable(_("{file} 是空的"), file=path.name)
    _refuse_known(digest, path)
    return digest


def _refuse_known(digest: str, path: Path) -> None:
    before = ImportedFile.objects.filter(digest=digest).first()
    if before is not None:
        at = timezone.localtime(before.imported_at).strftime("%Y-%m-%d %H:%M")
        raise AlreadyImported(file=path.name, name=before.name, at=at, rows=before.rows)


def _list(stage: Stage, found: ImportedFile, written: list[Written]) -> None:
    tallies = stage.tallies()
    try:
        with transaction.atomic(using=router.db_for_write(ImportedFile)):
            found.save(force_insert=True)
            list_files(written)
            add_to_tallies(tallies, lane=0)
    except IntegrityError:
        # Somebody imported the same bytes at the same time, and was first.
        drop_files(written)
        _refuse_known(found.digest, Path(found.name))
        raise


def _rows(
    stage: Stage, path: Path, mapping: Mapping, encoding: str, progress: Progress
) -> Iterator[list[SetAside]]:
    kind = kind_of(path)
    if kind == "parquet":
        yield from _parquet_rows(stage, path, mapping, progress)
    elif kind == "json":
        given = from_json(mapping)
        for piece in json_pieces(path, encoding, progress):
            yield _taken(stage, piece, given, mapping)
    else:
        table = Csv(path, encoding, progress, delimiter="\t" if kind == "tsv" else ",")
        _look_at(table.header, path, mapping)
        given = from_csv(table.header, mapping)
        for piece in table.pieces():
            yield _taken(stage, piece, given, mapping)


def _taken(stage: Stage, piece: Piece, given: str, mapping: Mapping) -> list[SetAside]:
    refused = [
        SetAside(line, reason, piece.raw(line)) for line, reason in stage.take(piece, given, mapping.unit)
    ]
    broken = [SetAside(one.line, one.reason, one.raw) for one in piece.broken]
    return sorted(refused + broken, key=lambda one: one.line)


def _parquet_rows(stage: Stage, path: Path, mapping: Mapping, progress: Progress) -> Iterator[list[SetAside]]:
    try:
        _look_at(list(stage.parquet_types(path)), path, mapping)
        for rows in stage.take_parquet(path, mapping, progress):
            yield [SetAside(*row) for row in rows]
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        raise FileUnreadable(_("{file} 不是完好的 Parquet 文件：{why}"), file=str(path), why=why) from None


def _look_at(columns: list[str], path: Path, mapping: Mapping) -> None:
    missing = mapping.missing(columns)
    if missing:
        raise FileUnreadable(
            _("{file} 没有列 {missing}；它的列是 {columns}。用 --map {hint} 说明哪一列是什么"),
            file=path.name,
            missing="、".join(mapping.column(name) for name in missing),
            columns="、".join(filter(None, columns)),
            hint=",".join(f"{name}=列名" for name in missing),
        )
