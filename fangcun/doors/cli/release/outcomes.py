"""What the auditor said and what was mended; another attempt; what a person did in WeChat's console."""

from __future__ import annotations

from typing import Annotated

import typer

from fangcun.doors.cli.release.acting import acting, finish, say, show_next
from fangcun.doors.cli.release.commands import Number, Reason, app


@app.command()
def verdict(
    number: Number,
    result: Annotated[str, typer.Argument(help="success, fail or delay")],
    reason: Reason = "",
) -> None:
    """Write down how the audit ended; a refusal is read into items."""
    with acting():
        from fangcun.build.release.queries import open_items
        from fangcun.build.release.services import record_verdict
        from fangcun.kernel.actors import SYSTEM

        if result not in ("success", "fail", "delay"):
            raise typer.BadParameter("success、fail 或 delay")
        release = record_verdict(number=number, result=result, reason=reason, by=SYSTEM)
        for item in open_items(release):
            about = f"（{'、'.join(item.rules)}）" if item.rules else ""
            say(f"  {item.place}.（编号 {item.pk}）{item.text}{about}", "red")
        show_next(number)


@app.command()
def settle(
    item: Annotated[int, typer.Argument(help="number of the item, as `status` prints it")],
    evidence: Annotated[str, typer.Option("--evidence", "-e", help="what was changed and where it shows")],
) -> None:
    """Say that an objection of the auditor is mended."""
    with acting():
        from fangcun.build.release.services import settle_item
        from fangcun.kernel.actors import SYSTEM

        done = settle_item(item_id=item, evidence=evidence, by=SYSTEM)
        say(f"已整改：{done.text}", "green")
        show_next(done.attempt.release_id)


@app.command()
def attempt(
    number: Number,
    artifact: Annotated[int | None, typer.Option(help="another build; the same code if left out")] = None,
) -> None:
    """Begin again after a refusal or a withdrawal."""
    with acting():
        from fangcun.build.release.services import next_attempt
        from fangcun.kernel.actors import SYSTEM

        release = next_attempt(number=number, artifact=artifact, by=SYSTEM)
        say(f"第 {release.attempt} 次提审")
        show_next(number)


@app.command()
def confirm(
    number: Number,
    evidence: Annotated[str, typer.Option("--evidence", "-e", help="what was done and where it shows")],
    everybody: Annotated[bool, typer.Option(help="WeChat gave it to everybody at once")] = False,
) -> None:
    """Say that what was asked for is done in WeChat's console."""
    with acting():
        from fangcun.build.release import services
        from fangcun.build.release.errors import ErrandUnknown
        from fangcun.build.release.queries import errand_under_way, release_of
        from fangcun.kernel.actors import SYSTEM

        errand = errand_under_way(release_of(number))
        if errand is None:
            raise ErrandUnknown
        answer = {"everybody": True} if everybody else {}
        services.confirm(errand_id=errand.pk, evidence=evidence, answer=answer, by=SYSTEM)
        show_next(number)


@app.command()
def retry(number: Number) -> None:
    """Do what failed at WeChat once more."""
    with acting():
        from fangcun.build.release import services
        from fangcun.build.release.errors import ErrandUnknown
        from fangcun.build.release.queries import failed_errand, release_of
        from fangcun.kernel.actors import SYSTEM

        failed = failed_errand(release_of(number))
        if failed is None:
            raise ErrandUnknown
        finish(services.try_again(errand_id=failed.pk, by=SYSTEM))


@app.command()
def abandon(number: Number, reason: Reason = "") -> None:
    """Give a release up before it rolls out."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        services.abandon(number=number, reason=reason, by=SYSTEM)
        show_next(number)
