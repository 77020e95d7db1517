"""Reminders about papers: noted once, settled by a person or by themselves."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from fangcun.build.papers.errors import PaperUnknown
from fangcun.build.papers.models import Paper, Reminder
from fangcun.build.papers.reminding import due
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record


@transaction.atomic
def remind(*, today: dt.date, launch: dt.date | None) -> list[Reminder]:
    """Note which papers need a look: 90, 30 and 7 days before they run out, and when the launch comes first.

    Each reason is noted once for its day; `launch` is when the launch begins. Answers the new ones.
    """
    found = [
        Reminder(paper=paper, reason=reason, about=about)
        for paper in Paper.objects.all()
        for reason, about in due(paper, today=today, launch=launch)
    ]
    known = set(Reminder.objects.values_list("paper_id", "reason", "about"))
    fresh = [one for one in found if (one.paper_id, one.reason, one.about) not in known]
    Reminder.objects.bulk_create(fresh, ignore_conflicts=True)
    # What is no longer so goes: the paper was renewed, or the launch moved. Should it come back, it is news again.
    still = {(one.paper_id, one.reason, one.about) for one in found}
    gone = [one.pk for one in Reminder.objects.all() if (one.paper_id, one.reason, one.about) not in still]
    Reminder.objects.filter(pk__in=gone).delete()
    return fresh


@transaction.atomic
def settle_reminder(*, reminder_id: int, by: Actor) -> None:
    """Somebody has seen a reminder and looks after it; it is not shown again. Raises PaperUnknown."""
    found = Reminder.objects.select_for_update().select_related("paper").filter(pk=reminder_id).first()
    if found is None:
        raise PaperUnknown
    if found.settled_at is None:
        found.settled_at = timezone.now()
        found.save(update_fields=["settled_at"])
        record("papers.settle_reminder", by=by, object=found.paper, note=str(found.get_reason_display()))
