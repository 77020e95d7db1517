"""Walks one way: each actor with a phone of his own, step by step, and waits for what the plan says must arrive."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from fangcun.doors.cli.plan.walk.atlas import Atlas, NoWay
from fangcun.doors.cli.plan.walk.matching import NOTHING, Ledger, Person
from fangcun.doors.cli.plan.walk.outcome import State, StepOutcome, WayOutcome
from fangcun.doors.cli.plan.walk.phone import Phone, Refused, first_line
from fangcun.doors.cli.plan.walk.script import Doing, Gesture, NoGestures, Script
from fangcun.doors.cli.plan.walk.stage import HookRefused, Stage
from fangcun.doors.cli.plan.walk.ways import Told, Way

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATIENCE_S = 30.0
CLEAR_S = 3.0  # an event that came and is wrong: how long a right one may still follow
POLL_S = 0.1
FAILURES = (Refused, NoGestures, NoWay, HookRefused)


class Stopped(Exception):
    """Somebody wants to stop."""


class Walk:
    """One way being walked. `pictures` is the folder for screenshots."""

    def __init__(
        self,
        way: Way,
        *,
        stage: Stage,
        script: Script,
        atlas: Atlas,
        browser: Browser,
        pictures: Path,
        stop: Event,
        tell: Callable[[StepOutcome], None],
    ) -> None:
        self.outcome = WayOutcome(way, [StepOutcome(step) for step in way.steps])
        self._way, self._stage, self._script, self._atlas = way, stage, script, atlas
        self._browser, self._pictures, self._stop, self._tell = browser, pictures, stop, tell
        self._phones: dict[str, Phone] = {}
        self._newest: Phone | None = None
        self._pending: list[StepOutcome] = []
        self._ledger = Ledger(way)
        self._read: set[object] = set()
        self._sent = ""  # the page that one of them sent last

    def run(self) -> WayOutcome:
        """Walk it; what fails is in the outcome. Raises Stopped, StageFailed."""
        began = time.monotonic()
        try:
            self._prepare()
            for outcome in self.outcome.steps:
                self._take(outcome)
                if outcome.state is State.FAILED:
                    break
            self._confirm()
            broken = [words for phone in self._phones.values() for words in phone.broken]
            if broken:
                self.outcome.problem = f"小程序的脚本出错：{broken[0]}"
        except FAILURES as failed:
            self.outcome.problem = str(failed)
        except Error as error:
            self._check_stop()
            self.outcome.problem = f"浏览器：{first_line(error)}"
        finally:
            for phone in self._phones.values():
                with suppress(Error):
                    phone.close()
            self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def _prepare(self) -> None:
        """What must have happened before the first step; its events are not the way's."""
        before = self._script.before(self._way)
        first = next((step.actor for step in self._way.steps if step.is_on_a_phone), None)
        if before and first is not None:
            self._perform(before, self._phone(first))
            for phone in self._phones.values():
                phone.leave()
                phone.open()
            self._wait(self._stage.is_quiet)
            self._ledger.since = int(time.time() * 1000)

    def _take(self, outcome: StepOutcome) -> None:
        self._check_stop()
        began = time.monotonic()
        step = outcome.step
        try:
            doing = self._script.doing(self._way, step)
            if step.page is not None:
                self._on_the_phone(outcome, doing)
            else:
                self._perform(doing.gestures, None)
            if step.event is None:
                outcome.state = State.PASSED
            elif step.page is None or step.event in self._stage.facts:
                self._await(outcome)
            else:
                outcome.state = State.PASSED  # until the phone has handed over what it holds
                self._pending.append(outcome)
            if step.message is not None and outcome.state is State.PASSED:
                self._read_message(outcome, step.message)
        except FAILURES as failed:
            outcome.fail(str(failed))
        except Error as error:
            self._check_stop()
            outcome.fail(f"浏览器：{first_line(error)}")
        if outcome.state is State.FAILED and self._newest is not None:
            with suppress(Error):
                self._shoot(outcome, self._newest)
        outcome.seconds = time.monotonic() - began
        self._tell(outcome)

    def _on_the_phone(self, outcome: StepOutcome, doing: Doing) -> None:
        step, phone = outcome.step, self._phone(outcome.step.actor)
        page = step.page or ""
        asked = len(phone.asked)
        if not doing.at:
            self._bring(phone, page)
            self._shoot(outcome, phone)
        elif self._script.names.get(phone.path(self._atlas.start)) not in doing.at:
            self._bring(phone, self._atlas.planned(doing.at[0]))
        self._perform(doing.gestures, phone)
        if doing.at:
            phone.arrive(self._atlas.path(page), self._atlas.start, step.title)
        if phone.path(self._atlas.start) == step.path:
            self._shoot(outcome, phone)
        self._check_asked(outcome, phone, asked)

    def _phone(self, actor: str) -> Phone:
        """The actor's phone; one that is taken out for the first time opens the mini program."""
        phone = self._phones.get(actor)
        if phone is None:
            user = f"{self._way.id.replace('/', '-')}-{actor}"[-64:]
            phone = self._phones[actor] = Phone(self._browser, self._stage.url, user)
            phone.open()
            self._perform(self._script.first, phone)
        self._newest = phone
        return phone

    def _bring(self, phone: Phone, page: str) -> None:
        """Tap the way to a page; where none leads on, the mini program is left and opened again."""
        start = self._atlas.start
        hops = self._atlas.route(phone.path(start), page)
        if hops is None:
            phone.open()
            hops = self._atlas.route(start, page)
        if hops is None:
            raise NoWay(f"从首页点不到“{self._atlas.title(page)}”")
        for hop in hops:
            if hop.gestures:
                self._perform(hop.gestures, phone)
            else:
                phone.tap_tab(self._atlas.title(hop.page))
            phone.arrive(self._atlas.path(hop.page), start, self._atlas.title(hop.page))

    def _perform(self, gestures: Iterable[Gesture], phone: Phone | None) -> None:
        for gesture in gestures:
            self._check_stop()
            if gesture.verb == "hook":
                self._stage.act(gesture.text, self._member())
            elif phone is None:
                raise Refused(f"不在手机上的步骤只能有 hook，现在有 {gesture}")
            elif gesture.verb == "go":
                self._bring(phone, self._atlas.planned(gesture.text))
            elif gesture.verb == "do":
                self._perform(self._script.gestures_of(gesture.text), phone)
            elif gesture.verb == "if":
                if phone.shows(gesture.part, gesture.text):
                    self._perform(gesture.inner, phone)
            elif gesture.verb == "send":
                self._sent = phone.send(gesture.part)
            elif gesture.verb == "open":
                phone.open(self._sent)
            elif gesture.verb in ("answer", "choose"):
                getattr(phone, gesture.verb)(gesture.text)
            else:
                getattr(phone, gesture.verb)(gesture.part, gesture.text)

    def _member(self) -> int:
        for phone in (self._newest, *self._phones.values()):
            if phone is not None and phone.member is not None:
                return phone.member
        raise Refused("还没有顾客登录，没有可以办的事")

    def _check_asked(self, outcome: StepOutcome, phone: Phone, before: int) -> None:
        asked = Counter(self._stage.purposes.get(template, template) for template in phone.asked[before:])
        missing = Counter(outcome.step.asks) - asked
        if not missing:
            return
        held = Counter(self._stage.held(phone.member) if phone.member is not None else {})
        if unasked := missing - held:
            raise Refused(f"没有询问授权 {'、'.join(unasked)}")
        outcome.notes.append(f"{'、'.join(missing)} 已有一次没有用掉的授权，不必再问")

    def _await(self, outcome: StepOutcome) -> None:
        """Wait until the step's event is in the store as planned."""
        number, step = self.outcome.steps.index(outcome), outcome.step
        give_up = time.monotonic() + PATIENCE_S
        is_wrong = False
        while True:
            persons = [_person(phone) for phone in self._phones.values()]
            acting = [_person(self._phones[step.actor])] if step.page is not None else persons
            why = self._ledger.look(number, self._stage.arrived(persons), acting)
            if not why:
                outcome.state = State.PASSED
                return
            if not is_wrong and not why.startswith(NOTHING):
                is_wrong, give_up = True, min(give_up, time.monotonic() + CLEAR_S)
            if time.monotonic() > give_up:
                outcome.fail(why)
                return
            self._pause()

    def _confirm(self) -> None:
        """The phones are put away and hand over what they hold: now every event of theirs must arrive."""
        for phone in self._phones.values():
            phone.put_away()
        for outcome in self._pending:
            self._await(outcome)
            if outcome.state is State.FAILED:
                self._tell(outcome)

    def _read_message(self, outcome: StepOutcome, message: Told) -> None:
        for actor in message.to:
            phone = self._phones.get(actor)
            if phone is None:
                raise Refused(f"{actor} 在这条路上没有用过手机，收不到消息")
            if message.channel == "subscribe":
                self._wait_for_subscribe(outcome, message, phone)
            elif message.channel == "in_app":
                self._look_into_the_centre(outcome, phone)
            else:
                raise Refused(f"不知道怎样查看渠道 {message.channel} 的消息")

    def _wait_for_subscribe(self, outcome: StepOutcome, message: Told, phone: Phone) -> None:
        def came() -> bool:
            for one in self._stage.inbox(phone.user):
                is_wanted = self._stage.purposes.get(one["template_id"]) == message.template
                if one["kind"] == "subscribe" and is_wanted and one["id"] not in self._read:
                    self._read.add(one["id"])
                    return True
            return False

        if not self._wait(came):
            raise Refused(f"微信没有收到订阅消息 {message.template}")
        if outcome.picture is None:
            outcome.picture = self._path(outcome)
            phone.picture_of(self._stage.inbox_page(phone.user), outcome.picture)

    def _look_into_the_centre(self, outcome: StepOutcome, phone: Phone) -> None:
        page, part = self._script.centre
        words = self._script.told.get(outcome.step.event or self._way.id, "")
        phone.open()
        self._bring(phone, self._atlas.planned(page))
        phone.see(part, words)
        if outcome.picture is None:
            self._shoot(outcome, phone)

    def _shoot(self, outcome: StepOutcome, phone: Phone) -> None:
        outcome.picture = self._path(outcome)
        phone.picture(outcome.picture)

    def _path(self, outcome: StepOutcome) -> Path:
        number = self.outcome.steps.index(outcome) + 1
        return self._pictures / f"{self._way.id.replace('/', '-')}-{number:02}-{outcome.step.id}.jpg"

    def _wait(self, holds: Callable[[], bool]) -> bool:
        give_up = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > give_up:
                return False
            self._pause()
        return True

    def _pause(self) -> None:
        if self._stop.wait(POLL_S):
            raise Stopped

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise Stopped


def _person(phone: Phone) -> Person:
    return Person(phone.member, frozenset(phone.devices))
