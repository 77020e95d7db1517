"""The browser in which phones are played; known without Django, since a plan is walked without it."""

from __future__ import annotations

import importlib.util
import os
import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_PLAYWRIGHT = "走查需要 Playwright：pip install playwright，再 playwright install chromium；或 make setup"


def chromium() -> str | None:
    """The Chromium that FANGCUN_CHROMIUM names, else the machine's own; None leaves it to Playwright's."""
    named = os.environ.get("FANGCUN_CHROMIUM")
    return named or next((path for path in map(shutil.which, BROWSERS) if path), None)


def has_playwright() -> bool:
    """Whether Playwright is installed."""
    return importlib.util.find_spec("playwright") is not None
