"""What is walked: the ways through the scenarios of a plan, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fangcun.blueprint.compiling import acceptance
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.vocabulary import SYSTEM


@dataclass(frozen=True, slots=True)
class Told:
    """A message that a step sends: by which channel, with which template, to which actors."""

    channel: str
    template: str | None
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a way as the plan has it. `page` is the plan's name of the page, `path` where the app keeps it."""

    id: str
    actor: str
    page: str | None
    path: str | None
    title: str
    given: str
    when: str
    then: str
    event: str | None
    props: dict[str, str]
    asks: tuple[str, ...]
    message: Told | None

    @property
    def is_on_a_phone(self) -> bool:
        """Whether somebody does this in the mini program; else the platform or a member of staff does."""
        return self.page is not None

    @property
    def is_systems(self) -> bool:
        """Whether the platform does it by itself."""
        return self.page is None and self.actor == SYSTEM


@dataclass(frozen=True, slots=True)
class Way:
    """A scenario from its first step to its end, or along one of its branches. `key` is what its funnel counts."""

    scenario: str
    branch: str | None
    name: str
    key: str
    steps: tuple[Step, ...]

    @property
    def id(self) -> str:
        """`buy`, or `buy/timed_out` for a branch."""
        return f"{self.scenario}/{self.branch}" if self.branch else self.scenario


class NoSuchScenario(Exception):
    """A scenario was asked for that the plan does not have; the text names those it has."""


def ways_of(bp: Blueprint, wanted: Sequence[str] = ()) -> list[Way]:
    """All ways, or those of the wanted scenarios (`buy`) and branches (`buy/timed_out`). Raises NoSuchScenario."""
    titles = {name: page.title for name, page in bp.pages.items()}
    ways = [_way(one, titles) for one in acceptance(bp)]
    known = {way.scenario for way in ways} | {way.id for way in ways}
    for name in wanted:
        if name not in known:
            raise NoSuchScenario(
                f"没有场景 {name}；蓝图里有：{'、'.join(dict.fromkeys(w.scenario for w in ways))}"
            )
    return [way for way in ways if not wanted or way.id in wanted or way.scenario in wanted]


def _way(told: dict[str, Any], titles: dict[str, str]) -> Way:
    steps = tuple(_step(one, titles) for one in told["steps"])
    return Way(told["scenario"], told["branch"], told["name"], told["key"], steps)


def _step(told: dict[str, Any], titles: dict[str, str]) -> Step:
    event, message = told["event"], told["message"]
    return Step(
        id=told["step"],
        actor=told["actor"],
        page=told["page"],
        path=told["page_path"],
        title=titles.get(told["page"], ""),
        given=told["given"],
        when=told["when"],
        then=told["then"],
        event=event["name"] if event else None,
        props=event["props"] if event else {},
        asks=tuple(told["asks"]),
        message=Told(message["channel"], message["template"], tuple(message["to"])) if message else None,
    )
