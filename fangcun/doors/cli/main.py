"""The `fangcun` command: the demo in one go, and what an installation needs day by day."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import django
import typer
from django.core.exceptions import ImproperlyConfigured
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fangcun.doors.cli.building import build, builds
from fangcun.doors.cli.check.command import check, tell_rules
from fangcun.doors.cli.insight.activity import dau
from fangcun.doors.cli.insight.events import app as events_app
from fangcun.doors.cli.insight.experiment import experiment
from fangcun.doors.cli.insight.funnel import funnel
from fangcun.doors.cli.insight.paths import paths
from fangcun.doors.cli.insight.retention import retention
from fangcun.doors.cli.insight.segments import persona, rfm, segments
from fangcun.doors.cli.insight.visits import sharing, sources, visits
from fangcun.doors.cli.launch.environment import app as environment_app
from fangcun.doors.cli.launch.status import app as launch_app
from fangcun.doors.cli.plan.commands import app as plan_app
from fangcun.doors.cli.release import app as release_app
from fangcun.doors.cli.suites import app as suites_app

app = typer.Typer(
    help="Fangcun (方寸): plan, build, launch and grow a WeChat mini program.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(plan_app, name="plan")
app.add_typer(suites_app, name="test")
app.add_typer(events_app, name="events")
app.add_typer(release_app, name="release")
app.add_typer(environment_app, name="env")
app.add_typer(launch_app, name="launch")
app.command("build")(build)
app.command("builds")(builds)
app.command("check")(check)
app.command("rules")(tell_rules)
app.command("funnel")(funnel)
app.command("retention")(retention)
app.command("dau")(dau)
app.command("paths")(paths)
app.command("visits")(visits)
app.command("sources")(sources)
app.command("sharing")(sharing)
app.command("experiment")(experiment)
app.command("segments")(segments)
app.command("persona")(persona)
app.command("rfm")(rfm)
console = Console(highlight=False)
REPOSITORY = Path(__file__).resolve().parents[3]


def wire() -> None:
    """Load the settings and the rooms; a setting that is wrong ends the command with its one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangcun.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar for work that takes more than a moment."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        yield bar


def migrate_all() -> None:
    """Bring every database of this installation to the newest form."""
    from django.conf import settings
    from django.core.management import call_command

    for name in settings.DATABASES:
        call_command("migrate", database=name, interactive=False, verbosity=0)


@app.command()
def run() -> None:
    """Start the demo: web, worker and a WeChat in a box; Ctrl-C stops all three."""
    from fangcun.doors.cli.run import run_demo

    raise typer.Exit(run_demo(wire=wire, migrate=migrate_all, progress_bar=progress_bar, console=console))


@app.command()
def worker(threads: Annotated[int, typer.Option(help="jobs worked on at the same time")] = 2) -> None:
    """Do background work until stopped."""
    wire()
    from fangcun.kernel.jobs import run_worker

    run_worker(threads=threads)


@app.command()
def migrate() -> None:
    """Create or update the tables of every database."""
    wire()
    migrate_all()
    console.print("The databases are up to date.")


@app.command()
def sample(
    box: Annotated[str, typer.Option(help="address of a running wechatbox", envvar="WECHATBOX_URL")],
) -> None:
    """Load the sample enterprise: a fresh-grocery shop, its demo program, merchant and freight rules."""
    wire()
    from fangcun.doors.cli.demo import load_demo

    with progress_bar() as bar:
        load_demo(box, bar)


@app.command()
def login_link() -> None:
    """Print an address that lets its bearer into the console once."""
    wire()
    from django.conf import settings

    from fangcun.identity.staff.services import issue_login_link
    from fangcun.kernel.actors import SYSTEM

    console.print(settings.PUBLIC_URL + issue_login_link(by=SYSTEM), soft_wrap=True)


@app.command()
def publish() -> None:
    """Render again every page that phones read: home, categories and each product on sale."""
    wire()
    from fangcun.shop.catalog.services import republish_all

    console.print(f"{republish_all()} pages are published.")


@app.command()
def drain() -> None:
    """Do the background work that is due now, and return."""
    wire()
    from fangcun.kernel.jobs import drain as drain_jobs

    console.print(f"{drain_jobs()} jobs are done.")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="folder that receives one dated archive")],
    keys: Annotated[bool, typer.Option(help="include the keys that open encrypted columns")] = True,
) -> None:
    """Copy databases, media and keys into one archive, while everything runs."""
    wire()
    from fangcun.doors.cli.backup import make_backup

    console.print(f"Written: {make_backup(target, with_keys=keys)}", soft_wrap=True)


def openapi_text() -> str:
    """The OpenAPI document that the storefront serves, as contracts/openapi.json holds it."""
    from django.test import Client

    served = Client().get("/api/v1/openapi.json", headers={"host": "localhost"})
    return json.dumps(served.json(), ensure_ascii=False, indent=2) + "\n"


def contract_texts() -> dict[str, str]:
    """What contracts/ holds, by file name, as the program is now."""
    from fangcun.blueprint.compiling.contract import tracking_schema
    from fangcun.blueprint.document import json_schema

    schemas = {"blueprint.schema.json": json_schema(), "tracking.schema.json": tracking_schema()}
    return {
        "openapi.json": openapi_text(),
        **{name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n" for name, schema in schemas.items()},
    }


@app.command()
def contracts() -> None:
    """Write contracts/ from the program as it is: the API, the blueprint's format, the compiled tracking plan."""
    wire()
    folder = REPOSITORY / "contracts"
    folder.mkdir(exist_ok=True)
    for name, text in contract_texts().items():
        (folder / name).write_text(text)
        console.print(f"Written: contracts/{name}")


@app.command()
def make_keys() -> None:
    """Print a fresh pair of secrets for the environment of a production installation."""
    from cryptography.fernet import Fernet

    print(f"FANGCUN_SECRET_KEY={secrets.token_urlsafe(48)}")
    print(f"FANGCUN_FIELD_KEY={Fernet.generate_key().decode()}")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def manage(context: typer.Context) -> None:
    """Pass a command on to Django: `fangcun manage shell`."""
    wire()
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"{Path(sys.argv[0]).name} manage", *context.args])


if __name__ == "__main__":
    app()
