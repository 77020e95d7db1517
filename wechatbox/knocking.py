"""One delivery to somebody's server, with WeChat's patience."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from wechatbox.box import Box

TIMEOUT_S = 5
_MOST_KEPT = 2000


@dataclass(frozen=True)
class Outcome:
    """What came of it: a status with an answer, or an error. ``at`` is when it began on the box's clock."""

    at: float
    status: int | None
    error: str | None
    answer: str | None
    duration_ms: int


async def knock(box: Box, client: httpx.AsyncClient, url: str, **request: Any) -> Outcome:
    """Post it once; nothing that goes wrong there is raised here."""
    at, began = box.clock.now(), time.monotonic()
    status: int | None = None
    error: str | None = None
    answer: str | None = None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            response = await client.post(url, **request)
        status, answer = response.status_code, response.text[:_MOST_KEPT]
    except TimeoutError:
        error = f"no answer within {TIMEOUT_S} s"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    return Outcome(at, status, error, answer, round((time.monotonic() - began) * 1000))
