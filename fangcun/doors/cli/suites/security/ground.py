"""What is attacked: a platform of its own that is thrown away, or one that runs at an address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fangcun.doors.cli.stack import CallFailed, Stack
from fangcun.doors.cli.suites.load.ground import LOOPBACK, SETTINGS, NoGround
from fangcun.doors.cli.suites.security.asking import Asker, Unreachable

SHELF = "fangcun.doors.cli.suites.security.shelf"
MOST_S = 400


@dataclass
class Ground:
    """A running platform. `on_data` runs the shelf on its data; None when the data is out of reach.

    `staff` are browsers that are logged in, by role; `atlas` is every address of the console with what opens it.
    """

    url: str
    box: str
    program: str
    is_own: bool
    on_data: Callable[..., Any] | None = None
    staff: dict[str, Asker] = field(default_factory=dict)
    atlas: list[dict[str, Any]] = field(default_factory=list)
    verbs: list[dict[str, Any]] = field(default_factory=list)
    grants: dict[str, list[str]] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)  # number of a payload -> where it was planted
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"

    def asker(self, **headers: str) -> Asker:
        """A fresh browser."""
        return Asker(self.url, **headers)

    def phone(self, token: str = "") -> Asker:
        """A fresh phone; a stranger's unless it has a token."""
        headers = {"X-Program": self.program}
        return Asker(self.url, **headers, **({"Authorization": f"Bearer {token}"} if token else {}))

    def customer(self, user: str) -> Asker:
        """A logged-in phone. Raises NoGround."""
        box = Asker(self.box)
        code = (box.ask("POST", "/_box/login", data={"appid": self.program, "user": user}).json() or {}).get(
            "code"
        )
        answer = self.phone().ask("POST", "/api/v1/login", data={"code": code or "-"})
        token = (answer.json() or {}).get("token")
        if not token:
            raise NoGround(f"顾客登录不了 {self.url}：{answer.status} {answer.text[:200]}")
        return self.phone(token)

    def enter(self, role: str, link: str) -> None:
        """A member of staff gets in by a one-time link. Raises NoGround."""
        browser = self.asker()
        path = link.removeprefix(self.url)
        browser.get(path)
        answer = browser.post_form(path)
        if answer.status != 302:
            raise NoGround(f"登录链接 {path} 没有让 {role} 进入后台：{answer.status}")
        browser.get("/console/")
        self.staff[role] = browser

    def enter_all(self, told: dict[str, Any]) -> None:
        """Everybody the shelf made gets in; the map of the console is kept."""
        self.atlas, self.verbs, self.grants = told["atlas"], told["verbs"], told["grants"]
        for role, link in told.get("links", {}).items():
            self.enter(role, link)


def of_its_own(home: Path, plan: str) -> tuple[Stack, Callable[[], Ground]]:
    """A platform on throw-away data, and the function that starts and fills it. Raises DidNotStart, CallFailed."""
    stack = Stack(home, SETTINGS)

    def set_up() -> Ground:
        stack.supervisor.start(stack.wechatbox)

        on_data = shelf_on(stack.environment)
        told = on_data("set_up", plan=plan)
        stack.supervisor.start(stack.web, stack.worker)
        ground = Ground(
            stack.url, stack.box_url, told["appid"], True, on_data, environment=dict(stack.environment)
        )
        ground.enter_all(told)
        return ground

    return stack, set_up


def check_target(url: str, allowed: str) -> None:
    """Only a machine of one's own may be attacked, or one whose name was typed again. Raises NoGround."""
    host = urlsplit(url).hostname
    if urlsplit(url).scheme not in ("http", "https") or not host:
        raise NoGround(f"{url} 不是 http 地址")
    if host not in LOOPBACK and host != allowed:
        raise NoGround(f"{host} 不是本机。只测自己的平台；确定要测，请再写一遍：--allow-host {host}")


def shelf_on(environment: Mapping[str, str]) -> Callable[..., Any]:
    """A function that lets the shelf act on the data that an environment names. It raises CallFailed."""

    def on_data(ask: str, **more: Any) -> Any:
        try:
            ended = subprocess.run(
                [sys.executable, "-m", SHELF],
                input=json.dumps({"ask": ask, **more}, ensure_ascii=False),
                env=dict(environment),
                capture_output=True,
                text=True,
                timeout=MOST_S,
            )
        except subprocess.TimeoutExpired:
            raise CallFailed(f"{ask}：{MOST_S} 秒内没有做完") from None
        if ended.returncode:
            raise CallFailed(f"{ask}：{ended.stderr[-2000:]}")
        return json.loads(ended.stdout.strip().splitlines()[-1])

    return on_data


def at_an_address(url: str, home: Path | None, login_link: str) -> Ground:
    """A platform that runs already. Raises NoGround, CallFailed.

    With its data folder every role gets in; with an owner's one-time link the owner only; without both nobody.
    """
    try:
        told = Asker(url).get("/h5/config.json").json() or {}
    except Unreachable as problem:
        raise NoGround(f"没有人回答：{problem}") from None
    if not told.get("program") or not told.get("box_url"):
        raise NoGround(f"{url} 没有连着微信沙盒，顾客登录不了；安全测试只对沙盒里的平台进行")
    if urlsplit(told["box_url"]).hostname not in (*LOOPBACK, urlsplit(url).hostname):
        raise NoGround(f"沙盒 {told['box_url']} 既不在本机，也不在被测的机器上")
    ground = Ground(url, told["box_url"].rstrip("/"), told["program"], False)
    if home is not None:
        environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("DATABASE_", "FANGCUN_"))
            },
            "DJANGO_SETTINGS_MODULE": "fangcun.settings",
            "FANGCUN_HOME": str(home),
            "FANGCUN_PUBLIC_URL": url,
            **{name: os.environ[name] for name in ("DATABASE_URL",) if name in os.environ},
        }

        on_data = shelf_on(environment)
        ground.on_data = on_data
        ground.environment = environment
        ground.enter_all(on_data("staff"))
    elif login_link:
        ground.enter("owner", login_link)
    return ground
