"""Walks made by hand, for the tests of what reads them."""

from __future__ import annotations

from typing import Any

from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.registry import checks
from fangcun.build.checks.walking.record import Control, Entry, Hurdle, Page, Tap, Text, Walk

HOME, ABOUT = "pages/home/home", "pages/about/about"


def control(**changes: Any) -> Control:
    """A button of good size, with a handler."""
    plain: dict[str, Any] = {
        "place": "page/0/0",
        "kind": "wx-button.",
        "tag": "button",
        "text": "领取",
        "classes": "",
        "rect": (20, 100, 120, 48),
        "bound": True,
        "own": True,
        "stops": False,
        "empty": False,
        "open_type": "",
        "form_type": "",
        "url": "",
        "disabled": False,
        "in_text": False,
        "within": False,
        "fills": False,
        "size_px": 16,
    }
    return Control(**(plain | changes))


def text(words: str = "青石书屋", **changes: Any) -> Text:
    """A text that everybody can read."""
    plain: dict[str, Any] = {
        "size": 16,
        "bold": False,
        "icon": False,
        "dimmed": False,
        "platform": False,
        "contrast": 9.0,
        "right": 200,
        "overflows": False,
    }
    return Text(words, **(plain | changes))


def page(path: str = HOME, **changes: Any) -> Page:
    """A page that a person is content with."""
    plain: dict[str, Any] = {
        "query": "",
        "reached": "start",
        "taps": 0,
        "way": (),
        "title": "首页",
        "text": "青石书屋",
        "picture": "001.jpg",
        "pictures": 1,
        "fields": 0,
        "secret_fields": 0,
        "depth": 1,
        "custom_bar": False,
        "tab_bar": True,
        "wants_query": False,
        "controls": (),
        "texts": (text(),),
        "problems": (),
        "requests": 0,
        "requests_failed": 0,
        "loading": (),
        "most_loading": (),
        "tried": True,
    }
    return Page(path=path, **(plain | changes))


def tap(on: str = HOME, **changes: Any) -> Tap:
    """A tap on a button that opened a dialog."""
    plain: dict[str, Any] = {
        "place": "page/0/0",
        "kind": "wx-button.",
        "tag": "button",
        "text": "领取",
        "classes": "",
        "bound": True,
        "own": True,
        "stops": False,
        "disabled": False,
        "chain": (),
        "changed": ("dialog",),
    }
    return Tap(page=on, **(plain | changes))


def hurdle(kind: Any = "dialog", **changes: Any) -> Hurdle:
    """A dialog for login on the start page that can be refused."""
    plain: dict[str, Any] = {
        "page": HOME,
        "text": "请先登录",
        "choices": ("登录", "暂不"),
        "refused_with": "暂不",
    }
    return Hurdle(kind, **(plain | changes))


def call(name: str, *, on: str = HOME, gesture: int = 0) -> Entry:
    """A call of wx."""
    return Entry("call", name, {}, on, gesture, 100)


def walk(*pages: Page, **changes: Any) -> Walk:
    """A walk that saw these pages and tried everything."""
    seen = pages or (page(),)
    plain: dict[str, Any] = {
        "start": HOME,
        "all_pages": tuple(one.path for one in seen),
        "tabs": (),
        "framework": "native",
        "served": False,
        "taps": (),
        "hurdles": (),
        "journal": (),
    }
    return Walk(pages=seen, **(plain | changes))


def found(rule: str, walked: Walk) -> list[Finding]:
    """What one rule finds."""
    return [one for one in checks()[rule](walked) if isinstance(one, Finding)]


def undecided(rule: str, walked: Walk) -> list[Undecided]:
    """What one rule could not decide."""
    return [one for one in checks()[rule](walked) if isinstance(one, Undecided)]


def all_found(walked: Walk) -> list[str]:
    """The rules of a walk that find something."""
    return sorted(
        name
        for name, check in checks().items()
        if name.startswith("walk-") and any(True for _ in check(walked))
    )
