"""A crowd that buys whatever happens, and somebody who kills the processes under its feet."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from fangcun.doors.cli.supervisor import Program
from tests.journeys.stack import Platform
from tests.phone import Phone

PATIENCE_S = 60


class Progress:
    """Counts the crowd's answers, so that the killer strikes after a number of them and not by the clock."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._count, self._over = 0, False

    def step(self) -> None:
        with self._moved:
            self._count += 1
            self._moved.notify_all()

    def finish(self) -> None:
        with self._moved:
            self._over = True
            self._moved.notify_all()

    def wait_for(self, more: int, *, meanwhile: Callable[[], None]) -> bool:
        """Wait for so many more answers; False when the crowd went home before."""
        goal = self._count + more
        while True:
            with self._moved:
                if self._moved.wait_for(lambda: self._over or self._count >= goal, timeout=0.2):
                    return not self._over
            meanwhile()


@dataclass
class Customer:
    """A phone that repeats what got no answer, and remembers what it was told."""

    phone: Phone
    address: int
    sku: int
    progress: Progress
    told: dict[str, str] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def ask(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """POST until there is an answer of the platform itself."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.phone.send("POST", path, body, **headers)
            except httpx.TransportError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.05)
                continue
            self.progress.step()
            if answer.status_code < 500:
                return answer
            if answer.status_code != 502 or time.monotonic() > give_up:  # 502: WeChat's answer was lost
                self.odd.append(f"{path}: {answer.status_code} {answer.text[:300]}")
                return answer

    def buy(self, key: str, plan: str) -> None:
        lines = [{"sku_id": self.sku, "quantity": 1 + len(key) % 2}]
        body = {"lines": lines, "address_id": self.address}
        placed = self.ask("/orders", body, **{"Idempotency-Key": key})
        if placed.status_code not in (200, 201):
            self.odd.append(f"order {key}: {placed.status_code} {placed.text[:300]}")
            return
        number = self.told[key] = placed.json()["number"]
        getattr(self, f"_{plan}")(number)

    def _cashier(self, number: str, outcome: str) -> None:
        prepared = self.ask(f"/orders/{number}/pay")
        if prepared.status_code == 200:
            self._hand_over(prepared.json(), outcome)

    def _hand_over(self, parameters: dict[str, Any], outcome: str) -> None:
        self.phone.box.post("/cashier", appid=self.phone.appid, outcome=outcome, **parameters)

    def _pay(self, number: str) -> None:
        self._cashier(number, "pay")
        self.ask(f"/orders/{number}/pay/check")

    def _pay_silently(self, number: str) -> None:
        self._cashier(number, "pay_silently")

    def _cancel(self, number: str) -> None:
        self.ask(f"/orders/{number}/cancel", {})

    def _pay_what_was_cancelled(self, number: str) -> None:
        """The cashier is open on one phone while the order is cancelled on another."""
        prepared = self.ask(f"/orders/{number}/pay")
        self.ask(f"/orders/{number}/cancel", {})
        if prepared.status_code == 200:
            self._hand_over(prepared.json(), "pay")

    def _pay_and_cancel(self, number: str) -> None:
        self._cashier(number, "pay")
        self.ask(f"/orders/{number}/cancel", {})

    def _leave(self, number: str) -> None:
        """Never come back."""


PLANS = (
    ["pay"] * 8 + ["pay_silently"] * 3 + ["pay_what_was_cancelled"] * 4 + ["pay_and_cancel"] * 2
    + ["cancel"] * 2 + ["leave"]
)  # fmt: skip


def children_of(program: Program) -> list[int]:
    """The processes that a program started."""
    assert program.process is not None
    pid = program.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill_a_web_worker(platform: Platform, dice: random.Random) -> None:
    """One of the server's processes; its master puts another in its place."""
    if children := children_of(platform.web):
        os.kill(dice.choice(children), signal.SIGKILL)


def kill_the_web(platform: Platform, _: random.Random) -> None:
    """The server with all that it started; started again at once."""
    platform.web.kill()
    platform.web.start()


def kill_the_worker(platform: Platform, _: random.Random) -> None:
    platform.worker.kill()
    platform.worker.start()


KILLS: list[Callable[[Platform, random.Random], None]] = [
    kill_a_web_worker,
    kill_the_worker,
    kill_the_web,
    kill_a_web_worker,
    kill_the_worker,
]


def keep_running(platform: Platform) -> None:
    """What a service manager does: granian gives up when a worker dies twice within seconds."""
    for program in (platform.web, platform.worker):
        if not program.is_running():
            program.kill()
            program.start()


def kill_at_random(platform: Platform, progress: Progress, seed: int) -> list[str]:
    """Kill one process after another at seeded moments until the crowd is done; what was killed."""
    dice = random.Random(seed)
    killed: list[str] = []
    while progress.wait_for(dice.randint(8, 20), meanwhile=lambda: keep_running(platform)):
        kill = KILLS[len(killed) % len(KILLS)]
        kill(platform, dice)
        killed.append(kill.__name__)
    return killed
