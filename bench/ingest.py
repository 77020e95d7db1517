"""Events a second that are durable when they are acknowledged, next to appending the same bytes and flushing.

.venv/bin/python bench/ingest.py [--seconds 2] [--rounds 9]

Batches of 20 events, by one writer and by two, as the platform has two web processes. The floor is what the disk
does for as many processes: each appends the bytes of a batch, ready made, to a file of its own and flushes it
(fdatasync) before the next. Platform and floor take turns in the same processes, since a disk has moods.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from ground.scratch import scratch_home

WRITER = """
import sys
sys.path.insert(0, {bench!r})
import ingest
ingest.write({home!r})
"""
BATCHES_A_SECOND = 8_000  # more than anything here writes


def prepared(number: int) -> list[dict[str, Any]]:
    """Batches as phones send them, from 200 phones."""
    phones = [str(uuid.uuid4()) for _ in range(200)]
    now = int(time.time() * 1000)
    return [
        {
            "batch_id": str(uuid.uuid4()),
            "sent_at": now,
            "device_id": phones[place % 200],
            "events": [
                {
                    "id": str(uuid.uuid4()),
                    "name": ("page_viewed", "goods_viewed", "goods_searched")[n % 3],
                    "ts": now - 100 * n,
                    "session_id": phones[place % 200],
                    "page": "/pages-goods/goods/goods",
                    "props": {"product_id": n, "title": "有机草莓 500g", "price": 3990},
                }
                for n in range(20)
            ],
        }
        for place in range(number)
    ]


def write(home: str) -> None:
    """One writer. For each line "way seconds" it makes itself ready, says so, waits for a line, writes and tells."""
    import django

    django.setup()
    from fangcun.insight.tracking.services import accept_batch

    def ours(batch: dict[str, Any]) -> None:
        batch["sent_at"] = int(time.time() * 1000)
        accept_batch(batch=batch, member_id=None, program_id=1)

    def raw(line: bytes) -> None:
        os.write(file, line)
        os.fdatasync(file)

    for order in sys.stdin:
        way, seconds = order.split()
        batches = prepared(int(float(seconds) * BATCHES_A_SECOND))
        lines = [json.dumps(batch, ensure_ascii=False).encode() + b"\n" for batch in batches]
        place = f"{home}/raw-{os.getpid()}"
        file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        # No server holds so many objects: looking through them for garbage is this script's cost.
        gc.collect()
        gc.freeze()
        print("ready", flush=True)
        sys.stdin.readline()
        spent = _timed(raw, lines, float(seconds)) if way == "raw" else _timed(ours, batches, float(seconds))
        gc.unfreeze()
        os.close(file)
        os.unlink(place)
        print(json.dumps(spent), flush=True)


def _timed(step: Any, given: list[Any], seconds: float) -> dict[str, float]:
    started, used, count = time.perf_counter(), time.process_time(), 0
    for one in given:
        step(one)
        count += 1
        if time.perf_counter() - started > seconds:
            break
    else:
        raise RuntimeError("There were not enough batches.")
    spent = time.perf_counter() - started
    return {"rate": 20 * count / spent, "cpu": (time.process_time() - used) / count * 1000}


def ingest(seconds: float, rounds: int) -> None:
    """Let platform and floor take turns, print what each did and the median of their ratios."""
    with scratch_home() as home:
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        for name in settings.DATABASES:
            call_command("migrate", database=name, interactive=False, verbosity=0)
        script = home / "writer.py"
        script.write_text(WRITER.format(bench=str(Path(__file__).resolve().parent), home=str(home)))
        print(
            f"{'writers':>7} {'round':>5} {'events/s':>10} {'flushing only':>14} {'ratio':>6} {'ms CPU a batch':>15}"
        )
        for writers in (1, 2):
            running = [_started(script) for _ in range(writers)]
            _turn(running, "ours", 0.2)  # what is only done once is not counted
            ratios = []
            for number in range(rounds):
                raw, _cpu = _turn(running, "raw", seconds)
                ours, cpu = _turn(running, "ours", seconds)
                ratios.append(ours / raw)
                print(
                    f"{writers:7} {number + 1:5} {ours:10.0f} {raw:14.0f} {ours / raw:6.2f} {cpu:15.2f}",
                    flush=True,
                )
            print(f"{writers:7} {'':>5} {'median':>10} {'':>14} {statistics.median(ratios):6.2f}", flush=True)
            for one in running:
                one.communicate()


def _started(script: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _turn(running: list[subprocess.Popen[str]], way: str, seconds: float) -> tuple[float, float]:
    """Events a second of all writers together, and milliseconds of CPU that a batch took."""
    for one in running:
        _tell(one, f"{way} {seconds}")
    for one in running:
        _answer(one)
    for one in running:
        _tell(one, "go")
    found = [json.loads(_answer(one)) for one in running]
    return sum(one["rate"] for one in found), sum(one["cpu"] for one in found) / len(found)


def _tell(one: subprocess.Popen[str], line: str) -> None:
    assert one.stdin is not None
    one.stdin.write(f"{line}\n")
    one.stdin.flush()


def _answer(one: subprocess.Popen[str]) -> str:
    assert one.stdout is not None
    return one.stdout.readline()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    ingest(options.seconds, options.rounds)


if __name__ == "__main__":
    main()
