"""Several programs as one: started, watched, started again after a crash, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE = 10.0
START_LIMIT = 60.0
STEADY_AFTER = 60.0
LONGEST_PAUSE = 30.0
LOG_LIMIT = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class DidNotStart(Exception):
    """A program ended, or stayed silent, before it was ready; the text tells which and why."""


def end_with_parent() -> None:
    """Asked of Linux for each child: should this process be killed, the child is told to stop."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Program:
    """One program: how to start it, where it logs, and the address that answers 200 when it is ready."""

    name: str
    command: list[str]
    log: Path
    health: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    crashes: int = 0
    due: float = 0.0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops them in order
                preexec_fn=end_with_parent,
            )
        self.started = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        try:
            with urlopen(self.health, timeout=2) as answer:  # noqa: S310 - an address of our own making
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running():
            self.process.terminate()

    def kill(self) -> None:
        """End the program and whatever it started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.process.wait()


class Supervisor:
    """Keeps programs running until it is interrupted."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.programs: list[Program] = []
        self._say = say

    def start(self, *programs: Program) -> None:
        """Start programs and wait until each is ready. Raises DidNotStart."""
        for program in programs:
            self.programs.append(program)
            program.start()
        for program in programs:
            self._wait_for(program)

    def _wait_for(self, program: Program) -> None:
        give_up = time.monotonic() + START_LIMIT
        while not program.is_ready():
            if program.process is not None and not program.is_running():
                code = program.process.returncode
                raise DidNotStart(f"{program.last_words()}\n{program.name} ended at once (exit code {code}).")
            if time.monotonic() > give_up:
                raise DidNotStart(
                    f"{program.last_words()}\n{program.name} was not ready after {START_LIMIT:.0f} s."
                )
            time.sleep(0.1)

    def watch(self) -> None:
        """Look after the programs for ever; one that crashes is started again, later each time."""
        while True:
            time.sleep(0.5)
            for program in self.programs:
                self._look_after(program, time.monotonic())

    def _look_after(self, program: Program, now: float) -> None:
        if program.is_running():
            if now - program.started > STEADY_AFTER:
                program.crashes = 0
        elif program.process is not None:
            pause = min(2.0**program.crashes, LONGEST_PAUSE)
            code = program.process.returncode
            program.kill()  # workers of its own may have outlived it
            program.process, program.due, program.crashes = None, now + pause, program.crashes + 1
            self._say(
                f"{program.name} stopped by itself (exit code {code}); "
                f"starting it again in {pause:.0f} s. What it said: {program.log}"
            )
        elif now >= program.due:
            program.start()
            self._say(f"{program.name} is running again.")

    def stop(self) -> None:
        """Ask all to stop, the first one last since the others call it; kill what is left after 10 s."""
        for group in (self.programs[1:], self.programs[:1]):
            for program in group:
                program.ask_to_stop()
            give_up = time.monotonic() + PATIENCE
            while any(program.is_running() for program in group) and time.monotonic() < give_up:
                time.sleep(0.05)
            for program in group:
                program.kill()
