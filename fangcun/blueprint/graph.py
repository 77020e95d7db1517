"""Taps between pages: how far each page is, by which way, and what can't be reached.

Tab pages are one tap from each other; `leads_to` are the other taps. Names of pages that do not exist are left out.
"""

from __future__ import annotations

from collections import deque
from functools import cache

from fangcun.blueprint.document import Blueprint


def tabs(bp: Blueprint) -> tuple[str, ...]:
    """The tab pages from left to right."""
    found = [(page.tab, name) for name, page in bp.pages.items() if page.tab is not None]
    return tuple(name for _tab, name in sorted(found, key=lambda pair: pair[0]))


class Taps:
    """The pages of a plan as a graph of taps; ways are searched once for each page they begin at."""

    def __init__(self, bp: Blueprint) -> None:
        row = tabs(bp)
        self.next: dict[str, tuple[str, ...]] = {}
        for name, page in bp.pages.items():
            others = [tab for tab in row if tab != name] if page.tab is not None else []
            known = [target for target in page.leads_to if target in bp.pages and target != name]
            self.next[name] = tuple(dict.fromkeys([*others, *known]))
        self.ways_from = cache(self._ways_from)

    def _ways_from(self, start: str) -> dict[str, tuple[str, ...]]:
        """The shortest way to every page that can be reached, both ends included; of equals the first written."""
        if start not in self.next:
            return {}
        ways: dict[str, tuple[str, ...]] = {start: (start,)}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            for target in self.next[here]:
                if target not in ways:
                    ways[target] = (*ways[here], target)
                    queue.append(target)
        return ways

    def way(self, start: str, end: str) -> tuple[str, ...] | None:
        """The shortest way from one page to another; None when there is none."""
        return self.ways_from(start).get(end)

    def distance(self, start: str, end: str) -> int | None:
        """How many taps one page is from another; None when there is no way."""
        way = self.way(start, end)
        return None if way is None else len(way) - 1
