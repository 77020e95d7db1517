"""The pages as a tree: how many taps each is from the start, and what can't be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from fangcun.blueprint.document import Blueprint, Page
from fangcun.blueprint.graph import Taps
from fangcun.blueprint.vocabulary import MAIN_PACKAGE

COLOURS: Final = 9  # as many as the stylesheet has for packages


@dataclass(slots=True)
class Node:
    """A page in the tree. `depth` is None for one that can't be reached."""

    name: str
    page: Page
    depth: int | None
    colour: int
    too_deep: bool
    way: str = ""
    leads_to: str = ""
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Package:
    """A package and how many pages it has; a root folder is shared by its pages."""

    name: str
    colour: int
    pages: int
    is_main: bool


@dataclass(frozen=True, slots=True)
class SiteMap:
    """Everything the drawing needs. `depths` are the columns of the tree, with the pages in each."""

    root: Node | None
    lost: list[Node]
    deep: list[Node]
    depths: list[tuple[int, int]]
    packages: list[Package]
    tabs: int
    keys: int
    max_taps: int


def sitemap(bp: Blueprint) -> SiteMap:
    """The tree of shortest ways from the start; tab pages stand on its first level."""
    packages = list(dict.fromkeys(page.package for page in bp.pages.values()))
    packages.sort(key=lambda name: name != MAIN_PACKAGE)
    colours = {name: number % COLOURS for number, name in enumerate(packages)}
    ways = Taps(bp).ways_from(bp.navigation.start)
    most = bp.navigation.max_taps
    nodes: dict[str, Node] = {}
    for name, page in bp.pages.items():
        way = ways.get(name)
        depth = None if way is None else len(way) - 1
        nodes[name] = Node(
            name,
            page,
            depth,
            colours[page.package],
            page.key and (depth is None or depth > most),
            " → ".join(bp.pages[one].title for one in way or ()),
            "、".join(bp.pages[one].title for one in page.leads_to if one in bp.pages),
        )
    for name, way in ways.items():
        if len(way) > 1:
            nodes[way[-2]].children.append(nodes[name])
    counts: dict[int, int] = {}
    for node in nodes.values():
        if node.depth is not None:
            counts[node.depth] = counts.get(node.depth, 0) + 1
    return SiteMap(
        root=nodes.get(bp.navigation.start),
        lost=[node for node in nodes.values() if node.depth is None],
        deep=[node for node in nodes.values() if node.too_deep and node.depth is not None],
        depths=sorted(counts.items()),
        packages=[
            Package(
                name,
                colours[name],
                sum(page.package == name for page in bp.pages.values()),
                name == MAIN_PACKAGE,
            )
            for name in packages
        ],
        tabs=sum(page.tab is not None for page in bp.pages.values()),
        keys=sum(page.key for page in bp.pages.values()),
        max_taps=most,
    )


def programs(bp: Blueprint) -> list[dict[str, Any]]:
    """The matrix of mini programs: which one leads to which."""
    names = {one.id: one.name for one in bp.programs}
    return [
        {"program": one, "to": [names.get(target, target) for target in one.jumps_to]} for one in bp.programs
    ]
