"""Paths: where visits go from a page or an event, or where they came from, step by step.

Only visits with the start in them count, each once: from its first start on (or back from it). A visit is what one
person did in one session; what has no session is cut where half an hour passes without anything. Steps are events,
or pages: the page of each `page_viewed` where there are any, else of any event on a page. Staying is no step:
repeats of a step right after it are one with it. Events outside of the span are not looked at, so a visit over its
edge is cut there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.paths_arrays import paths_rows
from fangcun.insight.analytics.paths_sql import Way, paths_sql
from fangcun.insight.analytics.scope import MOST_GROUPS, choice_of, has, number_of, program_of, somebody_sql
from fangcun.insight.analytics.spans import Params, Span, one, span_of
from fangcun.insight.analytics.visits.cutting import session_key
from fangcun.insight.analytics.visits.rows import columnar

PAGE = "page:"
USUAL_DEPTH = 4
USUAL_NODES = 8
VIEWED_SQL = "event = 'page_viewed' AND page <> ''"
_OTHER, _ENDED = 0, -1


@dataclass(frozen=True, slots=True)
class PathNode:
    """A step in a layer and the visits that took it; layer 0 is the start.

    `other` holds the steps of its layer that are not among the most frequent; `ended` the visits that went no further
    (or, looking back, had begun with the step before). Both have the name "".
    """

    layer: int
    name: str
    other: bool
    ended: bool
    count: int


@dataclass(frozen=True, slots=True)
class PathLink:
    """So many visits went from a node of the layer to one of the next; both are places in the answer's `nodes`."""

    layer: int
    source: int
    target: int
    count: int


@dataclass(frozen=True, slots=True)
class PathsAnswer:
    """`total` is the number of visits with the start in them. Nodes are sorted by layer, then by visits."""

    total: int
    nodes: tuple[PathNode, ...]
    links: tuple[PathLink, ...]


@dataclass(frozen=True, slots=True)
class PathsQuestion:
    """Where visits go. `at` is the name of an event, or `page:` and a page; `steps` are "page" or "event"."""

    kind: ClassVar[str] = "paths"

    span: Span
    at: str
    direction: str = "after"
    depth: int = USUAL_DEPTH
    steps: str = "page"
    top: int = USUAL_NODES
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, params: Params) -> PathsQuestion:
        """Read a question; what the steps are is written `of`. Raises QuestionInvalid."""
        at = one(params, "at")
        if not at.removeprefix(PAGE):
            raise QuestionInvalid(_("请选择路径的起点：一个事件，或 page: 加一个页面"))
        return cls(
            span=span_of(params),
            at=at,
            direction=choice_of(params, "direction", ("after", "before"), "after"),
            depth=number_of(params, "depth", USUAL_DEPTH, least=2, most=8),
            steps=choice_of(params, "of", ("page", "event"), "page"),
            top=number_of(params, "top", USUAL_NODES, least=1, most=MOST_GROUPS),
            program=program_of(params),
            segment=one(params, "segment"),
        )

    def params(self) -> list[tuple[str, str]]:
        """The address of this question."""
        given = [
            ("at", self.at),
            ("direction", "" if self.direction == "after" else self.direction),
            ("depth", "" if self.depth == USUAL_DEPTH else str(self.depth)),
            ("of", "" if self.steps == "page" else self.steps),
            ("top", "" if self.top == USUAL_NODES else str(self.top)),
            ("program", "" if self.program is None else str(self.program)),
            ("segment", self.segment),
        ]
        return [*self.span.params(), *((name, value) for name, value in given if value)]

    def reads(self) -> Mapping[str, Any]:
        """The span."""
        return {"since_ms": self.span.start_ms, "until_ms": self.span.end_ms, "program_id": self.program}

    def answer(self, engine: Engine) -> PathsAnswer:
        """Count."""
        since, until = self.span.start_ms, self.span.end_ms
        by_page, at_page = self.steps == "page", self.at.startswith(PAGE)
        viewed = "page <> ''"
        if (by_page or at_page) and has(engine, VIEWED_SQL, since_ms=since, until_ms=until):
            viewed = VIEWED_SQL
        params = {
            "since": since,
            "until": until,
            "at": self.at.removeprefix(PAGE),
            "depth": self.depth,
            "top": self.top,
        }
        kept = f"{somebody_sql(engine, self.among)} AND ts >= $since AND ts < $until"
        start = f"({viewed} AND page = $at)" if at_page else "event = $at"
        found = f"SELECT 1 AS found FROM ev WHERE {kept} AND {start} AND"  # noqa: S608
        sorts = [
            bool(engine.rows(f"{found} {sort} LIMIT 1", params)) for sort in ("session <> ''", "session = ''")
        ]
        if not any(sorts):
            return PathsAnswer(0, (), ())
        way = Way(
            kept=kept,
            start=start,
            step=f"({viewed})" if by_page else "TRUE",
            name="page" if by_page else "event",
            before=self.direction == "before",
            exact=by_page or at_page,
            session=session_key(engine.dialect),
            sessions=sorts[0],
            loose=sorts[1],
        )
        quick = columnar(engine)
        rows = None if quick is None else paths_rows(way, quick, params)
        return _drawn(engine.rows(paths_sql(way), params) if rows is None else rows)


def _drawn(rows: list[tuple[Any, ...]]) -> PathsAnswer:
    names: dict[tuple[int, int], str] = {}
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for layer, source, target, source_name, target_name, visits in rows:
        names[layer, source], names[layer + 1, target] = source_name, target_name
        counts[layer + 1, target] += visits
        if layer == 0:
            counts[0, source] += visits
    places = {node: place for place, node in enumerate(sorted(names, key=_order))}
    nodes = tuple(
        PathNode(
            layer=layer,
            name=names[layer, number] if number > 0 else "",
            other=number == _OTHER,
            ended=number == _ENDED,
            count=counts[layer, number],
        )
        for layer, number in places
    )
    links = sorted(
        (layer, places[layer, source], places[layer + 1, target], visits)
        for layer, source, target, _source_name, _target_name, visits in rows
    )
    return PathsAnswer(nodes[0].count, nodes, tuple(PathLink(*link) for link in links))


def _order(node: tuple[int, int]) -> tuple[int, bool, int]:
    """By layer, the most frequent first, others after them, the end last."""
    layer, number = node
    return layer, number < 1, abs(number)
