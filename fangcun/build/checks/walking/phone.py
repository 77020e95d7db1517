"""A stranger's phone: Chromium on a served package, with eyes and hands."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from fangcun.build.checks.walking.limits import Limits
from fangcun.build.checks.walking.record import Control, Entry, Page, Problem, Text, WalkImpossible

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

EYES = ("seeing.js", "colour.js", "looking.js", "waiting.js", "acting.js")
WIDTH, HEIGHT = 375, 812  # at this width 2rpx are one CSS px
START_MS = 30_000
NEAR_MS = 1200  # timers of the package that are due within this are waited for
ACTED = {"call", "dialog", "toast", "request", "unknown", "page", "problem"}


class Phone:
    """The package in a stranger's hand. `pictures` is where screenshots go; `stuck` is the loading sign
    that the last tap began and that did not end.
    """

    def __init__(self, browser: Browser, url: str, limits: Limits, pictures: Path) -> None:
        self._limits, self._pictures, self._shots = limits, pictures, 0
        self._home = urlsplit(url).netloc
        self._url = f"{url}/?{urlencode({'hurry': limits.hurry, 'stranger': 1})}"
        self._context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self._context.set_default_timeout(START_MS)
        self._context.route("**/*", self._only_home)
        self._page = self._context.new_page()
        self._page.add_init_script(script())
        self.stuck = ""

    def _only_home(self, route: Route) -> None:
        if urlsplit(route.request.url).netloc == self._home:
            route.continue_()
        else:
            route.abort()  # a walk speaks to nobody else

    def start(self) -> None:
        """Open the package as if for the first time. Raises WalkImpossible when the runner itself fails."""
        from playwright.sync_api import Error

        try:
            self._page.goto(self._url)
            self._page.wait_for_function("window.__mp?.ready || window.__mp?.errors.length")
        except Error as error:
            raise WalkImpossible(f"代码包在浏览器里打不开：{str(error).partition(chr(10))[0]}") from None
        self.settle()

    def facts(self) -> dict[str, Any]:
        """The package's start page, all its pages and its tabs."""
        found: dict[str, Any] = self._page.evaluate(
            "() => ({start: __mp.pages?.start ?? '', pages: __mp.pages?.all ?? [], tabs: __mp.pages?.tabs ?? []})"
        )
        return found

    def settle(self, most_ms: int | None = None) -> bool:
        """Wait until nothing more follows by itself; whether it came to that in time."""
        most = self._limits.settle_ms if most_ms is None else most_ms
        return bool(self._page.evaluate("([most, near]) => __eyes.settle(most, near)", [most, NEAR_MS]))

    def stack(self) -> list[str]:
        """The open pages, the lowest first."""
        found: list[str] = self._page.evaluate("__mp.pages ? __mp.stack : []")
        return found

    def go(self, verb: str, url: str = "") -> None:
        """Move as code would: reLaunch, switchTab, navigateTo or navigateBack; then wait."""
        call = "([verb, url]) => { __mp.journal.gesture++; __mp.wx[verb]({ url, fail() {} }) }"
        self._page.evaluate(call, [verb, url])
        self.settle()

    def forget_loading(self) -> None:
        """What was seen of loading signs belongs to the page before."""
        self._page.evaluate("__eyes.forget()")

    def state(self) -> dict[str, Any]:
        """Counters that move when something happens."""
        found: dict[str, Any] = self._page.evaluate("__eyes.state()")
        return found

    def entries(self, since: int = 0) -> list[Entry]:
        """What the package did since so many entries."""
        return [Entry(**one) for one in self._page.evaluate("from => __eyes.entries(from)", since)]

    def controls(self) -> list[Control]:
        """What can be tapped now."""
        return [_control(one) for one in self._page.evaluate("__eyes.controls()")]

    def overlay(self) -> tuple[str, list[Control]] | None:
        """Text and controls of a sheet over the page, if there is one."""
        found = self._page.evaluate("__mp.pages?.current ? __eyes.overlay() : null")
        return None if found is None else (found["text"], [_control(one) for one in found["controls"]])

    def dialogs(self) -> list[str]:
        """Texts of WeChat's own dialogs that are open."""
        found: list[str] = self._page.evaluate(
            "[...document.querySelectorAll('#layer .box')].map(one => one.innerText.replace(/\\s+/g, ' ').trim())"
        )
        return found

    def loading(self) -> list[str]:
        """Signs now on the screen that say to wait."""
        found: list[str] = self._page.evaluate("__mp.pages?.current ? __eyes.signs() : []")
        return found

    def fill(self) -> int:
        """Fill every empty field of the page; how many."""
        return int(self._page.evaluate("__eyes.fill()"))

    def aim(self, control: Control) -> dict[str, Any] | None:
        """Where to tap a control, None when it is not there or something lies over it."""
        found: dict[str, Any] | None = self._page.evaluate("place => __eyes.aim(place)", control.place)
        if found is None or found["kind"] != control.kind:
            return None
        return found

    def tap(self, control: Control) -> tuple[tuple[str, ...], list[Entry], list[str]] | None:
        """Tap and wait: what changed, what the package did, the open pages after; None when it can't be tapped."""
        point = self.aim(control)
        if point is None:
            return None
        if point["moved"]:
            self.settle(120)  # scrolling tells the page things too
        before = self.state()
        self._page.evaluate("__eyes.forget(), __mp.journal.gesture++")
        self._page.touchscreen.tap(point["x"], point["y"])
        self.settle()
        after = self.state()
        # what a page shows as it opens is looked at with the page
        is_new = not before["waits"] and before["stack"] == after["stack"]
        self.stuck = self._still_waiting(after["waits"]) if is_new else ""
        happened = self.entries(before["entries"])
        changed = [name for name in ("scroll", "inputs") if before[name] != after[name]]
        changed += ["data"] if before["changes"] != after["changes"] else []
        changed += ["dom"] if before["mutations"] != after["mutations"] else []
        changed += sorted({one.kind for one in happened if one.kind in ACTED and not _is_only_told(one)})
        return tuple(changed), happened, after["stack"]

    def _still_waiting(self, sign: str) -> str:
        """The loading that a tap began and that does not end, which is then taken away; "" when it ends."""
        end = time.monotonic() + self._limits.patience_ms / 1000
        while sign and time.monotonic() < end:
            self.settle(400)
            sign = self.state()["waits"]
        if sign:
            self.end_loading()
        return sign

    def end_loading(self) -> None:
        """Take away WeChat's loading sign, which would lie over every page from now on."""
        self._page.evaluate(
            "document.querySelectorAll('#layer .toast[data-loading]').forEach(one => one.remove())"
        )

    def picture(self, name: str, control: Control | None = None) -> str:
        """A JPEG of the screen, a control framed in it; the file's name."""
        self._shots += 1
        file = f"{self._shots:03}-{name.replace('/', '-')[:60]}.jpg"
        self._pictures.mkdir(parents=True, exist_ok=True)
        self._page.evaluate("place => __eyes.frameAround(place)", control.place if control else "")
        self._page.screenshot(path=self._pictures / file, type="jpeg", quality=60, scale="css")
        self._page.evaluate("__eyes.frameAround('')")
        return file

    def look(self) -> dict[str, Any]:
        """Everything on the screen, ready to become a `Page`."""
        seen: dict[str, Any] = self._page.evaluate("__eyes.look()")
        return {
            **{
                name: seen[name]
                for name in ("title", "text", "pictures", "fields", "secret_fields", "custom_bar")
            },
            "tab_bar": seen["tab_bar"],
            "depth": len(seen["stack"]),
            "controls": tuple(_control(one) for one in seen["controls"]),
            "texts": tuple(Text(**one) for one in seen["texts"]),
            "loading": tuple(seen["loading"]),
            "most_loading": tuple(seen["most_loading"]),
            "dialog": tuple(seen["dialog"]),
            "toast": tuple(seen["toast"]),
        }

    def wants_query(self) -> bool:
        """Whether the open page reads what its address carries."""
        return bool(self._page.evaluate("(__mp.pages.current?.page.onLoad?.length ?? 0) > 0"))

    def query(self) -> str:
        """The query with which the open page was opened."""
        return str(
            self._page.evaluate(
                "Object.entries(__mp.pages.current?.query ?? {}).map(([key, value]) => `${key}=${value}`).join('&')"
            )
        )

    def close(self) -> None:
        """Put the phone away."""
        self._context.close()


def script() -> str:
    """The eyes, as one script for the browser."""
    folder = Path(__file__).parent / "eyes"
    return "(() => {\n" + "".join((folder / name).read_text(encoding="utf-8") for name in EYES) + "})()"


def problems_of(entries: Sequence[Entry]) -> tuple[Problem, ...]:
    """What went wrong among these."""
    return tuple(
        Problem(one.name, str(one.detail.get("text", ""))) for one in entries if one.kind == "problem"
    )


def with_path(path: str, **facts: Any) -> Page:
    """A page as it was seen."""
    return Page(path=path, **facts)


def _control(plain: dict[str, Any]) -> Control:
    return Control(**{**plain, "rect": tuple(plain["rect"])})


def _is_only_told(entry: Entry) -> bool:
    """A console message is nothing that a person sees."""
    return entry.kind == "problem" and entry.name in ("console", "refused")
