"""`fangcun plan test`: from a file to a report, with a platform of its own in between."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from fangcun.doors.cli.plan.files import ERRORS, OK, Clean, clean, out, refuse
from fangcun.doors.cli.plan.walk.browser import CannotWalk, need_app, need_browser
from fangcun.doors.cli.plan.walk.outcome import State, StepOutcome, WayOutcome, all_passed
from fangcun.doors.cli.plan.walk.script import ScriptWrong, load_script
from fangcun.doors.cli.plan.walk.ways import NoSuchScenario, Way, ways_of

REPOSITORY = Path(__file__).resolve().parents[5]
MINIAPP = REPOSITORY / "miniapp"
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk that came to its end. `whole` when no scenario was left out."""

    ways: list[WayOutcome]
    seconds: float
    whole: bool

    @property
    def passed(self) -> bool:
        return all_passed(self.ways)


def walk_scenarios(
    file: Annotated[str, typer.Argument(metavar="FILE", help="a blueprint; - reads standard input")],
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
    """Walk every scenario of a blueprint in the mini program, against a WeChat in a box, and tell what fails.

    A platform of its own is started on throw-away data and the blueprint is published there; each actor gets a phone.
    A step passes when its page showed, its event arrived as planned, its consents were asked and its message came.
    If the current revision of this installation is the same blueprint, the result is kept as its check journeys_pass.

    Ends with 0 when everything passed, 1 when a step failed or the blueprint has errors, 2 when it can't be walked.
    """
    from fangcun.doors.cli.plan.walk.stage import StageFailed
    from fangcun.doors.cli.run import stop_when_told
    from fangcun.doors.cli.supervisor import DidNotStart

    plan = clean(file)
    try:
        need_browser()
        need_app(Path(os.environ.get("FANGCUN_H5") or MINIAPP / "dist" / "build" / "h5"))
        ways = ways_of(plan.blueprint, scenario or ())
    except (CannotWalk, NoSuchScenario) as problem:
        raise refuse(str(problem)) from None
    stop_when_told()
    try:
        with _folder(folder) as target:
            began = datetime.now().astimezone()
            walked = walk(plan, ways, pictures=target / "pictures", headed=headed, whole=not scenario)
            if folder is not None:
                page = report(plan, walked, file=file, began=began, target=target)
                out.print(Text(f"报告：{page}"))
    except (CannotWalk, ScriptWrong, DidNotStart, StageFailed) as problem:
        raise refuse(str(problem)) from None
    except KeyboardInterrupt:
        out.print("已停止。")
        raise typer.Exit(INTERRUPTED) from None
    conclude(walked, has_report=folder is not None)
    if walked.whole:
        from fangcun.doors.cli.plan.walk.recording import keep

        out.print(Text(keep(plan.text, walked.ways, walked.seconds), "dim"))
    raise typer.Exit(OK if walked.passed else ERRORS)


def walk(plan: Clean, ways: list[Way], *, pictures: Path, headed: bool, whole: bool) -> Walked:
    """Walk the ways of a plan on a platform of its own, with a bar and a line for each on the terminal.

    Raises ScriptWrong, CannotWalk, DidNotStart, StageFailed; whatever happens, nothing is left running.
    """
    from fangcun.doors.cli.plan.walk.crew import Crew
    from fangcun.doors.cli.plan.walk.stage import Stage

    script = load_script(MINIAPP / "walk.yaml", MINIAPP / "plan" / "sitemap.json")
    pictures.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="fangcun-walk-") as home, Progress(*columns, console=out) as bar:
        task = bar.add_task("启动走查用的平台 …", total=sum(len(way.steps) for way in ways))
        stage = Stage(Path(home))
        try:
            stage.set_up(plan.text)
            bar.update(task, description="走查")
            crew = Crew(
                plan.blueprint,
                stage=stage,
                script=script,
                pictures=pictures,
                headed=headed,
                walked=lambda _step: bar.advance(task),
                ended=_tell(bar.console.print),
            )
            outcomes = crew.walk(ways)
            bar.update(task, description="走查", completed=bar.tasks[0].total)
        finally:
            stage.stop()
    return Walked(outcomes, time.monotonic() - began, whole)


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    """The folder for report and pictures: the named one, else one that is gone afterwards."""
    if named is None:
        with tempfile.TemporaryDirectory(prefix="fangcun-pictures-") as scratch:
            yield Path(scratch)
        return
    try:
        (named / "pictures").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refuse(f"写不了 {named}：{error.strerror or error}") from None
    yield named


def _tell(say: Callable[[Text], None]) -> Callable[[WayOutcome], None]:
    def ended(way: WayOutcome) -> None:
        mark, colour = ("✓", "green") if way.passed else ("✗", "bold red")
        passed = sum(step.state is State.PASSED for step in way.steps)
        line = Text(f"{mark} ", colour).append(way.way.name, "bold" if not way.passed else "default")
        say(line.append(f"  {way.way.id}  {passed}/{len(way.steps)} 步  {way.seconds:.1f} 秒", "dim"))
        for step in way.steps:
            if step.state is State.FAILED:
                say(_failure(step))
        if way.problem:
            say(Text(f"    {way.problem}", "red"))

    return ended


def _failure(step: StepOutcome) -> Text:
    where = f"（{step.step.title}）" if step.step.title else ""
    return Text(f"    {step.step.id}{where}：{step.reason}", "red")


def report(plan: Clean, walked: Walked, *, file: str, began: datetime, target: Path) -> Path:
    """Write report.html and report.json beside the pictures; the page for people."""
    from fangcun.doors.cli.plan.walk.report import write_report

    return write_report(
        target,
        file=file,
        enterprise=plan.blueprint.enterprise.name,
        began=began,
        seconds=walked.seconds,
        ways=walked.ways,
    )


def conclude(walked: Walked, *, has_report: bool) -> None:
    """Say on the terminal how the walk ended."""
    steps = [step for way in walked.ways for step in way.steps]
    passed = sum(step.state is State.PASSED for step in steps)
    ways = sum(way.passed for way in walked.ways)
    words = f"{ways}/{len(walked.ways)} 条路、{passed}/{len(steps)} 步通过，{walked.seconds:.0f} 秒"
    out.print(Text(words, "bold green" if walked.passed else "bold red"))
    if not walked.passed and not has_report:
        out.print(Text("加上 --out 文件夹，可以看每一步的截图", "dim"))
