"""What the compilers refuse, and pages that are registered but are not there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.package.facts import Element, Template
from fangcun.build.checks.registry import rule
from fangcun.build.checks.subject import Subject

_BOXES = frozenset(
    {
        "view",
        "block",
        "scroll-view",
        "cover-view",
        "page-meta",
        "wxs",
        "form",
        "label",
        "text",
        "page-container",
        "swiper",
        "swiper-item",
    }
)
_LEAVING = frozenset({"redirectTo", "reLaunch", "switchTab", "navigateTo"})


def _missing(subject: Subject) -> dict[str, list[str]]:
    names = subject.package.names
    return {
        page: gone
        for page in subject.package.pages
        if (gone := [ending for ending in (".js", ".wxml") if f"{page}{ending}" not in names])
    }


@rule("compiler-error")
def compiler_error(subject: Subject) -> Iterator[Finding]:
    """The official compiler does not take the package."""
    missing = _missing(subject)
    told = set()
    for fault in subject.facts.faults:
        if fault.check == "compiler" and not any(
            page in fault.message or fault.file.startswith(page) for page in missing
        ):
            told.add(fault.file)
            yield Finding(
                "compiler-error",
                f"微信官方编译器拒绝：{fault.message}",
                f"WeChat's compiler refuses it: {fault.message}",
                fault.file,
                fault.line,
            )
    for file, problem in subject.facts.broken_json.items():
        if file not in told:
            yield Finding("compiler-error", f"JSON 写错了：{problem}", f"This is no JSON: {problem}", file)
    for file, script in subject.facts.scripts.items():
        if script.unreadable and file not in told:
            yield Finding(
                "compiler-error",
                f"脚本有语法错误：{script.unreadable}",
                f"The script has a syntax error: {script.unreadable}",
                file,
            )


@rule("wxml-syntax")
def wxml_syntax(subject: Subject) -> Iterator[Finding]:
    """WeChat's template compiler does not take a template."""
    for fault in subject.facts.faults:
        if fault.check == "wxml":
            yield Finding(
                "wxml-syntax",
                f"模板写错了：{fault.message}",
                f"The template is wrong: {fault.message}",
                fault.file,
                fault.line,
            )


@rule("require-missing")
def require_missing(subject: Subject) -> Iterator[Finding]:
    """A script asks for a file that the package does not have."""
    names = subject.package.names
    for file, script in subject.facts.scripts.items():
        for one in script.requires:
            place = posixpath.normpath(posixpath.join(posixpath.dirname(file), one.wanted))
            there = any(f"{place}{ending}" in names for ending in ("", ".js", "/index.js", ".json", ".wxs"))
            if one.to is None and one.wanted.startswith(".") and not there:
                yield Finding(
                    "require-missing",
                    f"引用的文件不存在：{one.wanted}",
                    f"There is no such file: {one.wanted}",
                    file,
                    one.line,
                )


@rule("page-missing")
def page_missing(subject: Subject) -> Iterator[Finding]:
    """A page is registered in app.json, but its files are not there."""
    for page, gone in _missing(subject).items():
        files = "、".join(f"{page}{ending}" for ending in gone)
        yield Finding(
            "page-missing",
            f"app.json 里登记了 {page}，包里却没有 {files}",
            f"{page} is registered, but {', '.join(gone)} is missing",
            "app.json",
            page=page,
        )


@rule("page-empty")
def page_empty(subject: Subject) -> Iterator[Finding]:
    """A page's template shows nothing."""
    for page in subject.package.pages:
        template = subject.facts.templates.get(f"{page}.wxml")
        if template is None or _shows(template) or _leaves(subject, page):
            continue
        yield Finding(
            "page-empty",
            "页面是空的：模板里没有任何内容",
            "The page is empty: its template shows nothing",
            f"{page}.wxml",
            1,
            page=page,
        )


def _shows(template: Template) -> bool:
    return any(_shown(element) for element in template.elements)


def _shown(element: Element) -> bool:
    if element.text.strip():
        return True
    if element.tag == "#text":
        return False
    return element.tag not in _BOXES or "background" in element.attrs.get("style", "")


def _leaves(subject: Subject, page: str) -> bool:
    """Whether the page only passes on to another one."""
    script = subject.facts.scripts.get(f"{page}.js")
    return bool(script) and any(call.api in _LEAVING and call.hooks for call in script.calls)  # type: ignore[union-attr]
