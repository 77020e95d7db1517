"""Two texts line by line: what went, what came, and which words of a line changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

AROUND = 3
WORDS = re.compile(r"[A-Za-z0-9_]+|\s+|.")
Parts = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison; `parts` are its words and whether they changed."""

    kind: Literal["same", "removed", "added"]
    before: int | None
    after: int | None
    parts: Parts


def hunks(before: str, after: str) -> list[list[Line]]:
    """What differs between two texts, each place with a few lines around it."""
    old, new = before.split("\n"), after.split("\n")
    found = SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND)
    return [_hunk(old, new, steps) for steps in found]


def _hunk(old: list[str], new: list[str], steps: list[tuple[str, int, int, int, int]]) -> list[Line]:
    lines: list[Line] = []
    for step, low, high, begin, end in steps:
        if step == "equal":
            places = zip(range(low, high), range(begin, end), strict=True)
            lines += [Line("same", here + 1, there + 1, [(old[here], False)]) for here, there in places]
            continue
        pairs = min(high - low, end - begin) if high - low == end - begin else 0
        for offset in range(low, high):
            other = new[begin + offset - low] if pairs else None
            lines.append(Line("removed", offset + 1, None, _marked(old[offset], other)))
        for offset in range(begin, end):
            other = old[low + offset - begin] if pairs else None
            lines.append(Line("added", None, offset + 1, _marked(new[offset], other)))
    return lines


def _marked(line: str, other: str | None) -> Parts:
    """A line with the parts that its counterpart doesn't have, when the two are alike enough to compare."""
    if other is None:
        return [(line, False)]
    words, others = WORDS.findall(line), WORDS.findall(other)
    match = SequenceMatcher(None, words, others, autojunk=False)
    if match.ratio() < 0.4:
        return [(line, False)]
    return [
        ("".join(words[low:high]), step != "equal")
        for step, low, high, _begin, _end in match.get_opcodes()
        if low < high
    ]
