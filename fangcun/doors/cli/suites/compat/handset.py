"""A phone of the matrix with the mini program on it: the web build, or the package that goes to WeChat."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from playwright.sync_api import Error

from fangcun.doors.cli.suites.compat.devices import Device
from fangcun.doors.cli.suites.compat.problems import Sighting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request

LOOK = Path(__file__).with_name("look.js").read_text("utf-8")
PATIENCE_MS = 20_000
SETTLED_S, MOST_SETTLE_S = 0.3, 15.0
SKELETON_MS = 1000  # within which a page says that it is coming, however slow the network
SLOW_MS = 2500  # that every answer takes on a slow network
# A mini program lies on the phone, so only what it asks for is slow.
SLOW = """(() => {
  const send = XMLHttpRequest.prototype.send
  const open = XMLHttpRequest.prototype.open
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.__slow = String(url).includes('/api/')
    return open.call(this, method, url, ...rest)
  }
  XMLHttpRequest.prototype.send = function (body) {
    this.__slow ? setTimeout(() => send.call(this, body), DELAY) : send.call(this, body)
  }
})()"""


class Handset:
    """The mini program on one phone. `broken` are the errors that its scripts threw since the last page."""

    def __init__(self, browser: Browser, device: Device, url: str, user: str) -> None:
        self.device, self._url, self._user = device, url, user
        self._context = browser.new_context(
            viewport={"width": device.width, "height": device.height},
            device_scale_factor=1,
            has_touch=True,
            is_mobile=True,
            locale="en-US" if device.language == "en" else "zh-CN",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if device.dark else "light",
        )
        self._context.set_default_timeout(PATIENCE_MS)
        self._context.add_init_script(LOOK)
        self._page = self._context.new_page()
        self.broken: list[str] = []
        self._asking: set[Request] = set()
        self._context.on("weberror", lambda thrown: self.broken.append(str(thrown.error).partition("\n")[0]))
        self._page.on("request", self._asked)
        self._page.on("requestfinished", self._answered)
        self._page.on("requestfailed", self._answered)
        if device.top or device.bottom:
            insets = {"top": device.top, "bottom": device.bottom}
            with suppress(Error):  # older Chromium knows no notch
                session = self._context.new_cdp_session(self._page)
                session.send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})

    def _asked(self, request: Request) -> None:
        if "/api/" in request.url:
            self._asking.add(request)

    def _answered(self, request: Request) -> None:
        self._asking.discard(request)

    def begin(self) -> None:
        """Open the mini program for the first time, agree to its privacy policy, choose the language."""
        self.open("")
        agree = self._page.locator('[data-testid="privacy-agree"]').filter(visible=True)
        with suppress(Error):
            agree.first.tap(timeout=8000)
            agree.first.wait_for(state="hidden")
        if self.device.language == "en":
            self._page.evaluate(
                "localStorage.setItem('fangcun.locale', JSON.stringify({ type: 'string', data: 'en' }))"
            )
        if self.device.network == "offline":
            self._context.route("**/api/**", lambda route: route.abort("internetdisconnected"))
        elif self.device.network == "slow":
            self._context.add_init_script(SLOW.replace("DELAY", str(SLOW_MS)))

    def open(self, path: str, query: str = "") -> None:
        """Show a page, as a link to it would; `path` is empty for the first one."""
        self.broken.clear()
        self._asking.clear()
        self._page.goto("about:blank")
        where = f"{path}?{query}" if query else path
        self._page.goto(f"{self._url}/h5/?user={quote(self._user)}#/{where}")
        self._page.locator("uni-page").first.wait_for(state="attached")

    def settle(self) -> None:
        """Wait until nothing is asked and nothing more is coming, or that takes too long."""
        give_up, quiet_since = time.monotonic() + MOST_SETTLE_S, None
        while time.monotonic() < give_up:
            now = time.monotonic()
            if self._asking or self.state()["loading"]:
                quiet_since = None
            elif quiet_since is None:
                quiet_since = now
            elif now - quiet_since > SETTLED_S:
                return
            self._page.wait_for_timeout(80)

    def state(self) -> dict[str, Any]:
        """What there is to see: {text, loading, waiting, pictures, blank}."""
        found: dict[str, Any] = self._page.evaluate("__compat.state()")
        return found

    def examine(self, page: str) -> list[Sighting]:
        """Everything that is wrong with the page on show."""
        found = list(self._first_second(page))
        self.settle()
        state = self.state()
        if state["blank"]:
            found.append(self._sighting("blank", page))
        if self.device.network == "offline" and state["loading"]:
            found.append(Sighting("stuck", self.device.id, page, state["waiting"]))
        if self.device.text != 1:
            self._page.evaluate("factor => __compat.enlarge(factor)", self.device.text)
        told = self._page.evaluate("device => __compat.look(device)", {"bottom": self.device.bottom})
        self._page.evaluate("__compat.scroll()")
        self._page.wait_for_timeout(120)
        told += self._page.evaluate("__compat.lookAtEnd()")
        self._page.evaluate("__compat.top()")
        found += [
            Sighting(one["kind"], self.device.id, page, one["part"], one["words"], one["detail"])
            for one in told
        ]
        found += [self._sighting("error", page, detail=words) for words in dict.fromkeys(self.broken)]
        return list(dict.fromkeys(found))

    def _first_second(self, page: str) -> list[Sighting]:
        """On a slow network: whether the page says within a second that it is coming."""
        if self.device.network != "slow":
            return []
        with suppress(Error):
            self._page.wait_for_function("!__compat.state().blank", timeout=SKELETON_MS)
            return []
        return [self._sighting("slow", page)]

    def _sighting(self, kind: str, page: str, detail: str = "") -> Sighting:
        return Sighting(kind, self.device.id, page, detail=detail)

    def picture(self, path: Path) -> None:
        """What the screen shows, as JPEG."""
        self._page.screenshot(path=path, type="jpeg", quality=60, scale="css")

    def close(self) -> None:
        self._context.close()


class Packaged(Handset):
    """The package that goes to WeChat, run on WeChat's own component framework by mp-runner at `url`."""

    def begin(self) -> None:
        self._page.goto(self._url)
        self._page.wait_for_function("window.__mp?.ready || window.__mp?.errors.length")
        agree = self._page.locator('[data-testid="privacy-agree"]').filter(visible=True)
        with suppress(Error):
            agree.first.tap(timeout=8000)
            agree.first.wait_for(state="hidden")

    def open(self, path: str, query: str = "") -> None:
        self.broken.clear()
        self._asking.clear()
        where = f"/{path}?{query}" if query else f"/{path}"
        self._page.evaluate("__mp.errors.length = 0")
        self._page.evaluate("url => { __mp.wx.reLaunch({ url, fail() {} }) }", where)
        self._page.wait_for_function("path => __mp.stack.at(-1) === path", arg=path)

    def examine(self, page: str) -> list[Sighting]:
        found = super().examine(page)
        said: list[str] = self._page.evaluate("[...__mp.errors]")
        return [*found, *(self._sighting("error", page, detail=words) for words in dict.fromkeys(said))]
