"""Walks all ways, several at once, each walker in a thread with a browser of its own."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from fangcun.blueprint.document import Blueprint
from fangcun.doors.cli.plan.walk.atlas import Atlas
from fangcun.doors.cli.plan.walk.browser import open_browser
from fangcun.doors.cli.plan.walk.outcome import StepOutcome, WayOutcome
from fangcun.doors.cli.plan.walk.script import Script
from fangcun.doors.cli.plan.walk.stage import Stage
from fangcun.doors.cli.plan.walk.ways import Way

MOST_WALKERS = 4


class Crew:
    """Those who walk. `walked` hears of each step and `ended` of each way, from whatever thread walked it."""

    def __init__(
        self,
        bp: Blueprint,
        *,
        stage: Stage,
        script: Script,
        pictures: Path,
        headed: bool,
        walked: Callable[[StepOutcome], None],
        ended: Callable[[WayOutcome], None],
    ) -> None:
        self._atlas, self._stage, self._script = Atlas(bp, script), stage, script
        self._pictures, self._headed = pictures, headed
        self._walked, self._ended = walked, ended
        self._stop = threading.Event()
        self._problems: list[Exception] = []
        self._outcomes: dict[str, WayOutcome] = {}

    def walk(self, ways: Sequence[Way]) -> list[WayOutcome]:
        """Walk them all; ways that let time pass come last, one after the other. Raises what stopped a walker.

        Ctrl-C stops everybody and is raised again.
        """
        together, alone = queue.SimpleQueue[Way](), queue.SimpleQueue[Way]()
        for way in ways:
            (alone if self._script.lets_time_pass(way) else together).put(way)
        number = 1 if self._headed else max(1, min(MOST_WALKERS, os.cpu_count() or 1, len(ways)))
        gone_home = threading.Semaphore(0)

        def work(is_last: bool) -> None:
            try:
                with open_browser(headed=self._headed) as browser:
                    self._empty(together, browser)
                    if is_last:
                        for _ in range(number - 1):
                            gone_home.acquire()
                        self._empty(alone, browser)
            except Exception as problem:  # told to who waits for all
                self._problems.append(problem)
                self._stop.set()
            finally:
                gone_home.release()

        threads = [threading.Thread(target=work, args=(n == 0,), name=f"walker-{n}") for n in range(number)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.2)
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
        if self._problems:
            raise self._problems[0]
        return [self._outcomes[way.id] for way in ways]

    def _empty(self, ways: queue.SimpleQueue[Way], browser: object) -> None:
        from fangcun.doors.cli.plan.walk.walker import Walk

        while not self._stop.is_set():
            try:
                way = ways.get_nowait()
            except queue.Empty:
                return
            outcome = Walk(
                way,
                stage=self._stage,
                script=self._script,
                atlas=self._atlas,
                browser=browser,  # type: ignore[arg-type]
                pictures=self._pictures,
                stop=self._stop,
                tell=self._walked,
            ).run()
            self._outcomes[way.id] = outcome
            self._ended(outcome)
