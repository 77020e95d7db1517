"""A phone in somebody's hand: the mini program in a browser of its own, known by its test ids."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from playwright.sync_api import Error, expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Request, Response

GESTURE_MS = 20_000
WIDTH, HEIGHT = 390, 844
_PART = re.compile(r"([\w-]+)((?:\[[\w-]+=[^\]]*\])*)")
_ATTRIBUTE = re.compile(r"\[([\w-]+)=([^\]]*)\]")


class Refused(Exception):
    """The phone did not do or show what was asked of it; the text says what."""


class Phone:
    """The mini program as one person sees it. `asked` lists the templates of every question for consent so far,
    `devices` what tracking calls this phone, `broken` the errors that scripts of the app threw.
    """

    def __init__(self, browser: Browser, url: str, user: str) -> None:
        self.user, self._url = user, url
        self._context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self._context.set_default_timeout(GESTURE_MS)
        self._page = self._context.new_page()
        self._logins: list[Response] = []
        self._member: int | None = None
        self.asked: list[str] = []
        self.devices: set[str] = set()
        self.broken: list[str] = []
        self._context.on("weberror", lambda thrown: self.broken.append(str(thrown.error)))
        self._page.on("request", self._note_request)
        self._page.on("response", self._note_response)

    def _note_request(self, request: Request) -> None:
        if request.method != "POST":
            return
        if request.url.endswith("/api/v1/events"):
            self.devices.add(str(_body(request).get("device_id")))
        elif request.url.endswith("/api/v1/consents"):
            self.asked += _body(request).get("results", {})

    def _note_response(self, response: Response) -> None:
        if response.url.endswith("/api/v1/login") and response.ok:
            self._logins.append(response)

    @property
    def member(self) -> int | None:
        """Who is logged in on this phone, as the platform numbers its members."""
        self._know_member()
        return self._member

    def _know_member(self) -> None:
        # An answer can be read only as long as the page that asked is open.
        while self._logins:
            self._member = int(self._logins.pop().json()["member"]["id"])

    def open(self, path: str = "") -> None:
        """Start the mini program, at its first page or another."""
        self.leave()  # another hash of the same address would not load anything
        self._page.goto(f"{self._url}/h5/?user={quote(self.user)}#/{path}")

    def part(self, name: str, text: str = "") -> Locator:
        """A visible part of the page: `order-card`, or `order-tab[status=paid]` by its data-…, with this text in it."""
        found = _PART.fullmatch(name)
        if found is None:
            raise Refused(f"“{name}”不是部件的名字，写成 add-to-cart 或 order-tab[status=paid]")
        rest = "".join(f'[data-{key}="{value}"]' for key, value in _ATTRIBUTE.findall(found[2]))
        parts = self._page.locator(f'[data-testid="{found[1]}"]{rest}').filter(visible=True)
        return (parts.filter(has_text=text) if text else parts).first

    def tap(self, part: str, text: str = "") -> None:
        self._do(f"点不到 {_said(part, text)}", lambda: self.part(part, text).tap())

    def fill(self, part: str, text: str) -> None:
        field = self.part(part).locator("input, textarea").first
        self._do(f"填不了 {part}", lambda: field.fill(text))

    def see(self, part: str, text: str = "") -> None:
        """Wait until a part shows."""
        found = self.part(part, text)
        self._do(f"没有出现 {_said(part, text)}", lambda: expect(found).to_be_visible(timeout=GESTURE_MS))

    def gone(self, part: str, text: str = "") -> None:
        """Wait until a part shows no more."""
        found = self.part(part, text)
        self._do(f"{_said(part, text)} 没有消失", lambda: expect(found).to_have_count(0, timeout=GESTURE_MS))

    def shows(self, part: str, text: str = "") -> bool:
        """Whether a part shows now."""
        return self.part(part, text).count() > 0

    def send(self, part: str) -> str:
        """Send a friend what a part shares: the page in its data-path, with its query."""
        found = self.part(part)
        self.see(part)
        path = found.get_attribute("data-path")
        if not path:
            raise Refused(f"{part} 没有写明分享哪一页（data-path）")
        return path.lstrip("/")

    def answer(self, word: str) -> None:
        """Answer the dialog that stops everything else."""
        dialogs = self._page.locator(".uni-modal").filter(visible=True)
        button = dialogs.locator(".uni-modal__btn").filter(has_text=word)
        self._do(f"没有可以回答“{word}”的对话框", button.tap)
        self._do("对话框没有关上", lambda: expect(dialogs).to_have_count(0, timeout=GESTURE_MS))

    def choose(self, word: str) -> None:
        """Choose from the sheet of actions."""
        cell = self._page.locator(".uni-actionsheet__cell").filter(has_text=word)
        self._do(f"没有选项“{word}”", cell.tap)

    def tap_tab(self, title: str) -> None:
        """Tap a tab of the tab bar."""
        tab = self._page.locator(".uni-tabbar__item").filter(has_text=title).filter(visible=True)
        self._do(f"底部没有标签“{title}”", tab.first.tap)

    def path(self, start: str) -> str:
        """The path of the page that shows; `start` is the one that has none in the address."""
        return path_of(self._page.url, start)

    def arrive(self, path: str, start: str, title: str) -> None:
        """Wait until the page of this path shows."""

        def wait() -> None:
            self._page.wait_for_url(lambda url: path_of(url, start) == path, wait_until="commit")

        try:
            wait()
        except Error:
            raise Refused(f"应到“{title}”（{path}），现在是 {self.path(start)}") from None

    def leave(self) -> None:
        """Close the mini program."""
        self._know_member()
        self._page.goto("about:blank")

    def put_away(self) -> None:
        """Into the pocket it goes, with the mini program open: what tracking still holds is handed over."""
        self._know_member()
        self._page.evaluate(
            """() => {
                Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
                document.dispatchEvent(new Event('visibilitychange'))
            }"""
        )

    def picture(self, path: Path) -> None:
        """What the screen shows, as JPEG."""
        self._page.screenshot(path=path, type="jpeg", quality=70, scale="css")

    def picture_of(self, url: str, path: Path) -> None:
        """A picture of another page, such as WeChat's inbox of this person."""
        page = self._context.new_page()
        page.goto(url)
        page.screenshot(path=path, type="jpeg", quality=70, scale="css")
        page.close()

    def close(self) -> None:
        self._context.close()

    def _do(self, problem: str, action: Any) -> None:
        try:
            action()
        except (Error, AssertionError) as error:
            raise Refused(f"{problem}（{first_line(error)}）" if _is_odd(error) else problem) from None


def path_of(url: str, start: str) -> str:
    """The page in an address of the H5 app: what stands after the hash, without its query."""
    path = url.partition("#")[2].partition("?")[0].strip("/")
    return path or start


def _body(request: Request) -> dict[str, Any]:
    try:
        told = json.loads(request.post_data or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _said(part: str, text: str) -> str:
    return f"{part}“{text}”" if text else part


def _is_odd(error: BaseException) -> bool:
    """Whether it is more than that the time ran out."""
    return "Timeout" not in str(error) and "expected to be" not in str(error)


def first_line(error: BaseException) -> str:
    """What went wrong, without the trace that follows."""
    return str(error).strip().partition("\n")[0]
