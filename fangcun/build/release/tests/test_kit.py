"""The dossier is filled from the blueprint; the reviewer's kit is a page and a zip with pictures of a real walk."""

from __future__ import annotations

import json
import zipfile

import pytest

from fangcun.build.release.dossier import fill, same_category, value_since
from fangcun.build.release.kit.keeping import kit_page, kit_zip, preview_pictures
from fangcun.build.release.kit.making import make
from fangcun.build.release.tests.conftest import LI, PLAN
from fangcun.plan.revisions.queries import newest_number
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n picture"


def test_the_dossier_says_what_the_plan_says(way):
    told = fill(way().release)
    assert (told.categories, told.order_path, told.missing) == (
        ("食品－生鲜果蔬",),
        "pages-trade/orders/orders",
        (),
    )
    assert told.pages[0].address == "pages/home/home"
    assert len(told.pages) == 5
    assert told.ugc["declared"] is False
    first = told.walkthroughs[0]
    assert (first["name"], first["steps"][0]["words"]) == ("逛着买", "在“首页”点开一件商品")


def test_what_the_plan_does_not_say_is_missing(way, plan):
    text = PLAN.read_text().replace("  order_path: pages-trade/orders/orders\n", "")
    publish_text(text=text, base=plan, message="没有订单路径", by=LI)
    one = way("1.1.0")
    assert fill(one.release).missing == ("订单中心页面的路径",)


def test_the_value_of_an_update_is_what_changed_since_the_live_version(way, plan):
    from fangcun.build.release import services

    first = way("1.0.0").approved()
    assert value_since(first.release).startswith("首个版本，提供浏览")
    first.do(services.go(number=first.number, everybody=True, by=LI))
    same = way("1.0.1")
    assert value_since(same.release) == "修复问题，提升稳定性"
    services.abandon(number=same.number, reason="换计划", by=LI)
    fresh = "  - {id: gifts, name: 送礼卡, priority: must, kind: traffic, scenarios: [buy]}\n"
    text = PLAN.read_text().replace("\nfeatures:\n", f"\nfeatures:\n{fresh}", 1)
    publish_text(text=text, base=newest_number(), message="送礼", by=LI)
    assert value_since(way("1.1.0").release) == "新增送礼卡"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("食品－生鲜果蔬", "食品-生鲜果蔬", True),
        ("食品 > 生鲜果蔬", "食品/生鲜果蔬", True),
        ("食品", "食品－饮料", False),
    ],
)
def test_a_category_is_known_however_its_dashes_are_written(one, other, same):
    assert same_category(one, other) is same


def test_the_kit_takes_the_pictures_of_a_walk(way, tmp_path):
    one = way()
    walk = tmp_path / "walk"
    (walk / "pictures").mkdir(parents=True)
    (walk / "pictures" / "a.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    steps = [
        {"step": "tap", "picture": "pictures/a.png"},
        {"step": "view", "picture": "../secret.png"},
        {"step": "nobody_knows", "picture": "pictures/a.png"},
    ]
    ways = [
        {"scenario": "buy", "branch": None, "name": "逛着买", "passed": True, "steps": steps},
        {"scenario": "buy", "branch": "timed_out", "name": "超时", "passed": True, "steps": steps},
    ]
    (walk / "report.json").write_text(json.dumps({"ways": ways}), "utf-8")
    told: list[str] = []
    page = make(one.number, walk=walk, progress=lambda words, done, whole: told.append(f"{done}/{whole}"))
    text = page.read_text()
    assert (told, preview_pictures(one.number)) == (["0/3", "1/3", "2/3", "3/3"], ["pictures/01.png"])
    assert (text.count("<img"), "在“首页”点开一件商品" in text, "超时" in text) == (1, True, False)
    with zipfile.ZipFile(kit_zip(one.number)) as archive:
        assert sorted(archive.namelist()) == ["dossier.json", "index.html", "pictures/01.png"]


def test_a_kit_is_made_anew_as_a_whole(way):
    one = way()
    assert not kit_page(one.number).exists()
    make(one.number)
    (kit_page(one.number).parent / "old.txt").write_text("x")
    make(one.number)
    assert not (kit_page(one.number).parent / "old.txt").exists()
    assert "还没有截图" in kit_page(one.number).read_text()
