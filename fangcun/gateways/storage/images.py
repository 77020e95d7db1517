"""Pictures that come from outside, made safe and small before they are kept."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from fangcun.gateways.storage.keeping import keep
from fangcun.kernel.errors import DomainError

WIDTHS = (240, 480, 960)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_LONGEST_SIDE = 16_383  # what WebP can hold
_QUALITY = 82


class ImageRefused(DomainError):
    """What was uploaded is not kept; the message says why."""

    code = "image_refused"
    status = 400
    message = _("图片无法使用")


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A kept picture: where, and its size in pixels."""

    path: str
    width: int
    height: int


def store_image(
    data: bytes, *, max_bytes: int = 10 * 1024 * 1024, max_pixels: int = 40_000_000, folder: str = "images"
) -> StoredImage:
    """Keep a picture: looked into, turned upright, stripped of everything but the pixels, as WebP.

    Takes JPEG, PNG, WebP and GIF (its first frame), whatever the name or the sender says it is. Keeps four files,
    `images/ab/abcd….webp` and narrower ones ending in `_240`, `_480`, `_960`; the name is the SHA-256 of the
    content, so the same picture is kept once in a `folder` and an address never changes its picture.
    Raises ImageRefused for anything else, for more than `max_bytes` or `max_pixels`, and for broken files.
    """
    if len(data) > max_bytes:
        raise ImageRefused(_("图片不能超过 {megabytes} MB"), megabytes=max_bytes // (1024 * 1024))
    image = _decoded(data, max_pixels)
    full = _encoded(image)
    digest = hashlib.sha256(full).hexdigest()
    path = f"{folder}/{digest[:2]}/{digest}.webp"
    for width in WIDTHS:
        keep(_sized(path, width), full if image.width <= width else _encoded(_narrowed(image, width)))
    # Last, so that a picture that can be found is complete.
    keep(path, full)
    return StoredImage(path=path, width=image.width, height=image.height)


def remove_image(path: str) -> None:
    """Take a kept picture away in all its sizes, for good. Whoever shows the same picture from there loses it."""
    for one in (path, *(_sized(path, width) for width in WIDTHS)):
        default_storage.delete(one)


def image_url(path: str, width: int | None = None) -> str:
    """The address of a kept picture, at least `width` pixels wide where the original has them."""
    url = default_storage.url(_wide_enough(path, width))
    if url.startswith(("https://", "http://", "//")):
        return url
    return f"{settings.PUBLIC_URL}/{url.lstrip('/')}"


def read_image(path: str, width: int | None = None) -> bytes:
    """A kept picture (WebP), at least `width` pixels wide where the original has them, for those who may see it.

    Raises FileNotFoundError when it is gone.
    """
    with default_storage.open(_wide_enough(path, width)) as file:
        content: bytes = file.read()
    return content


def _wide_enough(path: str, width: int | None) -> str:
    widths = [it for it in WIDTHS if width is not None and it >= width]
    return _sized(path, widths[0]) if widths else path


def _decoded(data: bytes, max_pixels: int) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Our own limit is lower than the one Pillow warns about.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                _check_size(opened, max_pixels)
                opened.load()
                return _as_srgb(ImageOps.exif_transpose(opened))
    except ImageRefused:
        raise
    except Image.DecompressionBombError as bomb:
        raise ImageRefused(_("图片的像素太多，请缩小后再上传")) from bomb
    except UnidentifiedImageError as unknown:
        raise ImageRefused(_("只接受 JPEG、PNG、WebP 和 GIF 图片")) from unknown
    # Pillow's decoders answer broken files with any of these.
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        MemoryError,
    ) as broken:
        raise ImageRefused(_("图片已损坏，无法打开")) from broken


def _check_size(image: Image.Image, max_pixels: int) -> None:
    if image.width * image.height > max_pixels or max(image.size) > _LONGEST_SIDE:
        raise ImageRefused(
            _("图片的像素太多（{width}×{height}），请缩小后再上传"), width=image.width, height=image.height
        )


def _as_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        # Sixteen bits a pixel; Pillow would clip them to white.
        image = image.point(lambda value: value / 256).convert("L")
    transparent = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    if profile and image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        target = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=target,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        image = converted or image
    return image.convert("RGBA" if transparent else "RGB")


def _narrowed(image: Image.Image, width: int) -> Image.Image:
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=_QUALITY, method=4, icc_profile=None, exif=b"")
    return buffer.getvalue()


def _sized(path: str, width: int) -> str:
    return f"{path.removesuffix('.webp')}_{width}.webp"
