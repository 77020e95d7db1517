"""How it is done: team, schedule, papers, brand, launch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from fangcun.blueprint.document.kinds import Closed, Color, Count1, Days, Id, Whole
from fangcun.blueprint.vocabulary import (
    Capability,
    Check,
    Condition,
    Driver,
    QualificationKind,
    QualificationStatus,
    StageKind,
    TeamRole,
)


@dataclass(frozen=True, kw_only=True)
class Member(Closed):
    """A person of the team."""

    id: Id
    name: str
    role: TeamRole


@dataclass(frozen=True, kw_only=True)
class Team(Closed):
    """Who drives the project, and who does the work."""

    driver: Driver
    members: tuple[Member, ...]


@dataclass(frozen=True, kw_only=True)
class Acceptance(Closed):
    """When a stage counts as done: decided by a check, or by a person who says so with evidence."""

    check: Check | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stage(Closed):
    """A part of the work. `days` are working days."""

    id: Id
    kind: StageKind
    name: str
    days: Days
    owner: Id | None = None
    after: tuple[Id, ...] = ()
    deliverables: tuple[str, ...] = ()
    acceptance: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Schedule(Closed):
    """When the work begins and what waits for what."""

    start: dt.date
    stages: tuple[Stage, ...]
    holidays: tuple[dt.date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contingency(Closed):
    """What is done when something goes wrong, and the working days that were kept free for it."""

    id: Id
    when: Condition
    owner: Id
    plan: str
    slack_days: Whole = 0


@dataclass(frozen=True, kw_only=True)
class Qualification(Closed):
    """A paper or permission: what it covers (features, capabilities, categories), and how far it is."""

    id: Id
    kind: QualificationKind
    name: str
    status: QualificationStatus
    covers: tuple[str, ...] = ()
    expires: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Brand(Closed):
    """How the enterprise looks."""

    color: Color
    on_color: Color = "#FFFFFF"
    logo: str = ""
    corner_px: Whole = 8


@dataclass(frozen=True, kw_only=True)
class Declaration(Closed):
    """What the audit is told about content."""

    ugc: bool = False
    ugc_measures: str = ""


@dataclass(frozen=True, kw_only=True)
class Launch(Closed):
    """What is filled in when the mini program is submitted."""

    categories: tuple[str, ...]
    privacy: dict[Capability, str] = field(default_factory=dict)
    content_declaration: Declaration | None = None
    order_path: str = ""


@dataclass(frozen=True, kw_only=True)
class Budgets(Closed):
    """What must not be exceeded: packages in KB, answers of the API in milliseconds."""

    main_kb: Count1 | None = None
    package_kb: Count1 | None = None
    api_ms: Count1 | None = None
