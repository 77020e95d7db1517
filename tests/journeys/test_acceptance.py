"""`fangcun plan test`: the shipped plan is walked whole on the built app, and what a plan gets wrong is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from fangcun.doors.cli.plan.commands import app
from tests.journeys.stack import ROOT

SAMPLE = ROOT / "blueprints" / "fresh-grocery.yaml"


def walk(file: Path, out: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Run the command; its exit code and report."""
    ended = CliRunner().invoke(app, ["test", str(file), "--out", str(out), *words], env={"COLUMNS": "200"})
    assert (out / "report.json").exists(), ended.output
    report: dict[str, Any] = json.loads((out / "report.json").read_text())
    return ended.exit_code, report


def test_every_way_of_the_shipped_plan_is_walked_and_every_event_arrives(tmp_path):
    code, report = walk(SAMPLE, tmp_path)
    wrong = [
        (way["scenario"], way["branch"], step["step"], step["reason"] or way["problem"])
        for way in report["ways"]
        for step in way["steps"]
        if step["state"] != "passed" or way["problem"]
    ]
    assert wrong == []
    assert (code, report["passed"]) == (0, True)
    assert {way["scenario"] for way in report["ways"]} == {
        "buy",
        "search_and_buy",
        "pay_later",
        "receive",
        "cancel_and_refund",
        "rebuy",
        "group_buy",
        "invite",
        "check_in",
        "coupon",
    }
    for way in report["ways"]:
        for step in way["steps"]:
            assert step["picture"] is None or (tmp_path / step["picture"]).stat().st_size > 2000
            assert step["picture"] is not None or step["page"] is None
    assert "全部通过" in (tmp_path / "report.html").read_text()


def test_a_wrong_page_and_a_property_that_never_comes_fail_at_their_steps(tmp_path):
    text = SAMPLE.read_text()
    view = "{{id: view, actor: customer, page: {}, event: goods_viewed"
    planted = {
        view.format("product"): view.format("list"),
        "props: {query: text, results: int}": "props: {query: text, results: int, sort: text}",
    }
    for right, wrong in planted.items():
        assert right in text
        text = text.replace(right, wrong)
    plan = tmp_path / "planted.yaml"
    plan.write_text(text)
    words = ("--scenario", "buy/not_subscribed", "--scenario", "search_and_buy/nothing_found")

    code, report = walk(plan, tmp_path / "out", *words)

    assert (code, report["passed"]) == (1, False)
    told = {
        f"{way['scenario']}/{way['branch']}": [
            (step["step"], step["state"], step["reason"]) for step in way["steps"]
        ]
        for way in report["ways"]
    }
    assert told == {
        "buy/not_subscribed": [
            ("tap", "passed", ""),
            (
                "view",
                "failed",
                "goods_viewed 不在 list 上发生，小程序里它发生在 product；改蓝图里的 page，"
                "或在 miniapp/walk.yaml 的 events 里加上 goods_viewed@list: [手势]",
            ),
            ("add", "not_reached", ""),
            ("settle", "not_reached", ""),
            ("not_subscribed", "not_reached", ""),
        ],
        "search_and_buy/nothing_found": [
            (
                "nothing_found",
                "failed",
                "事件 goods_searched 到了，但被隔离：事件 goods_searched 缺少属性 sort",
            )
        ],
    }
