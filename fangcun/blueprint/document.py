"""The model of a whole blueprint. Attribute names are the keys of the document; lists are tuples.

The classes are the one description of the format: the reader, the JSON Schema in `contracts/` and the console's
forms are made from them. A field without a default is a key that must be there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field

from fangcun.blueprint.vocabulary import (
    PERSON,
    SUBSCRIBE,
    Capability,
    Check,
    Condition,
    Direction,
    Driver,
    FeatureKind,
    Per,
    Priority,
    ProgramRole,
    QualificationKind,
    QualificationStatus,
    Side,
    StageKind,
    Subject,
    TeamRole,
)


@dataclass(frozen=True)
class Words:
    """How a kind of text is called in a finding, and how it is written."""

    name: str
    example: str


Id: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"),
    Words("小写字母、数字和下划线组成的编号", "例如 group_buy"),
]
PropertyType: TypeAlias = Annotated[
    str,
    Field(pattern=r"^(id|text|int|fen|float|bool|time|enum\(\s*[^(),]+(,[^(),]+)*\))$"),
    Words("属性类型", "写 id、text、int、fen、float、bool、time 或 enum(甲, 乙)"),
]
Color: TypeAlias = Annotated[
    str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), Words("颜色", '写成带引号的六位十六进制，例如 "#087F45"')
]
PagePath: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_\-]*(/[A-Za-z0-9_\-]+)+$"),
    Words("页面路径", "例如 pages/home/index，开头不带 /"),
]
PackageName: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_\-]*$"), Words("分包名", "例如 main 或 goods")
]
Score: TypeAlias = Annotated[int, Field(ge=0, le=5)]
Whole: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000)]
Count1: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]
Days: TypeAlias = Annotated[int, Field(ge=1, le=1_000)]
Scalar: TypeAlias = str | int | float | bool

_closed = ConfigDict(extra="forbid")


class Closed:
    """A mapping that knows no other keys than its fields: a typing mistake must not pass in silence."""

    __pydantic_config__ = _closed


@dataclass(frozen=True, kw_only=True)
class Pain(Closed):
    """What hurts the business today."""

    id: Id
    text: str


@dataclass(frozen=True, kw_only=True)
class Enterprise(Closed):
    """Who builds the mini program, and why."""

    name: str
    subject: Subject
    pains: tuple[Pain, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Program(Closed):
    """One mini program of the matrix."""

    id: Id
    role: ProgramRole
    name: str
    jumps_to: tuple[Id, ...] = ()


Where: TypeAlias = dict[str, Scalar | tuple[Scalar, ...]]


@dataclass(frozen=True, kw_only=True)
class Measured(Closed):
    """What every metric may have: a filter on properties, the span it is counted over, the mini program."""

    where: Where = field(default_factory=dict)
    per: Per | None = None
    program: Id | None = None


@dataclass(frozen=True, kw_only=True)
class CountMetric(Measured):
    """How often an event happened."""

    kind: Literal["count"]
    event: str


@dataclass(frozen=True, kw_only=True)
class SumMetric(Measured):
    """The sum of a number that an event carries."""

    kind: Literal["sum"]
    event: str
    prop: str


@dataclass(frozen=True, kw_only=True)
class PersonsMetric(Measured):
    """How many persons an event happened to."""

    kind: Literal["persons"]
    event: str


Simple: TypeAlias = Annotated[CountMetric | SumMetric | PersonsMetric, Field(discriminator="kind")]


@dataclass(frozen=True, kw_only=True)
class RatioMetric(Measured):
    """One count, sum or number of persons divided by another."""

    kind: Literal["ratio"]
    of: Simple
    to: Simple


@dataclass(frozen=True, kw_only=True)
class ConversionMetric(Measured):
    """Of those who began a scenario, the share that came to its end."""

    kind: Literal["conversion"]
    scenario: str


@dataclass(frozen=True, kw_only=True)
class RepeatMetric(Measured):
    """Of the persons an event happened to, the share to whom it happened again within so many days."""

    kind: Literal["repeat"]
    event: str
    window_days: Count1


@dataclass(frozen=True, kw_only=True)
class RetentionMetric(Measured):
    """Of those who came for the first time, the share that came again on that day after it."""

    kind: Literal["retention"]
    day: Count1


Metric: TypeAlias = Annotated[
    CountMetric | SumMetric | PersonsMetric | RatioMetric | ConversionMetric | RepeatMetric | RetentionMetric,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, kw_only=True)
class Goal(Closed):
    """A number that is to change by a date. `baseline` and `target` are in the metric's own unit."""

    id: Id
    statement: str
    metric: Metric
    baseline: float
    target: float
    due: dt.date
    direction: Direction = "up"
    pain: Id | None = None


@dataclass(frozen=True, kw_only=True)
class Criterion(Closed):
    """What competitors are compared by."""

    id: Id
    name: str
    side: Side


@dataclass(frozen=True, kw_only=True)
class Evidence(Closed):
    """What was seen of a competitor, and when."""

    on: dt.date
    note: str


@dataclass(frozen=True, kw_only=True)
class Competitor(Closed):
    """Somebody else's mini program, scored 0 to 5 on the criteria."""

    id: Id
    name: str
    business_model: str = ""
    scores: dict[Id, Score] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Opening(Closed):
    """A criterion on which nobody is good: the feature that answers it, or why we leave it."""

    criterion: Id
    feature: Id | None = None
    waived: str | None = None


@dataclass(frozen=True, kw_only=True)
class Competitors(Closed):
    """The side-by-side and what follows from it."""

    criteria: tuple[Criterion, ...] = ()
    entries: tuple[Competitor, ...] = ()
    openings: tuple[Opening, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Feature(Closed):
    """Something customers can do, and the scenarios it lives in."""

    id: Id
    name: str
    priority: Priority
    kind: FeatureKind
    scenarios: tuple[Id, ...] = ()


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
    window_hours: Annotated[float, Field(gt=0)] | None = None
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
    within_hours: Annotated[float, Field(gt=0)] | None = None


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


@dataclass(frozen=True, kw_only=True)
class Blueprint(Closed):
    """The whole document, version 1."""

    blueprint: Literal[1]
    enterprise: Enterprise
    programs: tuple[Program, ...]
    goals: tuple[Goal, ...]
    features: tuple[Feature, ...]
    pages: dict[Id, Page]
    navigation: Navigation
    scenarios: tuple[Scenario, ...]
    team: Team
    schedule: Schedule
    launch: Launch
    competitors: Competitors = field(default_factory=Competitors)
    content: Content = field(default_factory=Content)
    contingencies: tuple[Contingency, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    brand: Brand | None = None
    budgets: Budgets = field(default_factory=Budgets)


def json_schema() -> dict[str, Any]:
    """The format as a JSON Schema (2020-12), for editors that complete and check while one types."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Blueprint).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Fangcun blueprint, version 1",
    }
