"""The commands of `fangcun events`: logs of other systems in, our own out, and the store looked after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from fangcun.doors.cli.plan.files import err, out, refuse

if TYPE_CHECKING:
    from fangcun.insight.tracking.importing import Imported, Mapping

app = typer.Typer(
    help="Import, export, seal, weigh and erase events.", no_args_is_help=True, pretty_exceptions_enable=False
)

OK, SOME_ASIDE, NOTHING, INTERRUPTED = 0, 1, 2, 130
MEGABYTE = 1_000_000


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE|DIR", help="CSV, TSV, JSONL (.gz too), Parquet, or a folder")
    ],
    columns: Annotated[
        str,
        typer.Option("--map", help='e.g. "user=user_id,name=behavior_type,ts=timestamp:s" (:ms :us :iso)'),
    ] = "",
    member: Annotated[
        bool, typer.Option("--member", help="users are the numbers of this shop's members")
    ] = False,
    encoding: Annotated[str, typer.Option(help="of texts, such as gbk; UTF-8 if left out")] = "",
) -> None:
    """Count the events of another system's logs: columns user, name, ts (epoch ms); id, session_id, page, props if present.

    All of a file is counted or nothing. Further columns become properties. Ends with 0 when every row is an event, 1
    when some were set aside, 2 when nothing could be read.
    """
    from fangcun.doors.cli.main import progress_bar, wire

    wire()
    from fangcun.insight.tracking.importing import files_of, mapping
    from fangcun.insight.tracking.services import import_file
    from fangcun.kernel.actors import SYSTEM
    from fangcun.kernel.errors import DomainError

    try:
        files, mapped = files_of(source), mapping(columns)
    except DomainError as refused:
        raise refuse(str(refused), NOTHING) from None
    done: list[Imported] = []
    failed = 0
    for file in files:
        try:
            with progress_bar() as bar:
                size = max(1, file.stat().st_size // MEGABYTE)
                task = bar.add_task(f"{file.name} (MB)", total=size)
                found = import_file(
                    path=file,
                    mapping=mapped,
                    by=SYSTEM,
                    encoding=encoding,
                    only_members=member,
                    progress=lambda read, bar=bar, task=task: bar.update(task, completed=read // MEGABYTE),  # type: ignore[misc]
                )
                bar.update(task, completed=size)
        except KeyboardInterrupt:
            err.print(f"已停下：{file.name} 什么也没有计入，数据和导入之前一样", style="red", markup=False)
            raise typer.Exit(INTERRUPTED) from None
        except DomainError as refused:
            known = refused.code == "already_imported"
            failed += not known
            err.print(str(refused), style="yellow" if known else "red", markup=False)
        else:
            done.append(found)
            _show(found, mapped)
    if len(files) > 1:
        rows, aside = sum(one.rows for one in done), sum(one.set_aside for one in done)
        out.print(
            Text(f"共 {len(files)} 个文件：导入 {rows} 条，搁置 {aside} 行，{failed} 个文件读不了", "bold")
        )
    if failed and not done:
        raise typer.Exit(NOTHING)
    raise typer.Exit(SOME_ASIDE if failed or any(one.set_aside for one in done) else OK)


def _show(found: Imported, mapped: Mapping) -> None:
    said = f"{found.name}：导入 {found.rows} 条"
    if found.repeated:
        said += f"，文件里重复 {found.repeated} 条（只计一次）"
    if found.held:
        said += f"，已有 {found.held} 条（没有再计）"
    out.print(Text(said, "green"))
    if not found.set_aside:
        return
    err.print(Text(f"{found.set_aside} 行不能计入，原样存于 {found.kept}", "yellow"))
    for reason, rows in found.firsts.items():
        lines = "、".join(str(row.line) for row in rows)
        number = found.aside[reason]
        more = "……" if number > len(rows) else ""
        err.print(Text(f"  {rows[0].words(mapped)}：{number} 行，第 {lines} 行{more}"))
