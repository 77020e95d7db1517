"""One request from outside, answered exactly as it came: no redirect is followed, nothing is tried again."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from fangcun.gateways.probing.addresses import NoAnswer
from fangcun.gateways.probing.certificates import trusting

TIMEOUT_S = 10.0
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case; `seconds` is how long it took; the body is cut at 256 KB."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    asked_at: dt.datetime

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace").strip()

    def skew(self) -> dt.timedelta | None:
        """How far our clock is ahead of the answering machine's, as its Date header tells; None without one.

        Right to a second or so.
        """
        try:
            theirs = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError):
            return None
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=dt.UTC)
        ours = self.asked_at + dt.timedelta(seconds=self.seconds / 2)
        return ours - theirs


def ask(
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    outward: bool = False,
    timeout: float = TIMEOUT_S,
) -> Answer:
    """Ask an address that the settings of this installation name: its own public one, or WeChat's.

    `outward` is for WeChat's: through the proxy of the company, if there is one; our own is asked as others ask.
    Never for addresses that people type in. The certificate is checked. Raises NoAnswer.
    """
    asked_at, began = dt.datetime.now(dt.UTC), time.monotonic()
    # A WeChat in a box on this machine is reached without a proxy, whatever the environment says.
    direct = {"all://127.0.0.1": None, "all://localhost": None}
    with httpx.Client(trust_env=outward, mounts=direct, verify=trusting(), timeout=timeout) as client:
        try:
            with client.stream(method, url, params=params, headers=headers, content=content) as response:
                body = b""
                for piece in response.iter_raw():
                    body += piece
                    if len(body) >= MOST_BYTES:
                        break
        except httpx.TimeoutException as failure:
            raise NoAnswer("timeout", f"{url} 没有在 {timeout:.0f} 秒内答复") from failure
        except httpx.ConnectError as failure:
            raise _unconnected(url, failure) from failure
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise NoAnswer("broken", f"{url} 连接中断：{failure}") from failure
    told = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, told, body[:MOST_BYTES], time.monotonic() - began, asked_at)


def _unconnected(url: str, failure: httpx.ConnectError) -> NoAnswer:
    said = str(failure)
    if "CERTIFICATE_VERIFY_FAILED" in said or "certificate verify failed" in said:
        return NoAnswer("tls", f"{url} 的证书不被信任")
    if "SSL" in said or "TLS" in said:
        return NoAnswer("tls", f"{url} 没有答复 TLS 握手")
    if "Name or service not known" in said or "getaddrinfo" in said or "Temporary failure in name" in said:
        return NoAnswer("dns", f"{url} 的域名解析不到地址")
    return NoAnswer("refused", f"{url} 没有服务在监听")
