"""Code made at run time, and pages that show what strangers wrote as if it were the enterprise's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.package.facts import Element, Script
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.said import page_of
from fangcun.build.checks.subject import Subject

_HARMLESS = re.compile(r"^\s*(?:return this;?|return globalThis;?|debugger;?)?\s*$")
_INTERPRETER = re.compile(
    r"(?:^|/)(?:eval5|sval|vm\.?js|canjs|js-?interpreter|jsjs|estime|miniprogram-eval|eval-?js)(?:[./-]|$)",
    re.IGNORECASE,
)
_STRANGERS: Final = re.compile(
    r"comment|reply|replies|review|message|msg|post(?!er)|note|moment|topic|feed|tweet|remark|answer|question|user|ugc|bio|signature|caption",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"url|src|link|href|path|target|jump|web", re.IGNORECASE)
_CHECKS: Final = re.compile(r"(?:startsWith|includes|indexOf|test|match|some|has|every|find)$")
_HOST: Final = re.compile(r"https?:|\.(?:com|cn|net)\b")
_CLEANS: Final = re.compile(r"sanitize|xss|escapeHtml|purify|filterHtml|cleanHtml", re.IGNORECASE)


@rule("dynamic-code")
def dynamic_code(subject: Subject) -> Iterator[Finding]:
    """The package makes code at run time, which an audit cannot see."""
    for file, script in subject.facts.scripts.items():
        if subject.unused(file):
            continue
        if not script.library:
            for one in script.dynamic:
                if one.code is None or not _HARMLESS.match(one.code):
                    yield Finding(
                        "dynamic-code",
                        f"运行时生成代码：{one.kind}",
                        f"Code is made at run time: {one.kind}",
                        file,
                        one.line,
                        page_of(subject, file),
                    )
        for wanted in script.requires:
            if _INTERPRETER.search(wanted.wanted):
                yield Finding(
                    "dynamic-code",
                    f"引入了脚本解释器 {wanted.wanted}",
                    f"An interpreter of scripts is loaded: {wanted.wanted}",
                    file,
                    wanted.line,
                )


@rule("web-view-open")
def web_view_open(subject: Subject) -> Iterator[Finding]:
    """A web-view opens whatever address a page is given."""
    for file, element in subject.facts.elements("web-view"):
        script = subject.facts.scripts.get(file.removesuffix(".wxml") + ".js")
        if script is None or "{{" not in element.attrs.get("src", "") or _checks_host(script):
            continue
        names = _names(element.attrs["src"])
        fed = [one for one in script.feeds if one.name in names]
        if not fed and subject.facts.framework != "native":
            fed = [one for one in script.feeds if _ADDRESS.search(one.key or one.name)]
        if fed:
            source = "页面参数" if fed[0].source == "query" else "用户输入"
            yield Finding(
                "web-view-open",
                f"web-view 的地址来自{source}，没有核对域名",
                "The address of a web-view comes from outside, and its host is not checked",
                file,
                element.line,
                page_of(subject, file),
                detail={"fed": f"{fed[0].name}:{fed[0].line}"},
            )


def _names(expression: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_$][\w$]*", expression.replace("{{", " ").replace("}}", " ")))


def _checks_host(script: Script) -> bool:
    return any(_CHECKS.search(text.callee) and _HOST.search(text.text) for text in script.texts) or any(
        re.search(
            r"(?:white|allow|trusted|safe)_?-?(?:list|hosts?|domains?)|allowed", text.near, re.IGNORECASE
        )
        and _HOST.search(text.text)
        for text in script.texts
    )


@rule("rich-text-open")
def rich_text_open(subject: Subject) -> Iterator[Finding]:
    """A rich-text shows what users wrote, or what the page's path carries, as mark-up."""
    for file, element in subject.facts.elements("rich-text", "mp-html", "u-parse", "towxml"):
        nodes = element.attrs.get("nodes") or element.attrs.get("content") or ""
        script = subject.facts.scripts.get(file.removesuffix(".wxml") + ".js")
        if "{{" not in nodes or (script and _cleans(script)):
            continue
        names = _names(nodes)
        fed = [one for one in (script.feeds if script else ()) if one.name in names]
        theirs = (
            bool(fed)
            or any(_STRANGERS.search(name) for name in names)
            or _among_strangers(subject, file, element)
        )
        if theirs:
            yield Finding(
                "rich-text-open",
                f"rich-text 直接显示用户写的内容（{nodes.strip('{} ')}）",
                f"A rich-text shows what users wrote as mark-up ({nodes.strip('{} ')})",
                file,
                element.line,
                page_of(subject, file),
            )


def _cleans(script: Script) -> bool:
    return any(_CLEANS.search(one.wanted) for one in script.requires) or any(
        _CLEANS.search(text.callee) for text in script.texts
    )


def _among_strangers(subject: Subject, file: str, element: Element) -> bool:
    """Whether it stands in a list of what users wrote."""
    return any(
        _STRANGERS.search(around.attrs.get("wx:for", ""))
        for around in subject.facts.templates[file].above(element)
    )
