"""Pictures: what is kept, in which form, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageCms

from fangcun.gateways.storage import (
    ImageRefused,
    image_url,
    jpeg_of,
    remove_image,
    storage_ready,
    store_image,
)
from fangcun.kernel.errors import GatewayError


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path
    settings.PUBLIC_URL = "https://shop.example"
    settings.MEDIA_URL = "/media/"
    return tmp_path


def picture(
    width: int = 1200,
    height: int = 800,
    *,
    form: str = "JPEG",
    mode: str = "RGB",
    colour: object = (200, 30, 60),
    **saving: object,
) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (width, height), colour).save(buffer, form, **saving)  # type: ignore[arg-type]
    return buffer.getvalue()


def kept(path: str) -> Image.Image:
    with default_storage.open(path) as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
        return image


def files(media: Path) -> list[str]:
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def refused(data: bytes, media: Path, **limits: Any) -> str:
    with pytest.raises(ImageRefused) as refusal:
        store_image(data, **limits)
    assert refusal.value.status == 400
    assert files(media) == []
    return str(refusal.value)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_kept_as_webp_in_four_widths(form: str, media: Path) -> None:
    stored = store_image(picture(form=form))
    assert (stored.width, stored.height) == (1200, 800)
    stem = stored.path.removesuffix(".webp")
    assert stored.path == f"images/{stem[-64:-62]}/{stem[-64:]}.webp"
    sizes = {name: kept(name).size for name in files(media)}
    assert sizes == {
        f"{stem}.webp": (1200, 800),
        f"{stem}_240.webp": (240, 160),
        f"{stem}_480.webp": (480, 320),
        f"{stem}_960.webp": (960, 640),
    }
    assert {kept(name).format for name in sizes} == {"WEBP"}
    red, green, blue = kept(stored.path).convert("RGB").getpixel((600, 400))  # type: ignore[misc]
    assert abs(red - 200) < 8
    assert abs(green - 30) < 8
    assert abs(blue - 60) < 8


def test_a_small_picture_is_never_blown_up(media: Path) -> None:
    stored = store_image(picture(300, 100, form="PNG"))
    stem = stored.path.removesuffix(".webp")
    whole = (media / stored.path).read_bytes()
    assert kept(f"{stem}_240.webp").size == (240, 80)
    assert (media / f"{stem}_480.webp").read_bytes() == whole
    assert (media / f"{stem}_960.webp").read_bytes() == whole


def test_a_very_long_picture_keeps_at_least_one_line(media: Path) -> None:
    stored = store_image(picture(9000, 10, form="PNG"))
    assert kept(f"{stored.path.removesuffix('.webp')}_240.webp").size == (240, 1)


def test_the_same_picture_is_kept_once(media: Path) -> None:
    first = store_image(picture())
    before = {name: (media / name).stat().st_mtime_ns for name in files(media)}
    assert store_image(picture()) == first
    assert {name: (media / name).stat().st_mtime_ns for name in files(media)} == before


def test_half_a_picture_of_a_killed_process_is_replaced(media: Path) -> None:
    stored = store_image(picture())
    whole = (media / stored.path).read_bytes()
    (media / stored.path).write_bytes(whole[:100])
    assert store_image(picture()) == stored
    assert (media / stored.path).read_bytes() == whole
    assert len(files(media)) == 4


def test_a_picture_kept_by_another_in_between_is_not_kept_twice(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store_image(picture())
    before = files(media)
    asked: set[str] = set()

    def not_yet(name: str) -> bool:
        first = name not in asked
        asked.add(name)
        return not first and (media / name).exists()

    monkeypatch.setattr(default_storage, "exists", not_yet)
    assert store_image(picture()) == stored
    assert set(before) <= asked
    assert files(media) == before


def test_a_phone_photo_stands_upright_and_loses_its_place(media: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right
    exif[0x010F] = "Phone"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 5.0)  # where it was taken
    xmp = b"<x:xmpmeta>secret place</x:xmpmeta>"
    stored = store_image(picture(1200, 800, exif=exif, xmp=xmp, comment=b"secret"))
    assert (stored.width, stored.height) == (800, 1200)
    for name in files(media):
        image = kept(name)
        assert image.size[0] < image.size[1]
        assert dict(image.getexif()) == {}
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(image.info)
        assert b"secret" not in (media / name).read_bytes()


@pytest.mark.parametrize(
    ("mode", "colour", "transparent"),
    [
        ("RGBA", (10, 200, 10, 0), True),
        ("LA", (100, 0), True),
        ("P", 3, False),
        ("L", 128, False),
        ("1", 1, False),
        ("I;16", 32768, False),
    ],
)
def test_every_kind_of_pixel_is_understood(mode: str, colour: object, transparent: bool, media: Path) -> None:
    image = kept(store_image(picture(form="PNG", mode=mode, colour=colour)).path)
    if transparent:
        assert image.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
    else:
        assert image.mode == "RGB"
    if mode in {"L", "I;16"}:
        assert abs(image.convert("L").getpixel((5, 5)) - 128) < 4  # type: ignore[operator]


def test_a_see_through_gif_stays_see_through(media: Path) -> None:
    image = kept(store_image(picture(form="GIF", mode="P", colour=0, transparency=0)).path)
    assert image.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_a_cmyk_photo_keeps_its_colour(media: Path) -> None:
    image = kept(store_image(picture(mode="CMYK", colour=(0, 255, 255, 0))).path)
    red, green, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 200
    assert green < 80
    assert blue < 80


def test_another_colour_space_becomes_srgb(media: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert store_image(picture(form="PNG", icc_profile=b"broken")).width == 1200
    assert store_image(picture(form="PNG", icc_profile=profile)).width == 1200
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = kept(store_image(picture(icc_profile=grey)).path)
    assert abs(image.convert("RGB").getpixel((5, 5))[0] - 200) < 8  # type: ignore[index]


def test_only_the_first_frame_of_a_moving_picture_is_kept(media: Path) -> None:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue", "green")]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    image = kept(store_image(buffer.getvalue()).path)
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        SVG,
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"MZ" + b"\x00" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"\xff\xd8\xff\xe0",
        b"RIFF\x00\x00\x00\x00WEBP",
        picture(form="BMP"),
        picture(form="TIFF"),
        picture(form="ICO", width=64, height=64),
        picture()[:500],
        picture(form="PNG")[:200],
    ],
)
def test_what_is_no_whole_picture_of_a_known_kind_is_refused(data: bytes, media: Path) -> None:
    assert refused(data, media) in {"只接受 JPEG、PNG、WebP 和 GIF 图片", "图片已损坏，无法打开"}


def test_a_script_behind_a_picture_does_not_survive(media: Path) -> None:
    stored = store_image(picture(form="GIF") + SVG)
    assert b"script" not in (media / stored.path).read_bytes()


def test_too_many_bytes_are_refused(media: Path) -> None:
    data = picture()
    assert refused(b"x" * (10 * 1024 * 1024 + 1), media) == "图片不能超过 10 MB"
    refused(data, media, max_bytes=len(data) - 1)


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height"), [(60_000, 60_000), (2_000_000, 2_000), (8_000, 5_001), (20_000, 10)]
)
def test_a_bomb_is_refused_before_it_unfolds(width: int, height: int, media: Path) -> None:
    assert "图片的像素太多" in refused(_png_header(width, height), media)


def test_a_text_bomb_inside_a_png_is_refused(media: Path) -> None:
    body = b"comment\x00\x00" + zlib.compress(b"A" * 80_000_000)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    data = picture(form="PNG")
    refused(data[:33] + chunk + data[33:], media)


def test_addresses_are_absolute_and_wide_enough(media: Path) -> None:
    path = "images/ab/abcd.webp"
    assert image_url(path) == "https://shop.example/media/images/ab/abcd.webp"
    assert image_url(path, 240) == "https://shop.example/media/images/ab/abcd_240.webp"
    assert image_url(path, 241) == "https://shop.example/media/images/ab/abcd_480.webp"
    assert image_url(path, 750) == "https://shop.example/media/images/ab/abcd_960.webp"
    assert image_url(path, 2000) == "https://shop.example/media/images/ab/abcd.webp"


def test_a_bucket_or_cdn_names_its_own_addresses(settings) -> None:
    settings.MEDIA_URL = "https://cdn.example/m/"
    assert image_url("images/ab/abcd.webp", 480) == "https://cdn.example/m/images/ab/abcd_480.webp"


def test_a_folder_of_its_own_keeps_pictures_apart_and_gives_them_up(media: Path) -> None:
    elsewhere, here = store_image(picture()).path, store_image(picture(), folder="conversations/7").path
    assert here == elsewhere.replace("images/", "conversations/7/", 1)
    assert len(files(media)) == 8
    remove_image(here)
    remove_image(here)
    assert files(media) == sorted(
        [elsewhere, *(elsewhere.replace(".webp", f"_{width}.webp") for width in (240, 480, 960))]
    )


def test_a_kept_picture_is_given_as_jpeg_on_white() -> None:
    path = store_image(picture(2000, 1000, form="PNG", mode="RGBA", colour=(0, 0, 0, 0))).path
    with Image.open(io.BytesIO(jpeg_of(path, longest=640))) as jpeg:
        assert (jpeg.format, jpeg.size, jpeg.getpixel((5, 5))) == ("JPEG", (640, 320), (255, 255, 255))
    with pytest.raises(FileNotFoundError):
        jpeg_of("images/00/nothing.webp")


def test_a_working_storage_is_ready_and_left_clean(media: Path) -> None:
    assert storage_ready() is True
    assert files(media) == []


def test_a_storage_that_cannot_write_says_so(media: Path, settings) -> None:
    (media / "file").write_bytes(b"")
    settings.MEDIA_ROOT = media / "file"
    with pytest.raises(GatewayError, match="storage failed"):
        storage_ready()


def test_a_storage_that_forgets_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.core.files.storage.filesystem.FileSystemStorage.open", lambda *_: ContentFile(b"other")
    )
    with pytest.raises(GatewayError, match="other bytes"):
        storage_ready()
