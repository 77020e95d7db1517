"""Dies before each single statement of sealing and of merging, and says what was readable then and in the end.

A program of its own, since it forks: `python -m tests.faults.dying_store` on an empty FANGCUN_HOME, on SQLite. It
prints JSON: for each verb how many statements it has, and what was readable after every death and after going on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

from tests.faults.dying import HOME, dying_at, in_child, keep, restore  # isort: skip - wires the rooms

from django.db import connections

from fangcun.doors.cli.main import migrate_all
from fangcun.insight.analytics.engines import opened
from fangcun.insight.tracking import merging
from fangcun.insight.tracking.models import Batch, SealedFile
from fangcun.insight.tracking.sealing import seal
from fangcun.insight.tracking.services import accept_batch
from fangcun.insight.tracking.tests.phone import DAY, batch, event, now_ms

merging.MANY, merging.LARGER_BY_DAY = 1, 1_000_000
EVENTS = HOME / "events"


def report() -> None:
    """Four events of two phones and two days."""
    for key in ("a", "b"):
        body = batch(event(f"{key}1"), event(f"{key}2", ts=now_ms() - DAY), device_id=key)
        accept_batch(batch=body, member_id=None, program_id=1)


def report_and_seal() -> None:
    """The same, in two files for each day."""
    report()
    for _ in range(2):
        seal(limit=1)


VERBS: dict[str, tuple[Callable[[], None], Callable[[], Any]]] = {
    "seal": (report, seal),
    "merge": (report_and_seal, merging.merge),
}


def look() -> None:
    with opened() as engine:
        found = [key for (key,) in engine.rows("SELECT id FROM ev ORDER BY id")]
    state = [found, Batch.objects.count(), SealedFile.objects.count()]
    (HOME / "looked.json").write_text(json.dumps(state))


def looked() -> Any:
    assert in_child(look) == 0
    return json.loads((HOME / "looked.json").read_text())


def wholly(run: Callable[[], None]) -> None:
    """Run, and leave nothing of it in SQLite's log beside the databases, which are copied."""
    run()
    connections.close_all()


def begin(name: str) -> None:
    """Databases and files as they were before the verb."""
    restore(name)
    shutil.rmtree(EVENTS, ignore_errors=True)
    if (HOME / name / "events").exists():
        shutil.copytree(HOME / name / "events", EVENTS)


def die_everywhere(name: str) -> dict[str, Any]:
    """Let one verb die before each of its statements."""
    before, verb = VERBS[name]
    begin("empty")
    assert in_child(lambda: wholly(before)) == 0
    keep(name)
    if EVENTS.exists():
        shutil.copytree(EVENTS, HOME / name / "events")
    step, died, gone_on = 0, [], []
    while True:
        step += 1
        begin(name)
        code = in_child(dying_at(step, verb))
        if code == 0:
            break
        assert code == 9, code
        died.append(looked())
        assert in_child(verb) == 0
        gone_on.append(looked())
    return {"statements": step - 1, "undisturbed": looked(), "died": died, "gone_on": gone_on}


if __name__ == "__main__":
    assert in_child(lambda: wholly(migrate_all)) == 0
    keep("empty")
    print(json.dumps({name: die_everywhere(name) for name in VERBS}))  # noqa: T201
