"""What to tap on a page, and in which order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fangcun.build.checks.walking.record import Control, Reached
from fangcun.build.checks.walking.words import LAST, SELECTED, UNSETTLING

ALIKE = 2  # of entries of one list, so many are tapped at first
MOST_LATER = 12
MENU = 10  # entries of a menu at most
MENU_WORD = re.compile(r"[^\d¥￥$]{1,8}")


@dataclass(frozen=True, slots=True)
class Way:
    """How a page was reached: `query` when by its address, `steps` from the start otherwise."""

    path: str
    query: str
    reached: Reached
    taps: int | None
    steps: tuple[Control, ...] = ()
    tab: str = ""


@dataclass(slots=True)
class Item:
    """A control to try, after `chain` was tapped on the same page."""

    control: Control
    chain: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What to tap now; `later` the rest of long lists; `last` what changes the whole package, such as its language."""

    now: list[Item]
    later: list[Item]
    last: list[Item]


def chosen(controls: Iterable[Control]) -> Choice:
    """Sort what can be tapped. Short menus, and entries that name different pages, are tapped whole; on a page, what
    can't be undone comes at the end.
    """
    tappable = [one for one in controls if not _is_beside_the_point(one)]
    groups: dict[str, list[Control]] = {}
    for one in tappable:
        groups.setdefault(one.kind, []).append(one)
    now: list[Item] = []
    later: list[Item] = []
    last: list[Item] = []
    alike: Counter[str] = Counter()
    urls: set[tuple[str, str]] = set()
    for one in tappable:
        url = (one.kind, one.url.partition("?")[0])
        is_new_url = bool(one.url) and url not in urls
        urls.add(url)
        alike[one.kind] += 1
        if UNSETTLING.search(one.text):
            last.append(Item(one))
        elif alike[one.kind] <= ALIKE or is_new_url or _is_menu(groups[one.kind]):
            now.append(Item(one))
        else:
            later.append(Item(one))
    now.sort(
        key=lambda item: bool(LAST.search(item.control.text)) or bool(SELECTED.search(item.control.classes))
    )
    return Choice(now, later[:MOST_LATER], last)


def _is_beside_the_point(one: Control) -> bool:
    """What can't be tapped, only stops taps, or is the picture in something that can."""
    return one.disabled or (one.stops and not one.text) or (one.within and not one.own and not one.text)


def _is_menu(group: list[Control]) -> bool:
    texts = [one.text for one in group]
    return (
        len(texts) <= MENU
        and len(set(texts)) == len(texts)
        and all(MENU_WORD.fullmatch(one) for one in texts)
    )
