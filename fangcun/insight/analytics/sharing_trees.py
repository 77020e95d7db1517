"""Shares hang below shares: counting what each brought, along these trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

MOST_PAGES = 50
MOST_NODES = 200
# No share hangs deeper; a longer chain is a circle that somebody made up.
DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Share:
    """One share: its id, the one it hangs below ('' for a root), the root's, who shared which page when."""

    share: str
    parent: str
    root: str
    person: int
    page: str
    ts: int


@dataclass(frozen=True, slots=True)
class Open:
    """Somebody came by a share. `first` is his first event ever, None when it was long before."""

    share: str
    root: str
    person: int
    ts: int
    first: int | None
    bought: int


@dataclass(frozen=True, slots=True)
class Level:
    """Shares so many steps from the root (which is 1): how many were made in the span, by how many opened."""

    depth: int
    shares: int
    opens: int
    newcomers: int


@dataclass(frozen=True, slots=True)
class Sharer:
    """What a person's shares brought. `depth` is how many levels they and what hangs below make."""

    person: int
    shares: int
    opens: int
    newcomers: int
    buyers: int
    depth: int
    downstream: int


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page: how often it was shared in the span, by how many its shares were opened, how many were new."""

    page: str
    shares: int
    opens: int
    newcomers: int


@dataclass(frozen=True, slots=True)
class ShareRoot:
    """A tree: whose root it is (None when it is not on record), and what it brought as a whole."""

    root_id: str
    person: int | None
    shares: int
    opens: int
    newcomers: int


@dataclass(frozen=True, slots=True)
class ShareNode:
    """A share in its tree. `hidden` is how many children are left out, since a tree shows 200 shares at most."""

    share_id: str
    person: int | None
    page: str
    ts: int | None
    opens: int
    newcomers: int
    children: tuple[ShareNode, ...]
    hidden: int


class Counted:
    """Shares and who opened them, counted from several sides."""

    def __init__(
        self, shares: Mapping[str, Share], opens: Iterable[Open], since: int, until: int, fresh_ms: int
    ) -> None:
        self._shares = shares
        self._span = range(since, until)
        self.opens = [
            one for one in opens if one.share not in shares or shares[one.share].person != one.person
        ]
        # person -> the share that brought him
        self.bringers: dict[int, str] = {}
        for one in sorted(self.opens, key=lambda one: (one.ts, one.share)):
            if one.first is not None and one.ts - one.first <= fresh_ms:
                self.bringers.setdefault(one.person, one.share)
        self._openers: dict[str, set[int]] = defaultdict(set)
        self._brought: dict[str, set[int]] = defaultdict(set)
        for one in self.opens:
            self._openers[one.share].add(one.person)
        for person, share in self.bringers.items():
            self._brought[share].add(person)

    def levels(self) -> tuple[Level, ...]:
        """By distance from the root; what hangs below a share that is not on record counts one below it."""
        made: dict[int, int] = defaultdict(int)
        openers: dict[int, set[int]] = defaultdict(set)
        brought: dict[int, int] = defaultdict(int)
        for share in self._shares.values():
            depth = self._depth(share)
            made[depth] += share.ts in self._span
            openers[depth] |= self._openers.get(share.share, set())
            brought[depth] += len(self._brought.get(share.share, ()))
        return tuple(
            Level(depth, made[depth], len(openers[depth]), brought[depth])
            for depth in sorted(made)
            if made[depth] or openers[depth]
        )

    def sharers(self, most: int) -> tuple[Sharer, ...]:
        """Who brought the most, downstream first, then directly, then by opens and shares."""
        mine: dict[int, list[Share]] = defaultdict(list)
        down: dict[int, set[int]] = defaultdict(set)
        depth: dict[int, int] = defaultdict(int)
        for share in self._shares.values():
            mine[share.person].append(share)
            for distance, above in enumerate(self._chain(share), 1):
                down[above.person] |= self._brought.get(share.share, set())
                depth[above.person] = max(depth[above.person], distance)
        bought = {(one.share, one.person) for one in self.opens if one.bought}
        buyers: dict[int, set[int]] = defaultdict(set)
        for share_id, person in bought:
            if share_id in self._shares:
                buyers[self._shares[share_id].person].add(person)
        rows = [
            Sharer(
                person=person,
                shares=sum(share.ts in self._span for share in shares),
                opens=len(_union(self._openers, shares)),
                newcomers=len(_union(self._brought, shares)),
                buyers=len(buyers[person]),
                depth=depth[person],
                downstream=len(down[person] - {person}),
            )
            for person, shares in mine.items()
        ]
        rows = [row for row in rows if row.shares or row.opens or row.downstream]
        rows.sort(key=lambda row: (-row.downstream, -row.newcomers, -row.opens, -row.shares, row.person))
        return tuple(rows[:most])

    def pages(self) -> tuple[SharedPage, ...]:
        """By page, the most shared first; 50 at most."""
        by: dict[str, list[Share]] = defaultdict(list)
        for share in self._shares.values():
            by[share.page].append(share)
        rows = [
            SharedPage(
                page,
                sum(share.ts in self._span for share in shares),
                len(_union(self._openers, shares)),
                len(_union(self._brought, shares)),
            )
            for page, shares in by.items()
        ]
        rows = [row for row in rows if row.shares or row.opens]
        return tuple(sorted(rows, key=lambda row: (-row.shares, -row.opens, row.page))[:MOST_PAGES])

    def roots(self, most: int) -> tuple[ShareRoot, ...]:
        """Trees by their newcomers, then opens and shares."""
        trees: dict[str, list[str]] = defaultdict(list)
        for share in self._shares.values():
            trees[share.root].append(share.share)
        rows = []
        for root, ids in trees.items():
            made = sum(self._shares[one].ts in self._span for one in ids)
            opened = len(set().union(*(self._openers.get(one, ()) for one in ids)))
            brought = len(set().union(*(self._brought.get(one, ()) for one in ids)))
            person = self._shares[root].person if root in self._shares else None
            if made or opened:
                rows.append(ShareRoot(root, person, made, opened, brought))
        rows.sort(key=lambda row: (-row.newcomers, -row.opens, -row.shares, row.root_id))
        return tuple(rows[:most])

    def tree(self, root: str) -> ShareNode | None:
        """The tree of a root, level by level, the largest first; None when there is no share of it."""
        below: dict[str, list[Share]] = defaultdict(list)
        ids = {share.share for share in self._shares.values() if share.root == root}
        if not ids:
            return None
        for one in ids - {root}:
            parent = self._shares[one].parent
            below[parent if parent in ids else root].append(self._shares[one])
        for children in below.values():
            children.sort(key=lambda one: (-len(self._brought.get(one.share, ())), one.ts, one.share))
        shown, level = {root}, [root]
        while level:
            following = [one.share for above in level for one in below[above] if one.share not in shown]
            level = following[: MOST_NODES - len(shown)]
            shown.update(level)
        return self._node(root, below, shown)

    def _node(self, one: str, below: Mapping[str, list[Share]], shown: set[str]) -> ShareNode:
        share = self._shares.get(one)
        children = below.get(one, ())
        return ShareNode(
            share_id=one,
            person=share.person if share else None,
            page=share.page if share else "",
            ts=share.ts if share else None,
            opens=len(self._openers.get(one, ())),
            newcomers=len(self._brought.get(one, ())),
            children=tuple(
                self._node(child.share, below, shown) for child in children if child.share in shown
            ),
            hidden=sum(child.share not in shown for child in children),
        )

    def _chain(self, share: Share) -> Iterator[Share]:
        """A share and all above it that are on record."""
        seen: set[str] = set()
        above: Share | None = share
        while above is not None and above.share not in seen and len(seen) < DEEPEST:
            seen.add(above.share)
            yield above
            above = self._shares.get(above.parent)

    def _depth(self, share: Share) -> int:
        chain = list(self._chain(share))
        return len(chain) + (1 if chain[-1].parent and chain[-1].parent not in self._shares else 0)


def _union(sets: Mapping[str, set[int]], shares: Iterable[Share]) -> set[int]:
    return set().union(*(sets.get(share.share, ()) for share in shares))
