"""Files to import: which there are, of what kind, and their text in blocks of whole lines."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from django.utils.translation import gettext_lazy as _

from fangcun.insight.tracking.errors import FileUnreadable
from fangcun.insight.tracking.filing import Progress

Kind = Literal["csv", "tsv", "json", "parquet"]

KINDS: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
}
BLOCK_BYTES = 4 * 1024 * 1024
LONGEST_LINE = 16 * 1024 * 1024
BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_of(path: Path) -> Kind | None:
    """What kind of file a name promises; None for files that are no logs."""
    name = path.name.lower()
    kind = KINDS.get(Path(name.removesuffix(".gz")).suffix)
    return None if name.endswith(".gz") and kind == "parquet" else kind


def files_of(path: Path) -> list[Path]:
    """The file, or every log in a folder and its subfolders, by name. Raises FileUnreadable when there are none."""
    if path.is_dir():
        found = [
            file
            for file in sorted(path.rglob("*"))
            if file.is_file() and kind_of(file) and not file.name.startswith((".", "_"))
        ]
        if not found:
            raise FileUnreadable(_("文件夹 {file} 里没有 CSV、TSV、JSONL 或 Parquet 文件"), file=str(path))
        return found
    if not path.exists():
        raise FileUnreadable(_("没有文件 {file}"), file=str(path))
    if kind_of(path) is None:
        raise FileUnreadable(
            _("{file} 不是能导入的文件：应为 .csv、.tsv、.jsonl（可再加 .gz）或 .parquet"), file=str(path)
        )
    return [path]


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a file, each with its line end but perhaps the last; `last` says that no more come."""

    text: str
    last: bool


def blocks(path: Path, encoding: str, progress: Progress) -> Iterator[Block]:
    """The text of a file, decoded, without a byte order mark. Bytes of another encoding become half surrogates.

    `progress` hears how many bytes of the file have been read, of how many. Raises FileUnreadable for a file
    that is no text, or one in another encoding.
    """
    decoder = codecs.getincrementaldecoder(_codec(encoding))(errors="surrogateescape")
    carried = ""
    with path.open("rb") as raw:
        file: IO[bytes] = gzip.GzipFile(fileobj=raw) if path.name.lower().endswith(".gz") else raw  # type: ignore[assignment]
        size = path.stat().st_size
        first = True
        while True:
            try:
                data = file.read(BLOCK_BYTES)
            except (OSError, EOFError, zlib.error) as error:
                raise FileUnreadable(_("{file} 解压不了：{why}"), file=str(path), why=str(error)) from None
            if first and not encoding:
                _look_at(data, path)
            first = False
            progress(raw.tell(), size)
            text = carried + decoder.decode(data, final=not data)
            if not data:
                if text:
                    yield Block(text, last=True)
                return
            end = text.rfind("\n") + 1
            text, carried = text[:end], text[end:]
            if len(carried) > LONGEST_LINE:
                raise FileUnreadable(_("{file} 不像是一行一条的文本：有一行超过 16 MB"), file=str(path))
            if text:
                yield Block(text, last=False)


def is_sound(text: str) -> bool:
    """Whether the text was decoded without a remainder."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _codec(encoding: str) -> str:
    if not encoding or encoding.lower().replace("-", "") in ("utf8", "utf8sig"):
        return "utf-8-sig"
    if encoding.lower() in ("gbk", "gb2312", "cp936"):
        return "gb18030"  # it knows the characters of the others, and more
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise FileUnreadable(_("没有叫 {encoding} 的编码"), encoding=encoding) from None


def _look_at(data: bytes, path: Path) -> None:
    """Refuse what is plainly not UTF-8, and say what it is; a broken line here and there is no reason to."""
    if data.startswith(BOMS):
        raise FileUnreadable(_("{file} 是 UTF-16 编码：请加 --encoding utf-16"), file=str(path))
    lines = [line for line in data.split(b"\n")[:-1] or [data] if not line.isascii()]
    broken = [line for line in lines if not _decodes(line, "utf-8")]
    if 2 * len(broken) > len(lines) and all(_decodes(line, "gb18030") for line in broken):
        raise FileUnreadable(
            _("{file} 不是 UTF-8 编码，像是 GBK：请加 --encoding gbk，或先转成 UTF-8"), file=str(path)
        )


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
