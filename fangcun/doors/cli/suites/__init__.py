"""`fangcun test`: the suites an enterprise runs before its launch. One module a suite; each is registered here."""

from __future__ import annotations

import typer

from fangcun.doors.cli.suites.compat.command import compat
from fangcun.doors.cli.suites.journeys import journeys
from fangcun.doors.cli.suites.load.command import load
from fangcun.doors.cli.suites.security.command import security

app = typer.Typer(
    help="Test before the launch: journeys, compatibility, load, security. Each leaves a report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("journeys")(journeys)
app.command("compat")(compat)
app.command("load")(load)
app.command("security")(security)
