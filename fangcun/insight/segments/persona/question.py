"""A persona as a question: one segment, one span."""

from __future__ import annotations

import datetime as dt
import hashlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.insight.analytics.asking import ask
from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.scope import program_of
from fangcun.insight.analytics.spans import Params, Span, one, span_of
from fangcun.insight.analytics.visits.scenes import scene_name
from fangcun.insight.segments.models import SegmentSize
from fangcun.insight.segments.persona import counting
from fangcun.insight.segments.persona.answer import Persona
from fangcun.insight.segments.persona.facets import CAME_BY, Counted, counted, facets_of
from fangcun.insight.segments.queries import persons_of, segment_of
from fangcun.insight.segments.rules.facts import everybody
from fangcun.insight.segments.titles import title_of


def persona(segment_id: int, span: Span, *, program: int | None = None, ticket: str = "") -> Persona:
    """A segment at a glance, over the events of a span. Raises SegmentUnknown, Interrupted."""
    return ask(PersonaQuestion.made(segment_id, span, program), ticket=ticket)


@dataclass(frozen=True, slots=True)
class PersonaQuestion:
    """What a segment is like. `among` are its persons, `members` all members, `trend` its size from day to day.

    Address: `segment`, `from`/`to` or `days`, `program`.
    """

    kind: ClassVar[str] = "persona"

    segment: int
    name: str
    span: Span
    program: int | None
    among: tuple[int, ...]
    members: tuple[int, ...]
    trend: tuple[tuple[dt.date, int], ...]

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read it from an address, and look up who they are. Raises QuestionInvalid, SegmentUnknown."""
        number = one(params, "segment")
        if not number.isdecimal():
            raise QuestionInvalid(_("请先选一个人群"))
        return cls.made(int(number), span_of(params), program_of(params))

    @classmethod
    def made(cls, segment_id: int, span: Span, program: int | None = None) -> Self:
        """The question with everything looked up. Raises SegmentUnknown."""
        segment = segment_of(segment_id)
        sizes = SegmentSize.objects.filter(segment=segment).order_by("day").values_list("day", "size")
        among = persons_of(segment_id)
        return cls(segment_id, segment.name, span, program, among, everybody(), tuple(sizes))

    def params(self) -> list[tuple[str, str]]:
        """Its address, with a digest of what was looked up: an answer holds only as long as that does."""
        digest = hashlib.blake2b(repr((self.name, self.trend, timezone.localdate())).encode(), digest_size=16)
        for persons in (self.among, self.members):
            digest.update(array("q", [len(persons), *persons]).tobytes())
        program = [] if self.program is None else [("program", str(self.program))]
        address = [("segment", str(self.segment)), *self.span.params(), *program]
        return [*address, ("looked", digest.hexdigest())]

    def reads(self) -> Mapping[str, Any]:
        """Everything up to the end of the span: stages and scores look further back."""
        found: dict[str, Any] = {"until_ms": self.span.end_ms}
        return found if self.program is None else found | {"program_id": self.program}

    def answer(self, engine: Engine) -> Persona:
        """Count it all, one number after the other."""
        engine.put("among", self.among)
        engine.put("members", self.members)
        span = {"since": self.span.start_ms, "until": self.span.end_ms}
        persons = counting.active(engine, span)
        facets = facets_of(engine, span) if persons[0] else []
        found = counted(engine, facets, span)
        came = {
            prop: [c for c in found if c.facet.kind == "came" and c.facet.prop == prop] for prop in CAME_BY
        }
        events, pages = (_of_kind(found, kind) for kind in ("event", "page"))
        hours, weekdays = counting.times(engine, self.span)
        worth, worth_all = counting.worth(engine, span, persons)
        return Persona(
            segment_id=self.segment,
            name=self.name,
            span=self.span,
            size=len(self.among),
            everybody=counting.everybody(engine, self.span.end_ms),
            trend=self.trend,
            active=persons[0],
            active_all=persons[1],
            hours=hours,
            weekdays=weekdays,
            scenes=counting.slices(came["scene"], persons, scene_name),
            channels=counting.slices(came["channel"], persons),
            campaigns=counting.slices(came["campaign"], persons),
            sources=counting.slices(came["source"], persons),
            pages=counting.slices(pages, persons),
            events=counting.slices(events, persons, title_of),
            categories=counting.bought(engine, span, by="category", label="category"),
            products=counting.bought(engine, span, by="product_id", label="product"),
            worth=worth,
            worth_all=worth_all,
            stages=counting.stage_slices(engine, self.span.last),
            rfm=counting.rfm_slices(engine, self.span.end_ms),
            lifts=counting.lifts(found, persons),
        )


def _of_kind(found: list[Counted], kind: str) -> list[Counted]:
    return [one for one in found if one.facet.kind == kind]
