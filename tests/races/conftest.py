"""Many at once: threads that start together, and a net that catches WeChat's notices to throw them later."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from django.db import connections

Caught = list[tuple[dict[str, str], bytes]]


@pytest.fixture
def at_once() -> Callable[..., list[object]]:
    """Call every function at the same moment, each in a thread with connections of its own; their results."""

    def run(*functions: Callable[[], object]) -> list[object]:
        gate = threading.Barrier(len(functions))

        def start(function: Callable[[], object]) -> object:
            gate.wait(30)
            try:
                return function()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as crew:
            return list(crew.map(start, functions))

    return run


@pytest.fixture
def net(settings) -> Iterator[Caught]:
    """WeChat's notices, kept instead of delivered."""
    caught: Caught = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            caught.append((dict(self.headers), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PUBLIC_URL = f"http://127.0.0.1:{server.server_address[1]}"
    yield caught
    server.shutdown()
    server.server_close()


@pytest.fixture
def throw(shop) -> Callable[[tuple[dict[str, str], bytes]], httpx.Response]:
    """Deliver a caught notice to the platform."""

    def post(notice: tuple[dict[str, str], bytes]) -> httpx.Response:
        headers, body = notice
        kept = {
            name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")
        }
        url = f"{shop.url}/callbacks/wechat/pay/{shop.program.merchant.mchid}"
        return httpx.post(url, headers=kept, content=body, timeout=60, trust_env=False)

    return post
