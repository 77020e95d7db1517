"""The quickest form of paths, on an engine that hands out columns: each visit is walked through its rows in order."""

# ruff: noqa: S608 - the text holds conditions whose values are parameters, and our own names

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fangcun.insight.analytics.paths_sql import Way
from fangcun.insight.analytics.visits.rows import Rows, Walkable, Wholes, firsts, walked

Steps: TypeAlias = NDArray[np.int32]
# With more events and pages than these, another form is as quick.
MOST_KINDS = 100_000
_OTHER, _ENDED = 0, -1


def paths_rows(way: Way, engine: Walkable, params: Mapping[str, Any]) -> list[tuple[Any, ...]] | None:
    """What the statement of `paths_sql` finds. None where there is too much for this form."""
    # Without a session it takes all events to see where a visit ends.
    looked = f"{way.kept} AND ({way.step} OR {way.start} OR {way.loose} AND session = '')"
    page = "page" if way.exact else "''"
    known = engine.rows(
        f"""SELECT event, {page} AS page, CASE WHEN {way.step} THEN {way.name} END AS name,
                CASE WHEN {way.start} THEN TRUE ELSE FALSE END AS begins, count(*) AS n
            FROM ev WHERE {looked} GROUP BY ALL ORDER BY event, page LIMIT {MOST_KINDS + 1}""",
        params,
    )
    if len(known) > MOST_KINDS:
        return None
    names = sorted({name for _event, _page, name, _begins, _n in known if name is not None})
    numbers = {name: n for n, name in enumerate(names, 1)}
    at = numbers.get(params["at"], 0)
    name = np.array([*(numbers.get(name, 0) for _event, _page, name, *_ in known), 0], dtype=np.int32)
    begins = np.array([*(begins for *_, begins, _n in known), False], dtype=np.bool_)
    events = [event for event, *_ in known]
    number = {event: n for n, event in enumerate(dict.fromkeys(events))}
    kinds = _Kinds(
        event=np.array([*map(number.__getitem__, events), -1], dtype=np.int64),
        name=name,
        begins=begins,
        twofold=begins & (name > 0) & (name != at) & way.exact,
    )
    source = f"""SELECT person, ts, session, e.event AS event, id, e.page AS page, k AS tag
        FROM (SELECT person, ts, session, event, id, {page} AS page FROM ev WHERE {looked}%s) AS e
        JOIN (SELECT unnest($events::VARCHAR[]) AS event, unnest($pages::VARCHAR[]) AS page,
            unnest(range({len(known)}))::INTEGER AS k) AS kind ON kind.event = e.event AND kind.page = e.page"""
    given = {
        **params,
        "events": events,
        "pages": [page for _event, page, *_ in known],
    }
    found = walked(
        engine,
        source % "",
        given,
        number=sum(n for *_, n in known),
        since=params["since"],
        until=params["until"],
        work=lambda rows: _ways(rows, kinds, at, params["depth"], before=way.before),
        settle=lambda some: _settle(some, kinds, partial(_looked_up, engine, source, given, events)),
    )
    if found is None:
        return None
    return list(_links(np.concatenate(found), [params["at"], *names], params["top"])) if found else []


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What rows may be, by their tag, in the order of event and page; the last tag is for what is there twice.

    `name` is the step's number, 0 where it is none; `begins` says that it is a start, `twofold` that it is a step to
    somewhere else at once.
    """

    event: Wholes
    name: Steps
    begins: NDArray[np.bool_]
    twofold: NDArray[np.bool_]


def _settle(some: list[Rows], kinds: _Kinds, looked_up: Callable[[list[tuple[Rows, Wholes]]], None]) -> None:
    """Put in order what happened at one moment of a visit: by event, id and page."""
    unknown: list[tuple[Rows, Wholes]] = []
    for rows in some:
        same = ~firsts(rows.ts, rows.person, rows.session)[1:]
        differs = np.flatnonzero(same & ((rows.tag[1:] != rows.tag[:-1]) | kinds.twofold[rows.tag[1:]]))
        if not differs.size:
            continue
        group = np.cumsum(np.concatenate(([True], ~same)))
        tied = np.zeros(int(group[-1]) + 1, dtype=np.bool_)
        tied[group[differs + 1]] = True
        places = np.flatnonzero(tied[group])
        order = np.lexsort((rows.tag[places], group[places]))
        rows.tag[places] = rows.tag[places[order]]
        tags, groups = rows.tag[places], group[places]
        # Only of one event the ids have to be known.
        alike = (groups[1:] == groups[:-1]) & (kinds.event[tags[1:]] == kinds.event[tags[:-1]])
        alike &= (tags[1:] != tags[:-1]) | kinds.twofold[tags[1:]]
        tied[:] = False
        tied[groups[1:][alike]] = True
        places = places[tied[groups]]
        unknown.append((rows, places[np.lexsort([getattr(rows, n)[places] for n in _MOMENT])]))
    if sum(places.size for _rows, places in unknown):
        looked_up(unknown)


_MOMENT = ("ts", "session", "person")


def _looked_up(
    engine: Walkable,
    source: str,
    params: Mapping[str, Any],
    events: Sequence[str],
    unknown: list[tuple[Rows, Wholes]],
) -> None:
    """Give rows at these places, which are whole moments of visits, their tags in the order of their ids."""
    share = np.repeat(np.arange(len(unknown)), [places.size for _rows, places in unknown])
    wanted = {n: np.concatenate([getattr(rows, n)[places] for rows, places in unknown]) for n in _MOMENT}
    once = np.flatnonzero(firsts(share, *wanted.values()))
    given = {f"of_{n}": column[once].tolist() for n, column in wanted.items()}
    tags = np.unique(np.concatenate([rows.tag[places] for rows, places in unknown]))
    named = {f"event_{n}": name for n, name in enumerate(sorted({events[tag] for tag in tags.tolist()}))}
    # Long before they are looked at one by one.
    few = f" AND event IN ({', '.join(f'${name}' for name in named)}) AND ts IN (SELECT unnest($of_ts::BIGINT[]))"
    found = engine.columns(
        f"""SELECT CASE WHEN row_number() OVER (PARTITION BY person, s, ts, event, id, page) = 1
                THEN tag ELSE {len(events)} END AS tag, share
            FROM (SELECT share, tag, e.person AS person, s, e.ts AS ts, event, id, page
                FROM (SELECT *, hash(session) AS s FROM ({source % few}) AS x) AS e
                JOIN (SELECT unnest($of_person::BIGINT[]) AS person, unnest($of_ts::BIGINT[]) AS ts,
                    unnest($of_session::UBIGINT[]) AS of_s, unnest($of_share::INTEGER[]) AS share) AS t
                    ON t.person = e.person AND t.ts = e.ts AND of_s = s) AS j
            ORDER BY share, person, s, ts, event, id, page""",
        {**params, **given, **named, "of_share": share[once].tolist()},
    )
    for number, (rows, places) in enumerate(unknown):
        rows.tag[places] = found["tag"][found["share"] == number]


def _ways(rows: Rows, kinds: _Kinds, at: int, depth: int, *, before: bool) -> Steps:
    """For each visit with a start in it the numbers of the steps beyond, 0 where there is none."""
    visit = np.cumsum(rows.fresh, dtype=np.int32) - 1
    starts = np.flatnonzero(kinds.begins[rows.tag])
    starts = starts[firsts(visit[starts])]
    # Which row of the answer a visit has, -1 for none.
    begun = visit[starts]
    place = np.full(int(visit[-1]) + 1 if visit.size else 0, -1, dtype=np.int32)
    place[begun] = np.arange(begun.size, dtype=np.int32)
    name = kinds.name[rows.tag]
    which = place[visit]
    steps = np.flatnonzero((name > 0) & (which >= 0))
    which = which[steps]
    beyond = steps < starts[which] if before else steps > starts[which]
    steps, which = steps[beyond], which[beyond]
    if before:
        steps, which = steps[::-1], which[::-1]
    name = name[steps]
    first = firsts(which)
    earlier = np.empty_like(name)
    earlier[1:] = name[:-1]
    earlier[first] = at
    # Staying at a step is no step.
    moved = name != earlier
    name, which = name[moved], which[moved]
    head = np.flatnonzero(firsts(which))
    layer = np.arange(which.size) - np.repeat(head, np.diff(head, append=which.size))
    near = layer < depth
    ways = np.zeros((begun.size, depth), dtype=np.int32)
    ways[which[near], layer[near]] = name[near]
    return ways


def _links(ways: Steps, names: Sequence[str], top: int) -> Iterator[tuple[Any, ...]]:
    """Rows as those of `paths_sql`; `names` are those of the numbers, that of the start at 0."""
    source = np.ones(len(ways), dtype=np.int64)
    of_source = {1: names[0]}
    for layer in range(ways.shape[1]):
        step = ways[:, layer]
        sizes = np.bincount(step, minlength=len(names))
        sizes[0] = 0
        best = [int(k) for k in np.argsort(-sizes, kind="stable")[:top] if sizes[k]]
        rank = np.full(len(names), _OTHER, dtype=np.int64)
        rank[best] = np.arange(1, len(best) + 1)
        rank[0] = _ENDED
        target = rank[step]
        of_target = {n: names[k] for n, k in enumerate(best, 1)}
        here = source != _ENDED
        pairs, counts = np.unique(source[here] * (top + 2) + target[here] + 1, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            a, b = pair // (top + 2), pair % (top + 2) - 1
            yield layer, a, b, of_source.get(a, ""), of_target.get(b, ""), count
        source, of_source = target, of_target
