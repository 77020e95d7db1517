"""Sizes that the style sheets fix: text too small to read, targets too small to hit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.package.facts import Element, StyleRule, Template
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.said import page_of
from fangcun.build.checks.subject import Subject

SMALLEST_TEXT_PX: Final = 11
SMALLEST_TARGET_PX: Final = 44
_SIZE = re.compile(r"^(\d*\.?\d+)(rpx|px|pt)\b", re.IGNORECASE)
_ONE_CLASS = re.compile(r"^\.([\w-]+)$")
_LAST_CLASSES = re.compile(r"((?:\.[\w-]+)+)$")


def pixels(value: str) -> float | None:
    """A fixed size in px at a screen 375 px wide; None for one that depends on something."""
    match = _SIZE.match(value.strip())
    if match is None:
        return None
    number = float(match[1])
    return number / 2 if match[2].lower() == "rpx" else number


def _inline(style: str) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def _classes(element: Element) -> set[str]:
    return set(re.findall(r"[A-Za-z_][\w-]*", element.attrs.get("class", "")))


def _templates_of(subject: Subject, sheet: str) -> list[tuple[str, Template]]:
    """The templates that a style sheet speaks of: its own, or for shared ones all that are the enterprise's."""
    own = subject.facts.templates.get(sheet.rsplit(".", 1)[0] + ".wxml")
    if own is not None:
        return [(sheet.rsplit(".", 1)[0] + ".wxml", own)]
    return [(name, one) for name, one in subject.facts.templates.items() if not one.library]


@rule("text-small")
def text_small(subject: Subject) -> Iterator[Finding]:
    """Text is set smaller than 11 pt."""
    for sheet, style in subject.facts.styles.items():
        if style.library or subject.unused(sheet):
            continue
        for one in style.rules:
            size = pixels(_font_size(one))
            if size is None or not 0 < size < SMALLEST_TEXT_PX or not _speaks(subject, sheet, one):
                continue
            yield _small(subject, sheet, one.line, one.selectors[0], size)
    for file, element in subject.facts.elements():
        size = pixels(_inline(element.attrs.get("style", "")).get("font-size", ""))
        if size is not None and 0 < size < SMALLEST_TEXT_PX and not subject.unused(file):
            yield _small(subject, file, element.line, f"<{element.tag}>", size)


def _font_size(one: StyleRule) -> str:
    if "font-size" in one.decls:
        return one.decls["font-size"]
    match = re.search(r"(?:^|\s)(\d*\.?\d+(?:rpx|px|pt))(?:/|\s)", one.decls.get("font", ""))
    return match[1] if match else ""


def _small(subject: Subject, file: str, line: int, selector: str, size: float) -> Finding:
    return Finding(
        "text-small",
        f"{selector} 的字号相当于 {size:g}px，小于 {SMALLEST_TEXT_PX}pt",
        f"The text of {selector} has {size:g} px, less than {SMALLEST_TEXT_PX} pt",
        file,
        line,
        page_of(subject, file),
        detail={"px": size},
    )


def _speaks(subject: Subject, sheet: str, one: StyleRule) -> bool:
    """Whether a rule's classes stand in a template that it speaks of; rules without a class always do."""
    for selector in one.selectors:
        match = _LAST_CLASSES.search(re.sub(r"::?[\w-]+(?:\([^)]*\))?$|\.data-v-\w+", "", selector.strip()))
        if match is None:
            return True
        wanted = set(match[1].strip(".").split("."))
        for _name, template in _templates_of(subject, sheet):
            if any(wanted <= _classes(element) for element in template.elements):
                return True
    return False


@rule("target-small")
def target_small(subject: Subject) -> Iterator[Finding]:
    """Something to tap is fixed at less than 44 px both ways, and nothing makes it larger."""
    for sheet, style in subject.facts.styles.items():
        if style.library or subject.unused(sheet):
            continue
        enlarged = {name for one in style.rules for selector in one.selectors for name in _enlarged(selector)}
        sizes: dict[str, tuple[int, dict[str, str]]] = {}
        for one in style.rules:
            for selector in one.selectors:
                match = _ONE_CLASS.match(re.sub(r"\.data-v-\w+", "", selector.strip()))
                if match:
                    line, known = sizes.get(match[1], (one.line, {}))
                    sizes[match[1]] = (line, {**known, **one.decls})
        for file, template in _templates_of(subject, sheet):
            told: set[str] = set()
            for element in template.elements:
                if element.tappable:
                    for name in sorted(_classes(element) & sizes.keys() - told - enlarged):
                        line, decls = sizes[name]
                        if _tiny(decls) and not _held(template, element):
                            told.add(name)
                            size = f"{decls['width']} × {decls['height']}"
                            yield Finding(
                                "target-small",
                                f".{name} 可以点，却只有 {size}，不到 {SMALLEST_TARGET_PX}px",
                                f".{name} can be tapped, but has {size}, less than {SMALLEST_TARGET_PX} px",
                                sheet,
                                line,
                                page_of(subject, file),
                            )

    for file, template in subject.facts.templates.items():
        for element in () if template.library or subject.unused(file) else template.elements:
            decls = _inline(element.attrs.get("style", "")) if element.tappable else {}
            if _tiny(decls) and not _held(template, element):
                size = f"{decls['width']} × {decls['height']}"
                yield Finding(
                    "target-small",
                    f"<{element.tag}> 可以点，却只有 {size}，不到 {SMALLEST_TARGET_PX}px",
                    f"<{element.tag}> can be tapped, but has {size}, less than {SMALLEST_TARGET_PX} px",
                    file,
                    element.line,
                    page_of(subject, file),
                )


def _enlarged(selector: str) -> list[str]:
    """Classes with a pseudo-element, which may make the target larger."""
    return re.findall(r"\.([\w-]+)(?:\.data-v-\w+)?::?(?:after|before)", selector)


def _tiny(decls: dict[str, str]) -> bool:
    if any(
        name.startswith("padding") and value.strip() not in ("0", "0rpx", "0px")
        for name, value in decls.items()
    ):
        return False
    width, height = pixels(decls.get("width", "")), pixels(decls.get("height", ""))
    return (
        width is not None
        and height is not None
        and width < SMALLEST_TARGET_PX
        and height < SMALLEST_TARGET_PX
    )


def _held(template: Template, element: Element) -> bool:
    """Whether something around it is tapped as well."""
    return any(one.tappable for one in template.above(element))
