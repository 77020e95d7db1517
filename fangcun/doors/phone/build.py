"""The built mini program on disk: which file answers an address, and how long a browser may keep it."""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

# The build puts a hash of the content into the names of these files, so they never change.
HASHED = "assets"
FOREVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"

# The machine's own table may be missing or wrong about these; browsers refuse scripts of a wrong type.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
TEXT = {".css", ".html", ".js", ".json", ".map", ".svg", ".ttf"}


@dataclass(frozen=True)
class BuiltFile:
    """One file of the build, as it was when it was looked up."""

    path: Path
    changed_ns: int
    size: int
    cache_control: str

    @property
    def etag(self) -> str:
        """Changes whenever a new build writes the file."""
        return f'"{self.changed_ns:x}-{self.size:x}"'

    @property
    def content_type(self) -> str:
        """With the character set where there is text."""
        kind = (
            TYPES.get(self.path.suffix)
            or mimetypes.guess_type(self.path.name)[0]
            or "application/octet-stream"
        )
        return f"{kind}; charset=utf-8" if self.path.suffix in TEXT else kind

    def content(self, *, zipped: bool) -> bytes:
        """The bytes to send."""
        return _zipped(self.path, self.changed_ns) if zipped else self.path.read_bytes()

    @property
    def worth_zipping(self) -> bool:
        """Pictures and fonts are compressed already."""
        return self.path.suffix in TEXT and self.size > 1024


@lru_cache(maxsize=128)
def _zipped(path: Path, changed_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


def built_file(name: str) -> BuiltFile | None:
    """The file of the H5 build with this name, or None; never one outside the build's folder."""
    root = Path(settings.MINIAPP_H5).resolve()
    try:
        path = (root / name).resolve()
        found = path.stat() if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):  # a name too long, or with a NUL: no such file can be
        return None
    if found is None:
        return None
    hashed = path.relative_to(root).parts[0] == HASHED
    return BuiltFile(path, found.st_mtime_ns, found.st_size, FOREVER if hashed else ASK_FIRST)


def is_built() -> bool:
    """Whether there is a mini program to show."""
    return built_file("index.html") is not None
