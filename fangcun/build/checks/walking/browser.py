"""The browser in which a package is walked."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fangcun.build.checks.walking.record import WalkImpossible

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The Chromium that FANGCUN_CHROMIUM names, else the machine's own; None leaves it to Playwright's."""
    named = os.environ.get("FANGCUN_CHROMIUM")
    return named or next((path for path in map(shutil.which, BROWSERS) if path), None)


def need_playwright() -> None:
    """Raises WalkImpossible when Playwright is not installed."""
    if importlib.util.find_spec("playwright") is None:
        raise WalkImpossible(
            "走查需要 Playwright：pip install playwright，再 playwright install chromium；或 make setup"
        )


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium, for the thread that asks. Raises WalkImpossible when there is none."""
    need_playwright()
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=chromium(), args=["--no-sandbox"] if os.geteuid() == 0 else []
            )
        except Error as error:
            first = str(error).strip().partition("\n")[0]
            raise WalkImpossible(
                f"Chromium 打不开（{first}）：playwright install chromium，或用 FANGCUN_CHROMIUM 指明已有的"
            ) from None
        try:
            yield browser
        finally:
            browser.close()
