"""Checks of a large plan a second, next to bare parsing of the same text by the YAML library.

.venv/bin/python bench/plan.py [--rounds 5] [--pages 60] [--scenarios 40] [--events 300]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from ground.report import compare
from ruamel.yaml import YAML

from fangcun.blueprint.checking import check
from fangcun.blueprint.compiling import compile_blueprint
from fangcun.blueprint.reading import read
from fangcun.blueprint.tests.large import large_blueprint

SECONDS = 2.0


def rate(work: Callable[[], object]) -> float:
    """How often a second it is done, over a few seconds."""
    started, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - started) < SECONDS:
        work()
        count += 1
    return count / spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--scenarios", type=int, default=40)
    parser.add_argument("--events", type=int, default=300)
    options = parser.parse_args()
    text = large_blueprint(pages=options.pages, scenarios=options.scenarios, events=options.events)
    document = read(text)
    blueprint = document.blueprint
    if blueprint is None or check(document):
        raise SystemExit("The large plan is not clean.")

    def parse() -> tuple[float, None]:
        return rate(lambda: sum(1 for _ in YAML(typ="safe", pure=True).parse(text))), None

    print(
        f"{len(text) // 1024} KB, {options.pages} pages, {options.scenarios} scenarios, {options.events} events"
    )
    compare(
        "reading and checking",
        ours=lambda: (rate(lambda: check(read(text))), None),
        floor=parse,
        floor_name="bare parsing",
        rounds=options.rounds,
    )
    compare(
        "compiling",
        ours=lambda: (rate(lambda: compile_blueprint(blueprint)), None),
        floor=parse,
        floor_name="bare parsing",
        rounds=options.rounds,
    )


if __name__ == "__main__":
    main()
