"""`fangcun test journeys`: the plan's scenarios are walked as by `fangcun plan test`, and the report is kept."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from fangcun.doors.cli.plan.files import ERRORS, OK, out, refuse
from fangcun.doors.cli.plan.walk.browser import CannotWalk, need_app, need_browser
from fangcun.doors.cli.plan.walk.command import MINIAPP, Walked, conclude, report, walk
from fangcun.doors.cli.plan.walk.script import ScriptWrong
from fangcun.doors.cli.plan.walk.ways import NoSuchScenario, ways_of
from fangcun.doors.cli.suites.keeping import INTERRUPTED, Result, keep, plan_to_test, report_folder


def journeys(
    plan: Annotated[
        Path | None, typer.Option(help="a blueprint; the published one if left out", show_default=False)
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help="only this scenario (buy) or branch (buy/timed_out); may be repeated"
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="folder for report.html, report.json and screenshots")
    ] = None,
    headed: Annotated[bool, typer.Option("--headed", help="show the phones, one after the other")] = False,
) -> None:
    """Walk every scenario of the plan in the mini program, against a WeChat in a box, and keep the report.

    The same walk as `fangcun plan test`; the console keeps the report with its screenshots, and the schedule's check
    journeys_pass hears how a whole walk of the published plan ended.

    Ends with 0 when everything passed, 1 when a step failed, 2 when it can't be walked.
    """
    from fangcun.doors.cli.plan.walk.stage import StageFailed
    from fangcun.doors.cli.run import stop_when_told
    from fangcun.doors.cli.supervisor import DidNotStart

    tested = plan_to_test(plan)
    try:
        need_browser()
        need_app(Path(os.environ.get("FANGCUN_H5") or MINIAPP / "dist" / "build" / "h5"))
        ways = ways_of(tested.blueprint, scenario or ())
    except (CannotWalk, NoSuchScenario) as problem:
        raise refuse(str(problem)) from None
    stop_when_told()
    try:
        with report_folder(folder) as target:
            began = datetime.now().astimezone()
            walked = walk(tested, ways, pictures=target / "pictures", headed=headed, whole=not scenario)
            name = plan.name if plan else "已发布的蓝图"
            page = report(tested, walked, file=name, began=began, target=target)
            conclude(walked, has_report=True)
            said = keep(result_of(walked, began), target, plan=tested.text)
    except (CannotWalk, ScriptWrong, DidNotStart, StageFailed) as problem:
        raise refuse(str(problem)) from None
    except KeyboardInterrupt:
        out.print("已停止。")
        raise typer.Exit(INTERRUPTED) from None
    if folder is not None:
        out.print(Text(f"报告：{page}"))
    out.print(Text(said, "dim"))
    raise typer.Exit(OK if walked.passed else ERRORS)


def result_of(walked: Walked, began: datetime) -> Result:
    """What a walk is worth, as it is recorded."""
    from fangcun.doors.cli.plan.walk.report import counts

    counted = counts(walked.ways)
    ways = f"{counted['ways_passed']}/{counted['ways']}"
    steps = f"{counted['steps_passed']}/{counted['steps']}"
    failed = [way for way in walked.ways if not way.passed]
    summary = f"{ways} 条路、{steps} 步通过"
    if failed:
        step = failed[0].failed
        reason = f"{step.step.id}：{step.reason}" if step else failed[0].problem
        summary += f"；{failed[0].way.name} 卡在 {reason}"
    return Result(
        suite="journeys",
        passed=walked.passed,
        summary=summary,
        began=began,
        seconds=walked.seconds,
        facts=[("路", ways), ("步", steps), ("用时", f"{walked.seconds:.0f} 秒")],
        numbers={
            **counted,
            "failed": [
                {"way": way.way.id, "step": way.failed.step.id if way.failed else None} for way in failed
            ],
        },
        target="专门启动的平台（数据用完就扔）",
        decides=walked.whole,
    )
