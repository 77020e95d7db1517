"""granian, started as `fangcun run` starts it, for any WSGI application."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PLATFORM = "fangcun.wsgi:application"
WORKERS = 2


def threads() -> int:
    """Blocking threads of one worker, as `fangcun run` chooses them."""
    return 8 if os.environ.get("DATABASE_URL") else 2


@contextmanager
def served(
    application: str, *, port: int, home: Path, environment: dict[str, str] | None = None
) -> Iterator[None]:
    """Run the server until the block ends; ready when it answers anything at `/healthz`."""
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-ws", "--no-access-log", "--workers", str(WORKERS)]
    command += ["--blocking-threads", str(threads()), application]
    public = {"FANGCUN_PORT": str(port), "FANGCUN_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    log_path = home / f"granian-{port}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, **public, **(environment or {})}
        )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process, log_path)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"The server did not start:\n{log.read_text(errors='replace')[-2000:]}")
