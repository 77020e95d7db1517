"""The commands of `fangcun events`: logs of other systems in, our own out, and the store looked after."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from fangcun.doors.cli.plan.files import err, out, refuse

if TYPE_CHECKING:
    from fangcun.insight.tracking.importing import Imported, Mapping

app = typer.Typer(
    help="Import, export, seal, weigh and erase events.", no_args_is_help=True, pretty_exceptions_enable=False
)


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


OK, SOME_ASIDE, NOTHING, INTERRUPTED = 0, 1, 2, 130


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
    """Count the events of another system's logs.

    Columns: user, name, ts (epoch ms), and id, session_id, page, props when there are such; further columns become
    properties. All of a file is counted or nothing. Ends with 0 when every row is an event, 1 when some were set
    aside, 2 when nothing could be read.
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
                task = bar.add_task(f"{file.name} (%)", total=100)
                found = import_file(
                    path=file,
                    mapping=mapped,
                    by=SYSTEM,
                    encoding=encoding,
                    only_members=member,
                    progress=lambda share, bar=bar, task=task: bar.update(task, completed=int(100 * share)),  # type: ignore[misc]
                )
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


@app.command()
def export(
    target: Annotated[Path, typer.Argument(metavar="OUT", help="the file to write; .gz compresses texts")],
    first: Annotated[str, typer.Option("--from", help="first day, such as 2026-01-31")] = "",
    last: Annotated[str, typer.Option("--to", help="last day, included")] = "",
    event: Annotated[list[str] | None, typer.Option(help="only events of this name; may be repeated")] = None,
    form: Annotated[Format, typer.Option("--format")] = Format.JSONL,
) -> None:
    """Write the events into one file, which can be imported again."""
    from fangcun.doors.cli.insight.whole import span_given
    from fangcun.doors.cli.main import wire

    wire()
    from fangcun.insight.tracking.exporting import export_events
    from fangcun.kernel.errors import DomainError

    try:
        span = span_given(first, last) if first or last else None
        number = export_events(
            path=target,
            form=form.value,
            since_ms=span.start_ms if span else None,
            until_ms=span.end_ms if span else None,
            names=event or (),
        )
    except DomainError as refused:
        raise refuse(str(refused)) from None
    except OSError as error:
        raise refuse(f"写不了 {target}：{error.strerror or error}") from None
    out.print(Text(f"已导出 {number} 条到 {target}", "green"))


@app.command()
def seal(
    merge: Annotated[bool, typer.Option("--merge", help="and make one file of a day's many")] = False,
) -> None:
    """Put what is in the database into sealed files now; a worker does it by itself every minute."""
    from fangcun.doors.cli.main import wire

    wire()
    from fangcun.insight.tracking import merging, sealing

    out.print(f"已封存 {sealing.seal()} 条事件")
    if merge:
        out.print(f"已合并 {merging.merge()} 个文件")


@app.command()
def stats(
    as_json: Annotated[bool, typer.Option("--json")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="read every file and compare its bytes")] = False,
) -> None:
    """Tell how much there is in the store, and what is wrong with it. Ends with 1 when something is."""
    from fangcun.doors.cli.main import wire

    wire()
    from fangcun.insight.analytics.engines import opened
    from fangcun.insight.tracking.checking import examine
    from fangcun.insight.tracking.stats import store_stats

    if verify:
        examine()
    found = store_stats()
    with opened() as engine:
        users = engine.rows("SELECT count(DISTINCT person) AS n FROM ev")[0][0]
        top = engine.rows(
            "SELECT event, count(*) AS n FROM ev GROUP BY event ORDER BY n DESC, event LIMIT 20"
        )
    told = {
        "files": found.files,
        "events": found.events + found.hot_events,
        "sealed": found.events,
        "hot": found.hot_events,
        "bytes": found.bytes,
        "bytes_per_event": round(found.bytes / found.events, 1) if found.events else None,
        "days": found.days,
        "users": users,
        "first_ts": found.first_ts,
        "last_ts": found.last_ts,
        "top": [{"event": name, "events": number} for name, number in top],
        "problems": [
            {"path": one.path, "problem": one.problem, "words": one.words} for one in found.problems
        ],
    }
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        _tell(told)
    raise typer.Exit(1 if found.problems else 0)


def _tell(told: dict[str, Any]) -> None:
    words = {
        "events": "事件", "sealed": "已封存", "hot": "未封存", "files": "文件", "bytes": "字节",
        "bytes_per_event": "每条字节", "days": "天", "users": "人",
    }  # fmt: skip
    for key, word in words.items():
        out.print(f"{word}：{'—' if told[key] is None else told[key]}")
    for one in told["top"]:
        out.print(Text(f"  {one['event']}：{one['events']}"))
    for one in told["problems"]:
        err.print(Text(one["words"], "red"))


@app.command()
def erase(
    member: Annotated[int, typer.Option(min=1, help="the member's number")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="ask nothing")] = False,
) -> None:
    """Take everything that one member did out of the events, for good, and prove it."""
    from fangcun.doors.cli.main import wire

    wire()
    from fangcun.insight.tracking.services import erase_member
    from fangcun.kernel.actors import SYSTEM
    from fangcun.kernel.errors import DomainError

    if not yes and not typer.confirm(f"会员 {member} 的全部事件将永久删除，继续吗？"):
        raise typer.Exit(1)
    try:
        proof = erase_member(member_id=member, by=SYSTEM)
    except DomainError as refused:
        raise refuse(str(refused)) from None
    out.print(
        f"抹除前共 {proof.before} 条，删去 {proof.removed} 条和隔离区里的 {proof.quarantined} 条，"
        f"改写 {proof.files} 个文件；重新查找，剩 {proof.left} 条\n证明：{proof.digest}"
    )
    if proof.unreadable:
        err.print(f"{proof.unreadable} 个损坏的文件查不了；修复后请再抹除一次", style="yellow", markup=False)
    err.print("导出的文件、搁置的行（aside 文件夹）和备份不在此列，请自行删除", style="yellow", markup=False)
