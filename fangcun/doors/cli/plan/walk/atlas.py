"""How a phone gets from page to page: the taps that the plan promises, made as walk.yaml knows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.graph import Taps
from fangcun.doors.cli.plan.walk.script import Gesture, Script


class NoWay(Exception):
    """The plan has a way that nobody knows how to tap; the text says what to add."""


@dataclass(frozen=True, slots=True)
class Hop:
    """To one page: by gestures, or by the tab bar when there are none."""

    page: str
    gestures: tuple[Gesture, ...]


class Atlas:
    """The pages of a plan. Pages go by the plan's names here."""

    def __init__(self, bp: Blueprint, script: Script) -> None:
        self.bp, self._taps = bp, Taps(bp)
        self.start = bp.pages[bp.navigation.start].path
        self._by_path = {page.path: name for name, page in bp.pages.items()}
        self._known: dict[str, dict[str, tuple[Gesture, ...]]] = {}
        for name, targets in self._taps.next.items():
            self._known[name] = {}
            for target in targets:
                hop = (script.name(name, self.path(name)), script.name(target, self.path(target)))
                if hop in script.ways:
                    self._known[name][target] = script.ways[hop]  # type: ignore[index]
                elif bp.pages[name].tab is not None and bp.pages[target].tab is not None:
                    self._known[name][target] = ()
        self._script_names = {script.name(name, page.path): name for name, page in bp.pages.items()}

    def path(self, page: str) -> str:
        return self.bp.pages[page].path

    def title(self, page: str) -> str:
        return self.bp.pages[page].title

    def planned(self, name: str) -> str:
        """The plan's name of a page of the script. Raises NoWay when the plan has no such page."""
        try:
            return self._script_names[name]
        except KeyError:
            raise NoWay(f"蓝图里没有小程序的页面 {name}") from None

    def route(self, path: str, page: str) -> list[Hop] | None:
        """The fewest hops from the page at a path to another; None when the plan promises no way from there.

        Raises NoWay when it does and walk.yaml does not know how.
        """
        here = self._by_path.get(path)
        if here is None:
            return None
        hops: dict[str, list[Hop]] = {here: []}
        queue = deque([here])
        while queue:
            name = queue.popleft()
            if name == page:
                return hops[name]
            for target, gestures in self._known[name].items():
                if target not in hops:
                    hops[target] = [*hops[name], Hop(target, gestures)]
                    queue.append(target)
        way = self._taps.way(here, page)
        if way is None:
            return None
        unknown = [f"{start}>{end}" for start, end in pairwise(way) if end not in self._known[start]]
        raise NoWay(
            f"蓝图里从“{self.title(here)}”到“{self.title(page)}”走 {' > '.join(way)}，"
            f"但 miniapp/walk.yaml 的 ways 里没有 {'、'.join(unknown)}"
        )
