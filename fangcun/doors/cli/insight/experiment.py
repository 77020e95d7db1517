"""`fangcun experiment`: how an experiment stands."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from fangcun.doors.cli.insight.whole import asking

if TYPE_CHECKING:
    from fangcun.insight.experiments.reporting import ExperimentReport, VariantResult


def experiment(
    key: Annotated[str, typer.Argument(help="the experiment's key")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output")] = False,
) -> None:
    """Show how an experiment stands: each variant by each metric, guardrails, split, and what may be concluded."""
    with asking():
        from fangcun.insight.experiments.queries import experiment_of, report

        found = report(experiment_of(key))
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, default=str))
    else:
        _show(found)


def _show(found: ExperimentReport) -> None:
    print(f"{found.name}（{found.key}）: {found.verdict.words}")
    print(f"{found.progress.words}；{found.split.words}")
    for metric in found.metrics:
        print(f"\n{metric.name}")
        for one in metric.variants:
            print(f"  {_line(one)}")
    for text in (*(guardrail.words for guardrail in found.guardrails), *found.notes):
        print(f"· {text}")


def _line(one: VariantResult) -> str:
    told = f"{one.title}  {one.conversions}/{one.exposed}"
    if one.rate is not None:
        told += f"  {one.rate:.2%}"
    if one.lift is not None:
        told += f"  {one.lift:+.1%}"
    if one.lift_low is not None and one.lift_high is not None:
        told += f" [{one.lift_low:+.1%}, {one.lift_high:+.1%}]"
    return told if one.p is None else f"{told}  p={one.p:.4f}"
