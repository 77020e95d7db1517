"""Background work of flags."""

from __future__ import annotations

from fangcun.build.flags.models import Flag, FlagMember
from fangcun.insight.segments.errors import SegmentUnknown
from fangcun.insight.segments.queries import persons_of
from fangcun.kernel.jobs import every, task

CHUNK = 5_000


@task()
def find_members(*, flag_id: int) -> None:
    """Write down who is in a flag's segment now: newcomers get in, who left is out; a second run changes nothing.

    The segment of a flag that was deleted has nobody in it.
    """
    flag = Flag.objects.filter(pk=flag_id).first()
    if flag is None:
        return
    found: set[int] = set()
    if flag.segment_id is not None:
        try:
            found = set(persons_of(flag.segment_id))
        except SegmentUnknown:
            found = set()
    known = set(FlagMember.objects.filter(flag=flag).values_list("person", flat=True))
    new, gone = sorted(found - known), sorted(known - found)
    for at in range(0, len(new), CHUNK):
        FlagMember.objects.bulk_create(
            (FlagMember(flag=flag, person=person) for person in new[at : at + CHUNK]), ignore_conflicts=True
        )
    for at in range(0, len(gone), CHUNK):
        FlagMember.objects.filter(flag=flag, person__in=gone[at : at + CHUNK]).delete()


@every(seconds=600)
def find_all_members() -> None:
    """Look again at every segment that a flag is limited to."""
    for flag_id in Flag.objects.filter(segment_id__isnull=False).values_list("id", flat=True):
        find_members.enqueue(flag_id=flag_id)
