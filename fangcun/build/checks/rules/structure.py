"""How the package is put together: tab bar, sub-packages, ways between pages, jumps to other mini programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.package import page_title
from fangcun.build.checks.registry import rule
from fangcun.build.checks.subject import Subject

FEWEST_TABS, MOST_TABS = 2, 5
ICON_KB = 40
MOST_TAPS = 3
MOST_JUMPS = 4
APPID: Final = re.compile(r"^wx[0-9a-f]{16}$")


@rule("tab-bar")
def tab_bar(subject: Subject) -> Iterator[Finding]:
    """The tab bar breaks WeChat's rules."""
    package = subject.package
    if "tabBar" not in package.app:
        return
    count = len(package.tab_items)
    if not FEWEST_TABS <= count <= MOST_TABS:
        yield _tab(
            f"底部标签有 {count} 个，只能是 {FEWEST_TABS} 到 {MOST_TABS} 个",
            f"The tab bar has {count} tabs; {FEWEST_TABS} to {MOST_TABS} are allowed",
        )
    sizes = {file.name: file.size for file in subject.facts.files}
    for page, item in zip(package.tabs, package.tab_items, strict=True):
        if page not in package.pages:
            yield _tab(f"标签指向没有登记的页面 {page}", f"A tab leads to {page}, which is not registered")
        elif page not in package.main_pages:
            yield _tab(
                f"标签页 {page} 在分包里，必须放在主包",
                f"The tab page {page} lies in a sub-package; it must be in the main one",
            )
        for key in ("iconPath", "selectedIconPath"):
            icon = str(item.get(key) or "")
            if re.match(r"(?:https?:)?//", icon):
                yield _tab(
                    f"标签图标不能用网络图片：{icon}", f"A tab's icon may not come from the network: {icon}"
                )
            elif icon and (name := icon.lstrip("/")) not in sizes:
                yield _tab(f"标签图标不存在：{icon}", f"A tab's icon is missing: {icon}")
            elif icon and sizes[name] > ICON_KB * 1024:
                yield Finding(
                    "tab-bar",
                    f"标签图标 {name} 有 {sizes[name] / 1024:.0f} KB，不能超过 {ICON_KB} KB",
                    f"The tab icon {name} has {sizes[name] / 1024:.0f} KB; {ICON_KB} KB are allowed",
                    name,
                )


def _tab(chinese: str, english: str) -> Finding:
    return Finding("tab-bar", chinese, english, "app.json")


@rule("subpackage-nesting")
def subpackage_nesting(subject: Subject) -> Iterator[Finding]:
    """The root of one sub-package lies in another's, or two are the same; or a main page lies in one."""
    parts = subject.package.subpackages
    for number, part in enumerate(parts):
        for other in parts[:number]:
            if part.root.startswith(other.root) or other.root.startswith(part.root):
                yield Finding(
                    "subpackage-nesting",
                    f"分包 {part.root} 与 {other.root} 的目录互相包含",
                    f"The roots of the sub-packages {part.root} and {other.root} lie in each other",
                    "app.json",
                )
    for page in subject.package.main_pages:
        if root := subject.package.home_of(page):
            yield Finding(
                "subpackage-nesting",
                f"主包页面 {page} 放在分包目录 {root} 里",
                f"The page {page} of the main package lies in the folder of sub-package {root}",
                "app.json",
                page=page,
            )


@rule("package-crossing")
def package_crossing(subject: Subject) -> Iterator[Finding]:
    """A script or component of one sub-package is used by another package at once."""
    package = subject.package
    alone = {part.root for part in package.subpackages if part.independent}
    for file, script in subject.facts.scripts.items():
        home = package.home_of(file)
        for one in script.requires:
            if one.to is None or one.later or not package.names >= {one.to}:
                continue
            there = package.home_of(one.to)
            if there != home and (there or home in alone):
                yield _crossing(file, one.to, one.line)
    for path, json in package.facts.json.items():
        base = path.removesuffix(".json")
        home = package.home_of(path)
        waiting = (json.get("componentPlaceholder") or {}) if isinstance(json, dict) else {}
        own = json.get("usingComponents") if isinstance(json, dict) else None
        for tag, component in package.components_of(base).items():
            there = package.home_of(component)
            if tag in (own or {}) and tag not in waiting and there != home and (there or home in alone):
                yield _crossing(path, component, 0)


def _crossing(file: str, other: str, line: int) -> Finding:
    return Finding(
        "package-crossing",
        f"{file} 直接用了别的分包里的 {other}",
        f"{file} uses {other} of another sub-package at once",
        file,
        line,
    )


@rule("page-unreachable")
def page_unreachable(subject: Subject) -> Iterator[Finding]:
    """No way in the package leads to a page."""
    taps = subject.ways.taps()
    if not taps:
        return
    planned = {page.path for page in subject.blueprint.pages.values()} if subject.blueprint else set()
    for page in subject.package.pages:
        if page not in taps and f"{page}.wxml" in subject.package.names:
            beside = "；蓝图里也没有这一页" if planned and page not in planned else ""
            yield Finding(
                "page-unreachable",
                f"登记了页面「{page_title(subject.package, page)}」，但没有任何页面能到它{beside}",
                f"No page leads to {page}, which is registered",
                f"{page}.json" if f"{page}.json" in subject.package.names else "app.json",
                page=page,
            )


@rule("page-too-deep")
def page_too_deep(subject: Subject) -> Iterator[Finding]:
    """A page is more than three taps away from the start; with a plan, only its key pages count."""
    most, counting = MOST_TAPS, None
    if plan := subject.blueprint:
        most = plan.navigation.max_taps
        counting = {page.path for page in plan.pages.values() if page.key}
    for page, taps in subject.ways.taps().items():
        if taps > most and (counting is None or page in counting):
            yield Finding(
                "page-too-deep",
                f"「{page_title(subject.package, page)}」离首页最少要点 {taps} 次，超过 {most} 次",
                f"{page} is at least {taps} taps away from the start, more than {most}",
                page=page,
                detail={"taps": taps},
            )


@rule("sitemap")
def sitemap(subject: Subject) -> Iterator[Finding]:
    """The search index that app.json names is not there, or wrong."""
    place = subject.package.app.get("sitemapLocation")
    if not isinstance(place, str):
        return
    name = place.lstrip("/")
    if name in subject.facts.broken_json:
        return
    if name not in subject.package.names:
        yield Finding(
            "sitemap",
            f"app.json 的 sitemapLocation 指向不存在的 {name}",
            f"sitemapLocation names {name}, which is missing",
            "app.json",
        )
        return
    written = subject.facts.json.get(name)
    rules = written.get("rules") if isinstance(written, dict) else None
    if not isinstance(rules, list) or not all(
        isinstance(one, dict) and one.get("action", "allow") in ("allow", "disallow") for one in rules
    ):
        yield Finding("sitemap", f"{name} 里没有正确的 rules", f"{name} has no proper rules", name)


@rule("jump-collection")
def jump_collection(subject: Subject) -> Iterator[Finding]:
    """The mini program leads to many other mini programs."""
    found: dict[str, tuple[str, int]] = {}
    for file, call in subject.facts.calls("navigateToMiniProgram", "openEmbeddedMiniProgram"):
        appid = call.options.get("appId") or call.options.get("appid")
        if appid and appid.text:
            found.setdefault(appid.text, (file, call.line))
    for file, element in subject.facts.elements("navigator"):
        if element.attrs.get("target") == "miniProgram" and APPID.match(element.attrs.get("app-id", "")):
            found.setdefault(element.attrs["app-id"], (file, element.line))
    if found or any(True for _ in subject.facts.calls("navigateToMiniProgram")):
        for file, text in subject.facts.texts():
            if APPID.match(text.text) and re.search(r"app_?id$", text.near, re.IGNORECASE):
                found.setdefault(text.text, (file, text.line))
    found.pop(subject.package.appid, None)
    if len(found) >= MOST_JUMPS:
        file, line = next(iter(found.values()))
        yield Finding(
            "jump-collection",
            f"小程序里能跳到 {len(found)} 个别的小程序，像是小程序合集或互推",
            f"The mini program leads to {len(found)} others, like a collection of mini programs",
            file,
            line,
            detail={"appids": sorted(found)},
        )
