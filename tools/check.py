"""Everything that must hold, two checks at a time, with one line for each and a table at the end.

.venv/bin/python tools/check.py              all
.venv/bin/python tools/check.py lint types   some groups: lint, types, phone, tests, postgres, journeys
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from machine import LOGS, ROOT, Trouble, find_chromium, node_environment, playwright_chromium

MINIAPP = ROOT / "miniapp"
BIN = Path(sys.executable).parent
LONGEST = 40 * 60
RUNNING: set[subprocess.Popen[bytes]] = set()
PYTEST_ENDS = ("passed", "failed", "error", "no tests ran", "deselected")


@dataclass(frozen=True)
class Check:
    """A command that must succeed; `alone` keeps the others away, since it measures how a person sees it."""

    group: str
    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    alone: bool = False


@dataclass(frozen=True)
class Result:
    """How one check ended."""

    check: Check
    code: int
    seconds: float
    words: str


def python(group: str, name: str, *command: str, alone: bool = False) -> Check:
    return Check(group, name, (str(BIN / command[0]), *command[1:]), alone=alone)


def phone(name: str, *command: str, folder: Path = MINIAPP) -> Check:
    return Check("phone", name, command, folder)


NO_BROWSER = ("--tb=short", "--durations=15", "-m", "not journey")
# What never meets the platform's database need not be run on two of them.
WITHOUT_DATABASE = (
    "fangcun/blueprint",
    "fangcun/gateways",
    "fangcun/doors/cli",
    "fangcun/insight/analytics/funnels",
    "fangcun/insight/analytics/tests/test_activity.py",
    "fangcun/insight/analytics/tests/test_paths.py",
    "fangcun/insight/analytics/tests/test_retention.py",
    "fangcun/insight/analytics/tests/test_spans.py",
    "fangcun/insight/experiments/tests/test_assigning.py",
    "fangcun/insight/experiments/tests/test_inference.py",
    "fangcun/insight/experiments/tests/test_peeking.py",
    "fangcun/build/artifacts/tests/test_manifest.py",
    "fangcun/build/checks/tests/test_finding.py",
    "fangcun/build/checks/tests/test_officer.py",
    "fangcun/build/checks/tests/test_pack.py",
    "fangcun/build/checks/tests/test_package.py",
    "fangcun/build/checks/tests/test_reports.py",
    "fangcun/build/checks/tests/test_rules.py",
    "fangcun/build/checks/tests/test_telling.py",
    "fangcun/build/checks/walking",
    "fangcun/build/papers/tests/test_diagnosis.py",
    "fangcun/build/papers/tests/test_old_servers.py",
    "fangcun/build/rollout/tests/test_judging.py",
    "tests/audit",
    "tests/test_architecture.py",
    "tests/test_contracts.py",
    "tests/test_contracts_for_strangers.py",
    "tests/test_documents.py",
    "tests/test_rollout_bench.py",
    "tests/test_setup.py",
    "tests/test_shipped_plan.py",
)
ON_A_DATABASE = ("fangcun", "tests", *(f"--ignore={place}" for place in WITHOUT_DATABASE))
CHECKS = [
    python("types", "mypy", "mypy"),
    phone("eslint", "npx", "eslint", "."),
    phone("vue-tsc", "npm", "run", "--silent", "type-check"),
    phone("vitest", "npm", "run", "--silent", "test"),
    python("phone", "client types", "python", "tools/client_types.py"),
    phone("WeChat package", "node", "tools/wx-check/check.mjs", "dist/build/mp-weixin"),
    phone("planted faults", "node", "--test", folder=MINIAPP / "tools" / "wx-check"),
    phone("tracking under torture", "node", "bench/tracking/run.mjs", folder=ROOT),
    phone("runner", "node", "--test", folder=MINIAPP / "tools" / "mp-runner"),
    python("lint", "ruff", "ruff", "check", "."),
    python("lint", "ruff format", "ruff", "format", "--check", "."),
    python("lint", "djlint", "djlint", "fangcun", "wechatbox", "--lint", "--quiet"),
    python("lint", "floors", "lint-imports"),
    python("lint", "translations", "python", "tools/messages.py", "--check"),
    python("tests", "tests on SQLite", "pytest", *NO_BROWSER),
    python(
        "postgres",
        "tests on PostgreSQL",
        "python",
        "tools/postgres.py",
        "pytest",
        *NO_BROWSER,
        *ON_A_DATABASE,
    ),
    python("journeys", "journeys in Chromium", "pytest", "--tb=short", "-m", "journey", alone=True),
]


def log_of(check: Check) -> Path:
    return LOGS / f"check-{check.name.lower().replace(' ', '-')}.log"


def words_of(check: Check, text: str) -> str:
    """pytest's closing line, or nothing."""
    if not any("pytest" in part for part in check.command):
        return ""
    lines = [line for line in text.splitlines() if any(word in line for word in PYTEST_ENDS)]
    return lines[-1].strip() if lines else ""


def perform(check: Check, environment: dict[str, str]) -> Result:
    started = time.monotonic()
    with log_of(check).open("w") as out:
        process = subprocess.Popen(
            check.command,
            cwd=check.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        RUNNING.add(process)
        try:
            code = process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
            out.write(f"\nended by force after {LONGEST} s\n")
        RUNNING.discard(process)
    text = log_of(check).read_text(errors="replace")
    return Result(check, code, time.monotonic() - started, words_of(check, text))


def show(result: Result) -> None:
    mark = "ok  " if result.code == 0 else "FAIL"
    print(f"{mark} {result.seconds:5.0f} s  {result.check.name}", flush=True)
    if result.code:
        lines = log_of(result.check).read_text(errors="replace").splitlines()
        print("\n".join(f"      | {line}" for line in lines[-150:]), flush=True)


def give_up(*_: object) -> None:
    """Ctrl-C or a stop from outside: nothing that was started stays behind."""
    for process in list(RUNNING):
        os.killpg(process.pid, signal.SIGTERM)
    sys.exit("Stopped.")


def run(checks: list[Check], environment: dict[str, str]) -> list[Result]:
    results: list[Result] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = set()
        waiting = sorted(checks, key=lambda check: check.alone)
        while waiting or running:
            while waiting and len(running) < 2 and not (waiting[0].alone and running):
                running.add(pool.submit(perform, waiting.pop(0), environment))
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                results.append(future.result())
                show(results[-1])
    return results


def main() -> int:
    groups = sorted({check.group for check in CHECKS})
    parser = argparse.ArgumentParser(description="Run the project's checks.")
    parser.add_argument("groups", nargs="*", metavar="group", help=", ".join(groups))
    wanted = parser.parse_args().groups or groups
    if unknown := set(wanted) - set(groups):
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(groups)}")
    environment = node_environment()
    if "journeys" in wanted:
        try:
            environment["FANGCUN_CHROMIUM"] = find_chromium() or playwright_chromium() or ""
        except Trouble as trouble:
            sys.exit(str(trouble))
    LOGS.mkdir(exist_ok=True)
    signal.signal(signal.SIGINT, give_up)
    signal.signal(signal.SIGTERM, give_up)
    started = time.monotonic()
    results = run([check for check in CHECKS if check.group in wanted], environment)
    print()
    for result in results:
        mark = "ok  " if result.code == 0 else "FAIL"
        print(f"{mark} {result.seconds:5.0f} s  {result.check.name:<22} {result.words.strip('= ')}")
    failed = [result.check.name for result in results if result.code]
    print(f"\nall of it took {(time.monotonic() - started) / 60:.1f} min")
    for result in results:
        if result.words:
            print(result.words)
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        print(f"Failed: {', '.join(failed)}. What each said is in {LOGS.name}/check-<name>.log")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
