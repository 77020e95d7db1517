"""How ``/_box/`` answers: JSON; a refusal is 400 with ``{"error": …}`` that says what is wrong."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from wechatbox.box import Box, box_of
from wechatbox.payload import read_json
from wechatbox.people import BadPerson
from wechatbox.registry import BadRegistration

Call = Callable[[Box, Request, dict[str, Any]], dict[str, Any]]


class Refused(Exception):
    """The box cannot do that; ``content`` is the whole answer."""

    def __init__(self, content: dict[str, Any], status: int = 400) -> None:
        super().__init__(str(content))
        self.content = content
        self.status = status


def answered(call: Call) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint around a function from request and JSON body to a JSON answer, all in one transaction."""

    async def endpoint(request: Request) -> Response:
        box = box_of(request)
        raw = await request.body()
        try:
            body = _read(raw) if raw.strip() else {}
            if not isinstance(body, dict):
                raise Refused({"error": "the body must be a JSON object"})
            with box.store.transaction():
                return to_response(call(box, request, body))
        except Refused as refusal:
            return to_response(refusal.content, refusal.status)
        except (BadPerson, BadRegistration) as error:
            return to_response({"error": str(error)}, 400)

    return endpoint


def to_response(content: dict[str, Any], status: int = 200) -> Response:
    """JSON in UTF-8."""
    return Response(json.dumps(content, ensure_ascii=False).encode(), status, media_type="application/json")


def _read(raw: bytes) -> Any:
    try:
        return read_json(raw)
    except ValueError as error:
        raise Refused({"error": "the body is not JSON"}) from error
