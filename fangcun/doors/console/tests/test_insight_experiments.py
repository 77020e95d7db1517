"""Experiments in the console: planned, started, read, decided, by whom the table lets."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.experiments.design import ExperimentSpec, MetricSpec, VariantSpec
from fangcun.insight.experiments.models import Experiment
from fangcun.insight.experiments.services import draft_experiment
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
HALVES = (VariantSpec("control", 5000), VariantSpec("b", 5000, "新首页"))
SPEC = ExperimentSpec("layout", "首页布局", HALVES, (MetricSpec("下单", "order_paid", baseline=0.05),))
BODY: dict[str, Any] = {
    "name": "首页布局", "key": "layout", "hypothesis": "", "traffic": "100", "window_days": "7", "mde": "10",
    "alpha": "0.05", "power": "0.8", "method": "fixed", "variant": ["control", "b", ""],
    "title": ["", "新首页", ""], "weight": ["50", "50", ""], "metric": ["下单", ""], "event": ["order_paid", ""],
    "where": ["", ""], "role": ["primary", "primary"], "kind": ["conversion"] * 2, "good": ["up"] * 2,
    "baseline": ["0.05", ""], "spread": ["", ""], "tolerance": ["", ""],
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
        ("experiment_save", ("layout",)),
        ("experiment_verb", ("layout", "delete")),
    ):
        assert (browser.post(address(name, *args), BODY).status_code != 403) == writes
    assert Experiment.objects.exists() != writes
