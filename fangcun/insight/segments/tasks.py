"""Background work of segments."""

from __future__ import annotations

from fangcun.insight.segments.models import Kind
from fangcun.insight.segments.queries import persons_of, segments
from fangcun.insight.segments.services import note_size
from fangcun.kernel.errors import DomainError
from fangcun.kernel.jobs import every


@every(seconds=6 * 3600)
def note_sizes() -> None:
    """Write down how many every live segment is today; the last count of a day stays.

    One that can't be counted, as it asks for what is gone, is left out.
    """
    for segment in segments():
        if segment.kind != Kind.LIVE:
            continue
        try:
            size = len(persons_of(segment.pk))
        except DomainError:
            continue
        note_size(segment_id=segment.pk, size=size)
