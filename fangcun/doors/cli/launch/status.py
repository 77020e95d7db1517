"""`fangcun launch status`: the launch board in a terminal."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from fangcun.doors.cli.plan.files import refuse

app = typer.Typer(help="See what blocks the launch.", no_args_is_help=True, pretty_exceptions_enable=False)
out = Console(highlight=False, soft_wrap=True)
MARKS = {"go": ("✓", "green"), "note": ("!", "yellow"), "stop": ("✗", "bold red")}


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


@app.callback()
def launch() -> None:
    """See what blocks the launch."""


@app.command()
def status(
    appid: Annotated[
        str, typer.Option("--program", metavar="APPID", help="a mini program; the main one if not given")
    ] = "",
    form: Annotated[Format, typer.Option("--format", help="for people or for programs")] = Format.TEXT,
) -> None:
    """Tell what blocks the launch now, part by part, each with where it is mended.

    Ends with 0 when nothing blocks, 1 when something does. Calls no network: it tells what was found before.
    """
    from fangcun.doors.cli.main import wire

    wire()
    from django.conf import settings

    from fangcun.build.board.parts import Board
    from fangcun.build.board.queries import board
    from fangcun.identity.programs.errors import ProgramUnknown
    from fangcun.identity.programs.queries import program_by_appid

    try:
        found: Board = board(program_by_appid(appid) if appid else None)
    except ProgramUnknown as unknown:
        raise refuse(f"{appid}：{unknown}") from None
    if form is Format.JSON:
        parts = [
            {
                "part": part.name,
                "title": part.title,
                "state": part.state,
                "facts": list(part.facts),
                "blockers": [{"code": one.code, "text": one.text, "link": one.link} for one in part.blockers],
                "notes": [{"code": one.code, "text": one.text, "link": one.link} for one in part.notes],
            }
            for part in found.parts
        ]
        told = {"ready": found.ready, "blockers": len(found.blockers), "parts": parts}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        raise typer.Exit(0 if found.ready else 1)
    for part in found.parts:
        mark, colour = MARKS[part.state]
        line = Text(f"{mark} ", colour).append(part.title, "bold")
        out.print(line.append(f"  {'；'.join(part.facts)}" if part.facts else "", "not bold dim"))
        for one in part.blockers:
            out.print(Text("    ✗ ", "red").append(one.text, "default"))
            out.print(Text(f"      {settings.PUBLIC_URL}{one.link}", "dim"))
        for one in part.notes:
            out.print(Text("    ! ", "yellow").append(one.text, "default"))
    if found.ready:
        out.print(Text("没有什么挡着上线", "bold green"))
    else:
        out.print(Text(f"{len(found.blockers)} 件事挡着上线", "bold red"))
    raise typer.Exit(0 if found.ready else 1)
