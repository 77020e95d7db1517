"""The app's own knowledge of how a person does what the plan's events tell of: `miniapp/walk.yaml`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fangcun.doors.cli.plan.walk.ways import Step, Way

# What a person (or, with `hook`, somebody else) can do; each takes the name of a part, a text, or both.
OF_A_PART = frozenset({"tap", "see", "gone", "fill", "send"})
OF_A_TEXT = frozenset({"answer", "choose", "hook", "go", "do", "open"})
SENT = "sent"  # what `open` opens: the page that somebody sent before
STAFF, SYSTEM = "staff", "system"
TIME = "time_"  # how the names of hooks begin that let time pass


class ScriptWrong(Exception):
    """walk.yaml can't be used; the text is the one sentence to show."""


class NoGestures(Exception):
    """Nobody wrote down how an event is brought about; the text says what to add."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """One thing to do. `part` is a test id, `text` what to type, see, answer or call; `inner` is done `if` it shows."""

    verb: str
    part: str = ""
    text: str = ""
    inner: tuple[Gesture, ...] = ()

    def __str__(self) -> str:
        return " ".join(
            word for word in (self.verb, self.part, f"“{self.text}”" if self.text else "") if word
        )


@dataclass(frozen=True, slots=True)
class Doing:
    """How an event comes about. What is done elsewhere and ends on the event's page names where it begins in `at`."""

    gestures: tuple[Gesture, ...] = ()
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of one scenario or branch: what came before it, and events that come about in their own way."""

    before: tuple[Gesture, ...] = ()
    doings: Mapping[str, Doing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """All of walk.yaml. `names` are the pages of the built app, by path."""

    names: Mapping[str, str]
    first: tuple[Gesture, ...]
    ways: Mapping[tuple[str, str], tuple[Gesture, ...]]
    doings: Mapping[str, Doing]
    scopes: Mapping[str, Scope]
    centre: tuple[str, str]  # the page of the message centre, and the part that is one message
    told: Mapping[str, str]  # event -> words of the message in the message centre that tells of it

    def name(self, page: str | None, path: str | None) -> str | None:
        """What this script calls a page of the plan."""
        return self.names.get(path or "", page)

    def before(self, way: Way) -> tuple[Gesture, ...]:
        """What must have happened before a way begins."""
        return next((scope.before for scope in self._scopes(way) if scope.before), ())

    def doing(self, way: Way, step: Step) -> Doing:
        """How a step's event comes about. Raises NoGestures."""
        where = self.name(step.page, step.path) or (SYSTEM if step.is_systems else STAFF)
        wanted = [f"{step.event}@{where}", step.event] if step.event else []
        for names, doings in [
            *(([*wanted, step.id], scope.doings) for scope in self._scopes(way)),
            (wanted, self.doings),
        ]:
            for name in names:
                if name in doings:
                    return doings[name]
        if step.is_systems or step.event is None:
            return Doing()  # it is waited for, or there is nothing more to it than the page
        raise NoGestures(self._missing(step.event, where))

    def gestures_of(self, name: str) -> tuple[Gesture, ...]:
        """What another gesture refers to with `do`."""
        return self.doings[name].gestures

    def lets_time_pass(self, way: Way) -> bool:
        """Whether a way moves the time for everybody, so that nobody else may be walking."""
        doings = []
        for step in way.steps:
            with suppress(NoGestures):
                doings.append(self.doing(way, step).gestures)
        return any(
            one.verb == "hook" and one.text.startswith(TIME)
            for do in [self.before(way), *doings]
            for one in do
        )

    def _scopes(self, way: Way) -> Iterator[Scope]:
        for name in (way.id, way.scenario):
            if name in self.scopes:
                yield self.scopes[name]

    def _missing(self, event: str, where: str) -> str:
        known = [name.partition("@")[2] for name in self.doings if name.partition("@")[0] == event]
        add = f"在 miniapp/walk.yaml 的 events 里加上 {event}@{where}: [手势]"
        if known:
            return (
                f"{event} 不在 {where} 上发生，小程序里它发生在 {'、'.join(known)}；改蓝图里的 page，或{add}"
            )
        return f"不知道怎样做出 {event}；{add}"


def load_script(path: Path, sitemap: Path) -> Script:
    """Read walk.yaml, and the page names of the app's own compiled plan. Raises ScriptWrong."""
    try:
        told = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        pages = json.loads(sitemap.read_text("utf-8"))["pages"]
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptWrong(f"读不了走查手势：{error}") from None
    except YAMLError as error:
        raise ScriptWrong(f"{path} 不是 YAML：{error}") from None
    try:
        return read_script(told, {page["path"]: page["id"] for page in pages})
    except ScriptWrong as wrong:
        raise ScriptWrong(f"{path}：{wrong}") from None


def read_script(told: Any, names: Mapping[str, str]) -> Script:
    """The script from plain data. Raises ScriptWrong."""
    top = _map(told, "walk.yaml", {"first", "ways", "events", "scenarios", "message_centre"})
    centre = _map(top.get("message_centre") or {}, "message_centre", {"page", "part", "told"})
    known = set(names.values())

    def page(name: str, place: str) -> str:
        if name not in known:
            raise ScriptWrong(f"{place}：小程序里没有页面 {name}")
        return name

    def way(name: str) -> tuple[str, str]:
        start, arrow, end = name.partition(">")
        if not arrow:
            raise ScriptWrong(f"ways.{name}：写成 从哪页>到哪页")
        return page(start, f"ways.{name}"), page(end, f"ways.{name}")

    script = Script(
        names=dict(names),
        first=_gestures(top.get("first", []), "first"),
        ways={
            way(name): _gestures(do, f"ways.{name}")
            for name, do in _map(top.get("ways") or {}, "ways").items()
        },
        doings=_doings(top.get("events") or {}, "events"),
        scopes={
            name: _scope(one, f"scenarios.{name}")
            for name, one in _map(top.get("scenarios") or {}, "scenarios").items()
        },
        centre=(page(centre.get("page", ""), "message_centre"), str(centre.get("part", ""))),
        told={str(event): str(words) for event, words in _map(centre.get("told") or {}, "told").items()},
    )
    _check_references(script)
    return script


def _check_references(script: Script) -> None:
    lists = [script.first, *(one.gestures for one in script.doings.values())]
    for scope in script.scopes.values():
        lists += [scope.before, *(one.gestures for one in scope.doings.values())]
    for one in _all(gesture for some in lists for gesture in some):
        if one.verb == "do" and one.text not in script.doings:
            raise ScriptWrong(f"do: {one.text}：events 里没有它")


def _all(gestures: Iterable[Gesture]) -> Iterator[Gesture]:
    for one in gestures:
        yield one
        yield from _all(one.inner)


def _scope(told: Any, place: str) -> Scope:
    told = _map(told, place)
    return Scope(
        before=_gestures(told.get("before", []), f"{place}.before"),
        doings=_doings({name: one for name, one in told.items() if name != "before"}, place),
    )


def _doings(told: Any, place: str) -> dict[str, Doing]:
    return {name: _doing(one, f"{place}.{name}") for name, one in _map(told, place).items()}


def _doing(told: Any, place: str) -> Doing:
    if isinstance(told, list):
        return Doing(_gestures(told, place))
    told = _map(told, place, {"at", "do"})
    at = told.get("at", [])
    if not isinstance(at, list):
        raise ScriptWrong(f"{place}.at：写成页面的列表")
    return Doing(_gestures(told.get("do", []), place), tuple(map(str, at)))


def _gestures(told: Any, place: str) -> tuple[Gesture, ...]:
    if not isinstance(told, list):
        raise ScriptWrong(f"{place}：写成手势的列表，如 [tap: add-to-cart]")
    return tuple(_gesture(one, place) for one in told)


def _gesture(told: Any, place: str) -> Gesture:
    told = _map(told, place)
    if "if" in told and set(told) == {"if", "do"}:
        part, text = _part(told["if"], place)
        return Gesture("if", part, text, _gestures(told["do"], place))
    if len(told) != 1:
        raise ScriptWrong(f"{place}：一个手势只写一个动作，现在是 {'、'.join(map(str, told))}")
    [(verb, what)] = told.items()
    if verb == "open" and what != SENT:
        raise ScriptWrong(f"{place}：open 只能打开别人发来的页面，写成 open: {SENT}")
    if verb in OF_A_TEXT and isinstance(what, str):
        return Gesture(verb, text=what)
    if verb in OF_A_PART and what:
        return Gesture(verb, *_part(what, place))
    raise ScriptWrong(
        f"{place}：不认识手势 {verb}: {what}；有 {'、'.join(sorted(OF_A_PART | OF_A_TEXT | {'if'}))}"
    )


def _part(told: Any, place: str) -> tuple[str, str]:
    if isinstance(told, str):
        return told, ""
    if isinstance(told, dict) and len(told) == 1:
        [(part, text)] = told.items()
        return str(part), str(text)
    raise ScriptWrong(f"{place}：写成 部件，或 部件: 文字")


def _map(told: Any, place: str, keys: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise ScriptWrong(f"{place}：写成一组键和值")
    if keys is not None and (unknown := set(told) - keys):
        raise ScriptWrong(f"{place}：没有 {'、'.join(map(str, unknown))} 这个键")
    return {str(key): value for key, value in told.items()}
