"""What the mini program is built from: its map, the parts of its `pages.json`, its theme."""

from __future__ import annotations

import colorsys
from collections.abc import Collection, Iterator
from itertools import takewhile
from typing import Any

from fangcun.blueprint.document import Blueprint, Brand, Page
from fangcun.blueprint.graph import Taps, tabs
from fangcun.blueprint.vocabulary import MAIN_PACKAGE

HOUSE = Brand(color="#087F45")  # for a plan that says nothing of its brand
PRESSED = 0.78  # of the brand's lightness: dark enough to be seen under a thumb
TINT = 0.92  # the lightness of a quiet ground in the brand's hue
TINT_SATURATION = 0.45


def sitemap(bp: Blueprint) -> dict[str, Any]:
    """Every page with its distance in taps from the start and the shortest way there; what no package may exceed."""
    taps = Taps(bp)
    ways = taps.ways_from(bp.navigation.start)
    return {
        "start": bp.navigation.start,
        "max_taps": bp.navigation.max_taps,
        "budgets": {name: most for name, most in vars(bp.budgets).items() if most is not None},
        "pages": [
            {
                "id": name,
                "title": page.title,
                "path": page.path,
                "package": page.package,
                "tab": page.tab,
                "key": page.key,
                "depth": len(ways[name]) - 1 if name in ways else None,
                "way": list(ways[name]) if name in ways else None,
                "leads_to": list(page.leads_to),
            }
            for name, page in bp.pages.items()
        ],
    }


def pages(bp: Blueprint) -> dict[str, Any]:
    """The parts of `pages.json` that the plan decides: pages with titles, sub-packages with roots, the tab bar."""
    row = tabs(bp)
    first = [name for name in (bp.navigation.start, *row) if name in bp.pages]
    packages: dict[str, list[Page]] = {}
    for name in dict.fromkeys((*first, *bp.pages)):
        page = bp.pages[name]
        packages.setdefault(page.package, []).append(page)
    main = packages.pop(MAIN_PACKAGE, [])
    sub_packages = []
    for name, members in packages.items():
        others = [page.path for page in bp.pages.values() if page.package != name]
        for root, inside in _roots(members, others):
            entries = [_entry(page, page.path[len(root) + 1 :]) for page in inside]
            sub_packages.append({"root": root, "pages": entries})
    return {
        "pages": [_entry(page, page.path) for page in main],
        "subPackages": sub_packages,
        "tabBar": {"list": [{"pagePath": bp.pages[name].path, "text": bp.pages[name].title} for name in row]},
    }


def root_of(paths: list[str], others: Collection[str] = ()) -> str:
    """The folders that the pages of a sub-package have in common, such as `pages-goods`; empty when there are none.

    Of a single page it is the first of its folders that no page of another package lies in.
    """
    folders = [path.split("/")[:-1] for path in paths]
    shared = [
        level[0] for level in takewhile(lambda level: len(set(level)) == 1, zip(*folders, strict=False))
    ]
    for count in range(1 if len(paths) == 1 else len(shared), len(shared)):
        root = "/".join(shared[:count])
        if not _lies_in(root, others):
            return root
    return "/".join(shared)


def _roots(members: list[Page], others: Collection[str]) -> Iterator[tuple[str, list[Page]]]:
    """The sub-packages that a package becomes: one, or more when its pages share no folder of their own."""
    root = root_of([page.path for page in members], others)
    below = root.count("/") + 1 if root else 0
    deeper: dict[str, list[Page]] = {}
    for page in members:
        deeper.setdefault("/".join(page.path.split("/")[:-1][: below + 1]), []).append(page)
    if len(deeper) == 1 or (root and not _lies_in(root, others)):
        yield root, members
        return
    for inside in deeper.values():
        yield from _roots(inside, others)


def _lies_in(folder: str, paths: Collection[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in paths)


def _entry(page: Page, path: str) -> dict[str, Any]:
    return {"path": path, "style": {"navigationBarTitleText": page.title}}


def theme(bp: Blueprint) -> dict[str, Any]:
    """The brand, and the tokens that are worked out from its colour: pressed, quiet ground, corner."""
    brand = bp.brand or HOUSE
    red, green, blue = (int(brand.color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    return {
        "color": brand.color,
        "on_color": brand.on_color,
        "corner_px": brand.corner_px,
        "logo": brand.logo,
        "tokens": {
            "brand": brand.color,
            "brand_deep": _hex(hue, lightness * PRESSED, saturation),
            "brand_soft": _hex(hue, max(TINT, lightness), min(saturation, TINT_SATURATION)),
            "on_brand": brand.on_color,
            "corner": f"{brand.corner_px}px",
        },
    }


def _hex(hue: float, lightness: float, saturation: float) -> str:
    parts = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02X}" for part in parts)
