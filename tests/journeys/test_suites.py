"""The suites on a running platform: a slow door is found by load, and what is wrong on a phone by looking."""

from __future__ import annotations

import json

import pytest

from fangcun.doors.cli.plan.files import clean
from fangcun.doors.cli.stack import Stack
from fangcun.doors.cli.suites.compat.devices import chosen
from fangcun.doors.cli.suites.compat.errands import queries_of, shop_at
from fangcun.doors.cli.suites.compat.handset import LOOK
from fangcun.doors.cli.suites.compat.matrix import Matrix
from fangcun.doors.cli.suites.load.command import run
from fangcun.doors.cli.suites.load.ground import SETTINGS, set_up
from fangcun.doors.cli.suites.load.mix import shares_of
from fangcun.doors.cli.suites.load.outcome import report
from tests.journeys.stack import ROOT

SLOWED = {"DJANGO_SETTINGS_MODULE": "tests.journeys.slowed", "PYTHONPATH": str(ROOT)}


def test_a_load_test_finds_the_slow_door(tmp_path):
    plan = clean(str(ROOT / "blueprints" / "fresh-grocery.yaml"))
    stack = Stack(tmp_path / "home", {**SETTINGS, **SLOWED})
    try:
        ground = set_up(stack, plan.text)
        outcome = run(ground, plan, shares_of(plan.blueprint), [4, 8], 6, is_whole=True)
    finally:
        stack.stop()
    report(outcome, tmp_path)
    assert [one.users for one in outcome.steps] == [4, 8]
    assert outcome.steps[-1].errors == {}
    assert {"GET /home", "GET /products/{id}", "POST /quote", "POST /orders", "POST /events"} <= {
        one.name for one in outcome.steps[-1].endpoints
    }
    assert (outcome.causes[0].kind, outcome.causes[0].endpoint) == ("waiting", "POST /quote")
    [quote] = [one for one in outcome.steps[-1].endpoints if one.name == "POST /quote"]
    assert quote.p50 >= 400
    told = json.loads((tmp_path / "report.json").read_text())
    assert told["bottleneck"]["endpoint"] == "POST /quote"
    assert {"web", "worker", "wechatbox", "load"} <= told["machine"][-1]["cpu"].keys()
    assert told["machine"][-1]["jobs"] is not None
    page = (tmp_path / "report.html").read_text()
    assert "<svg" in page
    assert "<script" not in page


def test_the_mini_program_is_in_order_on_a_small_phone_and_offline(platform, tmp_path):
    pages = ["pages/home/home", "pages-goods/product/product"]
    looked = []
    matrix = Matrix(
        url=platform.url,
        user="小兼",
        pages=pages,
        queries=queries_of(shop_at(platform.url), "小兼"),
        folder=tmp_path,
        seen=lambda: looked.append(1),
    )
    found = matrix.look(chosen(["small", "offline"]))
    assert [one for one in found if one.kind != "cut"] == []
    assert len(looked) == 4
    assert (tmp_path / "pictures" / "small-home.jpg").stat().st_size > 4000


BARS = """<div style="position:fixed;bottom:0;left:0;right:0;height:60px;background:#fff">
<button style="position:absolute;bottom:0;height:40px">付款</button></div>"""
WRONG = {
    "overflow": "<div data-testid='wide' style='width:500px;height:20px;background:red'>宽</div>",
    "cut": "<p data-testid='cut' style='width:60px;overflow:hidden;white-space:nowrap'>一段很长的文字放不下</p>",
    "outside": "<div style='height:40px'><button style='margin-left:-70px;width:90px'>返回</button></div>",
    "covered": f"<div style='height:900px'></div><button style='height:30px'>提交</button>{BARS}",
    "unsafe": BARS,
    "overlap": "<button style='position:absolute;top:20px;width:90px;height:40px'>甲</button>"
    "<button style='position:absolute;top:22px;width:90px;height:40px'>乙</button>",
    "invisible": "<p style='background:#111;color:#161616'>看不见</p>",
    "untranslated": "<p>order.title</p>",
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_on_a_page_is_seen(new_context, kind):
    page = new_context(viewport={"width": 375, "height": 667}).new_page()
    page.set_content(
        f"<meta name=viewport content='width=device-width'><body style='margin:0'>{WRONG[kind]}</body>"
    )
    page.evaluate(LOOK)
    seen = page.evaluate("__compat.look({ bottom: 34 })")
    page.evaluate("__compat.scroll()")
    seen += page.evaluate("__compat.lookAtEnd()")
    assert kind in {one["kind"] for one in seen}


def test_a_dialog_over_everything_covers_nothing(new_context):
    page = new_context(viewport={"width": 375, "height": 667}).new_page()
    page.set_content(
        """<body><div style="height:300px"></div><button>领券</button>
        <div style="position:fixed;inset:0;background:#0008"></div>
        <div style="position:fixed;top:250px;left:20px;right:20px;height:180px;background:#fff">请先登录</div>"""
    )
    page.evaluate(LOOK)
    assert page.evaluate("__compat.look({ bottom: 0 })") == []


def test_a_page_in_order_shows_nothing_wrong_even_with_large_text(new_context):
    page = new_context(viewport={"width": 320, "height": 568}).new_page()
    lines = "".join(f"<p>第 {number} 件商品，清晨采摘</p>" for number in range(40))
    bar = """<div style="position:fixed;bottom:0;left:0;right:0;background:#fff;padding:6px 6px 40px">
    <button>去结算</button></div>"""
    page.set_content(
        f"<body style='margin:0;padding-bottom:110px'><header style='position:sticky;top:0'>首页</header>"
        f"{lines}<button>加载更多</button>{bar}</body>"
    )
    page.evaluate(LOOK)
    page.evaluate("__compat.enlarge(1.4)")
    seen = page.evaluate("__compat.look({ bottom: 34 })")
    page.evaluate("__compat.scroll()")
    assert seen + page.evaluate("__compat.lookAtEnd()") == []
    assert page.evaluate("__compat.state().blank") is False
