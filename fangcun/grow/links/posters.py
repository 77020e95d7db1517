"""Posters: a picture with a mini program code, to save and to share.

The text is drawn with a font of our own (Noto Sans CJK SC, reduced to GB 2312; OFL), so that a poster looks the same
on every machine. Characters it lacks, such as emoji in a nickname, are left out.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

FONT = Path(__file__).parent / "fonts" / "NotoSansCJKsc-Regular.gb2312.otf"
WIDTH = 750
_MARGIN = 60
_INSIDE = WIDTH - 2 * _MARGIN
_PICTURE = 500  # the picture's height
_CODE, _LARGE = 220, 420
_INK, _SOFT, _PRICE, _RULE = "#1d2329", "#7a828b", "#d83a2b", "#e6eae5"
_GROUND, _CARD, _BRAND = "#f2f5f1", "#ffffff", "#1f8f4e"


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on a poster. `picture` and `code` are image files; without a picture the title has its place.

    `price` is written large, `before` small and struck through beside it, such as "¥29.90" and "¥45.00".
    """

    shop: str
    title: str
    code: bytes
    lines: tuple[str, ...] = ()
    hint: str = ""
    picture: bytes | None = None
    price: str = ""
    before: str = ""


def compose(poster: Poster) -> bytes:
    """Draw a poster as PNG, 750 pixels wide. The code is sharp enough to be scanned from a screen."""
    picture, code = _opened(poster.picture), _opened(poster.code)
    if code is None:
        raise ValueError("the code is no picture")
    height = 1200 if picture else 1040
    sheet = Image.new("RGB", (WIDTH, height), _GROUND)
    pen = ImageDraw.Draw(sheet)
    pen.rounded_rectangle((24, 24, WIDTH - 24, height - 24), radius=28, fill=_CARD)
    if picture:
        _with_picture(sheet, pen, poster, picture, code)
    else:
        _plain(sheet, pen, poster, code)
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def _with_picture(
    sheet: Image.Image, pen: ImageDraw.ImageDraw, poster: Poster, picture: Image.Image, code: Image.Image
) -> None:
    pen.text((_MARGIN, 50), fitted(poster.shop, 30, _INSIDE), font=font(30), fill=_BRAND)
    sheet.paste(ImageOps.fit(_on_white(picture), (_INSIDE, _PICTURE)), (_MARGIN, 108))
    top = 108 + _PICTURE + 24
    for row in wrapped(poster.title, 38, _INSIDE, 2):
        pen.text((_MARGIN, top), row, font=font(38), fill=_INK)
        top += 53
    if poster.price:
        pen.text((_MARGIN, top), drawable(poster.price), font=font(52), fill=_PRICE)
        if poster.before:
            left = _MARGIN + round(font(52).getlength(drawable(poster.price))) + 20
            _struck(pen, (left, top + 26), drawable(poster.before))
        top += 78
    for line in poster.lines[: 1 if poster.price else 2]:
        pen.text((_MARGIN, top), fitted(line, 30, _INSIDE), font=font(30), fill=_SOFT)
        top += 46
    top = sheet.height - 24 - 36 - _CODE
    pen.line((_MARGIN, top - 22, WIDTH - _MARGIN, top - 22), fill=_RULE, width=2)
    paste_code(sheet, code, (WIDTH - _MARGIN - _CODE, top), _CODE)
    room = _INSIDE - _CODE - 24
    pen.text((_MARGIN, top + 62), fitted(poster.hint, 30, room), font=font(30), fill=_INK)
    pen.text((_MARGIN, top + 108), fitted(poster.shop, 26, room), font=font(26), fill=_SOFT)


def _plain(sheet: Image.Image, pen: ImageDraw.ImageDraw, poster: Poster, code: Image.Image) -> None:
    middle = WIDTH // 2
    pen.text((middle, 96), fitted(poster.shop, 32, _INSIDE), font=font(32), fill=_BRAND, anchor="ma")
    top = 172
    for row in wrapped(poster.title, 56, _INSIDE, 2):
        pen.text((middle, top), row, font=font(56), fill=_INK, anchor="ma")
        top += 78
    top += 12
    for line in poster.lines[:2]:
        pen.text((middle, top), fitted(line, 32, _INSIDE), font=font(32), fill=_SOFT, anchor="ma")
        top += 48
    paste_code(sheet, code, (middle - _LARGE // 2, sheet.height - 24 - 110 - _LARGE), _LARGE)
    hint = fitted(poster.hint, 30, _INSIDE)
    pen.text((middle, sheet.height - 24 - 84), hint, font=font(30), fill=_SOFT, anchor="ma")


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Our font in a size, in pixels."""
    return ImageFont.truetype(FONT, size)


def drawable(text: str) -> str:
    """The characters of a text that our font has, on one line."""
    kept = (character for character in " ".join(text.split()) if _has(character))
    return "".join(kept)


def fitted(text: str, size: int, width: int) -> str:
    """A text cut to a width in pixels, with an ellipsis where something is missing."""
    plain = drawable(text)
    if font(size).getlength(plain) <= width:
        return plain
    while plain and font(size).getlength(f"{plain}…") > width:
        plain = plain[:-1]
    return f"{plain}…"


def wrapped(text: str, size: int, width: int, rows: int) -> list[str]:
    """A text in at most so many rows of a width in pixels, the last one cut."""
    rest, found = drawable(text), list[str]()
    while rest and len(found) < rows - 1:
        end = len(rest)
        while end > 1 and font(size).getlength(rest[:end]) > width:
            end -= 1
        found.append(rest[:end])
        rest = rest[end:].lstrip()
    if rest:
        found.append(fitted(rest, size, width))
    return found


def paste_code(sheet: Image.Image, code: Image.Image, at: tuple[int, int], side: int) -> None:
    """Put a code on a sheet, on white and so many pixels wide."""
    sheet.paste(_on_white(code).resize((side, side), Image.Resampling.LANCZOS), at)


def _struck(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str) -> None:
    pen.text(at, text, font=font(28), fill=_SOFT)
    middle = at[1] + 20
    pen.line((at[0], middle, at[0] + round(font(28).getlength(text)), middle), fill=_SOFT, width=2)


def _opened(content: bytes | None) -> Image.Image | None:
    if not content:
        return None
    try:
        picture = Image.open(io.BytesIO(content))
        picture.load()
    except (OSError, UnidentifiedImageError, ValueError):
        return None
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


def _has(character: str) -> bool:
    if " " <= character <= "~" or character in "¥€·×–‘’“”—…":
        return True
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return character.isprintable()
