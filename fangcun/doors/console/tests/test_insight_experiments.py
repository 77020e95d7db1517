"""Experiments in the console: planned, started, read, decided, by whom the table lets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.experiments.design import ExperimentSpec, MetricSpec, VariantSpec
from fangcun.insight.experiments.models import Experiment
from fangcun.insight.experiments.services import draft_experiment, start_experiment
from fangcun.insight.tracking.services import record
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
HALVES = (VariantSpec("control", 5000), VariantSpec("b", 5000, "新首页"))
SPEC = ExperimentSpec("layout", "首页布局", HALVES, (MetricSpec("下单", "order_paid", baseline=0.05),))
BODY: dict[str, Any] = {
    "name": "首页布局", "key": "layout", "hypothesis": "", "traffic": "100", "window_days": "7", "mde": "10",
    "alpha": "0.05", "power": "0.8", "method": "fixed", "variant": ["control", "b", ""],
    "title": ["", "新首页", ""], "weight": ["50", "50", ""], "metric": ["下单", ""], "event": ["order_paid", ""],
    "where": ["", ""], "role": ["primary", "primary"], "kind": ["conversion"] * 2, "good": ["up"] * 2,
    "prop": ["", ""], "baseline": ["0.05", ""], "spread": ["", ""], "cap": ["", ""], "tolerance": ["", ""],
}  # fmt: skip


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:insight_{name}", args=args)


def test_an_experiment_is_planned_started_read_and_decided(enter):
    browser = enter("analyst")
    made = browser.post(address("experiment_make"), BODY)
    assert (made.status_code, made.url) == (302, address("experiment", "layout"))
    assert Experiment.objects.get().spec == SPEC
    assert browser.get(address("experiment_edit", "layout")).status_code == 200
    browser.post(address("experiment_verb", "layout", "start"))
    browser.post(address("experiment_verb", "layout", "stop"), {"ship": "b", "because": " "})
    assert Experiment.objects.get().status == "running"
    for name in ("experiment", "experiment_answer"):
        assert browser.get(address(name, "layout")).status_code == 200
    browser.post(address("experiment_verb", "layout", "stop"), {"ship": "b", "because": "更好"})
    decided = Experiment.objects.get()
    assert (decided.status, decided.shipped, decided.because) == ("stopped", "b", "更好")


def test_a_wrong_plan_is_refused_and_the_form_keeps_it(enter):
    browser = enter("analyst")
    for wrong in ({"weight": ["50", "40", ""]}, {"mde": "x"}, {"baseline": ["nan", ""]}):
        answer = browser.post(address("experiment_make"), BODY | wrong)
        assert answer.status_code == 400
        assert "首页布局" in answer.content.decode()
    assert not Experiment.objects.exists()


def fields_of(html: str) -> dict[str, list[str]]:
    """What a browser would send of the form; not what the blank rows hold."""
    html = re.sub(
        r"<template data-for.*?</template>", "", html[html.index('id="fi-experiment"') :], flags=re.S
    )
    found: dict[str, list[str]] = {}
    for text in re.findall(
        r'<input (?:type="hidden" )?name="[^>]*>|<select name=.*?</select>', html, flags=re.S
    ):
        name = str(re.search(r'name="(\w+)"', text)[1])  # type: ignore[index]
        chosen = re.search(r'<option value="([^"]*)" selected', text) or re.search(r'value="([^"]*)"', text)
        found.setdefault(name, []).append(unescape(chosen[1]) if chosen else "")
    return found


def test_a_draft_that_is_saved_as_it_is_stays_as_it_is(enter):
    metrics = (
        MetricSpec("下单", "order_paid", baseline=0.0512345),
        MetricSpec(
            "客单价", "order_paid", baseline=1234567, kind="revenue", role="secondary", where="source=ads",
            prop="amount", spread=123456.78, cap=9999999,
        ),
        MetricSpec("件数", "goods_bought", baseline=1.5, kind="revenue", role="secondary", prop="quantity", cap=30),
        MetricSpec(
            "退款", "order_refunded", baseline=0.01, role="guardrail", good="down", tolerance=0.075
        ),
    )  # fmt: skip
    spec = ExperimentSpec(
        "layout", "首页布局", HALVES, metrics, traffic=1250, mde=0.125, alpha=0.01, window_days=14,
        method="sequential", hypothesis="更好找",
    )  # fmt: skip
    draft_experiment(spec=spec, by=SYSTEM)
    browser = enter("analyst")
    form = browser.get(address("experiment_edit", "layout")).content.decode()
    assert 'name="baseline" value="12345.67"' in form
    saved = browser.post(address("experiment_save", "layout"), fields_of(form))
    assert (saved.status_code, Experiment.objects.get().spec) == (302, spec)


def seen(program: Any, variant: str, *, paid: int, amounts: Sequence[int]) -> None:
    """Four persons who were shown a variant a moment ago; some of them paid."""
    for number in range(4):
        member = Member.objects.create()
        events: list[tuple[str, dict[str, Any]]] = [
            ("app_shown", {}),
            ("experiment_exposed", {"experiment": "layout", "variant": variant}),
        ]
        events += [("order_paid", {"amount": amounts[number]})] if number < paid else []
        for place, (name, props) in enumerate(events):
            record(
                name, event_id=f"{variant}-{number}-{name}", member_id=member.pk, program_id=program.pk, props=props,
                at=timezone.now() + dt.timedelta(milliseconds=place),
            )  # fmt: skip


def test_a_report_says_its_numbers_and_money_in_yuan(enter, program):
    worth = MetricSpec("客单价", "order_paid", baseline=500, kind="revenue", role="secondary")
    spec = dataclasses.replace(SPEC, metrics=(*SPEC.metrics, worth))
    start_experiment(experiment=draft_experiment(spec=spec, by=SYSTEM), by=SYSTEM)
    seen(program, "control", paid=1, amounts=[2000])
    seen(program, "b", paid=2, amounts=[1000, 5000])
    said = re.sub(
        r"\s+",
        " ",
        re.sub(
            r"<[^>]+>", " ", enter("analyst").get(address("experiment_answer", "layout")).content.decode()
        ),
    )
    rates, money = (
        said[said.index("下单 分组") : said.index("客单价 分组")],
        said[said.index("客单价 分组") :],
    )
    assert "对照组 4 1 25.0%" in rates
    assert "新首页 4 2 50.0%" in rates
    assert "100.0%" in rates  # the lift
    assert "对照组 4 1 ¥5.00" in money
    assert "新首页 4 2 ¥15.00" in money


def test_a_draft_says_how_many_it_needs(enter):
    kept = draft_experiment(spec=SPEC, by=SYSTEM)
    said = enter("analyst").get(address("experiment", "layout")).content.decode()
    assert sum(kept.planned.values()) > 60_000
    assert f"<p>{sum(kept.planned.values()):,}</p>" in said
    assert f"<p>{kept.planned['b']:,}<small>人</small></p>" in said


def test_what_a_metric_usually_is_fills_the_form_and_keeps_the_rest(enter, program):
    browser = enter("analyst")
    body = BODY | {
        "metric": ["下单", "金额"], "event": ["order_paid"] * 2, "kind": ["conversion", "revenue"],
        "baseline": ["", ""], "role": ["primary", "secondary"], "window_days": "1",
    }  # fmt: skip
    nothing = browser.post(address("experiment_usual"), body).content.decode()
    assert "最近没有人来过" in nothing
    for number in range(4):
        member, at = Member.objects.create(), timezone.now() - dt.timedelta(days=5)
        for name in ("app_shown", "order_paid")[: 2 if number == 0 else 1]:
            record(
                name, event_id=f"{name}-{number}", member_id=member.pk, program_id=program.pk,
                props={"amount": 2000} if name == "order_paid" else {}, at=at,
            )  # fmt: skip
            at += dt.timedelta(seconds=1)
    filled = fields_of(browser.post(address("experiment_usual"), body).content.decode())
    assert filled["baseline"] == ["0.25", "5.00"]
    assert filled["spread"] == ["", "8.66"]
    assert filled["metric"] == ["下单", "金额"]
    assert filled["name"] == ["首页布局"]
    for wrong in (
        {"window_days": "0"},
        {"window_days": "1e9"},
        {"event": ["Wrong Event", ""]},
        {"where": ["a", ""]},
    ):
        assert browser.post(address("experiment_usual"), body | wrong).status_code == 200
    assert not Experiment.objects.exists()


def test_traffic_of_a_running_experiment_is_only_raised(enter):
    spec = dataclasses.replace(SPEC, traffic=1000)
    start_experiment(experiment=draft_experiment(spec=spec, by=SYSTEM), by=SYSTEM)
    browser = enter("analyst")
    verb = address("experiment_verb", "layout", "traffic")
    for given, kept in (("5", 1000), ("x", 1000), ("", 1000), ("12.5", 1250), ("101", 1250), ("100", 10_000)):
        assert f'action="{verb}"' in browser.get(address("experiment", "layout")).content.decode()
        assert browser.post(verb, {"traffic": given}).status_code == 302
        assert Experiment.objects.get().traffic == kept
    assert f'action="{verb}"' not in browser.get(address("experiment", "layout")).content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_a_role_sees_and_changes_experiments_as_the_table_grants(role, enter):
    draft_experiment(spec=SPEC, by=SYSTEM)
    browser = enter(role)
    args: tuple[Any, ...]
    sees, writes = "insight.view" in GRANTS[role], "insight.change" in GRANTS[role]
    for name, args in (("experiments", ()), ("experiment", ("layout",)), ("experiment_answer", ("layout",))):
        assert browser.get(address(name, *args)).status_code == (200 if sees else 403)
    for name, args in (("experiment_new", ()), ("experiment_edit", ("layout",))):
        assert browser.get(address(name, *args)).status_code == (200 if writes else 403)
    for name, args in (
        ("experiment_make", ()),
        ("experiment_usual", ()),
        ("experiment_usual_of", ("layout",)),
        ("experiment_save", ("layout",)),
        ("experiment_verb", ("layout", "delete")),
    ):
        assert (browser.post(address(name, *args), BODY).status_code != 403) == writes
    assert Experiment.objects.exists() != writes
