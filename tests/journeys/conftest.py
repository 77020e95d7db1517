"""Journeys: Chromium walks through the phone and the console of a running platform."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.journeys.goods import GOODS
from tests.journeys.screens import Console, Screen
from tests.journeys.stack import ROOT, Platform, running_platform

HERE = Path(__file__).parent
PICTURES = ROOT / "test-results"
OPEN = pytest.StashKey[list[BrowserContext]]()
WAIT_MS = 30_000


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.timeout(400))  # the first one also waits for the platform


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """A failed journey leaves a picture of every open page, and the last words of every process."""
    report = yield
    if report.when == "call" and report.failed:
        name = re.sub(r"\W+", "-", item.name)
        for context in item.stash.get(OPEN, []):
            for number, page in enumerate(context.pages):
                path = PICTURES / f"{name}-{id(context) % 10_000}-{number}.png"
                page.screenshot(path=path)
                report.sections.append(("screen", f"{page.url}\n{path}"))
        platform = getattr(item, "funcargs", {}).get("platform")
        if isinstance(platform, Platform):
            report.sections.append(("processes", platform.last_words()))
    return report


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The running platform: .url, .box_url, .appid, and .goods by their keys."""
    with running_platform(tmp_path_factory.mktemp("platform"), GOODS) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; closed before other tests begin, because its driver keeps an event loop in this thread."""
    with sync_playwright() as playwright:
        path = os.environ.get("FANGCUN_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    """A fresh browser profile, closed after the test; a script that failed in it fails the test."""
    contexts = request.node.stash.setdefault(OPEN, [])
    broken: list[str] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **options)
        context.set_default_timeout(WAIT_MS)
        context.on("weberror", lambda thrown: broken.append(str(thrown.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert broken == []


@pytest.fixture
def screen(new_context, platform: Platform) -> Callable[..., Screen]:
    """A phone in a customer's hand, at the address of a page of the mini program."""

    def make(user: str, page: str = "/") -> Screen:
        context = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        return Screen(context.new_page(), platform.url, user).open(page)

    return make


@pytest.fixture
def console(new_context, platform: Platform) -> Callable[[], Console]:
    """The console, entered with a one-time link."""

    def make() -> Console:
        context = new_context(viewport={"width": 1440, "height": 900})
        return Console(context.new_page(), platform.url).enter(platform.login_link())

    return make
