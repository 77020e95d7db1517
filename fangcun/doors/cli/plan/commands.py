"""The commands of `fangcun plan`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from fangcun.doors.cli.plan.files import ERRORS, checked, clean, err, out, refuse, write
from fangcun.doors.cli.plan.walk.command import walk_scenarios

app = typer.Typer(
    help="Check, compile, compare, export, publish and walk a blueprint.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("test")(walk_scenarios)
REPOSITORY = Path(__file__).resolve().parents[4]

Source = Annotated[str, typer.Argument(metavar="FILE", help="a blueprint; - reads standard input")]


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class DiffFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class Target(StrEnum):
    SEGMENT = "segment"
    RUDDER = "rudder"
    WEDATA = "wedata"
    MARKDOWN = "markdown"


class Sample(StrEnum):
    FRESH_GROCERY = "fresh-grocery"
    BLANK = "blank"


@app.command()
def check(
    file: Source,
    form: Annotated[Format, typer.Option("--format", help="how findings are told")] = Format.TEXT,
) -> None:
    """Find everything that is wrong with a blueprint.

    Ends with 0 when there are no errors (warnings may be), 1 with errors, 2 when the file can't be read.
    """
    from fangcun.doors.cli.plan.showing import as_json, as_sarif, show_text

    found = checked(file)
    if form is Format.TEXT:
        show_text(found, to=out)
    else:
        sys.stdout.write((as_json(found) if form is Format.JSON else as_sarif(found)) + "\n")
    raise typer.Exit(found.code)


@app.command("compile")
def compile_(
    file: Source,
    folder: Annotated[Path, typer.Option("--out", help="folder for the compiled files; made if missing")],
) -> None:
    """Write everything that follows from a blueprint: tracking plan, funnels, consents, pages, theme, dates, dossier.

    The same document gives the same bytes. Ends with 1 when the blueprint has errors, 2 when something can't be
    read or written.
    """
    from fangcun.blueprint.compiling import compile_blueprint

    made = compile_blueprint(clean(file).blueprint)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            fresh = write(folder / name, text)
            out.print(Text(f"{'written  ' if fresh else 'unchanged'} {folder / name}"))
    except OSError as error:
        raise refuse(f"写不了 {folder}：{error.strerror or error}") from None


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="the blueprint as it was")],
    after: Annotated[str, typer.Argument(metavar="B", help="the blueprint as it will be")],
    form: Annotated[DiffFormat, typer.Option("--format")] = DiffFormat.TEXT,
) -> None:
    """Tell every effect of going from one blueprint to another; what breaks history, links or messages is marked.

    Ends with 0, with 1 when one of them has errors, with 2 when one can't be read.
    """
    from fangcun.blueprint.differences import diff as differences

    found = differences(clean(before).blueprint, clean(after).blueprint)
    if form is DiffFormat.JSON:
        told = json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=2)
        sys.stdout.write(told + "\n")
    else:
        show_differences([one.as_json() for one in found])


def show_differences(found: Iterable[dict[str, Any]]) -> None:
    """Print differences, grouped by area; breaking ones first in sight."""
    from fangcun.blueprint.differences import AREAS

    entries = list(found)
    if not entries:
        out.print("没有变化")
        return
    for area, group in groupby(entries, key=lambda one: one["area"]):
        out.print(Text(AREAS[area], "bold"))
        for one in group:
            line = Text("  ! " if one["breaking"] else "  · ", "bold red" if one["breaking"] else "dim")
            out.print(line.append(one["text"].partition("：")[2] or one["text"], "default"))
    breaking = sum(one["breaking"] for one in entries)
    out.print(Text(f"共 {len(entries)} 处变化，其中 {breaking} 处（!）会破坏已有的数据、链接或消息", "bold"))


@app.command()
def export(
    file: Source,
    to: Annotated[Target, typer.Option("--to", help="whose form")],
    target: Annotated[Path | None, typer.Option("--out", help="a file instead of the terminal")] = None,
) -> None:
    """Print the tracking plan in another system's form: Segment, RudderStack, We分析, or Markdown for people."""
    from fangcun.blueprint.exporting import export as exported

    text = exported(clean(file).blueprint, to=to.value)
    if target is None:
        sys.stdout.write(text)
        return
    try:
        write(target, text)
    except OSError as error:
        raise refuse(f"写不了 {target}：{error.strerror or error}") from None
    out.print(Text(f"Written: {target}"))


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="the file to write")] = Path("blueprint.yaml"),
    sample: Annotated[Sample, typer.Option(help="what to begin from")] = Sample.BLANK,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="ask nothing, take what is usual")] = False,
    force: Annotated[bool, typer.Option("--force", help="replace a file that is there")] = False,
) -> None:
    """Begin a blueprint: a few questions and a file with the frame of a plan, or the sample shop to change."""
    from fangcun.blueprint.document import Color
    from fangcun.blueprint.shapes import why_not
    from fangcun.doors.cli.plan.beginning import Answers, asked, blank_filled
    from fangcun.doors.cli.plan.beginning import sample as sample_text

    if file.exists() and not force:
        raise refuse(f"{file} 已经存在；换一个文件名，或用 --force 覆盖")
    if sample is Sample.FRESH_GROCERY:
        text = sample_text(REPOSITORY)
    else:
        quiet = yes or not sys.stdin.isatty()
        answers = Answers() if quiet else asked(_ask, valid_color=lambda color: why_not(Color, color) is None)
        text = blank_filled(answers)
    try:
        write(file, text)
    except OSError as error:
        raise refuse(f"写不了 {file}：{error.strerror or error}") from None
    found = checked(str(file))
    out.print(Text(f"Written: {file}"))
    if found.findings:
        rules = ", ".join(dict.fromkeys(one.rule for one in found.findings))
        out.print(Text(f"还有 {len(found.findings)} 处要补（{rules}）：fangcun plan check {file}"))


def _ask(question: str, usual: str) -> str:
    answer: str = typer.prompt(question, default=usual, show_default=bool(usual))
    return answer.strip()


@app.command()
def publish(
    file: Source,
    base: Annotated[
        int | None, typer.Option(min=1, help="revision the file was made from; the newest if left out")
    ] = None,
    message: Annotated[str, typer.Option("--message", "-m", help="what changes and why")] = "",
) -> None:
    """Make a blueprint the current revision of this installation; events, messages and dates follow it.

    Ends with 1 when the blueprint has errors, says nothing new, or somebody published on that base before.
    """
    text = clean(file).text
    from fangcun.doors.cli.main import wire

    wire()
    from fangcun.kernel.actors import SYSTEM
    from fangcun.kernel.errors import DomainError
    from fangcun.plan.revisions.errors import ConflictingRevision
    from fangcun.plan.revisions.queries import newest_number
    from fangcun.plan.revisions.services import publish_text

    try:
        revision = publish_text(
            text=text, base=newest_number() if base is None else base, message=message or file, by=SYSTEM
        )
    except ConflictingRevision as conflict:
        err.print(Text(str(conflict), "red"))
        show_differences(conflict.details["differences"])
        raise typer.Exit(ERRORS) from None
    except DomainError as refused:
        raise refuse(str(refused), ERRORS) from None
    out.print(Text(f"已发布第 {revision.number} 版"))


@app.command()
def weigh(
    file: Source,
    build: Annotated[Path, typer.Option(help="the built WeChat package")] = REPOSITORY
    / "miniapp"
    / "dist"
    / "build"
    / "mp-weixin",
) -> None:
    """Weigh the built WeChat package against the plan's budgets; the schedule's check package_budget hears of it.

    Ends with 1 when a package is too heavy, 2 when there is no package.
    """
    from fangcun.build.artifacts.weighing import NotBuilt, weigh
    from fangcun.doors.cli.plan.recording import record_result

    plan = clean(file)
    try:
        weights = weigh(build, plan.blueprint.budgets)
    except NotBuilt:
        raise refuse(f"{build} 里没有构建好的微信包；先运行 make setup 或 npm run build:mp-weixin") from None
    for one in weights:
        mark = Text("✓ ", "green") if one.fits else Text("✗ ", "bold red")
        out.print(
            mark.append(f"{one.package}  {one.size / 1000:.1f} KB / {one.budget / 1000:.0f} KB", "default")
        )
    heavy = [one.package for one in weights if not one.fits]
    told = f"{'、'.join(heavy)} 超出预算" if heavy else f"{len(weights)} 个包都在预算内"
    evidence = {one.package: [one.size, one.budget] for one in weights}
    out.print(record_result("package_budget", plan.text, passed=not heavy, detail=told, evidence=evidence))
    if heavy:
        raise typer.Exit(ERRORS)
