"""Dies before each transaction of a step, then goes on as life does.

Whatever dies inside a transaction leaves behind what was there before it, so these are all the states in which a
process can be lost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from tests.faults import dying  # first: it wires the rooms

# isort: split
from django.db import connections

Step = Callable[[], Any]
Books = dict[str, Any]


def die_everywhere(
    steps: dict[str, tuple[Step, Step]], in_the_end: Callable[[Step], Books]
) -> dict[str, Any]:
    """Let each step, after what was before it, die before each of its transactions, in the databases kept as "shop".

    `in_the_end` does a step once more and all that follows, and tells the books. For each step: in how many places
    it died, the books when nothing dies, and those that differ, by place.
    """
    return {name: _die(name, *steps[name], in_the_end) for name in steps}


def _die(name: str, before: Step, step: Step, in_the_end: Callable[[Step], Books]) -> dict[str, Any]:
    dying.restore("shop")
    before()
    dying.keep(name)
    undisturbed = _outcome(step, in_the_end)
    differing: dict[int, Books] = {}
    place = 0
    while True:
        place += 1
        dying.restore(name)
        code = dying.in_child(_dying_before(place, step))
        assert code in (0, 9), f"{name}, place {place}: exit code {code}"
        if code == 0:
            return {"places": place - 1, "undisturbed": undisturbed, "differing": differing}
        if (found := _outcome(step, in_the_end)) != undisturbed:
            differing[place] = found


def _outcome(step: Step, in_the_end: Callable[[Step], Books]) -> Books:
    told = dying.HOME / "summary.json"

    def run() -> None:
        told.write_text(json.dumps(in_the_end(step), default=str))

    assert dying.in_child(run) == 0
    found: Books = json.loads(told.read_text())
    return found


def _dying_before(place: int, step: Step) -> Step:
    left = place

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if not context["connection"].in_atomic_block and not sql.startswith(("SELECT", "PRAGMA")):
            left -= 1
            if left == 0:
                os._exit(9)
        return execute(sql, params, many, context)

    def run() -> None:
        for connection in connections.all():
            connection.execute_wrappers.append(count)
        step()

    return run
