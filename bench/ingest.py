"""Events a second that are durable when they are acknowledged, next to appending the same bytes and flushing.

.venv/bin/python bench/ingest.py [--seconds 5] [--rounds 3]

Batches of 20 events, by one writer and by two, as the platform has two web processes. The floor writes the same bytes
to a file and flushes it (fdatasync) after each batch, in as many processes with a file each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from ground.scratch import scratch_home

WRITER = """
import json, os, sys, time
sys.path.insert(0, {bench!r})
import ingest
ingest.write(sys.argv[1], float(sys.argv[2]), sys.argv[3])
"""


def write(way: str, seconds: float, folder: str) -> None:
    """One writer for some seconds: batches of 20 events, each durable before the next."""
    import uuid

    import django

    django.setup()
    from fangcun.insight.tracking.services import accept_batch

    devices = [str(uuid.uuid4()) for _ in range(200)]
    prepared = []
    for number in range(int(seconds * 4_000)):
        now = int(time.time() * 1000)
        prepared.append(
            {
                "batch_id": str(uuid.uuid4()),
                "sent_at": now,
                "device_id": devices[number % 200],
                "events": [
                    {
                        "id": str(uuid.uuid4()),
                        "name": ("page_viewed", "goods_viewed", "goods_searched")[n % 3],
                        "ts": now - 100 * n,
                        "session_id": devices[number % 200],
                        "page": "/pages-goods/goods/goods",
                        "props": {"product_id": n, "title": "有机草莓 500g", "price": 3990},
                    }
                    for n in range(20)
                ],
            }
        )
    print("ready", flush=True)
    sys.stdin.readline()
    raw = os.open(f"{folder}/raw-{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    started, count, used = time.perf_counter(), 0, time.process_time()
    for batch in prepared:
        if way == "raw":
            os.write(raw, json.dumps(batch).encode() + b"\n")
            os.fdatasync(raw)
        else:
            batch["sent_at"] = int(time.time() * 1000)
            accept_batch(batch=batch, member_id=None, program_id=1)
        count += 1
        if time.perf_counter() - started > seconds:
            break
    spent = time.perf_counter() - started
    print(
        json.dumps({"rate": 20 * count / spent, "cpu": (time.process_time() - used) / count * 1000}),
        flush=True,
    )


def ingest(seconds: float, rounds: int) -> None:
    """Let platform and floor take turns and print what each did."""
    with scratch_home() as home:
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        for name in settings.DATABASES:
            call_command("migrate", database=name, interactive=False, verbosity=0)
        script = home / "writer.py"
        script.write_text(WRITER.format(bench=str(Path(__file__).parent)))
        print(
            f"{'writers':>7} {'round':>5} {'events/s':>10} {'flushing only':>14} {'ratio':>6} {'ms CPU a batch':>15}"
        )
        for writers in (1, 2):
            for number in range(rounds):
                rates = {way: _race(script, way, writers, seconds, home) for way in ("raw", "ours")}
                ours, raw = rates["ours"], rates["raw"]
                share = f"{ours[0]:10.0f} {raw[0]:14.0f} {ours[0] / raw[0]:6.2f}"
                print(f"{writers:7} {number + 1:5} {share} {ours[1]:15.2f}", flush=True)


def _race(script: Path, way: str, writers: int, seconds: float, home: Path) -> tuple[float, float]:
    running = [
        subprocess.Popen(
            [sys.executable, str(script), way, str(seconds), str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(writers)
    ]
    for one in running:
        assert one.stdout is not None
        one.stdout.readline()
    for one in running:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    found = [json.loads(one.communicate()[0].splitlines()[-1]) for one in running]
    return sum(one["rate"] for one in found), sum(one["cpu"] for one in found) / writers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    ingest(options.seconds, options.rounds)


if __name__ == "__main__":
    main()
