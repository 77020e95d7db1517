"""Filler for packages: scripts and pictures of a size."""

from __future__ import annotations

import random
import zlib

KB = 1024


def noise(size: int, letter: str = "v") -> str:
    """JavaScript of about this many bytes that no compression of the reader changes."""
    rows = random.Random(7)
    lines, length = [], 0
    while length < size:
        line = f"exports.{letter}{len(lines)} = '{rows.getrandbits(600):x}'\n"
        lines.append(line)
        length += len(line)
    return "".join(lines)


def png(size: int) -> bytes:
    """A file that begins as a PNG picture does, of this many bytes."""
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\2\0\0\0"
    body = random.Random(3).randbytes(size - len(head) - 4)
    return head + body + zlib.crc32(head).to_bytes(4)
