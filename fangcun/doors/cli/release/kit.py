"""What is handed in: the dossier and the reviewer's kit."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from fangcun.doors.cli.release.acting import acting, say
from fangcun.doors.cli.release.commands import Number, app


@app.command()
def dossier(number: Number) -> None:
    """Print what would be handed in now, as JSON."""
    with acting():
        from fangcun.build.release.dossier import fill
        from fangcun.build.release.queries import release_of

        told = fill(release_of(number)).as_json()
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


@app.command()
def kit(
    number: Number,
    walk: Annotated[
        Path | None,
        typer.Option(help="folder that fangcun plan test --out wrote; the newest journeys if left out"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="copy the zip to this file")] = None,
) -> None:
    """Make the reviewer's kit: a page and a zip with texts, declarations and a walkthrough with pictures."""
    with acting():
        import shutil

        from fangcun.build.release.kit.keeping import kit_zip
        from fangcun.build.release.kit.making import make

        page = make(
            number, walk=walk, progress=lambda words, done, whole: say(f"  {done}/{whole} {words}", "dim")
        )
        say(f"页面：{page}")
        where = kit_zip(number)
        if out is not None:
            shutil.copyfile(where, out)
            where = out
        say(f"压缩包：{where}", "green")


@app.command()
def preview(
    number: Number,
    out: Annotated[Path, typer.Option(help="where the picture goes")] = Path("preview.png"),
) -> None:
    """Make a code that opens the build on a developer's phone (ci channel)."""
    with acting():
        from fangcun.build.artifacts.queries import folder_of
        from fangcun.build.release.channels.ci import uploader
        from fangcun.build.release.keys import upload_key
        from fangcun.build.release.queries import release_of
        from fangcun.gateways.wechat.uploading import UploadJob

        release = release_of(number)
        job = UploadJob(
            appid=release.program.appid,
            folder=folder_of(release.artifact),
            version=release.version,
            description=release.note or release.version,
            key=upload_key(release.program),
        )
        uploader().preview(job, picture=out, progress=lambda words: say(f"  {words}", "dim"))
        say(f"预览码：{out}", "green")


@app.command("pass")
def pass_(
    number: Number,
    yuan: Annotated[float, typer.Option(help="what the coupon is worth")] = 20,
    off: Annotated[bool, typer.Option("--off", help="switch the word off")] = False,
) -> None:
    """Give auditors a word for a coupon, so that they can try the shop; it ends when the audit is passed."""
    with acting():
        from fangcun.build.release.services import close_pass, open_pass
        from fangcun.kernel.actors import SYSTEM

        if off:
            close_pass(number=number, by=SYSTEM)
            say("口令已停用")
            return
        made = open_pass(number=number, amount=round(yuan * 100), by=SYSTEM)
        say(f"口令：{made.word}（我的 → 优惠券 → 兑换）", "green")
