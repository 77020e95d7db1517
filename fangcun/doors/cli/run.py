"""`fangcun run`: the whole demo on one machine, with a WeChat in a box instead of WeChat."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import Progress

from fangcun.doors.cli.supervisor import DidNotStart, Program, Supervisor

HOST = "127.0.0.1"


class CannotRun(Exception):
    """Something on this machine is in the way; the text is the one sentence to show."""


def port_of(name: str, default: int) -> int:
    """The port that a variable names. Raises CannotRun when it is no port or taken."""
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotRun(f"{name} must be a port number between 1 and 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except PermissionError:
            raise CannotRun(
                f"Port {text} is reserved for root; choose another: make run {name}=8001"
            ) from None
        except OSError:
            raise CannotRun(
                f"Port {text} is in use by another program; choose another: make run {name}={int(text) + 1}"
            ) from None
    return int(text)


def lock(home: Path) -> IO[str]:
    """Keep a second `fangcun run` off the same data. Raises CannotRun."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "static").mkdir(exist_ok=True)  # WhiteNoise looks for it even where it serves from the apps
    handle = (home / "run.lock").open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise CannotRun(
            f"Fangcun already runs on the data in {home}; try another folder: make run FANGCUN_HOME=/some/dir"
        ) from None
    return handle


def environment_of(
    home: Path, port: int, box_port: int, outside: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """What the programs are told: the box takes the place of both of WeChat's hosts."""
    box_url = f"http://{HOST}:{box_port}"
    return {
        **outside,
        "DJANGO_SETTINGS_MODULE": "fangcun.settings",
        "PYTHONUNBUFFERED": "1",
        "FANGCUN_HOME": str(home),
        "FANGCUN_PORT": str(port),
        "FANGCUN_PUBLIC_URL": outside.get("FANGCUN_PUBLIC_URL") or f"http://{HOST}:{port}",
        "WECHATBOX_URL": box_url,
        "WECHAT_API_BASE": box_url,
        "WECHAT_PAY_BASE": box_url,
    }


def programs_of(home: Path, port: int, box_port: int, environment: dict[str, str]) -> list[Program]:
    """wechatbox, web and worker, in the order in which they start."""
    here = Path(sys.executable).parent
    url, logs = f"http://{HOST}:{port}", home / "logs"
    # SQLite has one writer, so threads only queue; PostgreSQL serves many.
    threads = "8" if environment.get("DATABASE_URL") else "2"
    web = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws", "--no-access-log"]
    web += ["--workers", "2", "--respawn-failed-workers", "--blocking-threads", threads]
    web += ["fangcun.wsgi:application"]
    box = ["-m", "wechatbox", "--port", str(box_port), "--home", str(home / "wechatbox")]

    def program(name: str, command: list[str], health: str) -> Program:
        return Program(name, command, logs / f"{name}.log", health, environment)

    return [
        program("wechatbox", [sys.executable, *box], f"http://{HOST}:{box_port}/healthz"),
        program("web", [str(here / "granian"), *web], f"{url}/healthz"),
        program("worker", [str(here / "fangcun"), "worker"], f"{url}/readyz"),
    ]


def show_addresses(console: Console, public_url: str, box_url: str, login_path: str) -> None:
    """The addresses between two rules; without a frame, so that a long link can be copied whole."""
    lines = [
        ("手机预览 · the phone", f"{public_url}/phone/"),
        ("管理后台 · the console", f"{public_url}/console/"),
        ("一次性登录 · log in to the console, once", public_url + login_path),
        ("微信沙盒 · WeChat in a box: cashier, inbox, clock, faults", f"{box_url}/"),
    ]
    console.print()
    console.rule("[bold green]方寸 Fangcun is running[/bold green]", style="green")
    for label, address in lines:
        console.print(f"  [bold]{label}[/bold]")
        console.print(f"    [cyan]{address}[/cyan]", soft_wrap=True)
    console.rule("Ctrl-C stops it; the data stays", style="green")


def stop_when_told() -> None:
    """SIGTERM does what Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def run_demo(
    *,
    wire: Callable[[], None],
    migrate: Callable[[], None],
    progress_bar: Callable[[], AbstractContextManager[Progress]],
    console: Console,
) -> int:
    """Prepare the data, start the programs, show where they are, look after them; the exit code."""
    home = Path(os.environ.get("FANGCUN_HOME") or "var").expanduser().resolve()
    supervisor = Supervisor(say=lambda text: console.print(text, markup=False, soft_wrap=True))
    stop_when_told()
    try:
        with lock(home):
            port, box_port = port_of("FANGCUN_PORT", 8000), port_of("BOX_PORT", 9700)
            if port == box_port:
                raise CannotRun(f"FANGCUN_PORT and BOX_PORT are both {port}; make one of them another.")
            environment = environment_of(home, port, box_port)
            os.environ.update(environment)
            wire()
            console.print(f"Data in {home}", soft_wrap=True)
            _run(supervisor, programs_of(home, port, box_port, environment), migrate, progress_bar, console)
    except (CannotRun, DidNotStart) as problem:
        console.print(str(problem), style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. `make run` goes on where this left off.")
    return 0


def _run(
    supervisor: Supervisor,
    programs: list[Program],
    migrate: Callable[[], None],
    progress_bar: Callable[[], AbstractContextManager[Progress]],
    console: Console,
) -> None:
    box, web, worker = programs
    try:
        console.print("Bringing the database up to date …")
        migrate()
        supervisor.start(box)
        from fangcun.doors.cli.demo import load_demo

        box_url, public_url = os.environ["WECHATBOX_URL"], os.environ["FANGCUN_PUBLIC_URL"]
        with progress_bar() as bar:
            load_demo(box_url, bar)
        console.print("Starting web and worker …")
        supervisor.start(web, worker)
        from fangcun.identity.staff.services import issue_login_link
        from fangcun.kernel.actors import SYSTEM

        show_addresses(console, public_url, box_url, issue_login_link(by=SYSTEM))
        supervisor.watch()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the way out is short and is walked to its end
        if supervisor.programs:
            console.print("Stopping …")
        supervisor.stop()
