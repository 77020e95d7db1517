"""What others wrote and we ship: known holes, and licences that would bind the enterprise."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from fangcun.doors.cli.plan.recording import REPOSITORY
from fangcun.doors.cli.suites.security.finding import Finding, Part, Severity

# Read by the platform's own process; what only tests use is looked at for holes, not for licences.
SHIPPED = ("base.txt",)
MOST_S = 90
COPYLEFT = re.compile(r"\b(AGPL|GPL|GNU (?:Affero )?General Public|SSPL)", re.IGNORECASE)
# Allowed: used unchanged as libraries, or one may choose another licence.
LIBRARY = re.compile(r"LGPL|Lesser|MIT|BSD|Apache|MPL|ISC|Python|PSF|exception", re.IGNORECASE)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?!.*win32)", re.MULTILINE)


def holes(part: Part, root: Path = REPOSITORY) -> None:
    """pip-audit on every requirements file and npm audit; without a network it is said that nothing was decided."""
    files = sorted((root / "requirements").glob("*.txt"))
    if importlib.util.find_spec("pip_audit") is None:
        part.undecided.append("没有安装 pip-audit：Python 依赖的已知漏洞没有查")
    else:
        for file in files:
            _pip_audit(file, part)
    _npm_audit(root / "miniapp", part)


def _pip_audit(file: Path, part: Part) -> None:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--no-deps", "--disable-pip"]
    told = _json_of([*command, "--format", "json", "--progress-spinner", "off", "--timeout", "10"])
    if told is None or "dependencies" not in told:
        part.undecided.append(f"查不到漏洞库（没有网络？）：{file.name} 的已知漏洞没有定论")
        return
    for one in told["dependencies"]:
        part.tried += 1
        for hole in one.get("vulns", []):
            mended = "、".join(hole.get("fix_versions", [])) or "还没有修好的版本"
            title = f"{one['name']} {one['version']} 有已知漏洞 {hole['id']}"
            shown = hole.get("description", "")[:400]
            fix = f"升级到 {mended}：改 requirements/*.in，make lock"
            severity = Severity.HIGH if file.name in SHIPPED else Severity.MEDIUM
            part.report(
                Finding(
                    "known-hole", severity, title, f"{file.name} {one['name']} {hole['id']}", fix, "", shown
                )
            )


def _npm_audit(folder: Path, part: Part) -> None:
    npm = shutil.which("npm")
    if npm is None or not (folder / "package-lock.json").is_file():
        part.undecided.append("没有 npm 或 package-lock.json：小程序依赖的已知漏洞没有查")
        return
    command = [
        npm,
        "audit",
        "--json",
        "--omit=dev",
        "--package-lock-only",
        "--fetch-retries=0",
        "--fetch-timeout=8000",
    ]
    told = _json_of(command, folder)
    if told is None or "vulnerabilities" not in told:
        part.undecided.append("查不到 npm 的漏洞库（没有网络？）：小程序依赖的已知漏洞没有定论")
        return
    for name, hole in told["vulnerabilities"].items():
        part.tried += 1
        severity = Severity.MEDIUM if hole.get("severity") in ("high", "critical") else Severity.LOW
        title = f"小程序依赖 {name} 有已知漏洞（{hole.get('severity')}）"
        shown = json.dumps(hole.get("via", []), ensure_ascii=False)[:400]
        part.report(
            Finding("known-hole", severity, title, f"npm {name}", "npm audit fix，再跑一遍测试", "", shown)
        )


def licences(part: Part, root: Path = REPOSITORY) -> None:
    """No shipped package may be under the AGPL, the GPL or the SSPL alone."""
    for name in _shipped(root):
        try:
            told: Any = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            part.undecided.append(f"{name} 没有安装，许可证没有看")
            continue
        part.tried += 1
        classes = [line for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
        words = " ".join(
            filter(None, [told.get("License-Expression"), (told.get("License") or "")[:120], *classes])
        )
        _judge(part, name, words, "base.txt")
    lock = root / "miniapp" / "package-lock.json"
    if not lock.is_file():
        part.undecided.append("没有 package-lock.json：小程序依赖的许可证没有看")
        return
    for path, one in json.loads(lock.read_text()).get("packages", {}).items():
        if path and not one.get("dev"):
            part.tried += 1
            _judge(
                part, path.rpartition("node_modules/")[2], str(one.get("license", "")), "package-lock.json"
            )


def _judge(part: Part, name: str, words: str, where: str) -> None:
    if COPYLEFT.search(words) and not LIBRARY.search(words):
        fix = "换一个许可证宽松的库；AGPL、GPL 会要求公开整个平台的代码"
        part.report(
            Finding("licence", Severity.MEDIUM, f"{name} 的许可证是 {words[:80]}", f"{where} {name}", fix)
        )


def _shipped(root: Path) -> list[str]:
    texts = [root / "requirements" / name for name in SHIPPED]
    return sorted({found[1] for file in texts if file.is_file() for found in _PIN.finditer(file.read_text())})


def _json_of(command: list[str], folder: Path | None = None) -> dict[str, Any] | None:
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=MOST_S)
        told = json.loads(ended.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return told if isinstance(told, dict) else None
