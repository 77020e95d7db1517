"""The plan of an experiment as a form, and back. Shares are written as percentages, fen as yuan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from fangcun.insight.experiments.design import (
    CONVERSION,
    GUARDRAIL,
    MOST_WINDOW_DAYS,
    ExperimentSpec,
    MetricSpec,
)
from fangcun.insight.experiments.errors import ExperimentInvalid

if TYPE_CHECKING:
    from fangcun.insight.experiments.usual import Usual

VARIANT = ("variant", "title", "weight")
METRIC = (
    "metric", "event", "where", "role", "kind", "good", "prop", "baseline", "spread", "cap", "tolerance",
)  # fmt: skip
USUAL_PROP = "amount"
FEN = 100
BLANK_VARIANT = dict.fromkeys(VARIANT, "")
BLANK_METRIC = dict.fromkeys(METRIC, "") | {"role": "secondary", "kind": CONVERSION, "good": "up"}


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
        "variants": [{"variant": name, "title": "", "weight": "50"} for name in ("control", "b")],
        "metrics": [BLANK_METRIC | {"event": "order_paid", "role": "primary"}],
    }


def of_spec(spec: ExperimentSpec) -> dict[str, Any]:
    """What the form of a planned experiment says."""
    metrics = []
    for one in spec.metrics:
        unit = unit_of(one.kind, one.prop)
        values = (
            one.name, one.event, one.where, one.role, one.kind, one.good,
            one.prop,
            written(one.baseline, 1 / unit), written(one.spread, 1 / unit), written(one.cap, 1 / unit),
            written(one.tolerance, 100),
        )  # fmt: skip
        metrics.append(dict(zip(METRIC, values, strict=True)))
    return {
        "plan": spec.as_json() | {"traffic": written(spec.traffic, 0.01), "mde": written(spec.mde, 100)},
        "variants": [
            {"variant": one.name, "title": one.title, "weight": written(one.weight, 0.01)}
            for one in spec.variants
        ],
        "metrics": metrics,
    }


def of_data(data: QueryDict) -> dict[str, Any]:
    """What was filled in, sound or not."""
    return {
        "plan": data.dict(),
        "variants": _rows(data, VARIANT),
        "metrics": _rows(data, METRIC),
    }


def spec_of(data: QueryDict) -> ExperimentSpec:
    """The plan that a form says; rows without a name are left out. Raises ExperimentInvalid."""
    variants = [
        {"name": row["variant"], "title": row["title"], "weight": basis_points(row["weight"])}
        for row in _rows(data, VARIANT)
        if row["variant"]
    ]
    metrics = [_metric(row) for row in _rows(data, METRIC) if row["metric"]]
    return ExperimentSpec.of(
        {
            "key": data.get("key", "").strip(),
            "name": data.get("name", "").strip(),
            "hypothesis": data.get("hypothesis", "").strip(),
            **reach_of(data),
            "segment_id": _whole(data.get("segment_id", "")),
            "traffic": basis_points(data.get("traffic", "100")),
            "method": data.get("method", "fixed"),
            "alpha": _number(data.get("alpha", "0.05")),
            "power": _number(data.get("power", "0.8")),
            "mde": _in_unit(data.get("mde", "10"), 0.01),
            "variants": variants,
            "metrics": metrics,
        }
    )


def reach_of(data: QueryDict) -> dict[str, Any]:
    """Whom a plan is about, and for how long each of them is looked at. Raises ExperimentInvalid."""
    window_days = _whole(data.get("window_days", "7"))
    if window_days is None or not 1 <= window_days <= MOST_WINDOW_DAYS:
        raise ExperimentInvalid(_("观察期应为 1 到 {most} 天"), most=MOST_WINDOW_DAYS)
    return {"program_id": _whole(data.get("program_id", "")), "window_days": window_days}


def measured(row: Mapping[str, str]) -> MetricSpec:
    """What a row measures, whatever is expected of it. Raises ExperimentInvalid."""
    expected = {"baseline": 0.5, "spread": None, "tolerance": None, "role": "secondary"}
    filled = dict(row) | {"baseline": "0", "spread": "", "tolerance": ""}
    return MetricSpec(**_metric(filled) | expected | {"name": row["metric"] or row["event"]})


def expected(row: Mapping[str, str], usual: Usual) -> dict[str, str]:
    """The row with what its metric has been lately."""
    unit = unit_of(row["kind"], row["prop"] or USUAL_PROP)
    spread = "" if row["kind"] == CONVERSION else _rounded(usual.spread / unit)
    return {**row, "baseline": _rounded(usual.mean / unit), "spread": spread}


def unit_of(kind: str, prop: str) -> int:
    """How many of a property's unit people read as one: an amount is in fen and read in yuan."""
    return FEN if kind != CONVERSION and (prop == USUAL_PROP or prop.endswith("_amount")) else 1


def _in_unit(text: str, unit: float) -> float:
    return round(_number(text) * unit, 10)


def basis_points(percent: str) -> int:
    """A percentage as it was typed. Raises ExperimentInvalid."""
    return round(100 * _number(percent))


def written(number: float | None, times: float) -> str:
    """A number as one types it, so many times as large; nothing for none."""
    return "" if number is None else f"{number * times:.12g}"


def _rounded(number: float) -> str:
    return f"{number:.4g}" if abs(number) < 1 else f"{number:.2f}"


def _metric(row: Mapping[str, str]) -> dict[str, Any]:
    """What a row says; fields that its kind and role don't have are not shown, and don't count."""
    kind, prop = row["kind"], row["prop"] or USUAL_PROP
    unit = unit_of(kind, prop)
    has = {"spread": kind != CONVERSION, "cap": kind != CONVERSION, "tolerance": row["role"] == GUARDRAIL}
    units = {"spread": unit, "cap": unit, "tolerance": 0.01}
    numbers = {name: _in_unit(row[name], units[name]) if has[name] and row[name] else None for name in has}
    return {
        "name": row["metric"],
        **{name: row[name] for name in ("event", "where", "role", "kind", "good")},
        **numbers,
        "prop": prop,
        "baseline": _in_unit(row["baseline"], unit),
    }


def _whole(text: str) -> int | None:
    return int(_number(text)) if text.strip() else None


def _rows(data: QueryDict, names: tuple[str, ...]) -> list[dict[str, str]]:
    columns = [[value.strip() for value in data.getlist(name)] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False)]


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e12:
        raise ExperimentInvalid(_("“{text}”不是数字"), text=text[:20])
    return number
