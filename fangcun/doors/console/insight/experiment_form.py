"""The plan of an experiment as a form, and back. Shares are written as percentages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from fangcun.insight.experiments.design import ExperimentSpec
from fangcun.insight.experiments.errors import ExperimentInvalid

VARIANT = ("variant", "title", "weight")
METRIC = ("metric", "event", "where", "role", "kind", "good", "baseline", "spread", "tolerance")
VARIANT_ROWS, METRIC_ROWS = 4, 6


def start() -> dict[str, Any]:
    """What an empty form says."""
    return {
        "plan": {
            "traffic": "100",
            "window_days": "7",
            "method": "fixed",
            "mde": "10",
            "alpha": "0.05",
            "power": "0.8",
        },
        "variants": _filled([("control", "", "50"), ("b", "", "50")], VARIANT, VARIANT_ROWS),
        "metrics": _filled(
            [("", "order_paid", "", "primary", "conversion", "up", "", "", "")], METRIC, METRIC_ROWS
        ),
    }


def of_spec(spec: ExperimentSpec) -> dict[str, Any]:
    """What the form of a planned experiment says."""
    plan = spec.as_json() | {"traffic": f"{spec.traffic / 100:g}", "mde": f"{100 * spec.mde:g}"}
    variants = [(one.name, one.title, f"{one.weight / 100:g}") for one in spec.variants]
    metrics = [
        (
            one.name,
            one.event,
            one.where,
            one.role,
            one.kind,
            one.good,
            f"{one.baseline:g}",
            "" if one.spread is None else f"{one.spread:g}",
            "" if one.tolerance is None else f"{100 * one.tolerance:g}",
        )
        for one in spec.metrics
    ]
    return {
        "plan": plan,
        "variants": _filled(variants, VARIANT, VARIANT_ROWS),
        "metrics": _filled(metrics, METRIC, METRIC_ROWS),
    }


def of_data(data: QueryDict) -> dict[str, Any]:
    """What was filled in, sound or not."""
    return {
        "plan": data.dict(),
        "variants": _filled(_columns(data, VARIANT), VARIANT, VARIANT_ROWS),
        "metrics": _filled(_columns(data, METRIC), METRIC, METRIC_ROWS),
    }


def spec_of(data: QueryDict) -> ExperimentSpec:
    """The plan that a form says; rows without a name are left out. Raises ExperimentInvalid."""
    variants = [
        {"name": name.strip(), "title": title.strip(), "weight": round(100 * _number(weight))}
        for name, title, weight in _columns(data, VARIANT)
        if name.strip()
    ]
    metrics = [
        {
            "name": name.strip(),
            "event": event.strip(),
            "where": where.strip(),
            "role": role,
            "kind": kind,
            "good": good,
            "baseline": _number(baseline),
            "spread": _number(spread) if spread.strip() else None,
            "tolerance": _number(tolerance) / 100 if tolerance.strip() else None,
        }
        for name, event, where, role, kind, good, baseline, spread, tolerance in _columns(data, METRIC)
        if name.strip()
    ]
    return ExperimentSpec.of(
        {
            "key": data.get("key", "").strip(),
            "name": data.get("name", "").strip(),
            "hypothesis": data.get("hypothesis", "").strip(),
            "program_id": int(_number(data.get("program_id", ""))) if data.get("program_id") else None,
            "segment_id": int(_number(data.get("segment_id", ""))) if data.get("segment_id") else None,
            "traffic": round(100 * _number(data.get("traffic", "100"))),
            "window_days": int(_number(data.get("window_days", "7"))),
            "method": data.get("method", "fixed"),
            "alpha": _number(data.get("alpha", "0.05")),
            "power": _number(data.get("power", "0.8")),
            "mde": _number(data.get("mde", "10")) / 100,
            "variants": variants,
            "metrics": metrics,
        }
    )


def _columns(data: QueryDict, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(zip(*(data.getlist(name) for name in names), strict=False))


def _filled(rows: Sequence[tuple[str, ...]], names: tuple[str, ...], most: int) -> list[dict[str, str]]:
    blank = ("",) * len(names)
    return [dict(zip(names, row, strict=True)) for row in [*rows, *[blank] * (most - len(rows))]]


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e12:
        raise ExperimentInvalid(_("“{text}”不是数字"), text=text[:20])
    return number
