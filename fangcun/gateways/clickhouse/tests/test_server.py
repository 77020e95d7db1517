"""A server's HTTP interface, played by a small one on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from fangcun.gateways.clickhouse import ClickHouseServer
from fangcun.kernel.errors import GatewayError

Asked = tuple[dict[str, list[str]], str, str, str]


@pytest.fixture
def server() -> Iterator[tuple[str, list[Asked]]]:
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(
                (
                    parse_qs(urlsplit(self.path).query),
                    sql,
                    self.headers["X-ClickHouse-User"],
                    self.headers["X-ClickHouse-Key"],
                )
            )
            wrong = sql.startswith("WRONG")
            body = b"Code: 62. DB::Exception: Syntax error" if wrong else b'[1,"a"]\n[2,null]\n'
            self.send_response(400 if wrong else 200)
            if wrong:
                self.send_header("X-ClickHouse-Exception-Code", "62")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://an%40alyst:s%3Acret@127.0.0.1:{http.server_port}/shop", asked
    http.shutdown()
    thread.join()
    http.server_close()


def test_a_statement_brings_its_rows(server: tuple[str, list[Asked]]) -> None:
    address, asked = server
    rows = ClickHouseServer(address).run("SELECT 1", settings={"join_use_nulls": "1"}, query_id="q7")
    assert rows == [[1, "a"], [2, None]]
    assert asked == [
        (
            {"join_use_nulls": ["1"], "query_id": ["q7"], "wait_end_of_query": ["1"]},
            "SELECT 1",
            "an@alyst",
            "s:cret",
        )
    ]


def test_a_running_statement_is_stopped_by_its_id(server: tuple[str, list[Asked]]) -> None:
    address, asked = server
    ClickHouseServer(address).stop("q7")
    assert asked[0][1] == "KILL QUERY WHERE query_id = 'q7' ASYNC"


def test_a_refusal_says_what_the_server_said(server: tuple[str, list[Asked]]) -> None:
    with pytest.raises(GatewayError, match="Syntax error") as caught:
        ClickHouseServer(server[0]).run("WRONG", settings={})
    assert (caught.value.code, caught.value.permanent) == ("62", True)


def test_a_server_that_is_not_there_may_be_tried_again() -> None:
    with pytest.raises(GatewayError, match="cannot be reached") as caught:
        ClickHouseServer("http://127.0.0.1:9").run("SELECT 1", settings={})
    assert not caught.value.permanent
