"""What set-up needs to know of the machine, and how it calls other programs."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOGS = ROOT / ".logs"
REQUIREMENTS = ROOT / "requirements"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


class Trouble(Exception):
    """Set-up cannot go on; the text ends with one sentence for the person at the keyboard."""


def call(log, command, cwd=ROOT, env=None):
    """Run a command quietly; when it fails, show the end of what it said."""
    path = LOGS / f"{log}.log"
    command = [str(part) for part in command]
    with path.open("w") as out:
        code = subprocess.call(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    if code:
        tail = path.read_text(errors="replace").splitlines()[-30:]
        sentence = f"`{' '.join(command)}` failed; all it said is in {path.relative_to(ROOT)}."
        raise Trouble("\n".join([*tail, "", sentence]))


def make_venv():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        raise Trouble(
            f"This {version} comes without its venv module; install it first "
            f"(Debian, Ubuntu: apt-get install {version}-venv)."
        ) from None
    shutil.rmtree(VENV, ignore_errors=True)
    call("venv", [sys.executable, "-m", "venv", VENV])


def drop_broken_venv():
    """A venv that was moved, or whose Python is gone, is made again."""
    with contextlib.suppress(OSError):
        ask = [str(PYTHON), "-c", "import sys, pip; print(sys.prefix)"]
        answer = subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if answer.returncode == 0 and Path(answer.stdout.decode().strip()).resolve() == VENV.resolve():
            return
    shutil.rmtree(VENV, ignore_errors=True)


def pip(log, *arguments):
    call(log, [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments])


def pip_locked(name):
    """Exactly what the lock file names, and nothing that would have to be compiled here."""
    pip(f"pip-{name}", "--require-hashes", "--only-binary", ":all:", "-r", REQUIREMENTS / f"{name}.txt")


def machine_node():
    """The machine's own Node.js, if it is one we can use: its path and version."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    with contextlib.suppress(OSError, ValueError):
        version = subprocess.run([node, "--version"], stdout=subprocess.PIPE).stdout.decode().strip()
        if int(version.lstrip("v").split(".")[0]) >= 20:
            return f"{node} {version}"
    return None


def node_environment():
    """An environment in which `node` and `npm` are the machine's, else those installed beside Python."""
    environment = dict(os.environ, CI="1")
    if not machine_node():
        environment["PATH"] = str(VENV / "bin") + os.pathsep + os.environ.get("PATH", "")
    return environment


def npm(log, folder, *arguments):
    environment = node_environment()
    call(log, [shutil.which("npm", path=environment["PATH"]), *arguments], folder, environment)


def find_chromium():
    chosen = os.environ.get("FANGCUN_CHROMIUM")
    if chosen:
        if os.access(chosen, os.X_OK):
            return chosen
        raise Trouble(f"FANGCUN_CHROMIUM is {chosen}, which is not a program that can be run.")
    found = [path for path in map(shutil.which, BROWSERS) if path]
    return found[0] if found else MAC_BROWSER if os.access(MAC_BROWSER, os.X_OK) else None


def playwright_chromium():
    path = subprocess.check_output([str(PYTHON), "-c", ASK_PLAYWRIGHT]).decode().strip()
    return path if os.access(path, os.X_OK) else None


def install_chromium():
    """The system's browser; else Debian's package where we may install it; else Playwright's own."""
    path = find_chromium()
    if not path and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"]
        with contextlib.suppress(Trouble):  # another Debian-like system may name it otherwise
            call("apt-update", ["apt-get", "update"], env=quiet)
            call("apt-chromium", install, env=quiet)
        path = find_chromium()
    path = path or playwright_chromium()
    if not path:
        with contextlib.suppress(Trouble):
            call("playwright-chromium", [PYTHON, "-m", "playwright", "install", "chromium"])
        path = playwright_chromium()
    if not path:
        raise Trouble(
            "The browser journeys need Chromium, and none could be installed here; install it "
            "(Debian: apt-get install chromium fonts-noto-cjk) or set FANGCUN_CHROMIUM to its path."
        )
    os.environ["FANGCUN_CHROMIUM"] = path
    return path
