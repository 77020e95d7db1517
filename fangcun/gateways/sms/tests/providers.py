"""A provider on this machine that keeps what it gets and answers what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Provider:
    """What was asked of it, and what it answers: an object, or bytes as they are."""

    url: str = ""
    answer: Any = field(default_factory=dict)
    status: int = 200
    asked: list[tuple[dict[str, str], dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def provider() -> Iterator[Provider]:
    """Serve one on a free port."""
    here = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            here.asked.append((dict(parse_qsl(urlsplit(self.path).query)), headers, body))
            told = here.answer if isinstance(here.answer, bytes) else json.dumps(here.answer).encode()
            self.send_response(here.status)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
