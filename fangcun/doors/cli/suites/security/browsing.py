"""Chromium opens the phone and the console after the payloads were planted, and tells whether one ran."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fangcun.doors.cli.plan.walk.browser import CannotWalk, need_browser, open_browser
from fangcun.doors.cli.suites.security.customers import Belongings
from fangcun.doors.cli.suites.security.finding import Finding, Part, Severity
from fangcun.doors.cli.suites.security.ground import Ground
from fangcun.doors.cli.suites.security.markup import FIX, Payloads

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WATCH = "window.__ran = []; window.fc = (n) => { window.__ran.push(n) }; window.alert = () => window.fc(0);"
LOOK = """() => ({
  ran: window.__ran || [],
  made: [...document.querySelectorAll('*')].map(e => e.tagName).filter(n => /^FC-\\d+$/.test(n)).slice(0, 3),
  links: [...document.querySelectorAll('a[href^="javascript:fc"],iframe[src^="javascript:fc"]')].length,
})"""
SETTLE_MS = 700
OPEN_MS = 15_000


def browse(
    ground: Ground,
    mine: Belongings,
    user: str,
    pages: list[str],
    consoles: list[str],
    part: Part,
    seconds: float,
) -> None:
    """The customer's phone on every page of the mini program, and the owner on pages that scripts draw."""
    until = time.monotonic() + seconds
    try:
        need_browser()
        with open_browser(headed=False) as browser:
            if ground.asker().get("/h5/").text.find("assets/") < 0:
                part.undecided.append("小程序没有构建成 H5：手机页面没有打开（make setup）")
            else:
                _phone(browser, ground, mine, user, pages, part, until)
            if "owner" in ground.staff:
                _console(browser, ground, consoles, part, until)
    except CannotWalk as problem:
        part.undecided.append(f"没有浏览器，脚本会不会运行没有试：{problem}")


def _phone(
    browser: Browser, ground: Ground, mine: Belongings, user: str, pages: list[str], part: Part, until: float
) -> None:
    payload = quote(Payloads(ground).plant("手机页面的参数")[0], safe="")
    query = f"id={mine.address}&number={mine.order}&product=1"
    query += "".join(f"&{name}={payload}" for name in ("title", "name", "q", "keyword"))
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="zh-CN"
    )
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(f"{ground.url}/h5/?user={quote(user)}", timeout=OPEN_MS)
    agree = page.locator('[data-testid="privacy-agree"]').first
    try:
        agree.tap(timeout=5000)
    except Exception:  # the sheet shows once only, or not at all
        page.wait_for_timeout(100)
    for path in pages:
        if time.monotonic() > until:
            part.undecided.append(f"浏览器：时间用完，从手机页面 {path} 起没有打开")
            break
        page.goto("about:blank")
        page.goto(f"{ground.url}/h5/?user={quote(user)}#/{path}?{query}", timeout=OPEN_MS)
        _look(page, f"手机 /{path}", ground, part)
    context.close()


def _console(browser: Browser, ground: Ground, consoles: list[str], part: Part, until: float) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    owner = ground.staff["owner"]
    context.add_cookies(
        [{"name": name, "value": value, "url": ground.url} for name, value in owner.cookies.items()]
    )
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    for path in consoles:
        if time.monotonic() > until:
            part.undecided.append(f"浏览器：时间用完，从后台页面 {path} 起没有打开")
            break
        page.goto(f"{ground.url}{path}", timeout=OPEN_MS)
        _look(page, f"后台 {re.sub(r'[0-9]+', '0', path)}", ground, part)
    context.close()


def _look(page: Page, where: str, ground: Ground, part: Part) -> None:
    page.wait_for_timeout(SETTLE_MS)
    told: dict[str, Any] = page.evaluate(LOOK)
    part.tried += 1
    if not told["ran"] and not told["made"] and not told["links"]:
        return
    number = str(told["ran"][0]) if told["ran"] else (told["made"] or ["FC-"])[0].removeprefix("FC-")
    source = Payloads(ground).where(number)
    title = f"{'脚本运行了' if told['ran'] else '页面把文字当成了标记'}：来自 {source}"
    part.report(
        Finding(
            "script-ran" if told["ran"] else "markup-made",
            Severity.HIGH,
            title,
            where,
            FIX,
            page.url,
            json.dumps(told),
        )
    )
