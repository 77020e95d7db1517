"""Where a load test takes place: a platform of its own, or one at an address; and what can be bought there."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psutil

from fangcun.doors.cli.stack import Stack

SETTING_UP_S = 600  # on a machine that is busy
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SETTINGS = {
    "FANGCUN_DIAGNOSTICS": "1",
    # Each customer comes from an address of his own, so that limits hold for him as they do in life.
    "FANGCUN_TRUSTED_PROXIES": "127.0.0.1",
}


class NoGround(Exception):
    """There is nothing to test, or it can't be tested from here; the text says why."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A running shop. `processes` are what runs it by name, as far as that is seen from here."""

    url: str
    box: str
    program: str
    goods: list[tuple[int, int]]
    campaigns: list[tuple[int, int]]
    coupons: list[int]
    words: list[str]
    processes: dict[str, list[int]]
    database: str

    def as_plan(self) -> dict[str, Any]:
        """What the customers are told."""
        names = ("url", "box", "program", "goods", "campaigns", "coupons", "words")
        return {name: getattr(self, name) for name in names}


def own_stack(home: Path, database: str = "") -> Stack:
    """A platform for this test alone; nothing runs yet. `database` is a scratch PostgreSQL database, else SQLite."""
    return Stack(home, {**SETTINGS, **({"DATABASE_URL": database} if database else {})})


def set_up(stack: Stack, plan: str) -> Ground:
    """Start a platform and fill its shelves. Raises DidNotStart, CallFailed, NoGround."""
    stack.supervisor.start(stack.wechatbox)
    asked = json.dumps({"plan": plan})
    stack.call(sys.executable, "-m", "fangcun.doors.cli.suites.load.shelf", stdin=asked, seconds=SETTING_UP_S)
    stack.supervisor.start(stack.web, stack.worker)
    running = {
        "wechatbox": stack.wechatbox.process,
        "web": stack.web.process,
        "worker": stack.worker.process,
    }
    processes = {name: [one.pid] for name, one in running.items() if one is not None}
    database = stack.environment.get("DATABASE_URL") or str(stack.home / "fangcun.sqlite3")
    return look_around(stack.url, processes=processes, database=database)


def look_around(url: str, *, processes: dict[str, list[int]] | None = None, database: str = "") -> Ground:
    """What a shop at an address offers to customers. Raises NoGround."""
    told = _get(f"{url}/h5/config.json")
    program, box = told.get("program"), told.get("box_url")
    if not program or not box:
        raise NoGround(f"{url} 没有连着微信沙盒，顾客登录不了；压测只对沙盒里的平台进行")
    _need_loopback(box)

    def ask(path: str) -> Any:
        return _get(f"{url}/api/v1{path}", {"X-Program": program})

    cards = ask("/products?limit=20")["items"]
    goods = [(one["id"], sku) for one in cards[:12] for sku in _skus(ask(f"/products/{one['id']}"))[:1]]
    if not goods:
        raise NoGround(f"{url} 的货架是空的，没有可以买的商品")
    campaigns = [
        (one["id"], sku["sku_id"]) for one in ask("/groupbuy/campaigns")["items"] for sku in one["skus"][:1]
    ]
    coupons = [one["id"] for one in ask("/coupon-templates").get("items", []) if "id" in one]
    return Ground(
        url=url,
        box=box,
        program=program,
        goods=goods,
        campaigns=campaigns,
        coupons=coupons,
        words=sorted({one["title"][:2] for one in cards})[:8],
        processes=processes if processes is not None else listeners(url, box),
        database=database,
    )


def listeners(*urls: str) -> dict[str, list[int]]:
    """The processes of this machine that listen at these addresses: the first is the web, the second the box."""
    found: dict[str, list[int]] = {}
    for name, url in zip(("web", "wechatbox"), urls, strict=False):
        try:
            held = {
                one.pid
                for one in psutil.net_connections("tcp")
                if one.status == psutil.CONN_LISTEN and one.laddr.port == urlsplit(url).port and one.pid
            }
        except psutil.Error:
            held = set()
        if held:
            found[name] = sorted(held)
    return found


def check_target(url: str, allowed: str) -> None:
    """Only a machine of one's own may be loaded, or one whose name was typed again. Raises NoGround."""
    host = urlsplit(url).hostname
    if urlsplit(url).scheme not in ("http", "https") or not host:
        raise NoGround(f"{url} 不是 http 地址")
    if host not in LOOPBACK and host != allowed:
        raise NoGround(f"{host} 不是本机。压测会让它变慢甚至停下；确定要测，请再写一遍：--allow-host {host}")


def _need_loopback(box: str) -> None:
    if urlsplit(box).hostname not in LOOPBACK:
        raise NoGround(f"沙盒 {box} 不在本机，付款走不通")


def _skus(product: dict[str, Any]) -> list[int]:
    return [sku["id"] for sku in product.get("skus", [])]


def _get(url: str, headers: dict[str, str] | None = None) -> Any:
    try:
        with urlopen(Request(url, headers=headers or {}), timeout=20) as answer:  # noqa: S310 - http was checked
            return json.load(answer)
    except (URLError, OSError, ValueError) as error:
        raise NoGround(f"{url} 没有按预期回答：{error}") from None
