"""The HTTP interface of a ClickHouse server (port 8123): one POST for each statement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from fangcun.kernel.errors import GatewayError

SECONDS = 130.0


class ClickHouseServer:
    """A server by its address, `http://user:password@host:8123/database`."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._address = f"{parts.scheme}://{parts.hostname}:{parts.port or 8123}/"
        self._headers = {
            "X-ClickHouse-User": unquote(parts.username or "default"),
            "X-ClickHouse-Key": unquote(parts.password or ""),
            "X-ClickHouse-Database": parts.path.strip("/") or "default",
            "X-ClickHouse-Format": "JSONCompactEachRow",
        }

    def run(self, sql: str, *, settings: Mapping[str, str], query_id: str = "") -> list[list[Any]]:
        """The rows of a statement. Raises GatewayError with the server's own words when it refuses."""
        try:
            answer = httpx.post(
                self._address,
                params={**settings, **({"query_id": query_id} if query_id else {}), "wait_end_of_query": "1"},
                content=sql.encode(),
                headers=self._headers,
                timeout=httpx.Timeout(SECONDS, connect=5.0),
            )
        except httpx.HTTPError as error:
            raise GatewayError(f"ClickHouse cannot be reached: {error}", permanent=False) from None
        if answer.status_code != httpx.codes.OK:
            code = answer.headers.get("X-ClickHouse-Exception-Code", str(answer.status_code))
            raise GatewayError(f"ClickHouse refused: {answer.text.strip()[:500]}", permanent=True, code=code)
        return [json.loads(line) for line in answer.text.splitlines() if line]

    def stop(self, query_id: str) -> None:
        """Let the running statement of this id fail; nothing happens when there is none."""
        self.run(f"KILL QUERY WHERE query_id = '{query_id}' ASYNC", settings={})
