"""A whole platform on data of its own and free ports: a WeChat in a box, web and worker, each a process."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from fangcun.doors.cli.run import HOST, environment_of, programs_of
from fangcun.doors.cli.supervisor import Supervisor

# What an installation's environment says of itself is no business of a platform that stands beside it.
ITS_OWN = ("DATABASE_URL", "ORDER_", "WECHAT", "FANGCUN_")
SHARED = {"FANGCUN_H5", "FANGCUN_CHROMIUM", "FANGCUN_LOG_LEVEL"}


class CallFailed(Exception):
    """A command on the stack's data ended badly; the text is what it said."""


# Below those that the system gives to outgoing connections, which could take one before we listen.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port that nobody listens on now. Raises OSError when there is none."""
    for port in random.sample(PORTS, len(PORTS)):
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise OSError(f"Every port from {PORTS.start} to {PORTS.stop - 1} is taken.")


class Stack:
    """A platform beside others. `url` is the shop's address, `box_url` WeChat's; nothing runs before it is started."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        port, box_port = free_port(), free_port()
        self.url, self.box_url = f"http://{HOST}:{port}", f"http://{HOST}:{box_port}"
        (home / "static").mkdir(parents=True, exist_ok=True)
        neutral = {
            name: value
            for name, value in os.environ.items()
            if name in SHARED or not name.startswith(ITS_OWN)
        }
        self.environment = {
            **environment_of(home, port, box_port, neutral),
            "FANGCUN_PUBLIC_URL": self.url,
            **(settings or {}),
        }
        self.wechatbox, self.web, self.worker = programs_of(home, port, box_port, self.environment)
        self.supervisor = Supervisor(say=lambda _: None)

    def stop(self) -> None:
        """Stop what runs."""
        self.supervisor.stop()

    def call(self, *command: str, stdin: str = "", seconds: int = 120) -> str:
        """Run a command on this platform's data; what it printed. Raises CallFailed, also when it takes too long."""
        try:
            ended = subprocess.run(
                command,
                env=self.environment,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            raise CallFailed(f"{' '.join(command)}\nnot done after {seconds} s") from None
        if ended.returncode:
            raise CallFailed(f"{' '.join(command)}\n{ended.stdout}\n{ended.stderr}")
        return ended.stdout

    def last_words(self) -> str:
        """What each process said last."""
        programs = (self.wechatbox, self.web, self.worker)
        return "\n".join(f"--- {one.name}\n{one.last_words()}" for one in programs if one.log.exists())
