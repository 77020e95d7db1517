"""A customer of a load test: logs in, walks scenarios, pays at the box's cashier. Imported by `rush` alone."""

from __future__ import annotations

import itertools
import json
import random
import time
import uuid
from collections import deque
from collections.abc import Mapping
from typing import IO, Any

import gevent
from locust import FastHttpUser, task

from fangcun.doors.cli.suites.load.acts import Acts, GaveUp

THINK_S = (0.2, 0.8)
LEAVES = 0.1  # of the walks after which somebody else takes the phone
ANSWERS_S = 20.0
# Refusals that are part of life: somebody has his coupon already, or the group was quicker.
EXPECTED = {"claim_coupon": (409,), "join_group": (409,), "check_in": (409,)}


class Stage:
    """What all customers have in common: the plan of the rush, where samples go, groups that wait for more."""

    def __init__(self, plan: Mapping[str, Any], out: IO[str]) -> None:
        self.plan, self.step, self.asked, self.failed = plan, -1, 0, 0
        self.chance = random.Random(plan["seed"])  # noqa: S311 - nothing secret
        self.numbers = itertools.count(1)
        self.open_groups: deque[tuple[int, int, str, int]] = deque(maxlen=200)
        self._out = out

    def note(self, name: str, began: float, answer: Any, kind: str) -> None:
        """One sample: moment, step, who asked what, milliseconds, status, kind of failure, diagnostics."""
        if self.step < 0:
            return
        self.asked += 1
        self.failed += bool(kind)
        headers = getattr(answer, "headers", None) or {}
        took = (time.time() - began) * 1000
        line = [
            round(began, 3),
            self.step,
            name,
            round(took, 2),
            getattr(answer, "status_code", 0) or 0,
            kind,
            headers.get("X-Fangcun-Diagnostics", ""),
        ]
        self._out.write(json.dumps(line, ensure_ascii=False) + "\n")


class Shopper(Acts, FastHttpUser):
    """A customer; his acts are the methods whose names the plan uses."""

    stage: Stage  # the same for all, given to the class
    connection_timeout = network_timeout = ANSWERS_S

    def on_start(self) -> None:
        self._take_the_phone()

    def _take_the_phone(self) -> None:
        number = next(self.stage.numbers)
        self.user_name = f"压测{self.stage.plan['seed']}-{number}"
        self.told: dict[str, str] = {
            "X-Program": self.stage.plan["program"],
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        }
        self.device = uuid.uuid4().hex
        self.product, self.sku, self.order_number, self.group_at = 0, 0, "", ("", 0)
        self.address: int | None = None
        code = self._box("/_box/login", appid=self.stage.plan["program"], user=self.user_name).get("code", "")
        answer = self._ask("login", "POST", "/login", {"code": code})
        if token := answer.get("token"):
            self.told["Authorization"] = f"Bearer {token}"

    @task
    def walk(self) -> None:
        """One scenario, whole or up to where most people leave."""
        shares = self.stage.plan["shares"]
        share = self.stage.chance.choices(shares, [one["percent"] for one in shares])[0]
        acts = share["acts"]
        if self.stage.chance.random() >= share["finished"]:
            acts = acts[: self.stage.chance.randint(1, max(1, len(acts) - 1))]
        try:
            self._do("launch")
            for step in acts:
                for act in step:
                    self._do(act)
                self._events(len(acts))
                gevent.sleep(self.stage.chance.uniform(*THINK_S))
        except GaveUp:
            gevent.sleep(THINK_S[1])
        if self.stage.chance.random() < LEAVES:
            self._take_the_phone()

    def _do(self, act: str) -> None:
        getattr(self, f"act_{act}")()

    def _ask(
        self, name: str, method: str, path: str, body: Any = None, *, title: str = "", **headers: str
    ) -> Any:
        began = time.time()
        answer = self.client.request(
            method,
            f"/api/v1{path}",
            name=name,
            json=body,
            headers={**self.told, **headers},
            catch_response=False,
        )
        kind = _kind(name, answer)
        self.stage.note(f"{method} {title or path}", began, answer, kind)
        if kind or not answer.status_code or answer.status_code >= 400:
            return {}
        try:
            return answer.json() if answer.content else {}
        except ValueError:
            return {}

    def _box(self, path: str, **body: Any) -> Any:
        """WeChat's side of the phone; what it answers is no sample, for WeChat is not under test."""
        answer = self.client.request("POST", f"{self.stage.plan['box']}{path}", name="wechat", json=body)
        try:
            return answer.json()
        except ValueError:
            return {}

    def _events(self, _steps: int) -> None:
        now = int(time.time() * 1000)
        told = [
            {
                "id": uuid.uuid4().hex,
                "name": "page_viewed",
                "ts": now - ago,
                "session_id": self.device,
                "page": "pages/home/home",
                "props": {"page": "pages/home/home"},
            }
            for ago in (900, 400, 0)
        ]
        body = {"batch_id": uuid.uuid4().hex, "sent_at": now, "device_id": self.device, "events": told}
        self._ask("events", "POST", "/events", body)


def _kind(name: str, answer: Any) -> str:
    """What went wrong in a word or two; empty when nothing did."""
    status = getattr(answer, "status_code", 0) or 0
    if status == 0:
        error = getattr(answer, "error", None)
        return "timeout" if "timed out" in str(error).lower() else "no answer"
    if status < 400 or status in EXPECTED.get(name, ()):
        return ""
    try:
        code = answer.json().get("code", "")
    except (ValueError, AttributeError):
        code = ""
    return f"{status} {code}".strip()
