"""`fangcun test security`: from a platform to a report of what gave way."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from fangcun.doors.cli.plan.files import ERRORS, OK, out, refuse
from fangcun.doors.cli.suites.keeping import INTERRUPTED, Result, keep, plan_to_test, report_folder
from fangcun.doors.cli.suites.load.ground import NoGround
from fangcun.doors.cli.suites.pages import write_report
from fangcun.doors.cli.suites.security.attack import TITLES, Attack
from fangcun.doors.cli.suites.security.finding import WORDS, Part, Severity
from fangcun.doors.cli.suites.security.ground import Ground, at_an_address, check_target, of_its_own
from fangcun.doors.cli.supervisor import DidNotStart

SHOWN_ALIKE = 6
COLOURS = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "dim"}


def security(
    plan: Annotated[
        Path | None, typer.Option(help="a blueprint; the published one if left out", show_default=False)
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="PART", help=f"only this part; one of {', '.join(TITLES)}")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="address of a running platform, instead of one of its own")
    ] = None,
    allow_host: Annotated[
        str, typer.Option(help="the target's host name again, when it is not this machine")
    ] = "",
    home: Annotated[
        Path | None, typer.Option(help="the target's data folder: lets the suite in as every role")
    ] = None,
    login_link: Annotated[
        str, typer.Option(help="a one-time log-in link of the target's owner, where its data is out of reach")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option("--out", help="folder for report.html and report.json")
    ] = None,
) -> None:
    """Attack the platform as strangers, customers and staff would, and tell what gives way and how to mend it.

    Schemathesis and odd input on the API, objects of others, hostile text through every field, forms of other sites,
    roles on every page, headers, folders, redirects, limits, production settings, dependencies and their licences.
    What could not be tried is said; it never passes in silence. The schedule's check security_pass hears.

    Ends with 0 when nothing of weight was found, 1 when something was, 2 when there is nothing to attack.
    """
    from fangcun.doors.cli.run import stop_when_told
    from fangcun.doors.cli.stack import CallFailed

    parts = only or list(TITLES)
    if unknown := [name for name in parts if name not in TITLES]:
        raise refuse(f"没有这个部分：{'、'.join(unknown)}。可以是 {'、'.join(TITLES)}")
    tested = plan_to_test(plan)
    stop_when_told()
    try:
        if target:
            check_target(target.rstrip("/"), allow_host)
        with report_folder(folder) as there:
            began, clock = datetime.now().astimezone(), time.monotonic()
            with _ground(target, home, login_link, tested.text) as ground, _bar() as bar:
                task = bar.add_task("…", total=None)
                attack = Attack(
                    ground, tested.blueprint, parts, lambda title: bar.update(task, description=title)
                )
                ended = attack.run()
            result = result_of(ended, began, time.monotonic() - clock, target, is_whole=not only)
            page = report(result, ended, there)
            show(result, ended)
            said = keep(result, there, plan=tested.text)
    except (NoGround, DidNotStart, CallFailed) as problem:
        raise refuse(str(problem)) from None
    except KeyboardInterrupt:
        out.print("已停止。")
        raise typer.Exit(INTERRUPTED) from None
    if folder is not None:
        out.print(Text(f"报告：{page}"))
    out.print(Text(said, "dim"))
    raise typer.Exit(OK if result.passed else ERRORS)


@contextmanager
def _ground(target: str | None, home: Path | None, login_link: str, plan: str) -> Iterator[Ground]:
    """A running platform, stopped afterwards if it is of our own."""
    if target:
        yield at_an_address(target.rstrip("/"), home, login_link)
        return
    with tempfile.TemporaryDirectory(prefix="fangcun-security-") as scratch:
        stack, set_up = of_its_own(Path(scratch), plan)
        try:
            out.print("启动被测的平台 …")
            yield set_up()
        finally:
            stack.stop()


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=out, transient=True
    )


def result_of(
    parts: list[Part], began: datetime, seconds: float, target: str | None, *, is_whole: bool
) -> Result:
    """What an attack is worth, as it is recorded. One on another's platform decides nothing for ours."""
    counts = dict.fromkeys(Severity, 0)
    for part in parts:
        for one in part.findings:
            counts[one.severity] += 1
    tried, undecided = sum(part.tried for part in parts), sum(len(part.undecided) for part in parts)
    passed = not any(part.is_broken for part in parts)
    words = "，".join(f"{WORDS[severity]} {counts[severity]}" for severity in Severity)
    summary = f"{tried} 次尝试：{words}" + (f"；{undecided} 处没有定论" if undecided else "")
    return Result(
        suite="security",
        passed=passed,
        summary=summary,
        began=began,
        seconds=seconds,
        facts=[
            ("尝试", str(tried)),
            *((WORDS[severity], str(counts[severity])) for severity in Severity),
            ("没有定论", str(undecided)),
            ("用时", f"{seconds:.0f} 秒"),
        ],
        numbers={
            "tried": tried,
            "undecided": undecided,
            **{severity.value: counts[severity] for severity in Severity},
            "rules": sorted({one.rule for part in parts for one in part.findings}),
        },
        target=target or "专门启动的平台（数据用完就扔）",
        decides=is_whole and target is None,
    )


def report(result: Result, parts: list[Part], folder: Path) -> Path:
    """Write report.json and report.html; the page."""
    told: dict[str, Any] = {
        "schema": 1,
        "suite": result.suite,
        "passed": result.passed,
        "summary": result.summary,
        "target": result.target,
        "began_at": result.began.isoformat(),
        "seconds": round(result.seconds, 1),
        "facts": [list(fact) for fact in result.facts],
        "numbers": result.numbers,
        "parts": [part.as_json() for part in parts],
    }
    return write_report(folder, "security/report.html", told, title="安全测试")


def show(result: Result, parts: list[Part]) -> None:
    """The same on the terminal."""
    for part in parts:
        mark = Text("✗ " if part.is_broken else "✓ ", "bold red" if part.is_broken else "bold green")
        out.print(mark.append(f"{part.title}：{part.tried} 次尝试，{part.seconds:.0f} 秒", "bold"))
        seen = Counter[str]()
        for one in part.findings:
            seen[one.rule] += 1
            if seen[one.rule] > SHOWN_ALIKE:
                continue
            out.print(Text(f"  {WORDS[one.severity]}  {one.title}", COLOURS[one.severity]))
            out.print(Text(f"        {one.where}"))
            out.print(Text(f"        怎么修：{one.fix}", "dim"))
        for rule, number in seen.items():
            if (more := number - SHOWN_ALIKE + part.more.get(rule, 0)) > 0:
                out.print(Text(f"  另有 {more} 处同样的问题（{rule}），见报告", "dim"))
        for line in part.undecided:
            out.print(Text(f"  没有定论：{line}", "yellow"))
    sign, style = ("✓", "bold green") if result.passed else ("✗", "bold red")
    out.print(Text(f"{sign} {result.summary}", style))
