"""The browser in which a package is walked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fangcun.build.checks.walking.record import WalkImpossible
from fangcun.build.chromium import NO_PLAYWRIGHT, chromium, has_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def need_playwright() -> None:
    """Raises WalkImpossible when Playwright is not installed."""
    if not has_playwright():
        raise WalkImpossible(NO_PLAYWRIGHT)


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
