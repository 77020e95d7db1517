"""Makes this folder ready to run or to test, says how far it is, and then does it.

    python3 tools/bootstrap.py run      what `make run` needs, then `fangcun run`
    python3 tools/bootstrap.py test     what `make test` needs, then tools/check.py
    python3 tools/bootstrap.py setup    what `make test` needs, nothing more

Every step keeps a stamp, a digest of what it was made from, and is skipped while the stamp holds. Standard
library only, and nothing that an old Python cannot read: on one, this file must still be able to say so.
"""

import hashlib
import os
import shutil
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

from machine import (
    LOGS,
    PYTHON,
    REQUIREMENTS,
    ROOT,
    VENV,
    Trouble,
    drop_broken_venv,
    find_chromium,
    install_chromium,
    machine_node,
    make_venv,
    npm,
    pip,
    pip_locked,
)

OLDEST_PYTHON = (3, 11)
MINIAPP = ROOT / "miniapp"
NOT_SOURCES = {"node_modules", "dist", "tests", "tools", "plan"}


class Step:
    """One thing to make ready: `make` runs unless `proof` exists and the stamp holds the inputs' digest."""

    def __init__(self, name, make, needs=(), inputs=(), stamp=None, proof=None):
        self.name = name
        self.make = make
        self.needs = set(needs)
        self.inputs = inputs
        self.stamp = stamp
        self.proof = proof

    def is_ready(self):
        if self.stamp is None or not self.stamp.exists() or not self.proof.exists():
            return False
        return self.stamp.read_text() == digest_of(self.inputs)

    def seal(self):
        if self.stamp is not None:
            self.stamp.write_text(digest_of(self.inputs))


class NotYet(Exception):
    """A step that can do without for now: what it was to make stays as it was, and the next run tries again."""


class Report:
    """Lines on the screen: which step of how many, what about it, and how long it took."""

    def __init__(self, total):
        self.total = total
        self.lock = threading.Lock()
        self.started = self.last_line = time.monotonic()
        self.busy = {}

    def say(self, number, name, text):
        with self.lock:
            self.last_line = time.monotonic()
            elapsed = self.last_line - self.started
            print(f"[{number:>2}/{self.total}] {elapsed:4.0f} s  {name}: {text}", flush=True)

    def still_working(self):
        """A line every ten quiet seconds, so that a long download does not look like a stop."""
        now = time.monotonic()
        with self.lock:
            if self.busy and now - self.last_line >= 10:
                self.last_line = now
                print(
                    f"        {now - self.started:4.0f} s  … still at it: {', '.join(self.busy)}", flush=True
                )


def digest_of(inputs):
    """A digest of texts and of files (their names and contents)."""
    result = hashlib.sha256()
    for part in inputs:
        if isinstance(part, Path):
            result.update(str(part.relative_to(ROOT)).encode())
            result.update(part.read_bytes())
        else:
            result.update(str(part).encode())
        result.update(b"\0")
    return result.hexdigest()


def sources_of_miniapp():
    """What people wrote and builds are made from; what build/plan.mjs writes from the plan is none of it."""
    found = []
    for folder, folders, names in os.walk(MINIAPP):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(folder) / name for name in names]
    icons = (MINIAPP / "src" / "static" / "tab").glob("*-on.png")
    return sorted({*found} - {MINIAPP / "src" / "pages.json", MINIAPP / "walk.yaml", *icons})


def plan_for(kind):
    """The folder of the compiled plan that the phone is built from.

    `run` takes the one that FANGCUN_PLAN names, else what was published in the console, else the sample's; tests
    always take the sample's.
    """
    if kind == "run":
        if os.environ.get("FANGCUN_PLAN"):
            return Path(os.environ["FANGCUN_PLAN"]).expanduser().resolve()
        published = Path(os.environ.get("FANGCUN_HOME") or ROOT / "var").expanduser().resolve() / "plan"
        if published.is_dir():
            return published
    return MINIAPP / "plan"


def texts_of(plan):
    return [part for path in sorted(plan.glob("*.*")) for part in (path.name, path.read_text("utf-8"))]


def package_inputs(kind):
    return [sys.version, REQUIREMENTS / "build.txt", REQUIREMENTS / f"{kind}.txt"]


def packages_step(kind):
    def make():
        pip_locked("build")
        pip_locked(kind)
        if kind == "test":  # it holds everything of the smaller set
            (VENV / ".ready-base").write_text(digest_of(package_inputs("base")))

    return Step("Python packages", make, [0], package_inputs(kind), VENV / f".ready-{kind}", PYTHON)


def project_step():
    def make():
        pip("pip-project", "--no-deps", "--no-build-isolation", "--editable", ROOT)

    inputs, stamp = [ROOT / "pyproject.toml"], VENV / ".ready-project"
    return Step("Fangcun itself", make, [1], inputs, stamp, VENV / "bin" / "fangcun")


def node_step(node):
    if node:
        return Step("Node.js", lambda: node)
    return Step("Node.js", lambda: pip_locked("node"), [2])


def npm_step(folder, node):
    name = folder.relative_to(ROOT).as_posix()

    def make():
        log = "npm-" + name.replace("/", "-")
        npm(log, folder, "ci", "--no-audit", "--no-fund", "--loglevel=error")

    inputs = [node, folder / "package.json", folder / "package-lock.json"]
    modules = folder / "node_modules"
    stamp, proof = modules / ".ready", modules / ".package-lock.json"
    return Step(f"npm packages of {name}", make, [3], inputs, stamp, proof)


def build_step(platform, plan, published=False):
    """Build the phone from a plan. A published one may be ahead of the source: its planner must still get in."""
    log = f"build-{platform}"

    def make():
        try:
            npm(log, MINIAPP, "run", f"build:{platform}")
        except Trouble:
            if not published:
                raise
            if not proof.exists():
                os.environ["FANGCUN_PLAN"] = str(MINIAPP / "plan")
                npm(f"{log}-sample", MINIAPP, "run", f"build:{platform}")
            said = (LOGS / f"{log}.log").read_text(errors="replace").splitlines()
            why = next((line for line in said if line.startswith(("The ", "page-styles.json"))), "")
            raise NotYet(
                f"the published plan can't be built; the phone stays as it was. {why or f'See .logs/{log}.log.'}"
            ) from None

    inputs = [*sources_of_miniapp(), *texts_of(plan)]
    dist = MINIAPP / "dist"
    proof = dist / "build" / platform / ("index.html" if platform == "h5" else "app.json")
    stamp = dist / f".ready-{platform}"
    return Step(f"mini program for {platform}", make, [4], inputs, stamp, proof)


def steps_for(kind):
    testing = kind != "run"
    node = machine_node()
    plan = plan_for(kind)
    published = plan != MINIAPP / "plan" and not os.environ.get("FANGCUN_PLAN")
    os.environ["FANGCUN_PLAN"] = str(plan)  # for the builds, and for the checks after them
    steps = [
        Step("Python environment", make_venv, [], [sys.version, str(VENV)], VENV / ".ready", PYTHON),
        packages_step("test" if testing else "base"),
        project_step(),
        node_step(node),
        npm_step(MINIAPP, node),
        build_step("h5", plan, published),
    ]
    if testing:
        steps += [build_step(platform, plan) for platform in ("mp-weixin", "mp-alipay", "mp-toutiao")]
        locks = (MINIAPP / "tools").glob("**/package-lock.json")
        folders = {lock.parent for lock in locks if "node_modules" not in lock.parts}
        steps += [npm_step(folder, node) for folder in sorted(folders)]
        steps.append(Step("Chromium", install_chromium, [] if find_chromium() else [1]))
    return steps


def do(number, step, report):
    if step.is_ready():
        report.say(number, step.name, "up to date")
        return
    if step.stamp:
        report.say(number, step.name, "working …")
    started = report.busy[step.name] = time.monotonic()
    try:
        words = step.make() or f"ready, {time.monotonic() - started:.0f} s"
        step.seal()
    except NotYet as notice:
        words = str(notice)
    del report.busy[step.name]
    report.say(number, step.name, words)


def set_up(kind):
    """Do the steps, two at a time where they do not need each other."""
    LOGS.mkdir(exist_ok=True)
    drop_broken_venv()
    steps = steps_for(kind)
    report = Report(len(steps))
    done, running = set(), {}
    with ThreadPoolExecutor(max_workers=2) as pool:
        while len(done) < len(steps):
            for n, step in enumerate(steps):
                if len(running) < 2 and n not in done and n not in running.values() and step.needs <= done:
                    running[pool.submit(do, n + 1, step, report)] = n
            for future in wait(running, timeout=1, return_when=FIRST_COMPLETED)[0]:
                future.result()
                done.add(running.pop(future))
            report.still_working()


def use_a_newer_python():
    """`python3` may be an old one on a machine that also has one we can use."""
    for minor in range(19, OLDEST_PYTHON[1] - 1, -1):
        path = shutil.which(f"python3.{minor}")
        if path:
            os.execv(path, [path, *sys.argv])
    here = sys.version.split()[0]
    raise Trouble(f"Fangcun needs Python 3.11 or newer; this is {here}, and no newer one is installed.")


def main():
    kind, rest = (sys.argv[1:2] or ["setup"])[0], sys.argv[2:]
    try:
        if os.name != "posix":
            raise Trouble("Fangcun runs on Linux and macOS; on Windows please use WSL.")
        if sys.version_info < OLDEST_PYTHON:
            use_a_newer_python()
        set_up(kind)
    except Trouble as trouble:
        sys.exit(f"\n{trouble}")
    except KeyboardInterrupt:
        sys.exit("\nStopped; the next run goes on from here.")
    commands = {"run": [VENV / "bin" / "fangcun", "run"], "test": [PYTHON, ROOT / "tools" / "check.py"]}
    if kind in commands:
        command = [str(part) for part in [*commands[kind], *rest]]
        os.chdir(ROOT)
        os.execv(command[0], command)


if __name__ == "__main__":
    main()
