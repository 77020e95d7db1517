"""`fangcun env`: environments of a mini program, and the self-tester."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from fangcun.build.papers.testing import Result
    from fangcun.identity.programs.models import Program

app = typer.Typer(
    help="Environments of a mini program: what is registered, and which part is wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)
MARKS = {"ok": ("✓", "green"), "failed": ("✗", "bold red"), "undecided": ("?", "yellow")}
UNKNOWN = 2

Appid = Annotated[str, typer.Option("--program", help="appid; the main mini program if left out")]


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


class Stage(StrEnum):
    DEVELOP = "develop"
    TRIAL = "trial"
    RELEASE = "release"


def _program(appid: str) -> Program:
    from fangcun.doors.cli.main import wire

    wire()
    from fangcun.build.papers.queries import active_programs

    programs = active_programs()
    found = next((one for one in programs if not appid or one.appid == appid), None)
    if found is None:
        known = "、".join(one.appid for one in programs) or "还没有小程序，先在控制台登记一个"
        err.print(Text(f"没有小程序 {appid}；已登记的：{known}" if appid else known, "red"))
        raise typer.Exit(UNKNOWN)
    return found


@app.command("test")
def self_test(
    program: Appid = "",
    environment: Annotated[
        Stage, typer.Option("--environment", help="which version's servers")
    ] = Stage.RELEASE,
    form: Annotated[Format, typer.Option("--format", help="for people or for programs")] = Format.TEXT,
) -> None:
    """Try everything between WeChat and this installation, and say which part is wrong and how to mend it.

    The web server must be running: its public address is called from outside. Changes nothing at WeChat.
    Ends with 0 when nothing is wrong (some things may be undecided), 1 when something is, 2 without a mini program.
    """
    tried = _program(program)
    from fangcun.build.papers.services import run_self_test
    from fangcun.build.papers.testing import Result
    from fangcun.kernel.actors import SYSTEM

    if form is Format.TEXT:
        out.print(Text(f"{tried.name} {tried.appid} · {environment.value}", "bold"))
    kept = run_self_test(
        program=tried,
        environment=environment.value,
        found=_show if form is Format.TEXT else lambda _found: None,
        by=SYSTEM,
    )
    results = [Result.from_json(one) for one in kept.results]
    if form is Format.JSON:
        told = {
            "program": tried.appid,
            "environment": environment.value,
            "failed": kept.failed,
            "results": [{**one.as_json(), "part": one.part} for one in results],
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        open_questions = sum(one.state == "undecided" for one in results)
        parts = "、".join(dict.fromkeys(one.part for one in results if one.state == "failed"))
        said = f"{kept.failed} 项有问题：{parts}" if kept.failed else "没有发现问题"
        said += f"，{open_questions} 项无法判断" if open_questions else ""
        out.print(Text(said, "bold red" if kept.failed else "bold green"))
    raise typer.Exit(1 if kept.failed else 0)


def _show(one: Result) -> None:
    mark, colour = MARKS[one.state]
    out.print(
        Text(f"{mark} ", colour).append(one.part, "bold").append(f"  {one.message}", "not bold default")
    )
    if one.fix and one.state != "ok":
        out.print(Text(f"    → {one.fix}", "green"))


@app.command()
def show(program: Appid = "") -> None:
    """Show what is registered for each version, and the addresses to enter in WeChat's consoles."""
    found = _program(program)
    from fangcun.build.papers.queries import environments, upload_key_fingerprint
    from fangcun.build.papers.testing.inbound import pay_address
    from fangcun.identity.programs.pushing import push_address

    out.print(Text(f"{found.name} {found.appid}", "bold"))
    for name, row in environments(found).items():
        out.print(Text(f"{name}  {row.get_name_display()}", "bold"))
        for label, values in (
            ("request", row.request_domains),
            ("uploadFile", row.upload_domains),
            ("downloadFile", row.download_domains),
            ("socket", row.socket_domains),
            ("IP 白名单", row.ip_allow_list),
        ):
            out.print(Text(f"  {label}：").append("、".join(values) or "—", "default" if values else "dim"))
        out.print(Text(f"  ICP 备案号：{row.filing or '—'}"))
    out.print(Text(f"消息推送地址：{push_address(found)}"))
    if found.merchant is not None:
        out.print(Text(f"支付通知地址：{pay_address(found.merchant)}"))
    out.print(Text(f"代码上传密钥：{upload_key_fingerprint(found) or '未设置'}"))


@app.command("set")
def set_(
    program: Appid = "",
    environment: Annotated[Stage, typer.Option("--environment", help="which version")] = Stage.RELEASE,
    request: Annotated[list[str] | None, typer.Option(help="request domain, https://…; may repeat")] = None,
    upload: Annotated[list[str] | None, typer.Option(help="uploadFile domain; may repeat")] = None,
    download: Annotated[list[str] | None, typer.Option(help="downloadFile domain; may repeat")] = None,
    socket: Annotated[list[str] | None, typer.Option(help="socket domain, wss://…; may repeat")] = None,
    ip: Annotated[list[str] | None, typer.Option(help="address of the IP allow list; may repeat")] = None,
    filing: Annotated[str | None, typer.Option(help="ICP filing number")] = None,
    upload_key: Annotated[Path | None, typer.Option(help="private.wx….key, for uploads of code")] = None,
) -> None:
    """Register domains and keys of one version; what is left out stays as it is."""
    found = _program(program)
    from fangcun.build.papers.queries import environments
    from fangcun.build.papers.services import save_environment, set_upload_key
    from fangcun.kernel.actors import SYSTEM
    from fangcun.kernel.errors import DomainError

    row = environments(found)[environment.value]
    try:
        save_environment(
            program=found,
            name=environment.value,
            request_domains=row.request_domains if request is None else request,
            upload_domains=row.upload_domains if upload is None else upload,
            download_domains=row.download_domains if download is None else download,
            socket_domains=row.socket_domains if socket is None else socket,
            ip_allow_list=row.ip_allow_list if ip is None else ip,
            filing=row.filing if filing is None else filing,
            by=SYSTEM,
        )
        if upload_key is not None:
            set_upload_key(program=found, private_key=upload_key.read_text(), by=SYSTEM)
    except OSError as error:
        err.print(Text(f"读不了 {upload_key}：{error.strerror or error}", "red"))
        raise typer.Exit(UNKNOWN) from None
    except DomainError as refused:
        fields = refused.details.get("fields", {})
        err.print(Text("；".join(map(str, fields.values())) or str(refused), "red"))
        raise typer.Exit(1) from None
    out.print("已保存")
