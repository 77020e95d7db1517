"""The version reaches its users, waits, or is taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from fangcun.doors.cli.release.acting import acting, finish, say, show_next
from fangcun.doors.cli.release.commands import Number, Reason, app


@app.command()
def go(
    number: Number,
    everybody: Annotated[bool, typer.Option("--all", help="everybody at once instead of steps")] = False,
    flag: Annotated[str, typer.Option(help="key of a flag whose percentage follows the steps")] = "",
    reason: Reason = "",
) -> None:
    """Begin to roll an approved version out."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        finish(services.go(number=number, everybody=everybody, flag=flag, reason=reason, by=SYSTEM))


@app.command()
def step(
    number: Number,
    percent: Annotated[int | None, typer.Option(help="up to this share; the next step if left out")] = None,
    reason: Reason = "",
) -> None:
    """Give the version to more users."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        finish(services.step(number=number, percent=percent, reason=reason, by=SYSTEM))


@app.command()
def hold(number: Number, reason: Reason = "") -> None:
    """Stay at this share of the users."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        services.hold(number=number, reason=reason, by=SYSTEM)
        show_next(number)


@app.command()
def revert(
    number: Number,
    reason: Reason = "",
    to: Annotated[int | None, typer.Option(help="WeChat's app_version to go back to; the one before")] = None,
) -> None:
    """Take the version back."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        finish(services.revert(number=number, reason=reason, app_version=to, by=SYSTEM))


@app.command()
def history(number: Number) -> None:
    """Print the versions that everybody can be given again, and the grey release as WeChat has it."""
    with acting():
        from fangcun.build.release.looking import earlier_versions, gray_plan

        plan = gray_plan(number)
        if plan is not None:
            say(f"灰度：{plan.state} {plan.percent}%")
        for one in earlier_versions(number):
            say(f"{one.app_version:>6}  {one.version}  {one.description}")
