"""The browser that plays the phones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fangcun.build.chromium import NO_PLAYWRIGHT, chromium, has_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HEADED_PAUSE_MS = 250


class CannotWalk(Exception):
    """There is nothing to walk with, or on; the text says how to get it."""


def need_browser() -> None:
    """Raises CannotWalk when there can't be one: no Playwright, or a path that names no program."""
    named = os.environ.get("FANGCUN_CHROMIUM")
    if named and not os.access(named, os.X_OK):
        raise CannotWalk(f"FANGCUN_CHROMIUM 是 {named}，那里没有可以运行的程序")
    if not has_playwright():
        raise CannotWalk(NO_PLAYWRIGHT)


def need_app(folder: Path) -> None:
    """Raises CannotWalk when the mini program is not built for the browser."""
    if not (folder / "index.html").is_file():
        raise CannotWalk(
            f"小程序还没有构建（{folder} 里没有 index.html）：make setup，或 cd miniapp && npm run build:h5"
        )


@contextmanager
def open_browser(*, headed: bool) -> Iterator[Browser]:
    """Chromium, for the thread that asks. Raises CannotWalk."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=chromium(),
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
                headless=not headed,
                slow_mo=HEADED_PAUSE_MS if headed else 0,
            )
        except Error as error:
            first = str(error).strip().partition("\n")[0]
            raise CannotWalk(
                f"Chromium 打不开（{first}）：playwright install chromium，或用 FANGCUN_CHROMIUM 指明已有的"
            ) from None
        try:
            yield browser
        finally:
            browser.close()
