"""Text cut into records, with the line each begins on. A record that can't be read costs no other its place."""

from __future__ import annotations

import csv
import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from fangcun.insight.tracking.errors import FileUnreadable
from fangcun.insight.tracking.filing import Progress
from fangcun.insight.tracking.importing.sources import blocks, is_sound

Numbers = Any  # an array of numbers or texts, for DuckDB
JSON_COLUMN = "raw"
LONGEST_PLAIN_LINE = 100_000  # bytes; a field may have 131,072 characters


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that can't be read, and its first line."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Lines in UTF-8, each a record of `width` fields, none of them quoted and none longer than 100,000 bytes."""

    data: bytes = field(repr=False)
    delimiter: str
    width: int


@dataclass(slots=True)
class Piece:
    """Records of a file: column by column, and their lines as they stand in it.

    `columns` holds an array for each column, besides `line`, the number of each record's first line (from 1). Where
    every line is a record and nothing is quoted, `plain` is there instead, for a quicker reader.
    """

    columns: dict[str, Numbers]
    broken: list[Broken]
    first_line: int
    text: str = field(repr=False)
    ends: dict[int, int] = field(repr=False)  # of records with more than one line
    plain: Plain | None = None
    _texts: list[str] = field(default_factory=list, repr=False)

    def raw(self, line: int) -> str:
        """The record that begins on a line, as it stands in the file."""
        self._texts = self._texts or lines_of(self.text)
        begin = line - self.first_line
        return "".join(self._texts[begin : self.ends.get(line, line + 1) - self.first_line]).rstrip("\r\n")


def lines_of(text: str) -> list[str]:
    """Lines with their ends, as a file has them: no other character than a newline ends one."""
    return io.StringIO(text, newline="\n").readlines()


def plain_table(text: str, delimiter: str, width: int) -> Plain | None:
    """The text as a plain table; None where it is none, and each line needs a look."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if any(unusual in text for unusual in '"\r\0\ufeff'):
        return None
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return None
    if not data.endswith(b"\n"):
        data += b"\n"
    letters = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    marks = letters[(letters == ord(delimiter)) | (letters == ord("\n"))]
    if len(marks) != len(ends) * width or np.diff(ends, prepend=-1).max() > LONGEST_PLAIN_LINE:
        return None
    table = marks.reshape(-1, width)
    return Plain(data, delimiter, width) if (table[:, -1] == ord("\n")).all() else None


def json_pieces(path: Path, encoding: str, progress: Progress) -> Iterator[Piece]:
    """A file with one JSON object on each line; the only column is the whole line."""
    line = 1
    for block in blocks(path, encoding, progress):
        texts = lines_of(block.text)
        if line == 1 and block.text.lstrip().startswith("["):
            raise FileUnreadable(_("{file} 是一个 JSON 数组：请改成每行一个对象（JSONL）"), file=str(path))
        broken: list[Broken] = []
        rows = [(line + n, text) for n, text in enumerate(texts) if not text.isspace()]
        if not is_sound(block.text):
            broken = [Broken(n, "line_broken", text.rstrip("\r\n")) for n, text in rows if not is_sound(text)]
            rows = [(n, text) for n, text in rows if is_sound(text)]
        columns = {
            "line": np.fromiter((n for n, _text in rows), dtype=np.int64, count=len(rows)),
            JSON_COLUMN: np.fromiter((text for _n, text in rows), dtype=object, count=len(rows)),
        }
        yield Piece(columns, broken, line, block.text, {}, _texts=texts)
        line += len(texts)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """A hundred thousand new lists are no garbage; looking for some among them takes longer than making them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Csv:
    """A file of comma- or tab-separated values with a header: its columns, and its records in pieces.

    Quotes as in RFC 4180: a quoted field may hold separators, doubled quotes and line ends.
    """

    def __init__(self, path: Path, encoding: str, progress: Progress, *, delimiter: str) -> None:
        self.header: list[str] = []
        self._path = path
        self._delimiter = delimiter
        self._blocks = blocks(path, encoding, progress)
        self._carried, self._line = "", 1
        self._begin()

    def _begin(self) -> None:
        for block in self._blocks:
            texts = lines_of(block.text)
            reader = csv.reader(texts, delimiter=self._delimiter)
            row = next((row for row in reader if any(name.strip() for name in row)), None)
            if row is None:
                self._line += len(texts)
                continue
            self.header = [name.strip() for name in row]
            named = [name for name in self.header if name]
            if len(set(named)) < len(named):
                twice = next(name for name in named if named.count(name) > 1)
                raise FileUnreadable(_("{file} 的表头里“{name}”出现了两次"), file=str(self._path), name=twice)
            self._line += reader.line_num
            self._carried = "".join(texts[reader.line_num :])
            return

    def pieces(self) -> Iterator[Piece]:
        """All records but the header; columns are named c0, c1 and so on. Blank lines are no records."""
        ended = False
        for block in chain(self._blocks, [None]):
            if block is None and (ended or not self._carried):
                return
            text = self._carried + (block.text if block else "")
            ended = block is None or block.last
            if plain := plain_table(text, self._delimiter, len(self.header)):
                self._carried = ""
                yield Piece({}, [], self._line, text, {}, plain=plain)
                self._line += plain.data.count(b"\n")
            else:
                piece, number, self._carried = self._piece(text, last=ended)
                yield piece
                self._line += number

    def _piece(self, text: str, *, last: bool) -> tuple[Piece, int, str]:
        """A piece, how many lines it has, and the rest of the text."""
        texts = lines_of(text)
        width = len(self.header)
        reader = csv.reader(texts, delimiter=self._delimiter, strict=True)
        broken: list[Broken] = []
        ends: dict[int, int] = {}
        rest = len(texts)
        try:
            with _no_collecting():
                rows = list(reader)
            simple = len(rows) == len(texts)
        except csv.Error:
            simple = False
        if simple:
            numbers = np.arange(self._line, self._line + len(rows), dtype=np.int64)
        else:
            rows, found, broken, ends, rest = self._carefully(texts, last=last)
            numbers = np.array(found, dtype=np.int64)
        piece = Piece({}, broken, self._line, text, ends, _texts=texts)
        sound = is_sound(text)
        if not sound or any(len(row) != width for row in rows):
            kept = []
            for n, row in zip(numbers.tolist(), rows, strict=True):
                if not row:
                    continue
                if len(row) != width:
                    broken.append(Broken(n, "columns_wrong", piece.raw(n)))
                elif not sound and not is_sound("".join(row)):
                    broken.append(Broken(n, "line_broken", piece.raw(n)))
                else:
                    kept.append((n, row))
            broken.sort(key=lambda one: one.line)
            rows = [row for _n, row in kept]
            numbers = np.array([n for n, _row in kept], dtype=np.int64)
        flat = np.fromiter(chain.from_iterable(rows), dtype=object, count=len(rows) * width)
        table = flat.reshape(-1, width)
        piece.columns = {"line": numbers} | {f"c{n}": table[:, n].copy() for n in range(width)}
        return piece, rest, "".join(texts[rest:])

    def _carefully(
        self, texts: list[str], *, last: bool
    ) -> tuple[list[list[str]], list[int], list[Broken], dict[int, int], int]:
        """Record by record: rows, their lines, what is broken, the ends of long records, where the rest begins."""
        rows: list[list[str]] = []
        numbers: list[int] = []
        broken: list[Broken] = []
        ends: dict[int, int] = {}
        begin = 0
        while begin < len(texts):
            lines = map(texts.__getitem__, range(begin, len(texts)))
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            offset, at = begin, begin
            try:
                for row in reader:
                    end = offset + reader.line_num
                    if end - at > 1:
                        if len(row) != len(self.header):
                            # A quote that nobody closed has swallowed good lines: they get another chance.
                            raise csv.Error
                        ends[self._line + at] = self._line + end
                    if row:
                        rows.append(row)
                        numbers.append(self._line + at)
                    at = end
                begin = len(texts)
            except csv.Error as error:
                if str(error) == "unexpected end of data" and not last:
                    return rows, numbers, broken, ends, at
                broken.append(Broken(self._line + at, "line_broken", texts[at].rstrip("\r\n")))
                begin = at + 1
        return rows, numbers, broken, ends, len(texts)
