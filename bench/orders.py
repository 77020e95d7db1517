"""Orders a second through the running platform, next to the same statements by the bare driver.

    .venv/bin/python bench/orders.py [--seconds 5] [--rounds 3] [--connections 8] [--port 9741]

SQLite in a scratch folder; set DATABASE_URL to a scratch PostgreSQL database to measure that.
"""

from __future__ import annotations

import argparse
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from ground.load import Outcome, hammer
from ground.report import compare
from ground.scratch import Shop, make_shop, scratch_home
from ground.server import PLATFORM, served
from ground.statements import floor_rate, order_body, record


@dataclass(frozen=True)
class Orders:
    """For each connection an endless row of orders: a buyer, two SKUs, a fresh key."""

    shop: Shop

    def __call__(self, connection: int) -> Iterator[bytes]:
        chance = random.Random(connection)
        while True:
            buyer = chance.choice(self.shop.buyers)
            body = order_body(buyer, chance.sample(self.shop.sku_ids, 2)).encode()
            yield (
                f"POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Program: {self.shop.appid}\r\n"
                f"Authorization: Bearer {buyer.token}\r\nIdempotency-Key: {secrets.token_hex(16)}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode() + body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--port", type=int, default=9741)
    options = parser.parse_args()
    with scratch_home() as home:
        shop = make_shop()
        recordings = [
            record(shop, random.choice(shop.buyers), random.sample(shop.sku_ids, 2)) for _ in range(24)
        ]
        from django.db import connections

        engine = connections["default"].vendor
        connections.close_all()
        requests = Orders(shop)

        def ours() -> tuple[float, Outcome]:
            outcome = hammer(options.port, requests, connections=options.connections, seconds=options.seconds)
            if set(outcome.statuses) != {201}:
                raise SystemExit(f"Not every order was taken: {dict(outcome.statuses)}")
            return outcome.rate(201), outcome

        with served(PLATFORM, port=options.port, home=home):
            hammer(options.port, requests, connections=options.connections, seconds=1)
            count = len(recordings[0].statements)
            compare(
                f"orders of two lines, {count} statements each, {engine}",
                ours=ours,
                floor=lambda: (floor_rate(recordings, seconds=options.seconds), None),
                floor_name="bare driver",
                rounds=options.rounds,
            )


if __name__ == "__main__":
    main()
