"""Codes to scan: getwxacodeunlimit. A QR code stands in for the round mini program code."""

import io
import re
from typing import Any
from urllib.parse import quote

import segno
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from wechatbox.box import Box
from wechatbox.miniprogram import usage
from wechatbox.miniprogram.answers import ApiError
from wechatbox.miniprogram.tokens import program_calling
from wechatbox.registry import Program

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
_MOST_SCENE = 32
_WIDTHS = range(280, 1281)
_QUIET_MODULES = 2
CODES_A_MINUTE = 5000  # told by many, not read in an official page: see README


def unlimited(box: Box, request: Request, body: dict[str, Any]) -> Response:
    """``POST /wxa/getwxacodeunlimit``: a PNG of exactly the asked width that leads to page and scene."""
    program = program_calling(box, request)
    scene = body.get("scene")
    if not isinstance(scene, str) or not 1 <= len(scene) <= _MOST_SCENE:
        raise ApiError(40169, "invalid length for scene, or the data is not json string")
    if not _SCENE.fullmatch(scene):
        raise ApiError(40129, "invalid scene")
    page = _page(program, body)
    if body.get("env_version", "release") not in ("release", "trial", "develop"):
        raise ApiError(40097, "invalid args")
    width = body.get("width", 430)
    if not isinstance(width, int) or width not in _WIDTHS:
        raise ApiError(40097, "invalid args")
    most = int(box.faults.number("codes_a_minute")) or CODES_A_MINUTE
    usage.count(
        box, program.appid, "code", usage.minute(box), most, ApiError(45009, "reach max api minute limit")
    )
    box.store.run(
        "INSERT INTO drawn (appid, page, scene, drawn_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET drawn_at = excluded.drawn_at",
        program.appid,
        page,
        scene,
        box.clock.now(),
    )
    text = content(program.appid, page, scene)
    ground = (255, 255, 255, 0 if body.get("is_hyaline") is True else 255)
    return Response(drawn(text, width, _line_color(body), ground), media_type="image/png")


def content(appid: str, page: str, scene: str) -> str:
    """What the code says to whoever scans it: ``wechatbox://wx…/pages/goods/index?scene=a%3D1``."""
    return f"wechatbox://{appid}/{page}?scene={quote(scene, safe='')}"


def drawn(text: str, width: int, ink: tuple[int, int, int], ground: tuple[int, int, int, int]) -> bytes:
    """The text as a QR code centred on a square PNG, ``width`` pixels wide."""
    code = segno.make(text, error="m", micro=False)
    across = code.symbol_size(border=_QUIET_MODULES)[0]
    raw = io.BytesIO()
    code.save(raw, kind="png", scale=width // across, border=_QUIET_MODULES, dark=ink, light=ground)
    symbol = Image.open(raw).convert("RGBA")
    picture = Image.new("RGBA", (width, width), ground)
    picture.paste(symbol, ((width - symbol.width) // 2, (width - symbol.height) // 2))
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def _page(program: Program, body: dict[str, Any]) -> str:
    page = body.get("page")
    if page is None or page == "":
        return program.pages[0] if program.pages else ""
    if not isinstance(page, str) or page.startswith("/") or "?" in page or len(page) > 512:
        raise ApiError(41030, "invalid page")
    if body.get("check_path", True) is not False and not program.has_page(page):
        raise ApiError(41030, "invalid page")
    return page


def _line_color(body: dict[str, Any]) -> tuple[int, int, int]:
    given = body.get("line_color", {})
    if body.get("auto_color") is True or not isinstance(given, dict):
        return (0, 0, 0)
    parts = [str(given.get(part, 0)) for part in "rgb"]
    if not all(part.isascii() and part.isdigit() and int(part) <= 255 for part in parts):
        raise ApiError(40097, "invalid args")
    red, green, blue = (int(part) for part in parts)
    return (red, green, blue)
