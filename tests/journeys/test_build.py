"""The package is the same, byte by byte, whenever and wherever it is built."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fangcun.blueprint.compiling import compile_blueprint
from fangcun.blueprint.reading import read
from fangcun.build.artifacts.manifest import zip_package
from fangcun.build.artifacts.workshop import MINIAPP, BuildCancelled, BuildFailed, Job, make

pytestmark = pytest.mark.journey
ELSEWHERE = ("node_modules", "dist", "tests", "tools")


def job(**changes: Any) -> Job:
    blueprint = read((MINIAPP.parent / "blueprints" / "fresh-grocery.yaml").read_bytes()).blueprint
    assert blueprint is not None
    plan = compile_blueprint(blueprint)
    asked = {"plan": plan, "platform": "mp-weixin", "version": "9.8.7", "appid": "wx0123456789abcdef"}
    return Job(**{**asked, "api_base": "https://shop.example.com/api/v1", "made_from": {}, **changes})


def test_two_builds_in_two_places_have_the_same_bytes(tmp_path):
    moved = tmp_path / "somewhere else"
    shutil.copytree(MINIAPP, moved, ignore=shutil.ignore_patterns(*ELSEWHERE))
    (moved / "node_modules").symlink_to(MINIAPP / "node_modules")
    steps: list[int] = []
    with ThreadPoolExecutor(2) as pool:
        here = pool.submit(make, job(), tmp_path / "one", say=lambda _step, percent: steps.append(percent))
        there = pool.submit(make, job(), tmp_path / "two", miniapp=moved)
        one, two = here.result(), there.result()
    assert one == two
    assert steps == sorted(steps)
    assert {"main", "pages-goods", "pages-trade", "pages-user", "pages-grow"} == one["packages"].keys()
    zips = [zip_package(tmp_path / n / "package", tmp_path / f"{n}.zip").read_bytes() for n in ("one", "two")]
    assert zips[0] == zips[1]
    config = (tmp_path / "one" / "package" / "project.config.json").read_text()
    assert '"appid": "wx0123456789abcdef"' in config
    code = "".join(path.read_text() for path in (tmp_path / "one" / "package").rglob("*.js"))
    assert "9.8.7" in code
    assert "https://shop.example.com/api/v1" in code
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "one",
        "one.zip",
        "somewhere else",
        "two",
        "two.zip",
    ]


def test_a_cancelled_build_leaves_nothing(tmp_path: Path):
    looks = iter([False, True])
    with pytest.raises(BuildCancelled):
        make(job(), tmp_path / "one", cancelled=lambda: next(looks, True))
    assert list(tmp_path.iterdir()) == []


def test_a_plan_ahead_of_the_source_is_told_in_one_sentence(tmp_path):
    plan = {**job().plan}
    plan["sitemap.json"] = plan["sitemap.json"].replace("pages/cart/cart", "pages/basket/basket")
    with pytest.raises(BuildFailed, match="pages/basket/basket"):
        make(job(plan=plan), tmp_path / "one")
    assert list(tmp_path.iterdir()) == []
