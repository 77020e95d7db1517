"""The package on a local address: packed and served by miniapp/tools/mp-runner, on WeChat's own component framework."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fangcun.build.artifacts.workshop import MINIAPP, BuildFailed, find_node
from fangcun.build.checks.walking.record import WalkImpossible

RUNNER = MINIAPP / "tools" / "mp-runner"
PACK_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Served:
    """A packed package at `url`. `problems` are those of its templates, as text."""

    url: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backend:
    """What a package talks to while it is walked: the platform, a WeChat in a box and the program that they know."""

    server: str = ""
    box: str = ""
    appid: str = ""
    user: str = "小查"


@contextmanager
def serve(package: Path, backend: Backend) -> Iterator[Served]:
    """Pack and serve a package until the end of the block. Raises WalkImpossible."""
    node = _node()
    with tempfile.TemporaryDirectory(prefix="fangcun-walk-") as scratch:
        out = Path(scratch, "page")
        ended = subprocess.run(
            [node, str(RUNNER / "pack.mjs"), str(package), str(out)],
            capture_output=True,
            text=True,
            timeout=PACK_SECONDS,
        )
        if not (out / "index.html").is_file():
            raise WalkImpossible(f"代码包不能在浏览器里运行：{ended.stderr.strip()[-800:]}")
        problems = tuple(ended.stderr.strip().splitlines()[:-1]) if ended.returncode else ()
        where = [("--platform", backend.server), ("--box", backend.box), ("--appid", backend.appid)]
        options = [part for pair in where if pair[1] for part in pair]
        server = subprocess.Popen(
            [node, str(RUNNER / "serve.mjs"), str(out), *options, "--user", backend.user],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for who started it
        )
        try:
            said = server.stderr.readline() if server.stderr else ""
            if not said.startswith("listening on "):
                raise WalkImpossible(f"走查的服务没有启动：{said.strip()}")
            yield Served(said.removeprefix("listening on ").strip(), problems)
        finally:
            server.terminate()
            server.wait()
            if server.stderr:
                server.stderr.close()
            shutil.rmtree(out, ignore_errors=True)


def _node() -> str:
    try:
        node = find_node()
    except BuildFailed as error:
        raise WalkImpossible(str(error)) from None
    if not (RUNNER / "node_modules").is_dir():
        raise WalkImpossible("走查工具还没有安装；在项目目录运行 make setup")
    return node
