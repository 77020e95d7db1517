"""Questions about events: the hot rows, for the engine that counts; how what arrives compares with the plan."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from django.db.models import Count, F, Max, Min, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.insight.tracking.fitting import MISSING_PROPERTY, NOT_IN_ENUM, UNKNOWN_EVENT, WRONG_TYPE
from fangcun.insight.tracking.models import Adoption, EventTally, Quarantined
from fangcun.insight.tracking.releasing import KEEP

MOST_KINDS = 200
MOST_SAMPLES = 5
LONGEST_VALUE = 40
WEEK = dt.timedelta(days=7)
ARRIVES_WITHIN = dt.timedelta(days=30)


class HotRow(NamedTuple):
    """One batch: its events as JSON text, its phone, who was logged in, whose phone it is, its mini program."""

    payload: str
    device_id: int | None
    member_id: int | None
    owner_id: int | None
    program_id: int | None


@dataclass(frozen=True, slots=True)
class AdoptedPlan:
    """The tracking plan in force. `since`: from when each of its events has been planned without a break."""

    revision: int
    adopted_at: dt.datetime
    plan: dict[str, Any]
    since: dict[str, dt.datetime]


def current_plan() -> AdoptedPlan | None:
    """The plan that events are held against; None before the first is adopted."""
    row = Adoption.objects.order_by("-revision").first()
    if row is None:
        return None
    since = {name: _moment(ms) for name, ms in row.since.items()}
    return AdoptedPlan(row.revision, row.adopted_at, orjson.loads(row.plan), since)


@dataclass(frozen=True, slots=True)
class Sample:
    """A quarantined event as it came: {"id", "name", "ts", "session", "page", "props"}, and whose it is."""

    event: dict[str, Any]
    received_at: dt.datetime
    device_id: int | None
    member_id: int | None
    program_id: int | None


@dataclass(frozen=True, slots=True)
class Misfit:
    """Quarantined events of one kind. `problem` is one of those in `fitting`; `prop` is "" for unknown events.

    `expected` is the property's type in the blueprint's words, "" for an unknown event. `came` are the types
    seen in the samples in the same words (also null, map), or the values where a value was none of an enum's.
    First and last are moments of arrival.
    """

    event: str
    problem: str
    prop: str
    count: int
    first_at: dt.datetime
    last_at: dt.datetime
    expected: str
    came: tuple[str, ...]
    samples: tuple[Sample, ...]

    @property
    def words(self) -> str:
        """What is wrong, for people."""
        said = {
            UNKNOWN_EVENT: _("计划里没有事件 %(event)s"),
            MISSING_PROPERTY: _("缺少属性 %(prop)s"),
            WRONG_TYPE: _("属性 %(prop)s 应为 %(expected)s，收到的是 %(came)s"),
            NOT_IN_ENUM: _("属性 %(prop)s 应为 %(expected)s 之一，收到的是 %(came)s"),
        }[self.problem]
        came = "、".join(self.came)
        return said % {"event": self.event, "prop": self.prop, "expected": self.expected, "came": came}


def quarantine(now: dt.datetime) -> list[Misfit]:
    """What is set aside, by kind, the most frequent first: at most 200 kinds with 5 newest samples each."""
    kept = Quarantined.objects.filter(received_at__gt=now - KEEP)
    kinds = list(
        kept.values_list("name", "problem", "prop")
        .annotate(number=Count("id"), first=Min("received_at"), last=Max("received_at"))
        .order_by("-number", "name", "problem", "prop")[:MOST_KINDS]
    )
    if not kinds:
        return []
    samples = _samples(kept.filter(name__in={name for name, *_rest in kinds}))
    adopted = current_plan()
    types = _types(adopted.plan) if adopted else {}
    found = []
    for name, problem, prop, number, first, last in kinds:
        some = tuple(samples[name, problem, prop])
        expected = types.get((name, prop), "")
        came = _came(problem, prop, some)
        found.append(Misfit(name, problem, prop, number, first, last, expected, came, some))
    return found


def _samples(rows: QuerySet[Quarantined]) -> dict[tuple[str, str, str], list[Sample]]:
    newest = rows.annotate(
        place=Window(
            RowNumber(),
            partition_by=[F("name"), F("problem"), F("prop")],
            order_by=[F("received_at").desc(), F("id").desc()],
        )
    ).filter(place__lte=MOST_SAMPLES)
    found: dict[tuple[str, str, str], list[Sample]] = defaultdict(list)
    for row in Quarantined.objects.filter(id__in=newest.values("id")).order_by("-received_at", "-id"):
        found[row.name, row.problem, row.prop].append(
            Sample(orjson.loads(row.payload), row.received_at, row.device_id, row.member_id, row.program_id)
        )
    return found


def _types(plan: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (event["name"], prop): f"enum({', '.join(rule['enum'])})" if "enum" in rule else rule["x-type"]
        for event in plan["events"]
        for prop, rule in event["schema"]["properties"].items()
    }


def _came(problem: str, prop: str, samples: Iterable[Sample]) -> tuple[str, ...]:
    if problem == UNKNOWN_EVENT:
        return ()
    values = [sample.event["props"].get(prop) for sample in samples]
    if problem == NOT_IN_ENUM:
        return tuple(dict.fromkeys(str(value)[:LONGEST_VALUE] for value in values))
    return tuple(dict.fromkeys(_TYPE_WORDS.get(type(value), "null") for value in values))


_TYPE_WORDS = {bool: "bool", int: "int", float: "float", str: "text", dict: "map"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A planned event and whether it comes. `last_at` is None when it was never counted; `week` counts the
    last seven days of the shop's calendar, today included; `triggers` are those of the plan.
    """

    event: str
    since: dt.datetime
    last_at: dt.datetime | None
    week: int
    arrives: bool
    triggers: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which planned events arrive: "38 of 40". An event arrives when it was counted within the last 30 days."""

    events: tuple[Arrival, ...]

    @property
    def planned(self) -> int:
        """How many events the scenarios plan; automatic ones are no part of it."""
        return len(self.events)

    @property
    def arriving(self) -> int:
        """How many of them arrive."""
        return sum(event.arrives for event in self.events)


def coverage(now: dt.datetime | None = None) -> Coverage | None:
    """Each event that the plan in force expects, in its order; None without a plan. Reads the tallies only."""
    adopted = current_plan()
    if adopted is None:
        return None
    now = now or timezone.now()
    planned = {event["name"]: event for event in adopted.plan["events"] if not event["automatic"]}
    today = timezone.localdate(now, timezone.get_default_timezone())
    week = tallied(planned, first=today - WEEK + dt.timedelta(days=1), last=today)
    last = _last_counted(planned, today)
    return Coverage(
        tuple(
            Arrival(
                event=name,
                since=adopted.since[name],
                last_at=last.get(name),
                week=week.get(name, 0),
                arrives=name in last and last[name] > now - ARRIVES_WITHIN,
                triggers=event["triggers"],
            )
            for name, event in planned.items()
        )
    )


def tallied(names: Iterable[str], *, first: dt.date, last: dt.date) -> dict[str, int]:
    """How many events of each name were counted from `first` to `last`, both included; names without are left out."""
    rows = EventTally.objects.filter(name__in=list(names), day__range=(first, last))
    return dict(rows.values_list("name").annotate(Sum("count")))


def _last_counted(names: Iterable[str], today: dt.date) -> dict[str, dt.datetime]:
    # Most events came lately: only for the others the whole past is looked through.
    wanted = set(names)
    found: dict[str, dt.datetime] = {}
    for past in (EventTally.objects.filter(day__gte=today - ARRIVES_WITHIN), EventTally.objects.all()):
        rows = past.filter(name__in=wanted - found.keys()).values_list("name").annotate(Max("last_ts"))
        found |= {name: _moment(ms) for name, ms in rows}
    return found


def _moment(ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC)
