"""Product pages a second, next to a bare file of the same bytes read through the same server.

    .venv/bin/python bench/detail.py [--seconds 4] [--rounds 3] [--connections 16] [--port 9742]

SQLite in a scratch folder; set DATABASE_URL to a scratch PostgreSQL database to measure that.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from ground.load import Outcome, hammer
from ground.report import compare
from ground.scratch import make_shop, scratch_home
from ground.server import PLATFORM, served


@dataclass(frozen=True)
class Same:
    """One request, again and again."""

    request: bytes

    def __call__(self, _: int) -> Iterator[bytes]:
        return itertools.repeat(self.request)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument(
        "--port", type=int, default=9742, help="this one for the platform, the next for the file"
    )
    options = parser.parse_args()
    with scratch_home() as home:
        shop = make_shop(buyers=1)
        from django.db import connections

        engine = connections["default"].vendor
        connections.close_all()
        path = f"/api/v1/products/{shop.product_id}"
        page = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Program: {shop.appid}\r\n\r\n".encode()

        def rate(port: int) -> tuple[float, Outcome]:
            outcome = hammer(
                port,
                Same(page),
                connections=options.connections,
                seconds=options.seconds,
            )
            if set(outcome.statuses) != {200}:
                raise SystemExit(f"Not every page came: {dict(outcome.statuses)}")
            return outcome.rate(200), outcome

        file, file_port = home / "page.json", options.port + 1
        here = {"BENCH_FILE": str(file), "PYTHONPATH": str(Path(__file__).parent)}
        with served(PLATFORM, port=options.port, home=home):
            address = f"http://127.0.0.1:{options.port}{path}"
            with urlopen(Request(address, headers={"X-Program": shop.appid})) as answer:
                file.write_bytes(answer.read())
            with served("ground.bare:application", port=file_port, home=home, environment=here):
                rate(options.port)
                compare(
                    f"product pages of {file.stat().st_size} bytes, {engine}",
                    ours=lambda: rate(options.port),
                    floor=lambda: rate(file_port),
                    floor_name="bare file",
                    rounds=options.rounds,
                )


if __name__ == "__main__":
    main()
