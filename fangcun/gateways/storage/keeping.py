"""Keeping a file under a name that says what it is: it is written once, and never left half written."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image


def keep(path: str, content: bytes) -> None:
    """Keep a file under a path, unless it is there already."""
    if default_storage.exists(path):
        if default_storage.size(path) == len(content):
            return
        # A process that died while writing left half a file under the whole one's name.
        default_storage.delete(path)
    kept = default_storage.save(path, ContentFile(content))
    if kept != path:
        # Somebody kept the same file in between, and the storage chose another name for ours.
        default_storage.delete(kept)


def drawn_once(path: str, draw: Callable[[], bytes]) -> bytes:
    """The picture that is kept under a path, drawn when there is none, or half of one."""
    if default_storage.exists(path):
        with default_storage.open(path) as file:
            content: bytes = file.read()
        if _is_whole(content):
            return content
    picture = draw()
    keep(path, picture)
    return picture


def _is_whole(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError):  # Pillow's decoders answer half a file with any of these
        return False
    return True
