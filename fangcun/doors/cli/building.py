"""`fangcun build` and `fangcun builds`: packages from the published blueprint, or from a file."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fangcun.doors.cli.plan.files import clean, out, refuse

FAILED, INTERRUPTED = 1, 130
KB = 1000


class PlatformName(StrEnum):
    WEIXIN = "mp-weixin"
    H5 = "h5"
    ALIPAY = "mp-alipay"
    DOUYIN = "mp-toutiao"


class EnvironmentName(StrEnum):
    DEVELOP = "develop"
    TRIAL = "trial"
    RELEASE = "release"


def build(
    platforms: Annotated[
        list[PlatformName] | None, typer.Option("--platform", help="may be repeated; mp-weixin if not given")
    ] = None,
    environment: Annotated[
        EnvironmentName, typer.Option("--env", help="for developers, testers or everybody")
    ] = EnvironmentName.TRIAL,
    version: Annotated[str, typer.Option(help="such as 1.2.0; the one after the highest if not given")] = "",
    appid: Annotated[
        str,
        typer.Option(
            "--program",
            metavar="APPID",
            help="the main one that is registered, or with --plan the sample's, if not given",
        ),
    ] = "",
    api_base: Annotated[
        str,
        typer.Option(
            "--api",
            metavar="URL",
            help="where phones reach the storefront; this installation, or with --plan the sample's, if not given",
        ),
    ] = "",
    plan: Annotated[
        str,
        typer.Option(
            "--plan", metavar="FILE", help="a blueprint in a file instead of the published one; needs --out"
        ),
    ] = "",
    folder: Annotated[
        Path | None, typer.Option("--out", help="with --plan: the folder to build into")
    ] = None,
) -> None:
    """Build the mini program: the package, its manifest, and the log of the tools. The same gives the same bytes.

    From the published blueprint the build is kept and numbered (see `fangcun builds`); from a file nothing but the
    folder is written. Ctrl-C cancels. Ends with 1 when it can't be built, 2 when it can't be begun.
    """
    from fangcun.doors.cli.main import wire

    wire()
    names = [one.value for one in platforms or [PlatformName.WEIXIN]]
    if bool(plan) != (folder is not None):
        raise refuse("--plan 和 --out 要一起用：从文件构建时，要说放到哪个文件夹")
    if folder is not None:
        _from_file(
            plan,
            folder,
            names,
            environment=environment.value,
            version=version,
            appid=appid,
            api_base=api_base,
        )
        return
    for name in names:
        _from_published(name, environment.value, version, appid, api_base)


def builds() -> None:
    """List what was built, newest first."""
    from fangcun.doors.cli.main import wire

    wire()
    from fangcun.build.artifacts.queries import artifacts

    table = Table(box=None, pad_edge=False)
    for title in ("编号", "版本", "平台", "环境", "状态", "规划", "摘要", "时间"):
        table.add_column(title)
    for one in artifacts():
        table.add_row(
            f"#{one.number}",
            one.version,
            one.platform,
            one.environment,
            str(one.get_status_display()),
            f"第 {one.revision} 版",
            one.digest[:12],
            f"{one.created_at.astimezone():%m-%d %H:%M}",
        )
    if table.row_count:
        out.print(table)
    else:
        out.print("还没有构建；运行 fangcun build")


def _from_published(platform: str, environment: str, version: str, appid: str, api_base: str) -> None:
    from django.conf import settings

    from fangcun.build.artifacts.models import Status
    from fangcun.build.artifacts.queries import folder_of, next_version
    from fangcun.build.artifacts.services import begin_build, cancel_build, run_build
    from fangcun.identity.programs.queries import main_program, program_by_appid
    from fangcun.kernel.actors import SYSTEM
    from fangcun.kernel.errors import DomainError

    try:
        program = program_by_appid(appid) if appid else main_program()
        made = begin_build(
            platform=platform,
            environment=environment,
            version=version or next_version(),
            program=program,
            api_base=api_base or f"{settings.PUBLIC_URL}/api/v1",
            by=SYSTEM,
        )
    except DomainError as problem:
        wrong = problem.details.get("fields", {})
        raise refuse(
            "\n".join([str(problem), *(f"  {name}：{text}" for name, text in wrong.items())])
        ) from None
    out.print(Text(f"构建 #{made.number}  {made.version}  {platform}  {environment}"))

    def cancel(*_: object) -> None:
        cancel_build(number=made.number, by=SYSTEM)

    with _cancelling(cancel), _bar() as tell:
        made = run_build(made.number, tell=tell)
    if made.status == Status.CANCELLED:
        out.print("已取消，没有留下文件。")
        raise typer.Exit(INTERRUPTED)
    if made.status != Status.READY:
        raise refuse(made.error or "构建没有完成", FAILED)
    _show(made.manifest, folder_of(made))


def _from_file(plan: str, folder: Path, names: list[str], **settings: str) -> None:
    from fangcun.blueprint.compiling import compile_blueprint
    from fangcun.build.artifacts.queries import FIRST_VERSION
    from fangcun.build.artifacts.services import made_from
    from fangcun.build.artifacts.workshop import BuildCancelled, BuildFailed, Job, make

    read = clean(plan)
    compiled = compile_blueprint(read.blueprint)
    settings["version"] = settings["version"] or FIRST_VERSION
    asked = []
    for name in names:
        target = folder / name if len(names) > 1 else folder
        if target.exists() and not (target / "manifest.json").exists() and any(target.iterdir()):
            raise refuse(f"{target} 里有别的文件；换一个空文件夹")
        origin = made_from(
            plan_digest=_digest(read.text),
            revision=None,
            tracking=compiled["tracking.json"],
            platform=name,
            **settings,
        )
        job = Job(compiled, name, settings["version"], settings["appid"], settings["api_base"], origin)
        try:
            with _cancelling(lambda *_: asked.append(True)), _bar() as tell:
                manifest = make(
                    job,
                    target,
                    say=lambda step, percent: tell(str(step), percent),
                    cancelled=lambda: bool(asked),
                )
        except BuildCancelled:
            out.print("已取消，没有留下文件。")
            raise typer.Exit(INTERRUPTED) from None
        except BuildFailed as failure:
            raise refuse(str(failure), FAILED) from None
        except OSError as failure:
            raise refuse(f"写不了 {target}：{failure.strerror or failure}") from None
        _show(manifest, target / "package")


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def _cancelling(cancel: Callable[..., Any]) -> Iterator[None]:
    """Ctrl-C asks for an end instead of tearing the build apart."""
    before = {one: signal.signal(one, cancel) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _bar() -> Iterator[Callable[[str, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(pulse_style="green"), TimeElapsedColumn())
    with Progress(*columns, console=out) as bar:
        task = bar.add_task("", total=100)
        yield lambda step, percent: bar.update(task, description=step, completed=percent)
        bar.update(task, completed=100)


def _show(manifest: dict[str, Any], package: Path) -> None:
    for name, size in manifest["packages"].items():
        out.print(Text(f"  {size / KB:8.1f} KB  {name}"))
    out.print(Text(f"文件：{package}"))
    out.print(Text(f"摘要：{manifest['digest']}", "dim"))
