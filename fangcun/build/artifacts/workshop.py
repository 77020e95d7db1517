"""The making of one package: a copy of the mini program's source, the compiled plan, and Node's tools on them.

Nothing is kept of the copy, so builds may run side by side, and what a build wrote before changes nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fangcun.build.artifacts.manifest import manifest_of, manifest_text

MINIAPP = Path(__file__).resolve().parents[3] / "miniapp"
SOURCES = (".env", ".npmrc", "build", "index.html", "package.json", "page-styles.json", "src")
CONFIGS = ("tsconfig.json", "vite.config.ts")
TAIL = 40  # lines of a tool's last words
LONGEST = 15 * 60  # seconds

Say = Callable[[str | Promise, int], None]


class BuildFailed(Exception):
    """The package could not be made; the text is for the person at the screen, the tools' last words included."""


class BuildCancelled(Exception):
    """Somebody asked for it; nothing is left behind."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to build. `plan` is the compiled blueprint, text by file name; `made_from` goes into the manifest.

    Where `appid` or `api_base` is empty, the package has the sample's, as miniapp/.env says.
    """

    plan: Mapping[str, str]
    platform: str
    version: str
    appid: str
    api_base: str
    made_from: Mapping[str, Any]


def make(
    job: Job,
    target: Path,
    *,
    say: Say = lambda _step, _percent: None,
    cancelled: Callable[[], bool] = lambda: False,
    miniapp: Path = MINIAPP,
) -> dict[str, Any]:
    """Build into `target`: the package in `target/package`, beside it manifest.json and build.log. The manifest.

    `say` hears of each step in words and percent; `cancelled` is asked several times a second. Whatever happens,
    `target` is there whole or not at all. Raises BuildFailed, BuildCancelled.
    """
    node = find_node()
    if not (miniapp / "node_modules").is_dir():
        raise BuildFailed(str(_("小程序的依赖还没有安装；在项目目录运行 make setup")))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as scratch:
        work, fresh = Path(scratch, "source"), Path(scratch, "artifact")
        package, log = fresh / "package", fresh / "build.log"
        fresh.mkdir()
        say(_("准备源码"), 5)
        _lay_out(job, miniapp, work)
        environment = _environment(node, job, work, package)
        run = _Tools(work, environment, log, cancelled)
        say(_("生成页面与配色"), 10)
        run(node, "build/plan.mjs")
        say(_("编译"), 20)
        uni = work / "node_modules" / "@dcloudio" / "vite-plugin-uni" / "bin" / "uni.js"
        run(node, str(uni), "build", *([] if job.platform == "h5" else ["-p", job.platform]))
        say(_("核对文件"), 90)
        if not package.is_dir():
            raise BuildFailed(_with_tail(str(_("编译没有产出文件")), log))
        made_from = {**job.made_from, "tools": tools_of(miniapp, node)}
        manifest = manifest_of(package, made_from)
        (fresh / "manifest.json").write_text(manifest_text(manifest))
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return manifest


def find_node() -> str:
    """The machine's own Node.js, else the one installed beside Python. Raises BuildFailed."""
    places = [os.environ.get("PATH", ""), str(Path(sys.executable).parent)]
    found = shutil.which("node", path=os.pathsep.join(places))
    if found is None:
        raise BuildFailed(str(_("没有找到 Node.js；在项目目录运行 make setup 会装好它")))
    return found


def tools_of(miniapp: Path, node: str) -> dict[str, str]:
    """The versions of what builds: Node.js and the packages that decide what comes out."""
    spoken = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    wanted = json.loads((miniapp / "package.json").read_text())
    pins = {**wanted["dependencies"], **wanted["devDependencies"]}
    names = ("@dcloudio/uni-app", "@tdesign/uniapp", "vue", "vite", "typescript")
    return {"node": spoken.strip().lstrip("v"), **{name: pins[name] for name in names}}


def commit_of(folder: Path) -> str:
    """The commit that the source is at, with `+` when it was changed since; "" where there is no version control."""
    try:
        git = ["git", "-C", str(folder)]
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
        changed = subprocess.run(
            [*git, "status", "--porcelain", "--", "."], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.strip() + ("+" if changed.strip() else "")


def _lay_out(job: Job, miniapp: Path, work: Path) -> None:
    work.mkdir()
    for name in (*SOURCES, *CONFIGS):
        source = miniapp / name
        if source.is_dir():
            shutil.copytree(source, work / name)
        elif source.exists():
            shutil.copy2(source, work / name)
    (work / "node_modules").symlink_to((miniapp / "node_modules").resolve(), target_is_directory=True)
    (work / "plan").mkdir()
    for name, text in job.plan.items():
        (work / "plan" / name).write_text(text)
    manifest = work / "src" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["versionName"] = job.version
    if job.appid:
        told["mp-weixin"]["appid"] = job.appid
    manifest.write_text(json.dumps(told, ensure_ascii=False, indent=2))


def _environment(node: str, job: Job, work: Path, package: Path) -> dict[str, str]:
    """What the tools are told, and nothing else of this machine's environment."""
    places = [str(Path(node).parent), os.environ.get("PATH", "")]
    return {
        "PATH": os.pathsep.join(places),
        "HOME": str(work),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "CI": "1",
        "NODE_ENV": "production",
        "UNI_OUTPUT_DIR": str(package),
        "FANGCUN_PLAN": str(work / "plan"),
        "VITE_VERSION": job.version,
        **({"VITE_PROGRAM": job.appid} if job.appid else {}),
        **({"VITE_API_BASE": job.api_base} if job.api_base else {}),
    }


class _Tools:
    """Runs Node's tools one after the other; what they say goes to the log."""

    def __init__(
        self, work: Path, environment: dict[str, str], log: Path, cancelled: Callable[[], bool]
    ) -> None:
        self.work = work
        self.environment = environment
        self.log = log
        self.cancelled = cancelled

    def __call__(self, *command: str) -> None:
        with self.log.open("ab") as out:
            process = subprocess.Popen(
                command,
                cwd=self.work,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # cancelling ends its children too
            )
        try:
            code = self._watch(process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if code:
            raise BuildFailed(_with_tail(str(_("编译没有成功")), self.log))

    def _watch(self, process: subprocess.Popen[bytes]) -> int:
        until = time.monotonic() + LONGEST
        while True:
            try:
                return process.wait(0.2)
            except subprocess.TimeoutExpired:
                if self.cancelled():
                    raise BuildCancelled from None
                if time.monotonic() > until:
                    raise BuildFailed(_with_tail(str(_("编译超过 15 分钟，已停止")), self.log)) from None


def _with_tail(sentence: str, log: Path) -> str:
    said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return "\n".join([sentence, *said[-TAIL:]])
