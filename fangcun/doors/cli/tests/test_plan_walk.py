"""The parts of a walk that need no phone: what is done how, which way leads where, what arrived, what is reported."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.reading import read
from fangcun.doors.cli.plan.commands import app
from fangcun.doors.cli.plan.walk.atlas import Atlas, Hop, NoWay
from fangcun.doors.cli.plan.walk.matching import Arrived, Ledger, Person, flaw_of
from fangcun.doors.cli.plan.walk.outcome import State, StepOutcome, WayOutcome
from fangcun.doors.cli.plan.walk.recording import keep
from fangcun.doors.cli.plan.walk.report import write_report
from fangcun.doors.cli.plan.walk.script import Gesture, NoGestures, ScriptWrong, load_script, read_script
from fangcun.doors.cli.plan.walk.ways import NoSuchScenario, ways_of

ROOT = Path(__file__).resolve().parents[4]
TEXT = (ROOT / "blueprints" / "fresh-grocery.yaml").read_text()
SCRIPT = load_script(ROOT / "miniapp" / "walk.yaml", ROOT / "miniapp" / "plan" / "sitemap.json")
BP = cast(Blueprint, read(TEXT).blueprint)
NAMES = {page.path: name for name, page in BP.pages.items()}
CENTRE = {"page": "messages", "part": "message"}
FANG = Person(7, frozenset({"phone-7"}))


def way(name: str, text: str = TEXT):
    [found] = [one for one in ways_of(cast(Blueprint, read(text).blueprint)) if one.id == name]
    return found


def arrived(name, ts, *, page="", member=7, flaw="", **props):
    return Arrived(f"{name}:{ts}", name, ts, page, props, member, None, flaw)


def test_the_shipped_plan_has_gestures_for_every_step():
    for one in ways_of(BP):
        for step in one.steps:
            SCRIPT.doing(one, step)


def test_ways_are_the_scenarios_with_their_branches_and_can_be_chosen():
    assert [one.id for one in ways_of(BP, ["pay_later"])] == ["pay_later", "pay_later/timed_out"]
    assert [one.id for one in ways_of(BP, ["receive/forgotten"])] == ["receive/forgotten"]
    with pytest.raises(NoSuchScenario, match="没有场景 buyy；蓝图里有：buy、search_and_buy"):
        ways_of(BP, ["buyy"])


def test_only_ways_that_let_time_pass_are_walked_alone():
    assert [one.id for one in ways_of(BP) if SCRIPT.lets_time_pass(one)] == [
        "buy/timed_out",
        "pay_later/timed_out",
        "receive/forgotten",
        "group_buy/expired",
    ]


def test_an_event_without_gestures_says_what_to_add():
    text = TEXT.replace("event: goods_viewed, props", "event: goods_smelled, props")
    step = way("buy", text).steps[1]
    with pytest.raises(NoGestures) as told:
        SCRIPT.doing(way("buy", text), step)
    assert str(told.value) == (
        "不知道怎样做出 goods_smelled；在 miniapp/walk.yaml 的 events 里加上 goods_smelled@product: [手势]"
    )


def test_a_branch_may_do_things_in_its_own_way():
    usual = SCRIPT.doing(way("receive"), way("receive").steps[1])
    own = SCRIPT.doing(way("receive/only_in_app"), way("receive/only_in_app").steps[1])
    assert Gesture("tap", "subscribe-allow") in usual.gestures
    assert Gesture("tap", "subscribe-reject") in own.gestures


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "walk.yaml：写成一组键和值"),
        ({"way": {}}, "walk.yaml：没有 way 这个键"),
        ({"ways": {"home>moon": [{"tap": "x"}]}}, "ways.home>moon：小程序里没有页面 moon"),
        ({"ways": {"home": []}}, "ways.home：写成 从哪页>到哪页"),
        ({"events": {"goods_viewed": "see"}}, "events.goods_viewed：写成一组键和值"),
        ({"events": {"goods_viewed": [{"lick": "x"}]}}, "events.goods_viewed：不认识手势 lick: x"),
        (
            {"events": {"goods_viewed": [{"tap": "x", "see": "y"}]}},
            "events.goods_viewed：一个手势只写一个动作",
        ),
        (
            {"events": {"goods_viewed": [{"open": "home"}]}},
            "events.goods_viewed：open 只能打开别人发来的页面",
        ),
        ({"events": {"goods_viewed": [{"do": "nothing"}]}}, "do: nothing：events 里没有它"),
    ],
)
def test_a_mistake_in_the_gestures_is_told_with_its_place(told, words):
    if isinstance(told, dict):
        told = {"message_centre": CENTRE, **told}
    with pytest.raises(ScriptWrong) as wrong:
        read_script(told, NAMES)
    assert str(wrong.value).startswith(words)


def test_gestures_that_cannot_be_read_are_told_in_one_sentence(tmp_path):
    (tmp_path / "walk.yaml").write_text("events: [")
    for name in ("none.yaml", "walk.yaml"):
        with pytest.raises(ScriptWrong):
            load_script(tmp_path / name, ROOT / "miniapp" / "plan" / "sitemap.json")


def test_the_way_to_a_page_is_the_shortest_that_the_plan_has_and_somebody_knows_to_tap():
    atlas = Atlas(BP, SCRIPT)
    assert atlas.route("pages/home/home", "messages") == [
        Hop("me", ()),
        Hop("messages", (Gesture("tap", "me-messages"),)),
    ]
    assert atlas.route("pages/home/home", "home") == []
    assert atlas.route("somewhere/else", "home") is None


def test_a_planned_way_that_nobody_knows_to_tap_is_named():
    script = read_script({"message_centre": CENTRE}, NAMES)
    with pytest.raises(NoWay) as told:
        Atlas(BP, script).route("pages/home/home", "product")
    assert str(told.value) == (
        "蓝图里从“首页”到“商品详情”走 home > product，但 miniapp/walk.yaml 的 ways 里没有 home>product"
    )


def test_each_step_takes_its_own_event_in_their_order():
    ledger = Ledger(way("pay_later"))
    events = [
        arrived("order_submitted", 10, order_number="A", total_amount=5, lines=1),
        arrived("payment_requested", 11, page="pages-trade/checkout/checkout", order_number="A"),
        arrived("payment_dismissed", 12, page="pages-trade/checkout/checkout", order_number="A"),
        arrived("payment_requested", 13, page="pages-trade/order/order", order_number="A"),
    ]
    assert [ledger.look(number, events, [FANG]) for number in (0, 1, 2)] == ["", "", ""]
    assert ledger.look(3, events, [FANG]) == "没有收到事件 order_paid"


def test_an_event_of_somebody_else_or_from_before_or_of_another_order_is_none_of_the_ways():
    order = {"order_number": "A", "total_amount": 5, "lines": 1}
    ledger = Ledger(way("pay_later"))
    ledger.since = 5
    assert (
        ledger.look(0, [arrived("order_submitted", 10, member=8, **order)], [FANG])
        == "没有收到事件 order_submitted"
    )
    assert ledger.look(0, [arrived("order_submitted", 4, **order)], [FANG]) == "没有收到事件 order_submitted"
    assert ledger.look(0, [arrived("order_submitted", 10, **order)], [FANG]) == ""
    other = arrived("payment_dismissed", 12, page="pages-trade/checkout/checkout", order_number="B")
    assert ledger.look(1, [other], [FANG]) == "事件 payment_dismissed 的 order_number 是 B，前面的步骤是 A"


def test_an_event_on_another_page_or_in_quarantine_says_so():
    ledger = Ledger(way("buy"))
    tapped = {"product_id": 1, "position": 0, "block": "x"}
    assert ledger.look(0, [arrived("goods_tapped", 1, page="pages-goods/list/list", **tapped)], [FANG]) == (
        "事件 goods_tapped 是在 pages-goods/list/list 记录的，蓝图写的是 pages/home/home"
    )
    kept = arrived("goods_tapped", 1, page="pages/home/home", flaw="缺少属性", **tapped)
    assert ledger.look(0, [kept], [FANG]) == "事件 goods_tapped 到了，但被隔离：缺少属性"


def test_before_somebody_logs_in_an_event_is_known_by_its_phone():
    event = Arrived(
        "1", "goods_tapped", 1, "", {"product_id": 1, "position": 0, "block": "x"}, None, "phone-7"
    )
    assert Ledger(way("buy")).look(0, [event], [FANG]) == ""
    assert Ledger(way("buy")).look(0, [event], [Person(None, frozenset({"phone-8"}))]) != ""


@pytest.mark.parametrize(
    ("props", "words"),
    [
        ({"purpose": "order_paid"}, ""),
        ({}, "事件 message_sent 缺少属性 purpose"),
        ({"purpose": 1}, "事件 message_sent 的属性 purpose 应为 enum(order_paid)，收到 1，类型不对"),
        (
            {"purpose": "x"},
            "事件 message_sent 的属性 purpose 应为 enum(order_paid)，收到 'x'，不在列出的值里",
        ),
    ],
)
def test_planned_properties_must_be_there_and_of_their_type(props, words):
    assert flaw_of(arrived("message_sent", 1, **props), {"purpose": "enum(order_paid)"}) == words


def walked(reason: str = "") -> list[WayOutcome]:
    """A way whose steps passed, or whose second step failed."""
    one = way("search_and_buy")
    steps = [StepOutcome(step, State.PASSED, 0.5) for step in one.steps]
    if reason:
        steps[1].fail(reason)
        for later in steps[2:]:
            later.state = State.NOT_REACHED
    return [WayOutcome(one, steps, 3.5)]


def test_the_report_tells_each_step_to_people_and_programs(tmp_path):
    page = write_report(
        tmp_path,
        file="shop.yaml",
        enterprise="青禾鲜",
        began=dt.datetime(2026, 12, 1, 9, 30, tzinfo=dt.UTC),
        seconds=12.34,
        ways=walked("没有收到事件 <goods_tapped>"),
    )
    told = json.loads((tmp_path / "report.json").read_text())
    assert (told["passed"], told["seconds"], told["began_at"]) == (False, 12.3, "2026-12-01T09:30:00+00:00")
    assert told["counts"] == {"ways": 1, "ways_passed": 0, "steps": 7, "steps_passed": 1}
    assert [step["state"] for step in told["ways"][0]["steps"]] == ["passed", "failed", *["not_reached"] * 5]
    html = page.read_text()
    assert "搜着买" in html
    assert "没有收到事件 &lt;goods_tapped&gt;" in html
    assert "http" not in html.replace("http://www.w3.org", "")


def test_without_an_installation_nothing_is_recorded_and_none_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("FANGCUN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert keep(TEXT, walked(), 1.0) == "这里没有安装好的平台，结果没有记入排期"
    assert not (tmp_path / "home").exists()


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_walk_of_the_current_revision_decides_its_check(monkeypatch):
    from fangcun.kernel.actors import SYSTEM
    from fangcun.plan.revisions.services import publish_text
    from fangcun.plan.schedule.models import CheckResult

    monkeypatch.setattr("fangcun.doors.cli.plan.recording._is_installed", lambda: True)
    assert keep(TEXT, walked(), 1.0) == "已发布的不是这份蓝图，结果没有记入排期"
    publish_text(text=TEXT, base=None, message="第一版", by=SYSTEM)
    assert keep(f"{TEXT}# 改过\n", walked(), 1.0) == "已发布的不是这份蓝图，结果没有记入排期"
    assert not CheckResult.objects.exists()
    assert keep(TEXT, walked(), 1.0) == "结果已记入第 1 版的验收 journeys_pass"
    assert keep(TEXT, walked("没有收到事件"), 1.0) == "结果已记入第 1 版的验收 journeys_pass"
    passed, failed = CheckResult.objects.order_by("id")
    assert (passed.check_name, passed.passed, passed.detail) == (
        "journeys_pass",
        True,
        "1/1 条路、7/7 步通过",
    )
    assert (failed.passed, failed.evidence["failed"]) == (
        False,
        [{"way": "search_and_buy", "step": "tap", "reason": "没有收到事件"}],
    )


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (["--scenario", "nope"], {}, "没有场景 nope；"),
        ([], {"FANGCUN_CHROMIUM": "/no/browser"}, "FANGCUN_CHROMIUM 是 /no/browser，那里没有可以运行的程序"),
        ([], {"FANGCUN_H5": "/no/app"}, "小程序还没有构建（/no/app 里没有 index.html）：make setup"),
    ],
)
def test_what_stands_in_the_way_of_a_walk_is_one_sentence(tmp_path, monkeypatch, words, environment, told):
    (tmp_path / "index.html").write_text("")
    monkeypatch.setenv("FANGCUN_H5", str(tmp_path))
    monkeypatch.delenv("FANGCUN_CHROMIUM", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, ["test", str(ROOT / "blueprints" / "fresh-grocery.yaml"), *words])
    assert result.exit_code == 2
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1


def test_a_walk_without_playwright_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.delenv("FANGCUN_CHROMIUM", raising=False)
    result = CliRunner().invoke(app, ["test", str(ROOT / "blueprints" / "fresh-grocery.yaml")])
    assert (
        result.stderr
        == "走查需要 Playwright：pip install playwright，再 playwright install chromium；或 make setup\n"
    )
    assert result.exit_code == 2
