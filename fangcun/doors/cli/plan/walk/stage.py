"""The stage of a walk: a platform of its own with a few goods and the plan published, and a look behind the scenes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote
from urllib.request import urlopen

from fangcun.doors.cli.plan.walk.matching import Arrived, Person
from fangcun.doors.cli.stack import Stack


class StageFailed(Exception):
    """The platform of a walk could not be set up, or no longer answers; the text says what happened."""


class HookRefused(Exception):
    """An act behind the scenes was not possible; the text says why."""


class Stage:
    """A running platform to walk on, at `url`. `purposes` names what each message template is for, `facts` are the
    events that the server records and no phone.
    """

    def __init__(self, home: Path) -> None:
        self.stack = Stack(home)
        self.url = self.stack.url
        self.purposes: dict[str, str] = {}
        self.facts: frozenset[str] = frozenset()
        self._one_at_a_time = threading.Lock()
        self._log = home / "logs" / "backstage.log"
        self._backstage: subprocess.Popen[str] | None = None

    def set_up(self, plan: str) -> None:
        """Start everything and publish the plan. Raises StageFailed, DidNotStart."""
        stack = self.stack
        stack.supervisor.start(stack.wechatbox)
        with self._log.open("w") as log:
            self._backstage = subprocess.Popen(
                [sys.executable, "-m", "fangcun.doors.cli.plan.walk.backstage"],
                env=stack.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C is for who started it
            )
        try:
            ready = self._ask("set_up", plan=plan)
        except HookRefused as refused:
            raise StageFailed(f"走查用的平台没有准备好：{refused}") from None
        self.purposes, self.facts = ready["purposes"], frozenset(ready["facts"])
        stack.supervisor.start(stack.web, stack.worker)

    def stop(self) -> None:
        """Stop everything."""
        if self._backstage is not None:
            self._backstage.terminate()  # what it holds is thrown away
            self._backstage.wait()
            for end in (self._backstage.stdin, self._backstage.stdout):
                if end is not None:
                    with suppress(OSError):
                        end.close()
        self.stack.stop()

    def arrived(self, persons: Iterable[Person]) -> list[Arrived]:
        """Everything in the event store that is of these persons."""
        some = list(persons)
        members = [one.member for one in some if one.member is not None]
        devices = sorted({device for one in some for device in one.devices})
        return [Arrived(**one) for one in self._ask("arrived", members=members, devices=devices)]

    def held(self, member: int) -> dict[str, int]:
        """How many unused consents a member has given, by what the message is for."""
        consents: dict[str, int] = self._ask("held", member=member)
        return consents

    def is_quiet(self) -> bool:
        """Whether all background work is done."""
        return bool(self._ask("waiting") == 0)

    def act(self, hook: str, member: int) -> None:
        """Let somebody act who holds no phone. Raises HookRefused."""
        self._ask("act", hook=hook, member=member)

    def inbox(self, user: str) -> list[dict[str, Any]]:
        """What WeChat brought to a person, newest first."""
        address = f"{self.stack.box_url}/_box/inbox?user={quote(user)}"
        with urlopen(address, timeout=10) as answer:  # noqa: S310 - an address of our own making
            messages: list[dict[str, Any]] = json.load(answer)["messages"]
        return messages

    def inbox_page(self, user: str) -> str:
        """Where a person's inbox can be looked at."""
        return f"{self.stack.box_url}/inbox?user={quote(user)}"

    def _ask(self, name: str, **what: Any) -> Any:
        program = self._backstage
        if program is None or program.stdin is None or program.stdout is None:
            raise StageFailed("走查用的平台还没有启动")
        with self._one_at_a_time:
            line = _exchange(program.stdin, program.stdout, {"ask": name, **what})
        if not line:
            raise StageFailed(f"走查用的平台停了：{self._last_words()}")
        answer = json.loads(line)
        if "error" in answer:
            raise HookRefused(answer["error"])
        return answer["answer"]

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "它什么也没说"


def _exchange(ask: IO[str], answer: IO[str], question: dict[str, Any]) -> str:
    try:
        ask.write(json.dumps(question, ensure_ascii=False) + "\n")
        ask.flush()
        return answer.readline()
    except (OSError, ValueError):  # it ended, or was stopped meanwhile
        return ""
