"""Words of the catalog: cleaned when saved, made findable in Chinese characters, pinyin and initials."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import nh3

DETAIL_TAGS = {
    "p", "br", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "blockquote",
    "hr", "img", "span", "div", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def one_line(text: str) -> str:
    """Text as it is kept: no control characters, single spaces, none at the ends."""
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).split())


def safe_html(html: str) -> str:
    """The detail's markup without anything that runs, loads frames or dresses up as the application."""
    kept = "".join(c for c in html if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return nh3.clean(
        kept,
        tags=DETAIL_TAGS,
        attributes={"img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}},
        url_schemes={"http", "https"},
    ).strip()


def normalise(text: str) -> str:
    """One form for search text and for what is searched: full-width and half-width, upper and lower case alike."""
    return one_line(unicodedata.normalize("NFKC", text)).lower()


def findable(spoken: Iterable[str], written: Iterable[str] = ()) -> str:
    """Everything that should find a product, a line each, so that a term can't match across two of them.

    What is `spoken` is found by its pinyin and initials too; what is only `written` would drown them.
    """
    from pypinyin import Style, lazy_pinyin  # 55 MB of dictionary: only where products are saved

    lines: dict[str, None] = {}
    for part in map(normalise, spoken):
        pinyin = lazy_pinyin(part, errors="ignore")
        initials = lazy_pinyin(part, style=Style.FIRST_LETTER, errors="ignore")
        lines |= dict.fromkeys((part, "".join(pinyin), "".join(initials)))
    lines |= dict.fromkeys(map(normalise, written))
    lines.pop("", None)
    return "\n".join(lines)


def grams(term: str) -> list[str]:
    """The pieces by which a term may match in part: each pair of neighbouring Chinese characters, other words whole."""
    pieces: dict[str, None] = {}
    word = ""
    previous = ""
    for char in [*term, " "]:
        chinese = "\u3400" <= char <= "\u9fff"
        if chinese and previous:
            pieces[previous + char] = None
        previous = char if chinese else ""
        if not chinese and char.isalnum():
            word += char
        elif word:
            if len(word) > 1:
                pieces[word] = None
            word = ""
    return list(pieces)
