"""What a person does with codes and links: scan one, tap one, and the page that shows them all."""

import base64
import re
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from wechatbox import registry
from wechatbox.box import Box
from wechatbox.clock import rfc3339
from wechatbox.miniprogram import codes
from wechatbox.person import pages
from wechatbox.person.answers import Refused

_TRIAL = re.compile(r"wechatbox://(?P<appid>wx[0-9a-z]+)/(?P<page>[^?]*)\?trial=1(?:&(?P<query>.*))?")
_CODE = re.compile(r"wechatbox://(?P<appid>wx[0-9a-z]+)/(?P<page>[^?]*)\?scene=(?P<scene>[^&]+)")
_MOST_LISTED = 60
_ACROSS = 280
# Which number WeChat gives a visit by a short link we have not read anywhere; 1000 is "other".
_SCANNED, _FROM_LINK, _FROM_SHORT = 1047, 1194, 1000


def scan(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """What a phone opens for the ``text`` of a scanned code, a URL link or a short link."""
    text = body.get("text")
    if not isinstance(text, str):
        raise Refused({"error": "text is what the code or the link says"})
    return scanned(box, text)


def scanned(box: Box, text: str) -> dict[str, Any]:
    """What a phone opens for what a code or a link says. Refused when there is none, or it has expired."""
    if code := _CODE.fullmatch(text):
        if registry.program_of(box, code["appid"]) is None:
            raise Refused({"error": "no such mini program"}, 404)
        # WeChat hands the scene over escaped; decodeURIComponent gives what the program asked for.
        return _opened(code["appid"], code["page"], f"scene={code['scene']}", _SCANNED)
    if (trial := _TRIAL.fullmatch(text)) and registry.program_of(box, trial["appid"]):
        return {
            **_opened(trial["appid"], trial["page"], trial["query"] or "", _SCANNED),
            "env_version": "trial",
        }
    return _tapped(box, text.rpartition("/")[2])


def _tapped(box: Box, token: str) -> dict[str, Any]:
    row = box.store.one("SELECT * FROM links WHERE token = ?", token)
    if row is None:
        raise Refused({"error": "no such code or link"}, 404)
    if row["expires_at"] is not None and row["expires_at"] <= box.clock.now():
        raise Refused({"error": "the link has expired"}, 410)
    scene = _FROM_LINK if row["kind"] == "url" else _FROM_SHORT
    return _opened(row["appid"], row["page"], row["query"], scene)


def codes_page(box: Box, request: Request) -> HTMLResponse:
    """Codes and links that were made last, each with what a phone opens."""
    names = {program.appid: program.name for program in registry.programs(box)}
    drawn = box.store.all("SELECT * FROM drawn ORDER BY drawn_at DESC, id DESC LIMIT ?", _MOST_LISTED)
    links = box.store.all("SELECT * FROM links ORDER BY made_at DESC LIMIT ?", _MOST_LISTED)
    return pages.shown(
        box,
        "codes.html",
        names=names,
        codes=[
            {
                **dict(row),
                "text": (text := codes.content(row["appid"], row["page"], row["scene"])),
                "picture": _picture(text),
                "opens": _opened(
                    row["appid"], row["page"], f"scene={quote(row['scene'], safe='')}", _SCANNED
                ),
                "drawn_at": rfc3339(row["drawn_at"]),
            }
            for row in drawn
        ],
        links=[
            {
                **dict(row),
                "opens": _opened(row["appid"], row["page"], row["query"], _FROM_LINK),
                "until": rfc3339(row["expires_at"]) if row["expires_at"] else None,
                "over": row["expires_at"] is not None and row["expires_at"] <= box.clock.now(),
            }
            for row in links
        ],
        text=request.query_params.get("text", ""),
        opened=_tried(box, request.query_params.get("text", "")),
    )


async def link_address(request: Request) -> Response:
    """The address that a URL link is: the page that says where it leads, or that it has expired."""
    return RedirectResponse("/codes?" + urlencode({"text": request.path_params["token"]}), status_code=303)


def typed(_: Box, __: Request, form: dict[str, str]) -> str:
    """Scan what was typed."""
    return "/codes?" + urlencode({"text": form.get("text", "").strip()})


def _tried(box: Box, text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        return scanned(box, text)
    except Refused as refusal:
        return {"error": refusal.content["error"]}


def _opened(appid: str, page: str, query: str, scene: int) -> dict[str, Any]:
    return {"appid": appid, "page": page, "query": query, "scene": scene, "path": f"/{page}?{query}"}


def _picture(text: str) -> str:
    drawn = codes.drawn(text, _ACROSS, (0, 0, 0), (255, 255, 255, 255))
    return f"data:image/png;base64,{base64.b64encode(drawn).decode()}"
