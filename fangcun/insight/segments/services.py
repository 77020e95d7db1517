"""The verbs of segments: make one, change it, freeze it, delete it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from fangcun.insight.segments.errors import (
    SegmentInUse,
    SegmentLoops,
    SegmentNameWrong,
    SegmentUnknown,
    SnapshotFixed,
)
from fangcun.insight.segments.models import Kind, Segment, SegmentPerson, SegmentSize
from fangcun.insight.segments.queries import persons_of, segment_of, sentence_of, uses_of
from fangcun.insight.segments.rules import segments_in
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

LONGEST_NAME = 60
LONGEST_NOTE = 300
CHUNK = 2_000


@transaction.atomic
def make_segment(*, name: str, rule: Mapping[str, Any], by: Actor) -> Segment:
    """A segment that follows what people do. Raises SegmentNameWrong, RuleInvalid, SegmentUnknown."""
    words = _readable(rule)
    made = Segment.objects.create(name=_name(name), kind=Kind.LIVE, rule=rule)
    record("segments.make_segment", by=by, object=made, after={"rule": words})
    return made


@transaction.atomic
def make_snapshot(*, name: str, persons: Iterable[int], note: str = "", by: Actor) -> Segment:
    """A fixed list of persons, such as those who dropped at a step of a funnel. `note` says where they are from.

    Raises SegmentNameWrong.
    """
    return _snapshot(_name(name), persons, by=by, note=note)


@transaction.atomic
def change_segment(
    *, segment_id: int, name: str | None = None, rule: Mapping[str, Any] | None = None, by: Actor
) -> Segment:
    """Give a segment another name or rule; None leaves it.

    Raises SegmentUnknown, SegmentNameWrong, RuleInvalid, SegmentLoops, SnapshotFixed.
    """
    segment = _locked(segment_id)
    before = {"name": segment.name}
    after = {"name": segment.name if name is None else _name(name)}
    if rule is not None:
        if segment.kind == Kind.SNAPSHOT:
            raise SnapshotFixed(name=segment.name)
        before["rule"], after["rule"] = sentence_of(segment.rule), _readable(rule)
        _refuse_loops(segment, rule)
        if rule != segment.rule:
            segment.rule, segment.size, segment.counted_at = dict(rule), None, None
    segment.name, segment.changed_at = after["name"], timezone.now()
    segment.save()
    record("segments.change_segment", by=by, object=segment, before=before, after=after)
    return segment


def freeze_segment(*, segment_id: int, name: str = "", by: Actor) -> Segment:
    """Keep who is in a segment today as a fixed list of its own; the segment itself stays as it is.

    Raises SegmentUnknown, SegmentNameWrong, Interrupted.
    """
    source = segment_of(segment_id)
    day = timezone.localdate(timezone=timezone.get_default_timezone()).isoformat()
    kept = _name(name or f"{source.name[: LONGEST_NAME - len(day) - 1]} {day}")
    # Counting may take its time, so it is done before anything is locked.
    persons = persons_of(segment_id)
    with transaction.atomic():
        return _snapshot(kept, persons, by=by, source=_locked(segment_id))


@transaction.atomic
def delete_segment(*, segment_id: int, by: Actor) -> None:
    """Forget a segment; snapshots that were taken of it stay. Raises SegmentUnknown, SegmentInUse."""
    segment = _locked(segment_id)
    if users := uses_of(segment_id):
        raise SegmentInUse(names="”、“".join(one.name for one in users))
    before = {"kind": segment.kind, "size": segment.size}
    if segment.rule:
        before["rule"] = sentence_of(segment.rule)
    record("segments.delete_segment", by=by, object=segment, before=before)
    segment.delete()


def note_size(*, segment_id: int, size: int) -> None:
    """Write down how many a live segment is today; nothing happens when it is gone."""
    now = timezone.now()
    with transaction.atomic():
        if Segment.objects.filter(pk=segment_id, kind=Kind.LIVE).update(size=size, counted_at=now):
            SegmentSize.objects.update_or_create(
                segment_id=segment_id,
                day=timezone.localdate(now, timezone.get_default_timezone()),
                defaults={"size": size},
            )


def _snapshot(
    name: str, persons: Iterable[int], *, by: Actor, note: str = "", source: Segment | None = None
) -> Segment:
    people = sorted(set(persons))
    made = Segment.objects.create(
        name=name,
        kind=Kind.SNAPSHOT,
        rule={} if source is None else source.rule,
        note=note[:LONGEST_NOTE],
        source=source,
        size=len(people),
        counted_at=timezone.now(),
    )
    for start in range(0, len(people), CHUNK):
        SegmentPerson.objects.bulk_create(
            SegmentPerson(segment=made, person=person) for person in people[start : start + CHUNK]
        )
    after = {"size": len(people), "note": made.note} | ({} if source is None else {"source": source.name})
    record("segments.make_snapshot", by=by, object=made, after=after)
    return made


def _readable(rule: Mapping[str, Any]) -> str:
    """A new rule in words. Raises RuleInvalid, and SegmentUnknown for a segment it asks for that isn't there."""
    words = sentence_of(rule)
    for other in segments_in(rule):
        segment_of(other)
    return words


def _refuse_loops(segment: Segment, rule: Mapping[str, Any]) -> None:
    """Raises SegmentLoops when a rule leads back to its own segment."""
    ways = [(segment.name, other) for other in segments_in(rule)]
    seen: set[int] = set()
    while ways:
        path, other_id = ways.pop()
        other = segment_of(other_id)
        path = f"{path} → {other.name}"
        if other == segment:
            raise SegmentLoops(path=path)
        if other_id not in seen and other.kind == Kind.LIVE:
            seen.add(other_id)
            ways += [(path, one) for one in segments_in(other.rule)]


def _name(text: str) -> str:
    name = " ".join(text.replace("\0", "").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise SegmentNameWrong(most=LONGEST_NAME)
    return name


def _locked(segment_id: int) -> Segment:
    found = (
        Segment.objects.select_for_update().filter(pk=segment_id).first() if 0 < segment_id < 2**63 else None
    )
    if found is None:
        raise SegmentUnknown
    return found
