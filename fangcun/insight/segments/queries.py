"""Who is in a segment, and in which segments somebody is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.analytics.asking import ask
from fangcun.insight.segments.errors import SegmentLoops, SegmentUnknown
from fangcun.insight.segments.models import Kind, Segment
from fangcun.insight.segments.rules import RuleQuestion, read_rule, segments_in, sentence
from fangcun.insight.tracking.models import Device, Identity

CHUNK = 500


def segments() -> list[Segment]:
    """All segments by their names."""
    return list(Segment.objects.select_related("source"))


def segment_of(segment_id: int) -> Segment:
    """One segment. Raises SegmentUnknown."""
    found = Segment.objects.filter(pk=segment_id).first() if 0 < segment_id < 2**63 else None
    if found is None:
        raise SegmentUnknown
    return found


def persons_of(segment_id: int, *, at: dt.datetime | None = None, ticket: str = "") -> tuple[int, ...]:
    """The persons of a segment, in the order of their numbers; even numbers are members.

    A live one is counted as of the end of the day of `at` (today), and remembered while nothing changes. Facts of
    members are those of now. Raises SegmentUnknown.
    """
    return _persons(segment_of(segment_id), _day(at), (), ticket)


def persons_by(
    rule: Mapping[str, Any], *, at: dt.datetime | None = None, ticket: str = ""
) -> tuple[int, ...]:
    """Who a rule describes that is not a segment yet. Raises RuleInvalid, SegmentUnknown."""
    return _asked(rule, _day(at), (), ticket)


def size_of(segment_id: int) -> int:
    """How many persons a segment has now. Raises SegmentUnknown."""
    return len(persons_of(segment_id))


def members_of(segment_id: int) -> tuple[int, ...]:
    """The members of a segment, by their ids. Raises SegmentUnknown."""
    return tuple(person // 2 for person in persons_of(segment_id) if person % 2 == 0)


def segments_of(person: int) -> list[Segment]:
    """The segments that somebody is in now, by name."""
    return [one for one in segments() if person in _persons(one, _day(None), (), "")]


def sentence_of(rule: Mapping[str, Any]) -> str:
    """A rule in words. Raises RuleInvalid."""
    return sentence(read_rule(rule))


def names_of(persons: Sequence[int]) -> dict[int, str]:
    """What persons go by outside of the house: "member:3", or the key of the phone, or the user of another's log."""
    found = {person: f"member:{person // 2}" for person in persons if person % 2 == 0}
    devices = [person // 2 for person in persons if person % 2]
    for start in range(0, len(devices), CHUNK):
        keys = Device.objects.filter(pk__in=devices[start : start + CHUNK]).values_list("pk", "key")
        found |= {2 * pk + 1: key.removeprefix("import:") for pk, key in keys}
    return found


def uses_of(segment_id: int) -> list[Segment]:
    """The live segments whose rules ask for this one."""
    return [one for one in Segment.objects.filter(kind=Kind.LIVE) if segment_id in segments_in(one.rule)]


def _day(at: dt.datetime | None) -> dt.date:
    return timezone.localdate(at, timezone.get_default_timezone())


def _persons(segment: Segment, today: dt.date, asking: tuple[Segment, ...], ticket: str) -> tuple[int, ...]:
    if segment in asking:
        raise SegmentLoops(path=" → ".join(one.name for one in (*asking, segment)))
    if segment.kind == Kind.SNAPSHOT:
        return now_persons(segment.people.values_list("person", flat=True))
    return _asked(segment.rule, today, (*asking, segment), ticket)


def _asked(
    rule: Mapping[str, Any], today: dt.date, asking: tuple[Segment, ...], ticket: str
) -> tuple[int, ...]:
    def others(segment_id: int) -> tuple[int, ...]:
        return _persons(segment_of(segment_id), today, asking, "")

    return ask(RuleQuestion.made(rule, today, others), ticket=ticket)


def now_persons(persons: Iterable[int]) -> tuple[int, ...]:
    """Persons by their numbers of now: a phone may have got its member, a member may have become another."""
    known = set(persons)
    moved: dict[int, int] = {}
    devices = [person // 2 for person in known if person % 2]
    for start in range(0, len(devices), CHUNK):
        owners = Identity.objects.filter(device_id__in=devices[start : start + CHUNK])
        moved |= {
            2 * device + 1: 2 * member for device, member in owners.values_list("device_id", "member_id")
        }
    merged = dict(Member.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id"))
    found = set()
    for person in known:
        now = moved.get(person, person)
        found.add(2 * merged.get(now // 2, now // 2) if now % 2 == 0 else now)
    return tuple(sorted(found))
