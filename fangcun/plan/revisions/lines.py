"""Two people's work on one text, put together line by line where they worked on different lines."""

from __future__ import annotations

from difflib import SequenceMatcher

MOST_LINES = 20_000


def merged_lines(base: str, mine: str, theirs: str) -> str | None:
    """Both sides' changes to `base` in one text; where they meet, one's own lines. None for endless texts."""
    before, own, other = (text.splitlines(keepends=True) for text in (base, mine, theirs))
    if max(len(before), len(own), len(other)) > MOST_LINES:
        return None
    merged: list[str] = []
    at = own_at = other_at = 0
    for start, own_start, other_start, size in _unchanged(before, own, other):
        was = before[at:start]
        here, there = own[own_at:own_start], other[other_at:other_start]
        merged += there if here == was else here
        merged += before[start : start + size]
        at, own_at, other_at = start + size, own_start + size, other_start + size
    return "".join(merged)


def _unchanged(before: list[str], own: list[str], other: list[str]) -> list[tuple[int, int, int, int]]:
    """Stretches of lines that both sides left alone: where each begins in the three texts, and how long it is.

    The last one is empty and stands behind all three.
    """
    left = SequenceMatcher(None, before, own).get_matching_blocks()
    right = SequenceMatcher(None, before, other).get_matching_blocks()
    found = []
    i = j = 0
    while i < len(left) and j < len(right):
        (a, b, size), (c, d, length) = left[i], right[j]
        start, end = max(a, c), min(a + size, c + length)
        if start < end:
            found.append((start, b + start - a, d + start - c, end - start))
        if a + size < c + length:
            i += 1
        else:
            j += 1
    return [*found, (len(before), len(own), len(other), 0)]
