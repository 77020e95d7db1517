"""The files of a batch: pictures with an index to work with, and sheets to print."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from fangcun.gateways.storage import read_image
from fangcun.grow.links.models import Batch, Link
from fangcun.grow.links.posters import fitted, font, paste_code
from fangcun.kernel.cells import safe

DPI = 300
COLUMNS, ROWS = 4, 5
_A4_MM = (210, 297)
_MARGIN_MM = (13, 16)
_CODE_MM = 36
_MARK_MM = 4


def write_files(batch: Batch, links: Sequence[Link]) -> tuple[str, str]:
    """Write a batch's ZIP and PDF; where they are kept, in this order."""
    with tempfile.TemporaryDirectory() as folder:
        zip_file, pdf_file = Path(folder) / "codes.zip", Path(folder) / "sheets.pdf"
        write_zip(zip_file, batch, links)
        write_pdf(pdf_file, links)
        return _kept(batch, zip_file, "zip"), _kept(batch, pdf_file, "pdf")


def write_zip(target: Path, batch: Batch, links: Sequence[Link]) -> None:
    """A ZIP with one picture a code, named by number and short id, and `index.csv`, which Excel opens as it is."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow([_("序号"), _("短码"), _("文件"), _("名称"), _("渠道"), _("打开的页面")])
    # Pictures are small already; packing them again would only take time.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for link in links:
            content = read_image(link.code_path)
            kind = "png" if content.startswith(b"\x89PNG") else "jpg"
            name = f"{link.position:03d}-{link.short}.{kind}"
            packed.writestr(name, content)
            channel = batch.channel.name if batch.channel else ""
            row = [link.position, link.short, name, link.title, channel, link.path]
            writer.writerow([safe(cell) for cell in row])
        packed.writestr("index.csv", ("\ufeff" + table.getvalue()).encode())


def write_pdf(target: Path, links: Sequence[Link]) -> None:
    """A4 pages at 300 dpi, twenty codes each with its name and number, and marks to cut along."""
    per_page = COLUMNS * ROWS
    for start in range(0, len(links), per_page):
        # One page at a time: a page takes 26 MB while it is drawn.
        page = _page(links[start : start + per_page])
        page.save(target, "PDF", resolution=DPI, quality=95, append=start > 0)


def _page(links: Sequence[Link]) -> Image.Image:
    sheet = Image.new("RGB", (_px(_A4_MM[0]), _px(_A4_MM[1])), "white")
    pen = ImageDraw.Draw(sheet)
    left, top = _px(_MARGIN_MM[0]), _px(_MARGIN_MM[1])
    wide, high = (sheet.width - 2 * left) // COLUMNS, (sheet.height - 2 * top) // ROWS
    for place, link in enumerate(links):
        row, column = divmod(place, COLUMNS)
        _label(sheet, pen, link, (left + column * wide, top + row * high), (wide, high))
    rows = -(-len(links) // COLUMNS)
    for column in range(COLUMNS + 1):
        for row in range(rows + 1):
            _mark(pen, (left + column * wide, top + row * high))
    return sheet


def _label(
    sheet: Image.Image, pen: ImageDraw.ImageDraw, link: Link, at: tuple[int, int], size: tuple[int, int]
) -> None:
    side = _px(_CODE_MM)
    middle = at[0] + size[0] // 2
    picture = Image.open(io.BytesIO(read_image(link.code_path)))
    paste_code(sheet, picture, (middle - side // 2, at[1] + _px(4)), side)
    below = at[1] + _px(4) + side + _px(1.5)
    room = size[0] - _px(6)
    pen.text((middle, below), fitted(link.title, 40, room), font=font(40), fill="black", anchor="ma")
    pen.text((middle, below + 54), link.short, font=font(30), fill="#555555", anchor="ma")


def _mark(pen: ImageDraw.ImageDraw, at: tuple[int, int]) -> None:
    half = _px(_MARK_MM) // 2
    pen.line((at[0] - half, at[1], at[0] + half, at[1]), fill="#999999", width=2)
    pen.line((at[0], at[1] - half, at[0], at[1] + half), fill="#999999", width=2)


def _kept(batch: Batch, file: Path, kind: str) -> str:
    with file.open("rb") as content:
        return default_storage.save(f"batches/{batch.pk}/codes.{kind}", File(content))


def _px(millimetres: float) -> int:
    return round(millimetres * DPI / 25.4)
