"""The platform as an installation runs it: a WeChat in a box, web and worker, each a process, on data of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from fangcun.doors.cli.stack import Stack
from fangcun.doors.cli.supervisor import Program
from tests.phone import Phone

ROOT = Path(__file__).resolve().parents[2]
SHELF = Path(__file__).with_name("shelf.py")


@contextlib.contextmanager
def own_database(server: str) -> Iterator[str]:
    """A database of its own on a PostgreSQL server, gone afterwards; its address."""
    name = f"fangcun_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass(frozen=True)
class Goods:
    """A product on the shelves; `sku` is its first SKU."""

    product: int
    sku: int
    title: str


class PlatformBox:
    """The person's side of the stack's WeChat, over HTTP."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/_box", timeout=20, trust_env=False)

    def post(self, path: str, **body: object) -> Any:
        answer = self.http.post(path.removeprefix("/_box"), json=body)
        assert answer.status_code < 500, answer.text
        return answer.json()

    def get(self, path: str, **params: str) -> Any:
        return self.http.get(path.removeprefix("/_box"), params=params).json()

    def inbox(self, user: str, kind: str = "subscribe") -> list[dict[str, Any]]:
        """What WeChat brought to a person, newest first."""
        return [message for message in self.get("/inbox", user=user)["messages"] if message["kind"] == kind]


class Platform(Stack):
    """A running installation. `url` is the shop's address, `box_url` WeChat's, `appid` its mini program."""

    def __init__(self, home: Path, database_url: str = "", **settings: str) -> None:
        super().__init__(home, {"DATABASE_URL": database_url, **settings})
        self.box = PlatformBox(self.box_url)
        self.appid = ""
        self.goods: dict[str, Goods] = {}

    def start(self, goods: list[dict[str, Any]]) -> None:
        """Start the box, bring the tables up, fill the shelves, start web and worker."""
        self.supervisor.start(self.wechatbox)
        shelf = self.call(sys.executable, str(SHELF), stdin=json.dumps(goods))
        self.supervisor.start(self.web, self.worker)
        filled = json.loads(shelf.splitlines()[-1])
        self.appid = filled["appid"]
        self.goods = {key: Goods(**facts) for key, facts in filled["goods"].items()}

    def stop(self) -> None:
        super().stop()
        self.box.http.close()

    def start_again(self, *programs: Program) -> None:
        """Start programs that were killed, and wait until they are ready."""
        for program in programs:
            self.supervisor.programs.remove(program)
        self.supervisor.start(*programs)

    def shell(self, code: str) -> str:
        """Run Python on this installation's data, for what only time would bring about; what it printed."""
        return self.call(sys.executable, "-m", "django", "shell", "--verbosity", "0", "-c", code)

    def login_link(self) -> str:
        """An address that lets its bearer into the console once."""
        return self.call(sys.executable, "-m", "fangcun.doors.cli.main", "login-link").strip()

    def stock(self, key: str) -> int:
        """What is left of the first SKU of these goods, as every phone sees it."""
        goods = self.goods[key]
        answer = httpx.get(
            f"{self.url}/api/v1/products/{goods.product}/stock",
            headers={"X-Program": self.appid},
            timeout=20,
            trust_env=False,
        )
        return int(next(sku["stock"] for sku in answer.json()["skus"] if sku["id"] == goods.sku))

    def phone(self, user: str) -> Phone:
        """A customer who speaks to the API without a screen, logged in."""
        return Phone(self.url, self.box, self.appid, user).login()


@contextlib.contextmanager
def running_platform(home: Path, goods: list[dict[str, Any]], **settings: str) -> Iterator[Platform]:
    """A platform from start to stop, on PostgreSQL when DATABASE_URL names a server, else on SQLite."""
    with contextlib.ExitStack() as after:
        server = os.environ.get("DATABASE_URL", "")
        database_url = after.enter_context(own_database(server)) if server else ""
        platform = Platform(home, database_url, **settings)
        after.callback(platform.stop)
        # pytest shows it when something fails
        after.callback(lambda: print(platform.last_words(), file=sys.stderr))  # noqa: T201
        platform.start(goods)
        yield platform
