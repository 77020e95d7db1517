"""Breadth first through a package: every page by the fewest taps, everything on it that can be tapped."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from fangcun.build.checks.walking.choosing import Item, Way, chosen
from fangcun.build.checks.walking.entering import clear
from fangcun.build.checks.walking.limits import Limits
from fangcun.build.checks.walking.phone import Phone, problems_of
from fangcun.build.checks.walking.record import Control, Entry, Hurdle, Page, Reached, Tap

REVEALED = 6  # of what a tap brings up, so many are tapped
OF_CONTROL = ("place", "kind", "tag", "text", "classes", "bound", "own", "stops", "disabled")
DEEP = 3  # taps on one page after each other


@dataclass
class Explorer:
    """What is known so far; `go` goes on until everything was tried or a limit is reached."""

    phone: Phone
    limits: Limits
    progress: Callable[[str, int, int], None]
    cancelled: Callable[[], bool]
    began: float = field(default_factory=time.monotonic)
    start: str = ""
    all_pages: list[str] = field(default_factory=list)
    tabs: list[str] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    taps: list[Tap] = field(default_factory=list)
    hurdles: list[Hurdle] = field(default_factory=list)
    journal: list[Entry] = field(default_factory=list)
    left_for: dict[str, list[str]] = field(default_factory=dict)
    stopped: str = ""
    _queue: deque[Way] = field(default_factory=deque)
    _later: list[tuple[Way, list[Item]]] = field(default_factory=list)
    _last: list[tuple[Way, list[Item]]] = field(default_factory=list)
    _only_by_taps: set[str] = field(default_factory=set)
    _lost: bool = False

    def go(self) -> None:
        """Walk. Raises WalkImpossible."""
        self.phone.start()
        facts = self.phone.facts()
        self.start, self.all_pages, self.tabs = facts["start"], facts["pages"], facts["tabs"]
        home = Way(self.start, "", "start", 0)
        self._record(home, self.phone.entries())
        self._queue.append(home)
        self._tabs()
        while self._queue and not self._over():
            self._visit(self._queue.popleft())
        self._second_look()
        for path in self.all_pages:
            if path not in self.pages and not self._over():
                self._open_directly(path)
        while self._queue and not self._over():
            self._visit(self._queue.popleft())
        for way, items in self._last:
            if not self._over() and self._arrive(way):
                self._try(way, items)
        self.journal = self.phone.entries()

    def _over(self) -> bool:
        if self.cancelled():
            self.stopped = "cancelled"
        elif time.monotonic() - self.began > self.limits.seconds:
            self.stopped = "seconds"
        elif len(self.taps) >= self.limits.taps:
            self.stopped = "taps"
        elif len(self.pages) >= self.limits.pages:
            self.stopped = "pages"
        return bool(self.stopped)

    def _tabs(self) -> None:
        if self.start not in self.tabs:
            return  # a person sees the bar only on a page that has it
        for tab in self.tabs:
            if tab != self.start and tab in self.all_pages and not self._over():
                way = Way(tab, "", "tab", 1, tab=tab)
                before = len(self.phone.entries())
                self.phone.forget_loading()
                self.phone.go("switchTab", f"/{tab}")
                if self._record(way, self.phone.entries(before)):
                    self._queue.append(way)

    def _record(self, way: Way, happened: list[Entry]) -> bool:
        """Look at the page that has just opened, unless it is known; whether it is new."""
        if way.path in self.pages:
            return False
        phone = self.phone
        looked = phone.look()
        if looked["loading"]:
            phone.settle(self.limits.patience_ms)
            self._wait_for_loading()
            looked = phone.look()
        picture = phone.picture(way.path)
        facts = {**looked, "wants_query": phone.wants_query(), "query": phone.query(), "picture": picture}
        met = clear(phone, way.path, happened)
        self.hurdles += met
        phone.end_loading()
        if met and (phone.stack() or [""])[-1] != way.path:
            facts |= {"controls": (), "texts": ()}  # what was seen is another page's
        elif met:
            after = phone.look()  # what lay beneath
            facts = {
                **facts,
                **after,
                "most_loading": looked["most_loading"],
                "picture": phone.picture(way.path),
            }
        if met:
            self._lost = True
        requests = [one for one in happened if one.kind == "request"]
        self.pages[way.path] = Page(
            path=way.path,
            reached=way.reached,
            taps=way.taps,
            way=tuple(one.text or one.classes for one in way.steps),
            problems=problems_of([one for one in happened if one.page in ("", way.path)]),
            requests=len(requests),
            requests_failed=sum(not 200 <= int(one.detail.get("status", 0)) < 300 for one in requests),
            **facts,
        )
        self.progress(way.path, len(self.pages), len(self.all_pages))
        return True

    def _wait_for_loading(self) -> None:
        end = time.monotonic() + self.limits.patience_ms / 1000
        while self.phone.loading() and time.monotonic() < end:
            self.phone.settle(400)

    def _visit(self, way: Way) -> None:
        if not self._arrive(way):
            return
        choice = chosen(self.phone.controls())
        self._later += [(way, choice.later)] if choice.later else []
        self._last += [(way, choice.last)] if choice.last else []
        done = self._try(way, choice.now)
        self.pages[way.path] = replace(self.pages[way.path], tried=done)

    def _try(self, way: Way, items: list[Item]) -> bool:
        """Tap these and what they bring up; whether all of them were tried."""
        seen = {one.control.kind for one in items} | {one.kind for one in self.phone.controls()}
        waiting, tried = deque(items), 0
        while waiting:
            if self._over() or tried >= self.limits.taps_a_page:
                return False
            item = waiting.popleft()
            tap = self._tap(way, item)
            if tap is None:
                continue
            tried += 1
            stack = self.phone.stack()
            if not stack or stack[-1] != way.path or len(item.chain) + 1 >= DEEP:
                continue
            if tap.changed:
                fresh = [
                    one
                    for one in self.phone.controls()
                    if one.kind not in seen or one.place.startswith("layer/")
                ]
                revealed = chosen(fresh).now
                seen |= {one.control.kind for one in revealed if not one.control.place.startswith("layer/")}
                chain = (*item.chain, item.control)
                waiting.extendleft(reversed([Item(one.control, chain) for one in revealed[:REVEALED]]))
        return True

    def _tap(self, way: Way, item: Item) -> Tap | None:
        stack = self.phone.stack()
        if self._lost or not stack or stack[-1] != way.path:
            self._arrive(way, item.chain)
        tapped = self.phone.tap(item.control)
        if tapped is None and self.phone.dialogs() and not item.control.place.startswith("layer/"):
            self._put_away()
            tapped = self.phone.tap(item.control)
        if tapped is None and self._arrive(way, item.chain):
            tapped = self.phone.tap(item.control)
        if tapped is None:
            return None
        changed, happened, after = tapped
        picture = ""
        if not changed and not item.control.disabled:
            if self.phone.fill():  # it may wait for what has to be filled in
                self.phone.settle()
                again = self.phone.tap(item.control)
                changed, happened, after = again if again is not None else (("unknown",), happened, after)
                self._lost = True
            if not changed:
                picture = self.phone.picture(f"{way.path}-nothing", item.control)
        if problems_of(happened) or self.phone.stuck:
            picture = self.phone.picture(f"{way.path}-tap")
        tap = Tap(
            **{name: getattr(item.control, name) for name in OF_CONTROL},
            page=way.path,
            chain=tuple(one.text or one.classes for one in item.chain),
            changed=changed,
            to=after[-1] if after and after[-1] != way.path else "",
            calls=tuple(one.name for one in happened if one.kind == "call"),
            toasts=tuple(one.name for one in happened if one.kind == "toast"),
            problems=problems_of(happened),
            stuck=self.phone.stuck,
            picture=picture,
        )
        self.taps.append(tap)
        self._follow(way, item, happened, stack, after)
        return tap

    def _follow(
        self, way: Way, item: Item, happened: list[Entry], before: list[str], after: list[str]
    ) -> None:
        """Look at the page to which a tap led, and come back."""
        opened = [one.name for one in happened if one.kind == "page"]
        if not opened and after == before:
            return
        left = self.left_for.setdefault(way.path, [])
        left += [one for one in opened if one not in left]
        asked = next(
            (one.name for one in happened if one.kind == "page" and one.detail.get("mode") != "back"), ""
        )
        steps = (*way.steps, *item.chain, item.control)
        taps = None if way.taps is None else way.taps + len(item.chain) + 1
        reached: Reached = "direct" if taps is None else "tap"
        new = Way(asked or (after[-1] if after else ""), "", reached, taps, steps, way.tab)
        if new.path in self.all_pages and self._record(new, happened):
            self._queue.append(replace(new, query=self.pages[new.path].query))
        now = self.phone.stack()
        if len(now) > 1 and now[:-1] == before and not self._lost:
            self.phone.go("navigateBack")
            self.phone.forget_loading()
        else:
            self._lost = True

    def _arrive(self, way: Way, chain: tuple[Control, ...] = ()) -> bool:
        """Bring the page back as it was before anything on it was tapped, then tap `chain`."""
        self._lost = False
        url = f"/{way.path}" + (f"?{way.query}" if way.query else "")
        if way.reached == "direct" or not way.steps:
            self.phone.go("reLaunch", url)
        else:
            self._follow_again(way, url)
        self._put_away()
        return self._all(chain) and (self.phone.stack() or [""])[-1] == way.path

    def _follow_again(self, way: Way, url: str) -> None:
        """By its address when the page is the same that way, else by the taps that led to it."""
        known = self.pages[way.path]
        self.phone.go("reLaunch", f"/{way.tab or self.start}")
        self._put_away()
        if way.path not in self._only_by_taps:
            self.phone.go("navigateTo", url)
            if (self.phone.stack() or [""])[-1] == way.path and len(self.phone.controls()) >= len(
                known.controls
            ):
                return
            self._only_by_taps.add(way.path)
            self.phone.go("reLaunch", f"/{way.tab or self.start}")
            self._put_away()
        if not self._all(way.steps) or (self.phone.stack() or [""])[-1] != way.path:
            self.phone.go("reLaunch", url)

    def _all(self, steps: Iterable[Control]) -> bool:
        return all(self.phone.tap(one) is not None for one in steps)

    def _put_away(self) -> None:
        if self.phone.dialogs() or self.phone.overlay() is not None:
            clear(self.phone, (self.phone.stack() or [""])[-1], [])

    def _second_look(self) -> None:
        """The rest of long lists, as long as there are pages that nothing led to."""
        for way, items in self._later:
            if all(path in self.pages for path in self.all_pages) or self._over():
                return
            if self._arrive(way):
                self._try(way, items)
            while self._queue and not self._over():
                self._visit(self._queue.popleft())

    def _open_directly(self, path: str) -> None:
        before = len(self.phone.entries())
        self.phone.forget_loading()
        self.phone.go("reLaunch", f"/{path}")
        way = Way(path, "", "direct", None)
        if self._record(way, self.phone.entries(before)) and self.pages[path].controls:
            self._queue.append(way)
