"""One connection pool, one set of deadlines and one rule for trying again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import httpx
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from fangcun.gateways.wechat.errors import Unavailable

# At INFO it prints every URL, and WeChat wants secrets and tokens in URLs.
logging.getLogger("httpx").setLevel(logging.WARNING)

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Timeout:
    """How long to wait, in seconds, for a connection and for each part of the answer."""

    connect: float = 3.0
    read: float = 8.0


DEFAULT_TIMEOUT = Timeout()


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    return httpx.Client(
        # Shorter than WeChat keeps idle connections (8 s), so that none is found dead on use.
        limits=httpx.Limits(max_connections=64, keepalive_expiry=3.0),
        # A proxy of the company must not be asked for a WeChat in a box on this machine.
        mounts={"all://127.0.0.1": None, "all://localhost": None},
    )


def build(
    method: str,
    url: str,
    *,
    timeout: Timeout,
    params: dict[str, str] | None = None,
    content: bytes = b"",
    file: tuple[str, tuple[str, bytes, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Request:
    """A request that is ready to be signed and sent; `file` goes as a form's: (field, (name, content, type))."""
    return _client().build_request(
        method,
        url,
        params=params,
        content=None if file else content,
        files=[file] if file else None,
        headers={"Accept": "application/json", "User-Agent": "fangcun", **(headers or {})},
        timeout=httpx.Timeout(timeout.read, connect=timeout.connect, pool=timeout.connect),
    )


def send(request: httpx.Request) -> httpx.Response:
    """Send it once. Raises Unavailable for every way of getting no answer."""
    try:
        return _client().send(request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as failure:
        raise Unavailable(
            f"连不上微信（{request.url.host}）：{type(failure).__name__}",
            code="connect",
            details={"sent": False},
        ) from failure
    except httpx.TimeoutException as failure:
        raise Unavailable(
            f"微信（{request.url.host}）没有按时答复", code="timeout", details={"sent": True}
        ) from failure
    except (httpx.TransportError, httpx.DecodingError) as failure:
        raise Unavailable(
            f"与微信（{request.url.host}）的连接中断：{type(failure).__name__}",
            code="transport",
            details={"sent": True},
        ) from failure


def patiently(
    attempt: Callable[[], _Answer], *, again: Callable[[BaseException], bool], tries: int = 3
) -> _Answer:
    """Try a few times while `again` says so, for ten seconds at most before the last try starts."""
    return Retrying(
        retry=retry_if_exception(again),
        stop=stop_after_attempt(tries) | stop_before_delay(10),
        wait=wait_random_exponential(multiplier=0.2, max=1),
        reraise=True,
    )(attempt)
