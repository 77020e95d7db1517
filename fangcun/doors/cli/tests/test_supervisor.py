"""What holds several programs together."""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from fangcun.doors.cli.stack import free_port
from fangcun.doors.cli.supervisor import DidNotStart, Program, Supervisor

SERVER = """
import http.server, signal, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
if {stubborn}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
http.server.HTTPServer(("127.0.0.1", {port}), Answer).serve_forever()
"""


def wait_until(holds, *, seconds=20):
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "the condition never held"
        time.sleep(0.02)


def pid_of(program: Program) -> int:
    assert program.process is not None
    return program.process.pid


def code_of(program: Program) -> int:
    """How it ended; waits for that."""
    assert program.process is not None
    return program.process.wait(20)


def server(folder: Path, name="web", *, stubborn=False, code=None) -> Program:
    port = free_port()
    text = code or SERVER.format(stubborn=stubborn, port=port)
    command = [sys.executable, "-c", text]
    return Program(name, command, folder / f"{name}.log", f"http://127.0.0.1:{port}/", dict(os.environ))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said):
    kept = Supervisor(said.append)
    yield kept
    for program in kept.programs:
        program.kill()


class Enough(Exception):
    """Ends `watch` in a test, as Ctrl-C does."""


def watch_until(supervisor, holds):
    """Look after the programs until a condition holds."""
    look_after = supervisor._look_after

    def looked(program, now):
        look_after(program, now)
        if holds():
            raise Enough

    supervisor._look_after = looked
    with suppress(Enough):
        supervisor.watch()


def test_start_returns_when_every_program_answers(supervisor, tmp_path):
    programs = [server(tmp_path, "one"), server(tmp_path, "two")]
    supervisor.start(*programs)
    assert [program.is_ready() for program in programs] == [True, True]


def test_a_program_that_ends_at_once_is_reported_with_its_last_words(supervisor, tmp_path):
    program = server(tmp_path, code="print('no database here'); raise SystemExit(3)")
    with pytest.raises(DidNotStart, match=r"no database here\nweb ended at once \(exit code 3\)"):
        supervisor.start(program)


@pytest.mark.timeout(60)
def test_a_killed_program_is_started_again_and_somebody_is_told(supervisor, tmp_path, said):
    program = server(tmp_path)
    supervisor.start(program)
    first = pid_of(program)
    os.kill(first, signal.SIGKILL)
    watch_until(supervisor, lambda: len(said) == 2)
    wait_until(program.is_ready)
    assert pid_of(program) != first
    assert said == [
        f"web stopped by itself (exit code -9); starting it again in 1 s. What it said: {program.log}",
        "web is running again.",
    ]


def test_a_program_that_keeps_crashing_is_started_later_each_time(supervisor, tmp_path, said):
    program = server(tmp_path, code="raise SystemExit(1)")
    supervisor.programs.append(program)
    now = 1000.0
    for _ in range(8):
        program.start()
        code_of(program)
        supervisor._look_after(program, now)
        assert program.process is None
    pauses = [line.split("again in ")[1].split(" s")[0] for line in said]
    assert pauses == ["1", "2", "4", "8", "16", "30", "30", "30"]
    supervisor._look_after(program, now + 29.9)
    assert program.process is None
    supervisor._look_after(program, now + 30)
    assert program.process is not None


def test_stop_ends_all_and_the_first_one_last(supervisor, tmp_path):
    ended: list[str] = []

    def note_the_end(program: Program) -> None:
        code_of(program)
        ended.append(program.name)

    programs = [server(tmp_path, name) for name in ("box", "web", "worker")]
    supervisor.start(*programs)
    watchers = [threading.Thread(target=note_the_end, args=(program,)) for program in programs]
    for watcher in watchers:
        watcher.start()
    supervisor.stop()
    for watcher in watchers:
        watcher.join(20)
    assert [program.is_running() for program in programs] == [False, False, False]
    assert sorted(ended) == ["box", "web", "worker"]
    assert ended[-1] == "box"


def test_a_program_that_will_not_stop_is_killed(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr("fangcun.doors.cli.supervisor.PATIENCE", 0.3)
    program = server(tmp_path, stubborn=True)
    supervisor.start(program)
    supervisor.stop()
    assert code_of(program) == -signal.SIGKILL


def test_a_log_that_grew_too_long_is_put_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("fangcun.doors.cli.supervisor.LOG_LIMIT", 10)
    program = server(tmp_path, code="print('new')")
    program.log.write_text("a long story\n")
    program.start()
    code_of(program)
    assert program.log.read_text() == "new\n"
    assert program.log.with_suffix(".log.1").read_text() == "a long story\n"
