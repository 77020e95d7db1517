"""Which pages lead to which, as far as the package itself says: by the paths of pages that stand in its files.

A file belongs to every page that uses it, so that ways are rather too many than too few: what is called
unreachable here has no way that the package knows of.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from functools import cache

from fangcun.build.checks.package.facts import Text
from fangcun.build.checks.package.package import APP, Package

_REGISTERS = frozenset(
    {
        "pages",
        "pagePath",
        "tabBar",
        "list",
        "subPackages",
        "subpackages",
        "__route__",
        "route",
        "entryPagePath",
    }
)
_FEWEST = 5  # characters that a pattern must say before it may stand for pages


class Ways:
    """The pages of a package as a graph of taps."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._pages = frozenset(package.pages)
        self._mentions = cache(self._mentioned_in)
        self.next = {page: self._leads_to(page) for page in (*package.pages, APP)}

    def taps(self) -> dict[str, int]:
        """How many taps each page is away from the start; pages with no way are left out.

        Every tab is one tap from every other page that shows the tab bar; what app.js opens is one tap away.
        """
        package = self._package
        if package.entry not in self._pages:
            return {}
        found = {package.entry: 0}
        for page in (*package.tabs, *self.next[APP]):
            found.setdefault(page, 1)
        left = deque(sorted(found, key=lambda page: found[page]))
        while left:
            here = left.popleft()
            for page in self.next.get(here, ()):
                if page not in found or found[page] > found[here] + 1:
                    found[page] = found[here] + 1
                    left.append(page)
        return {page: number for page, number in found.items() if page in self._pages}

    def _leads_to(self, page: str) -> frozenset[str]:
        found: set[str] = set()
        for file in self._package.used_by(page):
            for text in self._mentions(file):
                found |= self._meant(text, page)
        return frozenset(found - {page})

    def _mentioned_in(self, file: str) -> tuple[str, ...]:
        """The texts of a file that may be paths of pages; `*` stands for what is not known."""
        found: list[str] = []
        facts = self._package.facts
        if script := facts.scripts.get(file):
            found += [_pattern(text) for text in script.texts if not _registers(text)]
        if template := facts.templates.get(file):
            for element in template.elements:
                for value in element.attrs.values():
                    found.append(re.sub(r"\{\{.*?\}\}", "*", value))
                    found += re.findall(r"['\"]([^'\"]+)['\"]", value) if "{{" in value else []
        return tuple({one for one in (text.split("?")[0].strip() for text in found) if "/" in one})

    def _meant(self, text: str, page: str) -> set[str]:
        if text.startswith("."):
            text = posixpath.normpath(posixpath.join(posixpath.dirname(page), text))
        text = text.lstrip("/").removesuffix(".html")
        if "*" not in text:
            return {text} & self._pages
        if len(text.replace("*", "")) < _FEWEST or not text[0].isalnum():
            return set()
        wanted = re.compile(".*".join(re.escape(part) for part in text.split("*")))
        return {one for one in self._pages if wanted.fullmatch(one)}


def _pattern(text: Text) -> str:
    written = text.text.replace("${}", "*")
    return f"{written}*" if text.open and not written.endswith("*") and "?" not in written else written


def _registers(text: Text) -> bool:
    """Whether a framework lists its pages here, which leads nowhere."""
    return text.near in _REGISTERS and not text.text.startswith("/") and not text.open
