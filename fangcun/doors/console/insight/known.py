"""What may be asked about: the events of the plan and those that came, properties, mini programs, segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from fangcun.blueprint.compiling.tracking import PlannedEvent, automatic_events, planned_events
from fangcun.blueprint.document import Blueprint
from fangcun.doors.console.insight.words import event_label, property_label
from fangcun.identity.programs.models import Program
from fangcun.insight.analytics.names import counted_names
from fangcun.insight.segments.queries import segments
from fangcun.plan.revisions import queries as revisions

# Where a visit came from; every event of it carries them, whatever the plan says.
OF_VISITS = ("source", "channel", "campaign")


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event to choose: `hint` says where in the plan it happens, `count` how often it came."""

    name: str
    label: str
    hint: str
    count: int
    props: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a form offers."""

    events: tuple[KnownEvent, ...]
    programs: tuple[tuple[str, str], ...]
    segments: tuple[tuple[str, str], ...] = ()
    scenarios: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def counted(self) -> bool:
        """Whether anything ever came."""
        return any(event.count for event in self.events)

    @property
    def props(self) -> list[tuple[str, str]]:
        """Properties with their labels: first those that most events carry."""
        carried = dict.fromkeys(OF_VISITS, 0)
        for event in self.events:
            for name in event.props:
                carried[name] = carried.get(name, 0) + 1
        return [
            (name, property_label(name)) for name in sorted(carried, key=lambda one: (-carried[one], one))
        ]

    def offers(self) -> dict[str, Any]:
        """What the comboboxes need, as JSON."""
        return {
            "events": [
                {"name": one.name, "label": one.label, "hint": one.hint, "count": one.count}
                for one in self.events
            ],
            "props": [{"name": name, "label": label} for name, label in self.props],
            "remove": _("去掉"),
        }


def known() -> Known:
    """What there is now."""
    bp = revisions.current_blueprint()
    programs = Program.objects.filter(is_active=True).order_by("id").values_list("pk", "name")
    return Known(
        events=tuple(_events(bp, counted_names())),
        programs=tuple((str(pk), name) for pk, name in programs),
        segments=tuple((str(one.pk), one.name) for one in segments()),
        scenarios=tuple(revisions.funnels()),
    )


def _events(bp: Blueprint | None, counts: Mapping[str, int]) -> Iterable[KnownEvent]:
    planned = planned_events(bp) if bp else []
    titles = {name: page.title for name, page in bp.pages.items()} if bp else {}
    for event in [*planned, *automatic_events()]:
        yield KnownEvent(
            event.name,
            event_label(event.name),
            _hint(event, titles),
            counts.get(event.name, 0),
            tuple(event.props),
        )
    told = {event.name for event in planned} | {event.name for event in automatic_events()}
    for name, number in counts.items():
        if name not in told:
            yield KnownEvent(name, event_label(name), "", number, ())


def _hint(event: PlannedEvent, titles: Mapping[str, str]) -> str:
    places = [
        " · ".join(filter(None, (one.scenario.name, titles.get(one.moment.page or "", ""))))
        for one in event.triggers
    ]
    return places[0] if places else ""
