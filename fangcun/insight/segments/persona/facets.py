"""What can be counted of persons: what they did, where, how they came, with which properties."""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.segments.lifecycle import WITHOUT_HIM

# What an entry into the mini program carries; without entries (another system's log) any event may.
ENTRIES = ("app_launched", "app_shown")
CAME_BY = ("scene", "channel", "campaign", "source")
# About so many events are looked at to find out which properties there are.
SAMPLE = 4_000
MOST_PROPERTIES = 40
MOST_VALUES = 60
EVERYWHERE = 4  # a property of so many events is looked at on the one that most often carries it
# These say who or which one, never what kind; pages and entries are counted by themselves.
NO_KIND = frozenset(
    {"order_number", "share_id", "parent_share_id", "root_id", "page", "from", "scene", "codes"}
)
_SPAN = "person IS NOT NULL AND ts >= $since AND ts < $until"


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to part persons: by event, page, way of coming, or by a property of an event."""

    kind: str
    event: str = ""
    prop: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Persons and events of the segment with a value of a facet, and persons of everybody with it."""

    facet: Facet
    value: str
    persons: int
    count: int
    persons_all: int


def facets_of(engine: Engine, span: dict[str, Any]) -> list[Facet]:
    """The facets of the span. `span` holds since and until (epoch ms)."""
    names = ", ".join(f"'{name}'" for name in ENTRIES)
    rows = engine.rows(
        "SELECT count(*) AS n, sum(CASE WHEN event IN (" + names + ") THEN 1 ELSE 0 END) AS entries FROM ev"
        f" WHERE {_SPAN}",
        span,
    )
    number, entries = rows[0][0], int(rows[0][1] or 0)
    if not number:
        return []
    came = [Facet("came", "entry" if entries else "", prop) for prop in CAME_BY]
    return [Facet("event"), Facet("page"), *came, *_properties(engine, span, number)]


def _properties(engine: Engine, span: dict[str, Any], number: int) -> list[Facet]:
    """The properties that events carry, the most frequent first, by a sample that is the same on every engine."""
    every = max(number // SAMPLE, 1)
    second = engine.dialect.whole("ts", 1000)
    rows = engine.rows(
        "SELECT event, props FROM ev WHERE "
        + _SPAN
        + f" AND props <> '{{}}' AND ({second}) % {every} = 0 AND event NOT IN ('page_viewed', 'page_left')",
        span,
    )
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for event, props in rows:
        if event in WITHOUT_HIM or event in ENTRIES:
            continue
        for prop, value in _loaded(props).items():
            if prop not in NO_KIND and value not in (None, "") and not isinstance(value, dict | list):
                seen[event, prop].append(str(value))
    events_of: dict[str, list[str]] = defaultdict(list)
    for event, prop in sorted(seen, key=lambda one: (-len(seen[one]), one)):
        events_of[prop].append(event)
    found = {
        Facet("property", event, prop): seen[event, prop]
        for prop, events in events_of.items()
        for event in (events[:1] if len(events) >= EVERYWHERE else events)
    }
    kinds = {facet: values for facet, values in found.items() if _repeats(values)}
    ordered = sorted(kinds, key=lambda facet: (-len(kinds[facet]), facet.event, facet.prop))
    return ordered[:MOST_PROPERTIES]


def _repeats(values: list[str]) -> bool:
    """Whether values say what kind it is: few of them, again and again."""
    different = len(set(values))
    return different <= MOST_VALUES and different * 2 <= len(values) + 1


def _loaded(props: str) -> dict[str, Any]:
    try:
        found = orjson.loads(props)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def counted(engine: Engine, facets: Iterable[Facet], span: dict[str, Any]) -> list[Counted]:
    """How many persons have each value of each facet; values that nobody of `among` has are left out."""
    numbered = list(facets)
    if not numbered:
        return []
    params = dict(span)
    parts = [_part(engine, number, facet, params) for number, facet in enumerate(numbered)]
    sql = f"""WITH {_came(engine, numbered, params)}facet AS ({" UNION ALL ".join(parts)})
        SELECT facet, value, count(among.person) AS persons,
               sum(CASE WHEN among.person IS NULL THEN 0 ELSE n END) AS n, count(*) AS persons_all
        FROM facet LEFT JOIN among ON among.person = facet.person
        GROUP BY facet, value HAVING count(among.person) > 0 ORDER BY facet, persons DESC, value"""
    return [
        Counted(numbered[number], value, persons, int(count), persons_all)
        for number, value, persons, count, persons_all in engine.rows(sql, params)
    ]


def _came(engine: Engine, facets: list[Facet], params: dict[str, Any]) -> str:
    """A table `came` for the facets that look at entries, a column for each, so that entries are read once."""
    named = {number: facet for number, facet in enumerate(facets) if facet.kind == "came"}
    if not named:
        return ""
    params |= {f"f{number}_p": facet.prop for number, facet in named.items()}
    columns = ", ".join(f"{engine.dialect.text(f'f{number}_p')} AS v{number}" for number in named)
    entries = ", ".join(f"'{name}'" for name in ENTRIES)
    entered = any(facet.event for facet in named.values())
    limit = f"event IN ({entries})" if entered else "event <> 'page_shared'"
    return f"came AS (SELECT person, {columns} FROM ev WHERE {_SPAN} AND {limit}), "


def _part(engine: Engine, number: int, facet: Facet, params: dict[str, Any]) -> str:
    if facet.kind == "event":
        value, source = "event", f"ev WHERE {_SPAN}"
    elif facet.kind == "page":
        value, source = "page", f"ev WHERE {_SPAN} AND page <> '' AND event = 'page_viewed'"
    elif facet.kind == "came":
        value, source = f"v{number}", "came"
    else:
        params |= {f"f{number}_p": facet.prop, f"f{number}_e": facet.event}
        value, source = engine.dialect.text(f"f{number}_p"), f"ev WHERE {_SPAN} AND event = $f{number}_e"
    return (
        f"SELECT {number} AS facet, value, person, count(*) AS n FROM"
        f" (SELECT {value} AS value, person FROM {source}) AS f{number}"
        " WHERE value IS NOT NULL GROUP BY value, person"
    )
