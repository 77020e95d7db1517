"""A WeChat package as app.json describes it: its pages, its packages, what each weighs, which files each page uses."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fangcun.build.artifacts.manifest import digest_of_folder
from fangcun.build.artifacts.weighing import NOT_UPLOADED
from fangcun.build.checks.package.facts import Facts

APP = ""  # stands for app.js where a page's path is expected


@dataclass(frozen=True, slots=True)
class SubPackage:
    """A part that is loaded when one of its pages is opened. `root` ends with a slash."""

    root: str
    pages: tuple[str, ...]
    independent: bool = False


@dataclass(frozen=True)
class Package:
    """A package and what follows from its app.json; paths of pages have no slash in front."""

    root: Path
    facts: Facts

    @cached_property
    def app(self) -> dict[str, Any]:
        """app.json; empty when it is broken, which is a finding of its own."""
        return _mapping(self.facts.json.get("app.json"))

    @property
    def appid(self) -> str:
        """The app id of project.config.json; '' without one."""
        return str(self.facts.project.get("appid") or "")

    @cached_property
    def digest(self) -> str:
        """The digest of its files, as builds have it."""
        return digest_of_folder(self.root)

    @cached_property
    def subpackages(self) -> tuple[SubPackage, ...]:
        """The sub-packages in the order of app.json."""
        written = self.app.get("subPackages") or self.app.get("subpackages") or []
        found = []
        for one in written if isinstance(written, list) else []:
            root = str(_mapping(one).get("root", "")).strip("/")
            if root:
                pages = tuple(f"{root}/{page.strip('/')}" for page in _texts(one.get("pages")))
                found.append(SubPackage(f"{root}/", pages, bool(one.get("independent"))))
        return tuple(found)

    @cached_property
    def main_pages(self) -> tuple[str, ...]:
        """The pages of the main package."""
        return tuple(page.strip("/") for page in _texts(self.app.get("pages")))

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """Every page, the main package's first."""
        return (*self.main_pages, *(page for part in self.subpackages for page in part.pages))

    @property
    def entry(self) -> str:
        """The page that opens first; '' without pages."""
        wanted = str(self.app.get("entryPagePath") or "").strip("/").removesuffix(".html")
        return wanted or (self.main_pages[0] if self.main_pages else "")

    @cached_property
    def tab_items(self) -> list[dict[str, Any]]:
        """What tabBar.list holds."""
        written = _mapping(self.app.get("tabBar")).get("list")
        return [_mapping(one) for one in written] if isinstance(written, list) else []

    @cached_property
    def tabs(self) -> tuple[str, ...]:
        """The pages of the tab bar."""
        return tuple(str(one.get("pagePath", "")).strip("/") for one in self.tab_items)

    def home_of(self, file: str) -> str:
        """The root of the package that a file is uploaded in: '' is the main one."""
        return next((part.root for part in self.subpackages if file.startswith(part.root)), "")

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Bytes that are uploaded, by the package's root."""
        sizes = {"": 0, **{part.root: 0 for part in self.subpackages}}
        for file in self.facts.files:
            if file.name not in NOT_UPLOADED and not self._ignored(file.name):
                sizes[self.home_of(file.name)] += file.size
        return sizes

    def _ignored(self, name: str) -> bool:
        """Whether project.config.json keeps a file out of the upload."""
        rules = _mapping(self.facts.project.get("packOptions")).get("ignore") or []
        for one in rules if isinstance(rules, list) else []:
            kind, value = _mapping(one).get("type"), str(_mapping(one).get("value", "")).strip("/")
            if (
                (kind == "folder" and name.startswith(f"{value}/"))
                or (kind == "file" and name == value)
                or (kind == "suffix" and name.endswith(value))
                or (kind == "prefix" and posixpath.basename(name).startswith(value))
            ):
                return True
        return False

    @cached_property
    def names(self) -> frozenset[str]:
        """Every file."""
        return frozenset(file.name for file in self.facts.files)

    def json_of(self, path: str) -> dict[str, Any]:
        """The JSON of a page or component, given without its ending."""
        return _mapping(self.facts.json.get(f"{path}.json"))

    def components_of(self, path: str) -> dict[str, str]:
        """What a page or component may write as a tag, and the component it means; others' are left out."""
        own = _mapping(self.json_of(path).get("usingComponents"))
        found = {}
        for tag, wanted in {**_mapping(self.app.get("usingComponents")), **own}.items():
            place = self._component(path if tag in own else "", str(wanted))
            if place:
                found[str(tag)] = place
        return found

    def _component(self, path: str, wanted: str) -> str:
        if wanted.startswith(("plugin:", "plugin-private:", "dynamicLib:", "ext:")):
            return ""
        folder = posixpath.dirname(path)
        bases = [wanted.lstrip("/")] if wanted.startswith("/") else [posixpath.join(folder, wanted)]
        if not wanted.startswith(("/", ".")):
            at = folder
            while True:
                bases.append(posixpath.join(at, "miniprogram_npm", wanted))
                if not at:
                    break
                at = posixpath.dirname(at)
            bases.append(wanted)
        for base in map(posixpath.normpath, bases):
            for candidate in (base, f"{base}/index"):
                if f"{candidate}.json" in self.names or f"{candidate}.wxml" in self.names:
                    return candidate
        return ""

    def used_by(self, path: str) -> frozenset[str]:
        """Every file that a page needs (`APP`: what app.js needs), by requires, components and imported templates."""
        return self._closures[path]

    @cached_property
    def _closures(self) -> dict[str, frozenset[str]]:
        closures = {page: self._closure([page]) for page in self.pages}
        extra = ["app", *(["custom-tab-bar/index"] if "custom-tab-bar/index.json" in self.names else [])]
        return {**closures, APP: self._closure(extra)}

    def _closure(self, starts: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        left = list(starts)
        seen = set(left)
        while left:
            base = left.pop()
            for ending in (".js", ".json", ".wxml", ".wxss"):
                self._follow(f"{base}{ending}", found)
            for component in self.components_of(base).values():
                if component not in seen:
                    seen.add(component)
                    left.append(component)
        return frozenset(found)

    def _follow(self, file: str, found: set[str]) -> None:
        left = [file]
        while left:
            name = left.pop()
            if name in found or name not in self.names:
                continue
            found.add(name)
            if script := self.facts.scripts.get(name):
                left += [one.to for one in script.requires if one.to]
            imports: tuple[str, ...] = ()
            if template := self.facts.templates.get(name):
                imports = template.imports
            elif style := self.facts.styles.get(name):
                imports = style.imports
            for wanted in imports:
                place = posixpath.normpath(posixpath.join(posixpath.dirname(name), wanted))
                left.append(wanted.lstrip("/") if wanted.startswith("/") else place)

    @cached_property
    def used(self) -> frozenset[str]:
        """Every file that app.js or a page needs."""
        return frozenset().union(*self._closures.values())


def page_title(package: Package, page: str) -> str:
    """A page's title bar, else its path."""
    return str(package.json_of(page).get("navigationBarTitleText") or page)


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
