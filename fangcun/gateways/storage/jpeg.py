"""Kept pictures as JPEG, for those who take no WebP."""

from __future__ import annotations

import io

from django.core.files.storage import default_storage
from PIL import Image

_QUALITY = 85


def jpeg_of(path: str, *, longest: int = 1280) -> bytes:
    """A kept picture as JPEG on white, its longer side at most `longest` pixels.

    Raises FileNotFoundError when it is gone.
    """
    with default_storage.open(path) as file, Image.open(file) as opened:
        picture = opened.convert("RGBA")
    picture.thumbnail((longest, longest))
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    buffer = io.BytesIO()
    ground.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
