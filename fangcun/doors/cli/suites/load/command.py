"""`fangcun test load`: from a plan to a report, on a platform of its own or on one at an address."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from fangcun.doors.cli.plan.files import ERRORS, OK, Clean, out, refuse
from fangcun.doors.cli.suites.keeping import INTERRUPTED, keep, plan_to_test, report_folder
from fangcun.doors.cli.suites.load.bottleneck import causes
from fangcun.doors.cli.suites.load.mix import Share, shares_of
from fangcun.doors.cli.suites.load.numbers import read_samples, saturation, steps_of
from fangcun.doors.cli.suites.load.outcome import Outcome, report
from fangcun.doors.cli.suites.load.scans import scans_of, statements_in
from fangcun.doors.cli.supervisor import DidNotStart, end_with_parent

if TYPE_CHECKING:
    from fangcun.doors.cli.suites.load.ground import Ground
    from fangcun.doors.cli.suites.load.watch import Watch

MOST_USERS, MOST_MINUTES, MOST_STEPS = 2000, 60.0, 20
GRACE_S = 45.0  # to warm up, and for the last answers


class RushFailed(Exception):
    """The program that plays the customers ended badly; the text is what it said last."""


def load(
    plan: Annotated[
        Path | None, typer.Option(help="a blueprint; the published one if left out", show_default=False)
    ] = None,
    users: Annotated[int, typer.Option(min=1, max=MOST_USERS, help="customers at the top of the ramp")] = 20,
    ramp: Annotated[int, typer.Option(min=1, max=MOST_STEPS, help="steps up to that many")] = 5,
    minutes: Annotated[float, typer.Option(min=0.1, max=MOST_MINUTES, help="of all steps together")] = 1.5,
    target: Annotated[
        str | None, typer.Option(help="address of a running platform, instead of one of its own")
    ] = None,
    allow_host: Annotated[
        str, typer.Option(help="the target's host name again, when it is not this machine")
    ] = "",
    database: Annotated[
        str, typer.Option(help="an empty PostgreSQL database for the platform of its own; SQLite if left out")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option("--out", help="folder for report.html and report.json")
    ] = None,
) -> None:
    """Let many customers at once walk the plan's scenarios, more from step to step, and name what gives way first.

    Measures p50, p95, p99 and errors of each endpoint and step, finds where throughput stops to grow, and says what
    the platform waits for there. Held against the blueprint's budgets.api_ms; the schedule's check load_pass hears.

    Ends with 0 when all answers kept within the budget, 1 when not, 2 when there is nothing to test.
    """
    if find_spec("locust") is None:
        raise refuse("压测需要 locust：pip install locust，或 make setup")
    from fangcun.doors.cli.run import stop_when_told
    from fangcun.doors.cli.stack import CallFailed
    from fangcun.doors.cli.suites.load.ground import NoGround, check_target

    tested = plan_to_test(plan)
    shares = shares_of(tested.blueprint)
    if not shares:
        raise refuse("蓝图里没有顾客在手机上做的步骤，没有可以压测的")
    steps = [max(1, round(users * (number + 1) / ramp)) for number in range(ramp)]
    stop_when_told()
    try:
        if target:
            check_target(target.rstrip("/"), allow_host)
        with report_folder(folder) as there:
            with _ground(target, tested.text, database) as ground:
                outcome = run(ground, tested, shares, steps, minutes * 60 / ramp, is_whole=not target)
            page = report(outcome, there)
            _conclude(outcome)
            said = keep(outcome.result(), there, plan=tested.text)
    except (NoGround, DidNotStart, CallFailed, RushFailed) as problem:
        raise refuse(str(problem)) from None
    except KeyboardInterrupt:
        out.print("已停止。")
        raise typer.Exit(INTERRUPTED) from None
    if folder is not None:
        out.print(Text(f"报告：{page}"))
    out.print(Text(said, "dim"))
    raise typer.Exit(OK if not outcome.broken else ERRORS)


@contextmanager
def _ground(target: str | None, plan: str, database: str) -> Iterator[Ground]:
    """A running shop, stopped afterwards if it is of our own."""
    from fangcun.doors.cli.suites.load.ground import look_around, own_stack, set_up

    if target:
        yield look_around(target.rstrip("/"))
        return
    with tempfile.TemporaryDirectory(prefix="fangcun-load-") as home:
        stack = own_stack(Path(home), database)
        try:
            out.print("启动压测用的平台 …")
            yield set_up(stack, plan)
        finally:
            stack.stop()


def run(
    ground: Ground, plan: Clean, shares: list[Share], steps: list[int], step_s: float, *, is_whole: bool
) -> Outcome:
    """Let the customers in, step by step, and see what comes of it. Raises RushFailed."""
    from fangcun.doors.cli.suites.load.watch import Watch

    began, clock = datetime.now().astimezone(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fangcun-rush-") as scratch:
        samples_file = Path(scratch) / "samples.jsonl"
        told: dict[str, Any] = {
            **ground.as_plan(),
            "steps": steps,
            "step_s": step_s,
            "most_s": step_s * len(steps) + GRACE_S,
            "shares": [asdict(one) for one in shares],
            "samples": str(samples_file),
            "seed": int(time.time()) % 1_000_000,
        }
        (Path(scratch) / "plan.json").write_text(json.dumps(told, ensure_ascii=False))
        with Watch(ground.processes, ground.database) as watch:
            _rush(Path(scratch) / "plan.json", told, watch)
        samples = read_samples(samples_file)
    reached = steps_of(samples, steps, step_s)
    full = saturation(reached)
    looked_at = full.step if full else len(reached) - 1
    scans = scans_of(ground.database, statements_in(samples))
    looks = list(watch.looks)
    of_step = [one.at for one in samples if one.step == looked_at]
    inside = [one for one in looks if of_step and min(of_step) <= one.at <= max(of_step)]
    return Outcome(
        target="专门启动的平台（数据用完就扔）" if is_whole else ground.url,
        began=began,
        seconds=time.monotonic() - clock,
        shares=shares,
        samples=samples,
        steps=reached,
        saturation=full,
        causes=causes(samples, reached[looked_at], inside or looks, cores=os.cpu_count() or 1, scans=scans),
        looked_at=looked_at,
        looks=looks,
        scans=scans,
        limit=plan.blueprint.budgets.api_ms,
        is_whole=is_whole,
    )


def _rush(plan: Path, told: dict[str, Any], watch: Watch) -> None:
    """Run the customers as a program of its own, with a bar; whatever happens, it is gone afterwards."""
    log = plan.with_suffix(".log")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with log.open("w") as errors, Progress(*columns, console=out) as bar:
        task = bar.add_task("热身 …", total=told["step_s"] * len(told["steps"]))
        program = subprocess.Popen(
            [sys.executable, "-m", "fangcun.doors.cli.suites.load.rush", str(plan)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl-C is for who started it
            preexec_fn=end_with_parent,
        )
        watch.add("load", program.pid)
        killer = threading.Timer(told["most_s"] + GRACE_S, program.kill)
        killer.daemon = True
        killer.start()
        try:
            for line in program.stdout or ():
                _progress(bar, task, told, line)
            program.wait(timeout=GRACE_S)
        finally:
            killer.cancel()
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
            if program.stdout:
                program.stdout.close()
    if not Path(told["samples"]).exists() or program.returncode not in (0, -signal.SIGKILL):
        words = log.read_text(errors="replace").strip().splitlines()
        raise RushFailed(f"压测程序停了：{words[-1] if words else '它什么也没说'}")


def _progress(bar: Progress, task: Any, told: dict[str, Any], line: str) -> None:
    with suppress(ValueError, KeyError):
        now = json.loads(line)
        said = f"第 {now['step'] + 1}/{len(told['steps'])} 级，{now['users']} 个顾客，{now['asked']} 次请求"
        said += f"，{now['failed']} 次失败" if now["failed"] else ""
        bar.update(task, description=said, advance=1)


def _conclude(outcome: Outcome) -> None:
    for one in outcome.steps:
        line = f"{one.users:>5} 个顾客  {one.all.rate:>7.1f} 次/秒  p50 {one.all.p50:>6.0f}  "
        line += f"p95 {one.all.p95:>6.0f}  p99 {one.all.p99:>6.0f} ms"
        failed = f"  失败 {one.all.failed}" if one.all.failed else ""
        out.print(Text(line).append(failed, "red"))
    if outcome.saturation:
        out.print(Text(f"饱和点：{outcome.saturation.users} 个顾客（{outcome.saturation.why}）", "bold"))
    if outcome.causes:
        first = outcome.causes[0]
        out.print(Text(f"{'瓶颈' if outcome.saturation else '最先吃紧'}：{first.title}", "bold yellow"))
        for said in first.evidence:
            out.print(Text(f"    {said}"))
    for words in outcome.broken:
        out.print(Text(f"✗ {words}", "bold red"))
    if not outcome.broken:
        out.print(Text(f"✓ {outcome.summary}", "bold green"))
