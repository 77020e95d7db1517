"""A small native WeChat package such as strangers write, `bookshop/`: without a fault, or with one brought in."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fangcun.build.checks.walking import Walk, walk

CLEAN = Path(__file__).with_name("bookshop")
Change = str | tuple[str, str]  # the whole file; or what is there, and what stands there instead


def written(folder: Path, changes: Mapping[str, Change] | None = None) -> Path:
    """The clean package in a folder, changed."""
    shutil.copytree(CLEAN, folder)
    for name, change in (changes or {}).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(change, tuple):
            old = target.read_text(encoding="utf-8")
            assert change[0] in old, (name, change[0])
            change = old.replace(*change)
        target.write_text(change, encoding="utf-8")
    return folder


def with_page(path: str, **files: str) -> dict[str, Change]:
    """Changes that add a page, reached from a link on the page about us."""
    name = path.split("/")[-1]
    link = f'<navigator class="wide" url="/{path}">更多 {name}</navigator><rich-text'
    own = {"json": "{}", "js": "Page({})", "wxml": "", **files}
    return {
        "app.json": ('"pages/about/about"', f'"pages/about/about", "{path}"'),
        "pages/about/about.wxml": ("<rich-text", link),
        **{f"{path}.{kind}": text for kind, text in own.items()},
    }


def walked_apart(package: Path, **options: Any) -> Walk:
    """A walk in a thread of its own: the browser that the other journeys share holds this one's."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(walk, package, **options).result()
