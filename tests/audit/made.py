"""Filler for packages: scripts and pictures of a size."""

from __future__ import annotations

import random
import zlib

KB = 1024


def noise(size: int) -> str:
    """JavaScript of this many bytes that takes no time to read: a few long texts."""
    rows = random.Random(7)
    texts = [rows.randbytes(50 * KB).hex() for _ in range(size // (100 * KB))]
    return "".join(f"exports.v{number} = '{text}'\n" for number, text in enumerate(texts))


def png(size: int) -> bytes:
    """A file that begins as a PNG picture does, of this many bytes."""
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\2\0\0\0"
    body = random.Random(3).randbytes(size - len(head) - 4)
    return head + body + zlib.crc32(head).to_bytes(4)
