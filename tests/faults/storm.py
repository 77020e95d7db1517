"""Phones that report without end, readers that count, and sealers that die: a program that says what came of it.

Run on an empty FANGCUN_HOME: `python -m tests.faults.storm`. Three writers send batches through the real verb and
repeat what got no answer; a sealer seals, merges and sweeps in a loop; a reader asks the real engine. Writers and
the sealer are killed at random points and begin again. It ends by itself and prints JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - the rooms are wired first
from django.db import OperationalError  # noqa: E402
from django.utils import timezone  # noqa: E402

from fangcun.doors.cli.main import migrate_all  # noqa: E402
from fangcun.insight.analytics.engines import opened  # noqa: E402
from fangcun.insight.tracking import merging, sealing, sweeping  # noqa: E402
from fangcun.insight.tracking.filing import delete_retired  # noqa: E402
from fangcun.insight.tracking.models import Batch, SealedFile  # noqa: E402
from fangcun.insight.tracking.services import accept_batch  # noqa: E402
from fangcun.insight.tracking.stats import store_problems  # noqa: E402
from tests.faults.dying import in_child  # noqa: E402

HOME = Path(settings.FANGCUN_HOME)
WRITERS, BATCHES, SECONDS = 3, 900, 14
LONGEST_LIFE = 0.3
DAY = 86_400_000


def events_of(writer: int, number: int) -> list[str]:
    """The ids of a batch; the same whenever it is asked for."""
    return [f"w{writer}-{number}-{one}" for one in range(1 + number % 9)]


def say(kind: str, writer: int, number: int) -> None:
    """Note a batch as sent or acknowledged; it stays noted when this process is killed."""
    with (HOME / f"{kind}-{writer}").open("ab", buffering=0) as file:
        file.write(f"{number}\n".encode())


def said(kind: str) -> set[str]:
    """The ids of all events that were sent or acknowledged."""
    found: set[str] = set()
    for writer in range(WRITERS):
        place = HOME / f"{kind}-{writer}"
        lines = place.read_text().splitlines() if place.exists() else []
        found.update(key for line in lines for key in events_of(writer, int(line)))
    return found


def last(kind: str, writer: int) -> int:
    """The number of the last batch that was sent or acknowledged, -1 when none was."""
    place = HOME / f"{kind}-{writer}"
    return int(place.read_text().splitlines()[-1]) if place.exists() else -1


def send(writer: int, number: int) -> None:
    now = int(timezone.now().timestamp() * 1000)
    body = {
        "batch_id": f"{writer}-{number}",
        "sent_at": now,
        "device_id": f"phone-{writer}-{number % 7}",
        "events": [
            # Some happened yesterday, so that there are files of two days.
            {"id": key, "name": f"e{place % 3}", "ts": now - (number % 5 == 0) * DAY, "session_id": "s", "page": "",
             "props": {}}
            for place, key in enumerate(events_of(writer, number))
        ],
    }  # fmt: skip
    accept_batch(batch=body, member_id=number if number % 4 == 0 else None, program_id=1)


def write(writer: int) -> None:
    """Go on behind what was acknowledged. What is in between is sent again, as a phone does."""
    dice = random.Random()
    number = 1 + last("acknowledged", writer)
    asked = last("sent", writer)
    while number <= asked or (number < BATCHES and not over()):
        say("sent", writer, number)
        send(writer, number)
        if dice.random() < 0.2:  # the answer was lost
            send(writer, number)
        say("acknowledged", writer, number)
        if number and dice.random() < 0.1:  # an answer of long ago was lost, perhaps of what is sealed by now
            send(writer, dice.randrange(number))
        number += 1


def seal() -> None:
    merging.MANY = 3
    sweeping.GRACE = dt.timedelta(
        seconds=0.5
    )  # much less than in life, so that readers lose files under their feet
    while not (HOME / "over").exists():
        sealing.seal(limit=50)
        merging.merge()
        sweeping.sweep()


def read() -> None:
    """Count what is readable, again and again; every answer must lie between acknowledged and sent."""
    reads, wrong = 0, []
    while not (HOME / "over").exists():
        before = len(said("acknowledged"))
        with opened() as engine:
            [(number, distinct)] = engine.rows("SELECT count(*), count(DISTINCT id) FROM ev")
        after = len(said("sent"))
        reads += 1
        if not before <= distinct == number <= after:
            wrong.append([before, number, distinct, after])
    (HOME / "reads").write_text(json.dumps({"reads": reads, "wrong": wrong}))


def over() -> bool:
    return time.time() > float((HOME / "end").read_text())


def fork(run: Callable[..., None], *given: Any) -> int:
    """Run in another process; its number."""
    if (pid := os.fork()) == 0:
        code = 1
        try:
            run(*given)
            code = 0
        except OperationalError as error:  # a database that is too busy is no answer: begin again
            print(error, file=sys.stderr)  # noqa: T201
        finally:
            os._exit(code)
    return pid


def kill(pid: int) -> bool:
    """Kill a process; whether it was still alive."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def storm() -> dict[str, Any]:
    dice = random.Random()
    (HOME / "end").write_text(str(time.time() + SECONDS))
    reader = fork(read)
    sealer, writers = fork(seal), {fork(write, number): number for number in range(WRITERS)}
    killed = {"sealer": 0, "writer": 0}
    while writers:
        time.sleep(dice.uniform(0, LONGEST_LIFE))
        killed["sealer"] += kill(sealer)
        sealer = fork(seal)
        for pid in list(writers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                number = writers.pop(pid)
                if status and not over():
                    writers[fork(write, number)] = number
        if writers and dice.random() < 0.4:
            pid = dice.choice(list(writers))
            number = writers.pop(pid)
            killed["writer"] += kill(pid)
            writers[fork(write, number)] = number
    kill(sealer)
    (HOME / "over").touch()
    os.waitpid(reader, 0)
    assert in_child(look) == 0
    return {
        "killed": killed,
        **json.loads((HOME / "reads").read_text()),
        **json.loads((HOME / "end").read_text()),
    }


def look() -> None:
    """What is readable in the end, as it is and when all is sealed, merged and swept."""
    merging.MANY, merging.LARGER_BY_DAY = 1, 1_000_000
    answers = []
    for settle in (lambda: None, sealing.seal, merging.merge, lambda: delete_retired() and None):
        settle()
        with opened() as engine:
            answers.append(sorted(key for (key,) in engine.rows("SELECT id FROM ev")))
    (HOME / "end").write_text(
        json.dumps(
            {
                "acknowledged": sorted(said("acknowledged")),
                "sent": sorted(said("sent")),
                "readable": answers,
                "hot": Batch.objects.count(),
                "listed": sorted(SealedFile.objects.values_list("path", flat=True)),
                "problems": [found.words for found in store_problems()],
            }
        )
    )


if __name__ == "__main__":
    assert in_child(migrate_all) == 0
    print(json.dumps(storm()))  # noqa: T201
