"""Experiments for these tests."""

from __future__ import annotations

from typing import Any

from fangcun.insight.experiments.design import ExperimentSpec, MetricSpec, VariantSpec

HALVES = (VariantSpec("control", 5000), VariantSpec("b", 5000, "新首页"))
BOUGHT = MetricSpec("下单", "order_paid", baseline=0.05)


def spec(**changes: Any) -> ExperimentSpec:
    """A sound plan, with changes."""
    return ExperimentSpec(
        **{"key": "layout", "name": "首页布局", "variants": HALVES, "metrics": (BOUGHT,), **changes}
    )
