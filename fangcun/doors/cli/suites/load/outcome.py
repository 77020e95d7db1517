"""A load test that came to its end: what it is worth, and its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fangcun.doors.cli.suites.drawing import Line, line_chart
from fangcun.doors.cli.suites.keeping import Result
from fangcun.doors.cli.suites.load.bottleneck import Cause, cost_of
from fangcun.doors.cli.suites.load.looks import Look
from fangcun.doors.cli.suites.load.mix import Share
from fangcun.doors.cli.suites.load.numbers import ERRORS_BEGIN, Sample, Saturation, Step, curve
from fangcun.doors.cli.suites.pages import write_report

ENOUGH_FOR_P95 = 10  # samples, below which one slow answer would decide


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is known about a run. `limit` is the plan's budget for an answer in ms, None without one."""

    target: str
    began: datetime
    seconds: float
    shares: Sequence[Share]
    samples: Sequence[Sample]
    steps: Sequence[Step]
    saturation: Saturation | None
    causes: Sequence[Cause]
    looked_at: int  # the step that the causes are of
    looks: Sequence[Look]
    scans: dict[str, str]
    limit: int | None
    is_whole: bool

    @property
    def broken(self) -> list[str]:
        """What is not as it should be with all customers there; empty when the test is passed."""
        last = self.steps[-1]
        found = []
        if not last.all.count:
            return ["没有一次请求得到回答"]
        if last.all.error_share > ERRORS_BEGIN:
            found.append(
                f"{last.users} 个顾客时 {last.all.error_share:.1%} 的请求失败，最多 {ERRORS_BEGIN:.0%}"
            )
        if self.limit is not None:
            found += [
                f"{one.name} 的 p95 是 {one.p95:.0f} ms，蓝图的上限是 {self.limit} ms（budgets.api_ms）"
                for one in last.endpoints
                if one.count >= ENOUGH_FOR_P95 and one.p95 > self.limit
            ]
        return found

    @property
    def summary(self) -> str:
        """One sentence for the list of reports and the schedule."""
        last = self.steps[-1]
        said = f"{last.users} 个顾客，每秒 {last.all.rate:.0f} 次请求，p95 {last.all.p95:.0f} ms，"
        said += f"失败 {last.all.error_share:.1%}"
        if self.causes:
            said += f"；{'瓶颈' if self.saturation else '最先吃紧'}：{self.causes[0].title}"
        return said

    def facts(self) -> list[tuple[str, str]]:
        """What people read at a glance."""
        last = self.steps[-1]
        return [
            ("顾客", str(last.users)),
            ("最大吞吐", f"{max(one.all.rate for one in self.steps):.0f} 次/秒"),
            ("p50", f"{last.all.p50:.0f} ms"),
            ("p95", f"{last.all.p95:.0f} ms"),
            ("p99", f"{last.all.p99:.0f} ms"),
            ("失败", f"{last.all.error_share:.1%}"),
            ("饱和点", f"{self.saturation.users} 个顾客" if self.saturation else "没有到"),
            ("瓶颈", self.causes[0].title if self.causes else "看不出来"),
        ]

    def result(self) -> Result:
        """What is recorded."""
        last = self.steps[-1]
        return Result(
            suite="load",
            passed=not self.broken,
            summary=self.summary,
            began=self.began,
            seconds=self.seconds,
            facts=self.facts(),
            numbers={
                "users": last.users,
                "rate": last.all.rate,
                "p50_ms": last.all.p50,
                "p95_ms": last.all.p95,
                "p99_ms": last.all.p99,
                "error_share": round(last.all.error_share, 5),
                "saturation": asdict(self.saturation) if self.saturation else None,
                "bottleneck": self.causes[0].kind if self.causes else None,
            },
            target=self.target,
            decides=self.is_whole,
        )


def report(outcome: Outcome, folder: Path) -> Path:
    """Write report.json and report.html into the folder; the page for people."""
    first = min((one.at for one in outcome.samples), default=0.0)
    told: dict[str, Any] = {
        "title": "压力测试",
        "passed": not outcome.broken,
        "target": outcome.target,
        "began_at": outcome.began.isoformat(timespec="seconds"),
        "seconds": round(outcome.seconds, 1),
        "summary": outcome.summary,
        "facts": [list(fact) for fact in outcome.facts()],
        "broken": outcome.broken,
        "limit": outcome.limit,
        "shares": [asdict(one) for one in outcome.shares],
        "steps": [asdict(one) for one in outcome.steps],
        "endpoints": [
            {**asdict(one), "cost": cost_of(outcome.samples, len(outcome.steps) - 1, one.name)}
            for one in outcome.steps[-1].endpoints
        ],
        "saturation": asdict(outcome.saturation) if outcome.saturation else None,
        "bottleneck": asdict(outcome.causes[0]) if outcome.causes else None,
        "bottleneck_users": outcome.steps[outcome.looked_at].users,
        "causes": [asdict(one) for one in outcome.causes],
        "scans": [{"sql": sql, "table": table} for sql, table in sorted(outcome.scans.items())],
        "curve": [list(one) for one in curve(outcome.samples)],
        "machine": [{**one.as_json(), "at": round(one.at - first, 1)} for one in outcome.looks],
    }
    return write_report(folder, "load/report.html", told, charts=_charts(told))


def _charts(told: dict[str, Any]) -> list[Any]:
    length = told["steps"][0]["seconds"]
    bands = [
        (number * length, (number + 1) * length, f"{one['users']} 人")
        for number, one in enumerate(told["steps"])
    ]
    seconds = [one for one in told["curve"] if one[0] < bands[-1][1]]  # the last answers come after the end
    looks = [one for one in told["machine"] if 0 <= one["at"] <= bands[-1][1]]
    names = sorted({name for one in looks for name in one["cpu"]})
    charts = [
        line_chart(
            "吞吐",
            [
                Line("请求", [(one[0], one[1]) for one in seconds]),
                Line("失败", [(one[0], one[3]) for one in seconds], "#b42318"),
            ],
            unit="次/秒",
            bands=bands,
        ),
        line_chart(
            "p95",
            [Line("p95", [(one[0], one[2]) for one in seconds])],
            unit="ms",
            bands=bands,
            limit=told["limit"],
        ),
        line_chart(
            "吞吐与顾客",
            [Line("请求/秒", [(one["users"], one["all"]["rate"]) for one in told["steps"]])],
            unit="次/秒",
            x_unit=" 人",
        ),
        line_chart(
            "CPU（一个核的百分比）",
            [Line(name, [(one["at"], one["cpu"].get(name, 0.0)) for one in looks]) for name in names],
            unit="%",
            bands=bands,
        ),
    ]
    depth = [(one["at"], one["jobs"]) for one in looks if one["jobs"] is not None]
    if depth:
        charts.append(line_chart("等着做的后台任务", [Line("任务", depth)], unit="个", bands=bands))
    locked = [(one["at"], one["locked"]) for one in looks if one["locked"] is not None]
    if locked:
        charts.append(line_chart("等锁的数据库会话", [Line("会话", locked)], unit="个", bands=bands))
    return charts
