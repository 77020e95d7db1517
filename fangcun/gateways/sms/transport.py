"""One connection pool with deadlines. Nothing is repeated here: a repetition may be a second text."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx

from fangcun.gateways.sms.errors import SmsUnavailable

CONNECT_SECONDS = 3.0
READ_SECONDS = 8.0

logging.getLogger("httpx").setLevel(logging.WARNING)


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    return httpx.Client(
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=16, keepalive_expiry=3.0),
        mounts={"all://127.0.0.1": None, "all://localhost": None},
    )


def post(url: str, *, content: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """Send it once and read the JSON object of the answer, whatever its status. Raises SmsUnavailable."""
    try:
        response = _client().post(url, content=content, headers={"User-Agent": "fangcun", **headers})
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as failure:
        raise SmsUnavailable(
            f"连不上短信服务商：{type(failure).__name__}", code="connect", sent=False
        ) from failure
    except httpx.TimeoutException as failure:
        raise SmsUnavailable("短信服务商没有按时答复", code="timeout", sent=True) from failure
    except (httpx.TransportError, httpx.DecodingError) as failure:
        raise SmsUnavailable(
            f"与短信服务商的连接中断：{type(failure).__name__}", code="transport", sent=True
        ) from failure
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise SmsUnavailable(
            f"短信服务商的答复无法读取（HTTP {response.status_code}）",
            code=f"http_{response.status_code}",
            sent=True,
        )
    return answer
