"""The console as a browser finds it: every address of the map and every link, with the forms on each page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from fangcun.doors.cli.suites.security.asking import Answer, Asker, Unreachable
from fangcun.doors.cli.suites.security.ground import Ground

AT_ONCE = 4
ROUNDS = 3
MOST_PAGES = 420
OF_ONE_KIND = 1
LEAVES = re.compile(r"/logout/|/enter/|^/console/jsi18n")
_NUMBERS = re.compile(r"\d+")


@dataclass
class Form:
    """A form, or an element that htmx sends. `texts` are the fields one types words into."""

    page: str
    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@dataclass
class Crawl:
    """Pages by their address, and the forms that were on them."""

    pages: dict[str, Answer] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)

    def actions(self) -> list[str]:
        """Where forms are posted to."""
        return sorted({form.action for form in self.forms if form.method == "post"})

    def parameters(self, path: str) -> set[str]:
        """Names of query parameters that forms and links of a page use."""
        bare = path.partition("?")[0]
        named = {
            name
            for form in self.forms
            if form.method == "get" and form.action == bare
            for name, _ in form.values
        }
        return named | {
            pair.partition("=")[0]
            for other in self.pages
            if other.partition("?")[0] == bare
            for pair in urlsplit(other).query.split("&")
            if pair
        }


class Reader(HTMLParser):
    """Links and forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.links, self.forms = page, list[str](), list[Form]()
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        for name in ("href", "hx-get"):
            if tag != "link" and told.get(name):
                self.links.append(self._at(told[name]))
        for name in ("hx-post", "hx-delete", "data-post"):
            if told.get(name):
                self.forms.append(Form(self.page, self._at(told[name]), "post"))
        if tag == "form":
            action = self._at(told.get("action") or self.page)
            self._form = Form(self.page, action, told.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and told.get("name"):
            self._field(tag, told)
        elif tag == "option" and self._select and "selected" in told and self._form is not None:
            self._form.values.append((self._select, told.get("value", "")))

    def _field(self, tag: str, told: dict[str, str]) -> None:
        form, name, kind = self._form, told["name"], told.get("type", "text")
        assert form is not None  # noqa: S101
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            form.texts.append(name)
            form.values.append((name, ""))
        elif tag == "input" and kind not in ("checkbox", "radio", "submit", "button", "file", "image"):
            form.values.append((name, told.get("value", "")))
            if kind in ("text", "search"):
                form.texts.append(name)
        elif tag == "input" and kind in ("checkbox", "radio") and "checked" in told:
            form.values.append((name, told.get("value", "on")))

    def handle_data(self, data: str) -> None:
        if self._area and self._form and self._form.values and self._form.values[-1][0] == self._area:
            self._form.values[-1] = (self._area, self._form.values[-1][1] + data.removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def _at(self, address: str) -> str:
        return urldefrag(urljoin(self.page, address))[0]


def crawl(ground: Ground, browser: Asker, starts: Iterable[str]) -> Crawl:
    """Fetch these pages and what they link to within the console, a few of each kind."""
    found, kinds = Crawl(), Counter[str]()
    waiting = [path for path in dict.fromkeys(starts) if not LEAVES.search(path)]
    with ThreadPoolExecutor(AT_ONCE) as crew:
        for _ in range(ROUNDS):
            fresh = [path for path in waiting if path not in found.pages][: MOST_PAGES - len(found.pages)]
            waiting = []
            for path, answer in crew.map(lambda path: (path, _fetched(browser, path)), fresh):
                if answer is None:
                    continue
                found.pages[path] = answer
                if answer.is_page:
                    waiting += _read(path, answer, found, kinds)
                elif answer.status in (301, 302) and answer.location.startswith("/console/"):
                    waiting.append(answer.location)
            waiting = [path for path in dict.fromkeys(waiting) if not LEAVES.search(path)]
    return found


def fill_in(atlas: list[dict[str, Any]], seen: Iterable[str]) -> None:
    """Give addresses with parameters in them a path that a page linked to."""
    paths = sorted({path.partition("?")[0] for path in seen})
    for entry in atlas:
        if entry["path"] is None:
            pattern = re.compile(entry["pattern"])
            entry["path"] = next((path for path in paths if pattern.match(path)), None)


def _fetched(browser: Asker, path: str) -> Answer | None:
    try:
        return browser.get(path)
    except Unreachable:
        return None


def _read(path: str, answer: Answer, found: Crawl, kinds: Counter[str]) -> list[str]:
    reader = Reader(path)
    reader.feed(answer.text)
    found.forms += [form for form in reader.forms if form.action.startswith("/")]
    fresh = []
    for link in reader.links:
        if not link.startswith("/console/") or link in found.pages:
            continue
        query = ",".join(sorted(pair.partition("=")[0] for pair in urlsplit(link).query.split("&")))
        kind = f"{_NUMBERS.sub('0', urlsplit(link).path)}?{query}"
        kinds[kind] += 1
        if kinds[kind] <= OF_ONE_KIND:
            fresh.append(link)
    return fresh
