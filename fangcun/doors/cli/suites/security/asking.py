"""Requests exactly as an attacker writes them: nothing is tidied, no redirect is followed."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_S = 30
_places = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `asked` is the request in words, `cookies` the raw Set-Cookie lines."""

    method: str
    path: str
    asked: str
    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def kind(self) -> str:
        """The media type, without its character set."""
        return self.headers.get("content-type", "").partition(";")[0].strip()

    @property
    def is_page(self) -> bool:
        return self.kind == "text/html"

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def json(self) -> Any:
        """The JSON, or None when it is none."""
        with suppress(ValueError):
            return json.loads(self.body)
        return None

    def told(self) -> str:
        """Status line, the headers that matter and the beginning of the body."""
        shown = [
            f"{name}: {self.headers[name]}" for name in ("content-type", "location") if name in self.headers
        ]
        return "\n".join([f"HTTP {self.status}", *shown, "", self.text[:400]])


class Unreachable(Exception):
    """Nobody answered; the text says what was tried."""


class Asker:
    """A phone or a browser: keeps cookies, and comes from an address of its own where proxies are trusted."""

    def __init__(self, base: str, **headers: str) -> None:
        parts = urlsplit(base)
        self.base, self._host, self._port = base, parts.hostname or "", parts.port
        self._tls = parts.scheme == "https"
        self.headers = {"X-Forwarded-For": place(), "Accept-Language": "zh-CN", **headers}
        self.cookies: dict[str, str] = {}
        self._lines = threading.local()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        *,
        data: Any = None,
        form: dict[str, Any] | None = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send it once more if the line was cut, then raise Unreachable. `data` goes as JSON, `form` as a form."""
        body, sent = raw, {**self.headers, **(headers or {})}
        if data is not None:
            body = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
            sent.setdefault("Content-Type", "application/json")
        elif form is not None:
            body = urlencode(form, doseq=True).encode()
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for last in (False, True):
            try:
                return self._send(method, path, body, sent)
            except (http.client.HTTPException, OSError) as problem:
                self._close()
                if last:
                    raise Unreachable(f"{method} {self.base}{path}：{problem}") from None
        raise AssertionError

    def _send(self, method: str, path: str, body: bytes | None, sent: dict[str, str]) -> Answer:
        line = self._line()
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in sent.items():
            line.putheader(name, value.encode("utf-8"))
        if body is not None or method not in ("GET", "HEAD", "DELETE"):
            line.putheader("Content-Length", str(len(body or b"")))
        line.endheaders(body)
        answer = line.getresponse()
        content = answer.read()
        if answer.will_close:
            self._close()
        cookies = answer.headers.get_all("Set-Cookie") or []
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()
        shown = (body or b"")[:300].decode("utf-8", "replace")
        asked = f"{method} {path}\n{shown}".strip()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(method, path, asked, answer.status, headers, cookies, content)

    def _line(self) -> http.client.HTTPConnection:
        line: http.client.HTTPConnection | None = getattr(self._lines, "line", None)
        if line is None:
            kind = http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
            line = kind(self._host, self._port, timeout=TIMEOUT_S)
            # An attacker's path is his own affair; the library would refuse some.
            line._validate_path = lambda _path: None  # type: ignore[attr-defined]
            self._lines.line = line
        return line

    def _close(self) -> None:
        line = getattr(self._lines, "line", None)
        self._lines.line = None
        if line is not None:
            line.close()

    def post_form(self, path: str, form: dict[str, Any] | None = None) -> Answer:
        """As a browser posts a form of a page of ours: with the token of its cookie."""
        token = self.cookies.get("csrftoken", "")
        headers = {"X-CSRFToken": token, "Referer": f"{self.base}{path}", "Origin": self.base}
        return self.ask("POST", path, form={"csrfmiddlewaretoken": token, **(form or {})}, headers=headers)


def place() -> str:
    """An address nobody else comes from."""
    number = next(_places)
    return f"10.66.{number // 250 % 250}.{number % 250 + 1}"
