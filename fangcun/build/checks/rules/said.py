"""What users get to read: texts of templates, of scripts, and of the JSON that names pages and tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fangcun.build.checks.package.facts import Text
from fangcun.build.checks.subject import Subject

_SHOWN_ATTRIBUTES = frozenset(
    {
        "placeholder",
        "title",
        "label",
        "alt",
        "aria-label",
        "content",
        "text",
        "desc",
        "description",
        "value",
        "sub-title",
    }
    | {
        "confirm-text",
        "cancel-text",
        "header-text",
        "tips",
        "note",
        "message",
        "btn-text",
        "button-text",
        "empty-text",
    }
)
_SHOWN_NAMES = re.compile(
    r"(?:title|text|content|label|desc|description|name|tips?|message|msg|placeholder|motto|subtitle|slogan|intro|summary|about|body|caption|heading|remark|detail|nickname|goods|product)s?$",
    re.IGNORECASE,
)
_SILENT = re.compile(
    r"^console\.|(?:^|\.)(?:Error|TypeError|RangeError|require|warn|error|log|debug|track|report|emit|\$emit|getItem|setItem)$|Storage(?:Sync)?$"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"^[A-Z][a-z]+(?:,? [A-Za-z]+){2,}")
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Said:
    """A text that users may read, and where it stands. `page` is filled for files of a page."""

    text: str
    file: str
    line: int
    page: str


def said(subject: Subject) -> Iterator[Said]:
    """Every text of the enterprise's own files that users may read."""
    yield from _in_templates(subject)
    yield from _in_scripts(subject)
    yield from _in_json(subject)


def page_of(subject: Subject, file: str) -> str:
    """The page that a file belongs to by its name; '' for components and modules."""
    base = file.rsplit(".", 1)[0]
    return base if base in subject.package.pages else ""


def _in_templates(subject: Subject) -> Iterator[Said]:
    for file, element in subject.facts.elements():
        page = page_of(subject, file)
        texts = [element.text, *(value for name, value in element.attrs.items() if name in _SHOWN_ATTRIBUTES)]
        for text in filter(None, texts):
            plain = _EXPRESSION.sub(" ", text).strip()
            if plain:
                yield Said(plain, file, element.line, page)
            for expression in _EXPRESSION.findall(text):
                for one, other in _QUOTED.findall(expression):
                    if _HAN.search(one or other):
                        yield Said(one or other, file, element.line, page)


def _in_scripts(subject: Subject) -> Iterator[Said]:
    for file, text in subject.facts.texts():
        if shown(text):
            yield Said(text.text.replace("${}", " "), file, text.line, page_of(subject, file))


def shown(text: Text) -> bool:
    """Whether a text of a script is written for users: Chinese, or given to a name that is shown."""
    if _SILENT.search(text.callee):
        return False
    return bool(_HAN.search(text.text) or _SHOWN_NAMES.search(text.near) or _SENTENCE.search(text.text))


def _in_json(subject: Subject) -> Iterator[Said]:
    package = subject.package
    for item in package.tab_items:
        yield Said(str(item.get("text", "")), "app.json", 0, "")
    window = package.app.get("window")
    if isinstance(window, dict):
        yield Said(str(window.get("navigationBarTitleText", "")), "app.json", 0, "")
    for page in package.pages:
        title = package.json_of(page).get("navigationBarTitleText")
        if isinstance(title, str):
            yield Said(title, f"{page}.json", 0, page)
