"""`fangcun check`: what an auditor would refuse in a built mini program, with the rule's source."""

from __future__ import annotations

import json
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from fangcun.build.checks.comparing import Comparison, compare
from fangcun.build.checks.report import NotAReport, Report
from fangcun.build.checks.waiving import FILE_NAME
from fangcun.doors.cli.check.showing import Tongue, show_rule, show_rules, show_text
from fangcun.doors.cli.plan.files import ERRORS, err, out, refuse, write


class Format(StrEnum):
    TEXT = "text"
    HTML = "html"
    JSON = "json"
    SARIF = "sarif"


class FailOn(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


class Language(StrEnum):
    CHINESE = "zh"
    ENGLISH = "en"


FAILS = {
    FailOn.ERROR: ("error",),
    FailOn.WARNING: ("error", "warning"),
    FailOn.NEVER: (),
}
Spoken = Annotated[Language, typer.Option("--lang", help="language of the text form")]


def check(
    package: Annotated[
        Path | None,
        typer.Argument(
            metavar="PACKAGE",
            help="folder of a built mini program (app.json); the newest build of this installation if not given",
        ),
    ] = None,
    plan: Annotated[
        str,
        typer.Option(
            metavar="BLUEPRINT", help="blueprint to hold it against; the published one for our own build"
        ),
    ] = "",
    declared: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="YAML of what is registered at WeChat: privacy, domains, categories…"
        ),
    ] = None,
    walks: Annotated[
        bool | None,
        typer.Option(
            "--walk/--no-walk", help="tap through it in Chromium; done when there is one, if not said"
        ),
    ] = None,
    server: Annotated[
        str,
        typer.Option(
            metavar="URL|sample",
            help="where its requests go while it is walked; sample starts a small shop; nowhere if not given",
        ),
    ] = "",
    form: Annotated[Format, typer.Option("--format", help="how findings are told")] = Format.TEXT,
    target: Annotated[Path | None, typer.Option("--out", help="a file instead of the terminal")] = None,
    waivers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"waived findings; {FILE_NAME} beside the blueprint if not given"),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="REPORT", help="JSON of an earlier check: what is new, what is gone"),
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="which severity ends the command with 1")] = FailOn.ERROR,
    explain: Annotated[
        str, typer.Option(metavar="RULE", help="tell everything about one rule, and check nothing")
    ] = "",
    language: Spoken = Language.CHINESE,
) -> None:
    """Find what an auditor would refuse in a built mini program, before it is uploaded.

    Ends with 0 when nothing counts at the level of --fail-on, 1 when something does, 2 when it can't be checked,
    130 when it was interrupted.
    """
    if explain:
        tell_rules(explain, language)
        return
    from fangcun.doors.cli.check.inspecting import Asked, examined

    asked = Asked(package, plan, declared, walks, server, waivers)
    before = _report_in(against) if against else None
    with tempfile.TemporaryDirectory(prefix="fangcun-check-") as scratch:
        pictures = Path(scratch)
        done = examined(asked, pictures)
        compared = compare(before, done.report) if before else None
        _tell(
            done.report, done.package, pictures, compared, form, target, Tongue(language is Language.ENGLISH)
        )
    if done.kept:
        err.print(Text(done.kept, "dim"))
    counts = done.report.counts
    if any(number for severity, number in counts.items() if severity.value in FAILS[fail_on]):
        raise typer.Exit(ERRORS)


def tell_rules(
    rule: Annotated[
        str, typer.Argument(metavar="[RULE]", help="everything about one rule; a list of all if not given")
    ] = "",
    language: Spoken = Language.CHINESE,
) -> None:
    """List the rules of the audit officer, or tell why one exists, how to fix it and where it comes from."""
    from fangcun.build.checks.pack import rules

    say = Tongue(language is Language.ENGLISH)
    if not rule:
        show_rules(list(rules().values()), to=out, say=say)
        return
    if rule not in rules():
        raise refuse(
            say(f"没有规则 {rule}；fangcun rules 列出全部", f"No rule {rule}; fangcun rules lists all")
        )
    show_rule(rules()[rule], to=out, say=say)


def _report_in(file: Path) -> Report:
    try:
        return Report.from_json(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, NotAReport) as error:
        raise refuse(f"{file} 不是 fangcun check --format json 写的报告：{error}") from None


def _tell(
    report: Report,
    package: Path,
    pictures: Path,
    compared: Comparison | None,
    form: Format,
    target: Path | None,
    say: Tongue,
) -> None:
    if form is Format.TEXT and target is None:
        show_text(report, to=out, say=say, compared=compared)
        return
    text = _text(report, package, pictures, compared, form, say)
    if target is None:
        sys.stdout.write(text + "\n")
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, text + "\n")
    except OSError as error:
        raise refuse(f"写不了 {target}：{error.strerror or error}") from None
    if form is not Format.TEXT:
        show_text(report, to=err, say=say, compared=compared, brief=True)
    err.print(Text(f"Written: {target}"))


def _text(
    report: Report, package: Path, pictures: Path, compared: Comparison | None, form: Format, say: Tongue
) -> str:
    from fangcun.build.checks.telling import as_html, as_json, as_sarif

    if form is Format.HTML:
        return as_html(report, pictures=pictures, compared=compared)
    if form is Format.SARIF:
        return as_sarif(report, package=package, compared=compared)
    if form is Format.JSON:
        return as_json(report)
    with out.capture() as captured:
        show_text(report, to=out, say=say, compared=compared)
    return Text.from_ansi(captured.get()).plain.rstrip("\n")
