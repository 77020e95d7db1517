"""One walk from start to end."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from fangcun.blueprint.document import Blueprint
from fangcun.build.checks.walking.browser import need_playwright, open_browser
from fangcun.build.checks.walking.exploring import Explorer
from fangcun.build.checks.walking.limits import Limits
from fangcun.build.checks.walking.phone import Phone
from fangcun.build.checks.walking.record import Walk, WalkImpossible
from fangcun.build.checks.walking.runner import Backend, serve


def walk(
    package: Path,
    *,
    limits: Limits | None = None,
    pictures: Path,
    progress: Callable[[str, int, int], None] = lambda _page, _done, _whole: None,
    cancelled: Callable[[], bool] = lambda: False,
    server: str | None = None,
    backend: Backend | None = None,
    key_pages: frozenset[str] = frozenset(),
) -> Walk:
    """Walk a built package as a stranger who grants nothing, and write down what there was.

    `pictures` is the folder for screenshots, made when needed; `progress` hears the page, how many are seen, of how
    many. Without `server` (the platform's address; `backend` also names the box and the program) requests fail as
    without a network. `key_pages` are those that a blueprint wants within three taps. Raises WalkImpossible.
    """
    need_playwright()
    from playwright.sync_api import Error

    began = time.monotonic()
    root = root_of(package)
    behind = backend or Backend(server=server or "")
    bounds = limits or Limits()
    with serve(root, behind) as served, open_browser() as browser:
        phone = Phone(browser, served.url, bounds, pictures)
        explorer = Explorer(phone, bounds, progress, cancelled)
        try:
            explorer.go()
            phone.close()
        except Error as error:  # the browser lost the page; what was seen until then counts
            explorer.stopped = "browser"
            if not explorer.pages:
                raise WalkImpossible(f"浏览器走不下去了：{str(error).partition(chr(10))[0]}") from None
    pages = tuple(
        replace(one, left_for=tuple(explorer.left_for.get(one.path, ()))) for one in explorer.pages.values()
    )
    return Walk(
        start=explorer.start,
        all_pages=tuple(explorer.all_pages),
        tabs=tuple(explorer.tabs),
        framework=_framework(root),
        served=bool(behind.server),
        pages=pages,
        taps=tuple(explorer.taps),
        hurdles=tuple(explorer.hurdles),
        journal=tuple(explorer.journal),
        referred=_referred(root, explorer.all_pages),
        key_pages=key_pages,
        stopped=explorer.stopped,
        seconds=round(time.monotonic() - began, 1),
        packing=served.problems,
    )


def key_pages_of(blueprint: Blueprint | None) -> frozenset[str]:
    """Paths of the pages that a blueprint wants near the start; none without one."""
    pages = blueprint.pages.values() if blueprint else ()
    return frozenset(page.path for page in pages if page.key)


def root_of(package: Path) -> Path:
    """The folder with app.json: the package itself, or what its project.config.json calls miniprogramRoot.

    Raises WalkImpossible when there is none.
    """
    config = package / "project.config.json"
    if not (package / "app.json").is_file() and config.is_file():
        try:
            named = json.loads(config.read_text(encoding="utf-8")).get("miniprogramRoot", "")
        except ValueError:
            named = ""
        package = package / named
    if not (package / "app.json").is_file():
        raise WalkImpossible(f"{package} 不是微信小程序的代码包：没有 app.json")
    return package


def _framework(root: Path) -> Literal["native", "uni-app", "taro"]:
    if (root / "taro.js").is_file():
        return "taro"
    vendor = root / "common" / "vendor.js"
    return (
        "uni-app"
        if vendor.is_file() and "createComponent" in vendor.read_text(encoding="utf-8", errors="replace")
        else "native"
    )


def _referred(root: Path, pages: list[str]) -> frozenset[str]:
    """Pages that some file other than app.json and their own speaks of."""
    texts = [
        (
            path.relative_to(root).with_suffix("").as_posix(),
            path.read_text(encoding="utf-8", errors="replace"),
        )
        for path in sorted(root.rglob("*"))
        if path.suffix in (".js", ".wxml", ".wxs") and path.is_file()
    ]
    found = set()
    for page in pages:
        last_two = "/".join(page.split("/")[-2:])
        name = re.compile(rf"(?<![\w-]){re.escape(last_two)}(?![\w-])")
        if any(name.search(text) for file, text in texts if file != page):
            found.add(page)
    return frozenset(found)
