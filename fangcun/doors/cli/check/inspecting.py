"""From what was asked at the terminal to a report: which package, which plan, what is declared, what is waived."""

from __future__ import annotations

import dataclasses
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from fangcun.blueprint.document import Blueprint
from fangcun.build.checks.declaring import DeclaredUnreadable, hosts_of, read_declared
from fangcun.build.checks.officer import READING, InspectionCancelled, inspect
from fangcun.build.checks.pack import rules
from fangcun.build.checks.package import PackageUnreadable
from fangcun.build.checks.report import Report
from fangcun.build.checks.subject import NOTHING, Declared, merged
from fangcun.build.checks.waiving import FILE_NAME, Excuse, WaiversUnreadable, read_waivers
from fangcun.build.checks.walking import Backend, Limits, Walk, WalkImpossible, key_pages_of, walk
from fangcun.doors.cli.check.stage import OWN_SHOP, sample_stage
from fangcun.doors.cli.plan.files import clean, err, refuse
from fangcun.doors.cli.plan.recording import not_here

if TYPE_CHECKING:
    from fangcun.build.artifacts.models import Artifact

REPOSITORY = Path(__file__).resolve().parents[4]
BUILT = REPOSITORY / "miniapp" / "dist" / "build" / "mp-weixin"
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says; None and "" where it says nothing."""

    package: Path | None
    plan: str
    declared: Path | None
    walks: bool | None
    server: str
    waivers: Path | None


@dataclass(frozen=True, slots=True)
class Examined:
    """A report, the folder it is about, and what became of it in this installation."""

    report: Report
    package: Path
    kept: str = ""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is held against what."""

    package: Path
    artifact: Artifact | None
    blueprint: Blueprint | None
    published: bool  # the blueprint is the current revision of this installation
    declared: Declared
    from_file: list[Excuse]
    from_console: list[Excuse]


def examined(asked: Asked, pictures: Path) -> Examined:
    """Inspect what was asked for; pictures of a walk go into a folder. Ends the command when that can't be done."""
    ground = _ground(asked, installed=not not_here())
    with _stopping() as stopped:
        try:
            report = _inspected(asked, ground, pictures, stopped)
        except (PackageUnreadable, WalkImpossible) as error:
            if stopped:
                raise _interrupted() from None
            raise refuse(str(error)) from None
        except InspectionCancelled:
            raise _interrupted() from None
    return Examined(report, ground.package, _kept(ground, report, pictures))


def _ground(asked: Asked, *, installed: bool) -> _Ground:
    artifact = _artifact(asked.package) if installed else None
    package = asked.package
    if package is None:
        from fangcun.build.artifacts.queries import folder_of

        package = folder_of(artifact) if artifact else BUILT
        if not package.is_dir():
            raise refuse("还没有构建好的包：先运行 fangcun build，或写出包所在的文件夹")
    blueprint, published = None, False
    if asked.plan:
        blueprint = clean(asked.plan).blueprint
    elif artifact is not None:
        from fangcun.plan.revisions.queries import current_blueprint

        blueprint, published = current_blueprint(), True
    return _Ground(
        package,
        artifact,
        blueprint,
        published,
        _declared(asked, artifact),
        _waivers(asked),
        _console_waivers() if artifact else [],
    )


def _artifact(package: Path | None) -> Artifact | None:
    """The build that is meant: the newest, or the one that a folder belongs to."""
    from django.db import DatabaseError

    from fangcun.build.artifacts.models import Status
    from fangcun.build.artifacts.queries import artifacts, folder_of, latest_ready, place_of

    try:
        if package is None:
            return latest_ready()
        asked = package.resolve()
        ready = (one for one in artifacts() if one.status == Status.READY)
        return next((one for one in ready if asked in (folder_of(one), place_of(one))), None)
    except DatabaseError:  # an installation that was not migrated yet
        return None


def _declared(asked: Asked, artifact: Artifact | None) -> Declared:
    known = NOTHING
    if artifact is not None:
        from fangcun.build.papers.queries import domains_of

        known = dataclasses.replace(known, environment=artifact.environment)
        domains = domains_of(artifact.program, artifact.environment) if artifact.program else None
        if domains is not None:
            known = dataclasses.replace(known, domains=hosts_of(domains))
    if asked.declared is None:
        return known
    try:
        return merged(known, read_declared(asked.declared))
    except DeclaredUnreadable as error:
        raise refuse(str(error)) from None


def _waivers(asked: Asked) -> list[Excuse]:
    file = asked.waivers
    if file is None and asked.plan not in ("", "-"):
        beside = Path(asked.plan).with_name(FILE_NAME)
        file = beside if beside.is_file() else None
    try:
        return [] if file is None else read_waivers(file)
    except WaiversUnreadable as error:
        raise refuse(f"豁免文件有误：{error}") from None


def _console_waivers() -> list[Excuse]:
    from fangcun.build.checks.queries import excuses

    return excuses()


def _inspected(asked: Asked, ground: _Ground, pictures: Path, stopped: list[bool]) -> Report:
    with _bar() as tell:
        walked = None
        if asked.walks is not False:
            walked = _walked(asked, ground, pictures, stopped, tell)
        return inspect(
            ground.package,
            blueprint=ground.blueprint,
            declared=ground.declared,
            walk=walked,
            waivers=[*ground.from_file, *ground.from_console],
            progress=tell,
            cancelled=lambda: bool(stopped),
            target=str(ground.artifact) if ground.artifact else str(ground.package),
        )


def _walked(asked: Asked, ground: _Ground, pictures: Path, stopped: list[bool], tell: _Tell) -> Walk | None:
    program = ground.artifact.program if ground.artifact else None
    named = Backend(server=asked.server, appid=program.appid if program else "")
    try:
        with sample_stage() if asked.server == OWN_SHOP else nullcontext(named) as backend:
            return walk(
                ground.package,
                limits=Limits(),
                pictures=pictures,
                progress=tell,
                cancelled=lambda: bool(stopped),
                backend=backend,
                key_pages=key_pages_of(ground.blueprint),
            )
    except WalkImpossible as error:
        if asked.walks or stopped:
            raise
        err.print(Text(f"没有走查：{error}", "yellow"))
        return None


def _kept(ground: _Ground, report: Report, pictures: Path) -> str:
    if ground.artifact is None:
        return ""
    from django.db import DatabaseError

    from fangcun.build.checks.queries import pictures_of
    from fangcun.build.checks.services import drop_old_pictures, keep_report
    from fangcun.kernel.actors import SYSTEM

    try:
        run = keep_report(
            report=report,
            artifact=ground.artifact,
            planned=ground.published,
            walks=report.walked is not None,
            excuses=ground.from_file,
            by=SYSTEM,
        )
    except DatabaseError as error:
        return f"数据库没有准备好（{error}），结果没有保存"
    if any(pictures.iterdir()):
        shutil.copytree(pictures, pictures_of(run), dirs_exist_ok=True)
        drop_old_pictures()
    return f"结果已保存为第 {run.pk} 次检查"


class _Tell:
    """Shows a step, how much is done and of how much."""

    def __init__(self, bar: Progress) -> None:
        self.bar, self.task = bar, bar.add_task("", total=None)

    def __call__(self, step: str, done: int, whole: int) -> None:
        rule = rules().get(step)
        words = "读取代码包" if step == READING else rule.title if rule else step
        self.bar.update(self.task, description=words, completed=done, total=whole or None)


@contextmanager
def _bar() -> Iterator[_Tell]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        yield _Tell(bar)


@contextmanager
def _stopping() -> Iterator[list[bool]]:
    """A list that fills when Ctrl-C is pressed; pressed again, it ends the command at once."""
    stopped: list[bool] = []

    def stop(*_: object) -> None:
        if stopped:
            raise KeyboardInterrupt
        stopped.append(True)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupted() -> typer.Exit:
    err.print("检查被打断，没有报告。")
    return typer.Exit(INTERRUPTED)
