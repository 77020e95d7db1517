"""What for: pages, scenarios that close, content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from fangcun.blueprint.document.kinds import Closed, Count1, Hours, Id, PackageName, PagePath, PropertyType
from fangcun.blueprint.vocabulary import PERSON, SUBSCRIBE, Capability


@dataclass(frozen=True, kw_only=True)
class Page(Closed):
    """A page of the mini program. `tab` is its place in the tab bar; `leads_to` are the other taps."""

    title: str
    path: PagePath
    package: PackageName
    tab: Count1 | None = None
    leads_to: tuple[Id, ...] = ()
    key: bool = False
    uses: tuple[Capability, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Navigation(Closed):
    """Where customers come in, and how many taps any key page may be away."""

    start: Id
    max_taps: Count1 = 3


@dataclass(frozen=True, kw_only=True)
class Message(Closed):
    """Something that persons are told. A subscribe message needs a template, and a consent for every sending."""

    channel: Id
    to: tuple[str, ...]
    template: Id | None = None

    @property
    def needs_consent(self) -> bool:
        """Whether WeChat delivers it only to who agreed."""
        return self.channel == SUBSCRIBE


@dataclass(frozen=True, kw_only=True)
class Step(Closed):
    """One thing that somebody does, or that the platform does as the actor `system`."""

    id: Id
    actor: Id
    event: str
    page: Id | None = None
    props: dict[Id, PropertyType] = field(default_factory=dict)
    ask_consent: tuple[Id, ...] = ()
    message: Message | None = None


@dataclass(frozen=True, kw_only=True)
class Branch(Closed):
    """What happens instead of the steps that follow `after` when it does not go as wished."""

    id: Id
    when: str
    after: Id | None = None
    actor: Id = "system"
    page: Id | None = None
    event: str | None = None
    props: dict[Id, PropertyType] = field(default_factory=dict)
    ask_consent: tuple[Id, ...] = ()
    then: tuple[Id, ...] = ()
    message: Message | None = None


@dataclass(frozen=True, kw_only=True)
class Scenario(Closed):
    """A way that closes: who does what on which page, what is recorded, who is told in the end.

    `key` says whom the funnel counts: persons, or whatever a property that every step carries stands for.
    """

    id: Id
    name: str
    steps: tuple[Step, ...]
    closes_with: Id
    serves: tuple[Id, ...] = ()
    key: Id = PERSON
    window_hours: Hours | None = None
    otherwise: tuple[Branch, ...] = ()

    @property
    def moments(self) -> tuple[Step | Branch, ...]:
        """Everything that may happen: the steps, then the unhappy branches."""
        return (*self.steps, *self.otherwise)

    def until(self, branch: Branch) -> tuple[Step, ...]:
        """The steps that come before a branch: up to its `after`."""
        for number, step in enumerate(self.steps, 1):
            if step.id == branch.after:
                return self.steps[:number]
        return ()

    def ways(self) -> Iterator[tuple[Step | Branch, ...]]:
        """The main way, then the way along each branch, which replaces the steps that follow its `after`."""
        yield self.steps
        for branch in self.otherwise:
            yield (*self.until(branch), branch)


@dataclass(frozen=True, kw_only=True)
class Video(Closed):
    """A short video: who makes it, when, and the page that shows it."""

    id: Id
    title: str
    page: Id
    owner: Id
    shoot_on: dt.date
    upload_on: dt.date


@dataclass(frozen=True, kw_only=True)
class Review(Closed):
    """How what members publish is looked at before others see it."""

    machine: bool = False
    human: bool = False
    within_hours: Hours | None = None


@dataclass(frozen=True, kw_only=True)
class Ugc(Closed):
    """Something that members publish."""

    id: Id
    name: str
    publish_page: Id
    show_page: Id
    review: Review | None = None


@dataclass(frozen=True, kw_only=True)
class Content(Closed):
    """The content plan."""

    videos: tuple[Video, ...] = ()
    ugc: tuple[Ugc, ...] = ()
