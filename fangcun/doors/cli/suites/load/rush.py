"""The customers of a load test, as a program of their own: `python -m fangcun.doors.cli.suites.load.rush PLAN.json`.

locust exchanges the standard library's sockets and threads for its own, which is why nobody imports this module. Each
request becomes a line of JSON in the file that the plan names; how far the rush is comes as lines on standard output.
It ends by itself, and with the program that started it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.env import Environment

from fangcun.doors.cli.suites.load.shopper import Shopper, Stage

WARM_S = 3.0
SPAWN_RATE = 50.0


def main() -> None:
    plan: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    with Path(plan["samples"]).open("w", buffering=1024 * 64) as out:
        stage = Stage(plan, out)
        Shopper.stage, Shopper.host = stage, plan["url"]
        environment = Environment(user_classes=[Shopper], events=events, stop_timeout=2)
        runner = environment.create_local_runner()
        give_up = gevent.spawn_later(plan["most_s"], _end)
        stage.step = -1  # what is asked while everything is cold counts for nothing
        runner.start(min(4, plan["steps"][0]), spawn_rate=SPAWN_RATE)
        gevent.sleep(WARM_S)
        for number, users in enumerate(plan["steps"]):
            stage.step = number
            began = time.time()
            runner.start(users, spawn_rate=SPAWN_RATE)
            while (left := began + plan["step_s"] - time.time()) > 0:
                gevent.sleep(min(1.0, left))
                told = {
                    "step": number,
                    "users": runner.user_count,
                    "asked": stage.asked,
                    "failed": stage.failed,
                }
                print(json.dumps(told), flush=True)
        stage.step = -1
        runner.quit()
        runner.greenlet.join(timeout=5)
        give_up.kill()


def _end() -> None:
    """Nothing that hangs keeps the test from ending."""
    sys.stdout.flush()
    raise SystemExit(3)


if __name__ == "__main__":
    main()
