"""The statements of one order, heard from the platform and played again by the bare driver."""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from ground.scratch import Buyer, Shop
from ground.server import WORKERS, threads


@dataclass(frozen=True)
class Statement:
    """One statement of a request, ready for the driver."""

    sql: str
    params: tuple[Any, ...]
    in_transaction: bool
    order_columns: tuple[int, ...]


@dataclass(frozen=True)
class Recording:
    """All statements of one order, and what in them belongs to that order alone."""

    statements: list[Statement]
    number: str
    key: str


def record(shop: Shop, buyer: Buyer, sku_ids: Sequence[int]) -> Recording:
    """Place one order through the whole platform, in this process, and write down what reaches the driver."""
    from django.db import connections
    from django.test import Client

    heard: list[tuple[str, Any, bool]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        heard.append((sql, params, context["connection"].in_atomic_block))
        return execute(sql, params, many, context)

    key = secrets.token_hex(16)
    with connections["default"].execute_wrapper(listen):
        answer = Client().post(
            "/api/v1/orders",
            order_body(buyer, sku_ids),
            content_type="application/json",
            headers={
                "host": "127.0.0.1",
                "x-program": shop.appid,
                "authorization": f"Bearer {buyer.token}",
                "idempotency-key": key,
            },
        )
    if answer.status_code != 201:
        raise SystemExit(f"The platform did not take an order: {answer.status_code} {answer.content[:500]!r}")
    skipped = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")
    statements = [
        Statement(_for_driver(sql), tuple(params or ()), inside, _order_columns(sql, len(params or ())))
        for sql, params, inside in heard
        if not sql.lstrip().upper().startswith(skipped)
    ]
    return Recording(statements, answer.json()["number"], key)


def order_body(buyer: Buyer, sku_ids: Sequence[int]) -> str:
    """What a phone sends to buy one of each."""
    lines = [{"sku_id": sku_id, "quantity": 1} for sku_id in sku_ids]
    return json.dumps({"lines": lines, "address_id": buyer.address_id, "remark": "请放门口"})


def floor_rate(recordings: list[Recording], *, seconds: float) -> float:
    """Orders a second of the bare driver, in as many processes and threads as the platform has."""
    with get_context("fork").Pool(WORKERS) as pool:
        results = [pool.apply_async(_play, (recordings, threads(), seconds)) for _ in range(WORKERS)]
        return sum(result.get(seconds + 60) for result in results) / seconds


def _for_driver(sql: str) -> str:
    if os.environ.get("DATABASE_URL"):
        return sql
    return re.sub(r"(?<!%)%s", "?", sql).replace("%%", "%")


def _order_columns(sql: str, params: int) -> tuple[int, ...]:
    insert = re.match(r'INSERT INTO "orders_orderline" \(([^)]*)\)', sql)
    if not insert:
        return ()
    columns = [column.strip(' "') for column in insert[1].split(",")]
    # PostgreSQL gets one list for each column, SQLite one value for each column and row.
    return tuple(range(columns.index("order_id"), params, len(columns)))


def _play(recordings: list[Recording], hands: int, seconds: float) -> int:
    together = threading.Barrier(hands)

    def work(_: int) -> int:
        connection, done = _connect(), 0
        together.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            _order(connection, random.choice(recordings))
            done += time.perf_counter() < end
        connection.close()
        return done

    with ThreadPoolExecutor(hands) as pool:
        return sum(pool.map(work, range(hands)))


def _connect() -> Any:
    from django.conf import settings

    if url := os.environ.get("DATABASE_URL"):
        import psycopg

        return psycopg.connect(url, autocommit=True)
    database = settings.DATABASES["default"]
    connection = sqlite3.connect(database["NAME"], isolation_level=None, timeout=20)
    for pragma in database["OPTIONS"]["init_command"].split(";"):
        connection.execute(pragma)
    return connection


def _order(connection: Any, recording: Recording) -> None:
    number, key = secrets.token_hex(10), secrets.token_hex(16)
    new = {recording.number: number, recording.key: key}
    order_id = None
    begun = False
    for statement in recording.statements:
        if statement.in_transaction and not begun:
            connection.execute("BEGIN IMMEDIATE" if isinstance(connection, sqlite3.Connection) else "BEGIN")
            begun = True
        params = [_renewed(value, new) for value in statement.params]
        for column in statement.order_columns:
            many = isinstance(params[column], list)
            params[column] = [order_id] * len(params[column]) if many else order_id
        cursor = connection.execute(statement.sql, params)
        rows = cursor.fetchall() if cursor.description else []
        if "RETURNING" in statement.sql and not rows:
            raise RuntimeError(f"the floor cheats, nothing was written by: {statement.sql[:200]}")
        if statement.sql.startswith('INSERT INTO "orders_order" '):
            order_id = rows[0][0]
    connection.execute("COMMIT")


def _renewed(value: Any, new: dict[str, str]) -> Any:
    if isinstance(value, str):
        for old, fresh in new.items():
            value = value.replace(old, fresh)
        return value
    if isinstance(value, list):
        return [_renewed(one, new) for one in value]
    if hasattr(value, "obj"):  # psycopg's wrapper of a JSON value
        return type(value)(json.loads(_renewed(json.dumps(value.obj, ensure_ascii=False), new)))
    return value
