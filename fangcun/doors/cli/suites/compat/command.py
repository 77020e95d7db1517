"""`fangcun test compat`: the pages on many phones, the package on WeChat's framework, the base library it needs."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from fangcun.doors.cli.plan.files import ERRORS, OK, Clean, out, refuse
from fangcun.doors.cli.plan.walk.browser import CannotWalk, need_app, need_browser
from fangcun.doors.cli.suites.compat.devices import Device, NoSuchDevice, chosen
from fangcun.doors.cli.suites.compat.problems import Problem, Sighting, errors, grouped
from fangcun.doors.cli.suites.keeping import INTERRUPTED, Result, keep, plan_to_test, report_folder
from fangcun.doors.cli.suites.pages import write_report

MINIAPP = Path(__file__).resolve().parents[5] / "miniapp"
USER = "兼容"
PACKAGE_DEVICES = ("small", "notch")
SHOWN = 12


def compat(
    plan: Annotated[
        Path | None, typer.Option(help="a blueprint; the published one if left out", show_default=False)
    ] = None,
    device: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="only this phone of the matrix; may be repeated")
    ] = None,
    page: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="only this page; may be repeated")
    ] = None,
    package: Annotated[Path, typer.Option(help="the built WeChat package")] = MINIAPP
    / "dist"
    / "build"
    / "mp-weixin",
    artifact: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="a kept build (fangcun builds), instead of a package")
    ] = None,
    floor: Annotated[
        str | None, typer.Option(help="lowest base library; the package's libVersion, else 2.32.3")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="folder for report.html, report.json and screenshots")
    ] = None,
) -> None:
    """Look at every page on every phone of the matrix, and at the base library that the package needs.

    Sizes with notch and home bar, larger text, dark mode, a slow network, none at all, Chinese and English: nothing
    may stick out, be covered, cut or blank, and no script may fail. The WeChat package is looked at on two of the
    phones, on WeChat's own component framework. Each API it calls must exist since the lowest base library, or be
    asked for first. The schedule's check compat_pass hears of a whole run.

    Ends with 0 when there are no errors, 1 with errors, 2 when it can't be looked at.
    """
    from fangcun.build.checks.walking.record import WalkImpossible
    from fangcun.doors.cli.plan.walk.stage import StageFailed
    from fangcun.doors.cli.run import stop_when_told
    from fangcun.doors.cli.supervisor import DidNotStart

    tested = plan_to_test(plan)
    try:
        devices = chosen(device or ())
        pages = _pages(tested, page or ())
        need_browser()
        need_app(Path(os.environ.get("FANGCUN_H5") or MINIAPP / "dist" / "build" / "h5"))
    except (CannotWalk, NoSuchDevice) as problem:
        raise refuse(str(problem)) from None
    if artifact is not None:
        package = _built(artifact)
    stop_when_told()
    try:
        with report_folder(folder) as there:
            began, clock = datetime.now().astimezone(), time.monotonic()
            needs = _needs(package, floor)
            sightings = _look(tested, devices, pages, package if needs else None, there)
            problems = grouped([*sightings, *needs.pop("sightings", [])])
            result = replace(
                _result(problems, devices, pages, needs, began, time.monotonic() - clock),
                artifact=artifact,
                decides=not device and not page,
            )
            where = _report(result, problems, devices, pages, needs, there)
            _conclude(result, problems)
            said = keep(result, there, plan=tested.text)
    except (CannotWalk, DidNotStart, StageFailed, WalkImpossible, OSError) as problem:
        raise refuse(str(problem)) from None
    except KeyboardInterrupt:
        out.print("已停止。")
        raise typer.Exit(INTERRUPTED) from None
    if folder is not None:
        out.print(Text(f"报告：{where}"))
    out.print(Text(said, "dim"))
    raise typer.Exit(OK if result.passed else ERRORS)


def _built(number: int) -> Path:
    """The package of a kept build; where there is none the command ends with one sentence."""
    from fangcun.doors.cli.plan.recording import not_here

    if why := not_here():
        raise refuse(f"{why}，没有构建 #{number}")
    from fangcun.build.artifacts.errors import ArtifactNotFound
    from fangcun.build.artifacts.queries import artifact, folder_of

    try:
        return folder_of(artifact(number))
    except ArtifactNotFound as missing:
        raise refuse(str(missing)) from None


def _pages(plan: Clean, wanted: Sequence[str]) -> list[str]:
    """The paths of the pages, the first one first. Raises NoSuchDevice for one that the plan does not have."""
    paths = [one.path for one in plan.blueprint.pages.values()]
    for path in wanted:
        if path not in paths:
            raise NoSuchDevice(f"蓝图里没有页面 {path}")
    return [path for path in paths if not wanted or path in wanted]


def _needs(package: Path, wanted: str | None) -> dict[str, Any]:
    """What the package needs of the base library; empty when there is no package to look at."""
    from fangcun.build.checks.package.reading import PackageUnreadable, read_facts
    from fangcun.doors.cli.suites.compat.floor import below_floor, floor_of, needs

    if not (package / "app.json").is_file():
        out.print(f"{package} 里没有构建好的微信包，不看基础库")
        return {}
    try:
        [(_root, facts)] = read_facts([package])
    except PackageUnreadable as problem:
        out.print(f"读不了微信包（{problem}），不看基础库")
        return {}
    floor, said = floor_of(wanted, facts)
    found = needs(facts)
    return {
        "floor": floor,
        "floor_said": said,
        "apis": [{**asdict(one), "above": one.is_above(floor)} for one in found],
        "sightings": list(below_floor(facts, found, floor)),
    }


def _look(
    plan: Clean, devices: list[Device], pages: list[str], package: Path | None, there: Path
) -> list[Sighting]:
    """Start a platform of its own and look at everything."""
    from fangcun.build.checks.walking.runner import Backend, serve
    from fangcun.doors.cli.plan.walk.stage import Stage
    from fangcun.doors.cli.suites.compat.errands import queries_of, shop_at
    from fangcun.doors.cli.suites.compat.matrix import Matrix

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    on_package = [one for one in devices if one.id in PACKAGE_DEVICES] if package else []
    with (
        tempfile.TemporaryDirectory(prefix="fangcun-compat-") as home,
        Progress(*columns, console=out) as bar,
    ):
        task = bar.add_task("启动看页面用的平台 …", total=(len(devices) + len(on_package)) * len(pages))
        stage = Stage(Path(home))
        try:
            stage.set_up(plan.text)
            shop = shop_at(stage.url)
            queries = queries_of(shop, USER)
            bar.update(task, description="看每一页")

            def matrix(address: str) -> Matrix:
                return Matrix(
                    url=stage.url,
                    user=USER,
                    pages=pages,
                    queries=queries,
                    folder=there,
                    seen=lambda: bar.advance(task),
                    package=address,
                )

            found = matrix("").look(devices)
            if on_package and package is not None:
                bar.update(task, description="看微信包")
                backend = Backend(server=stage.url, box=shop.box, appid=shop.program, user=USER)
                with serve(package, backend) as served:
                    found += matrix(served.url).look(on_package)
        finally:
            stage.stop()
    return found


def _result(
    problems: Sequence[Problem],
    devices: Sequence[Device],
    pages: Sequence[str],
    needs: dict[str, Any],
    began: datetime,
    seconds: float,
) -> Result:
    wrong, doubtful = errors(problems), len(problems) - errors(problems)
    summary = f"{len(devices)} 种手机、{len(pages)} 个页面，{wrong} 个错误、{doubtful} 个提醒"
    if wrong:
        first = problems[0]
        summary += f"；{first.page} {first.title}"
    facts = [
        ("手机", str(len(devices))),
        ("页面", str(len(pages))),
        ("错误", str(wrong)),
        ("提醒", str(doubtful)),
    ]
    if needs:
        facts.append(("最低基础库", needs["floor"]))
    return Result(
        suite="compat",
        passed=not wrong,
        summary=summary,
        began=began,
        seconds=seconds,
        facts=facts,
        numbers={
            "devices": [one.id for one in devices],
            "pages": len(pages),
            "errors": wrong,
            "warnings": doubtful,
            "floor": needs.get("floor"),
        },
        target="专门启动的平台（数据用完就扔）",
    )


def _report(
    result: Result,
    problems: Sequence[Problem],
    devices: Sequence[Device],
    pages: Sequence[str],
    needs: dict[str, Any],
    there: Path,
) -> Path:
    told: dict[str, Any] = {
        "title": "兼容性测试",
        "passed": result.passed,
        "target": result.target,
        "began_at": result.began.isoformat(timespec="seconds"),
        "seconds": round(result.seconds, 1),
        "summary": result.summary,
        "facts": [list(fact) for fact in result.facts],
        "devices": [
            {**asdict(one), "words": one.words, "problems": sum(one.id in p.devices for p in problems)}
            for one in devices
        ],
        "pages": list(pages),
        "problems": [one.as_json() for one in problems],
        "needs": needs,
        "first_page": pages[0].rpartition("/")[2],
    }
    return write_report(there, "compat/report.html", told)


def _conclude(result: Result, problems: Sequence[Problem]) -> None:
    for one in problems[:SHOWN]:
        mark = Text("✗ ", "bold red") if one.is_error else Text("! ", "yellow")
        where = f"{one.page} {one.part}".strip()
        words = f"“{one.words}”" if one.words else ""
        out.print(mark.append(f"{one.title}  {where}{words}", "default").append(f"  {one.detail}", "dim"))
        out.print(Text(f"    {'、'.join(one.devices)}", "dim"))
    if len(problems) > SHOWN:
        out.print(Text(f"还有 {len(problems) - SHOWN} 处，见报告", "dim"))
    out.print(Text(result.summary, "bold green" if result.passed else "bold red"))
