"""Drawing a batch's codes in the background, a few at a time, and putting them into files."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.utils import timezone

from fangcun.gateways.wechat.errors import RateLimited
from fangcun.grow.links.codes import WIDTH, code_image, code_path
from fangcun.grow.links.models import Batch, Link
from fangcun.grow.links.sheets import write_files
from fangcun.grow.links.states import BatchStatus
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.states import StatusChanged

# A job's lease is two minutes; so many codes take a fraction of that even when WeChat is slow.
AT_ONCE = 20
MOST_ATTEMPTS = 5


def draw_some(batch_id: int) -> dt.datetime | None:
    """Draw the next codes of a batch; when to go on, or None when it has ended.

    Calls WeChat: never inside a transaction. Whoever is killed here leaves drawn codes behind; the job runs again
    and goes on with the others. What WeChat does not draw now is tried again later, each code five times; what it
    never will draw stops the batch.
    """
    waiting = Link.objects.filter(batch_id=batch_id, batch__status=BatchStatus.DRAWING, code_path="")
    todo = waiting.filter(attempts__lt=MOST_ATTEMPTS).select_related("program", "batch").order_by("position")
    pause = 0
    for link in todo[:AT_ONCE]:
        if not Batch.objects.filter(pk=batch_id, status=BatchStatus.DRAWING).exists():
            return None
        try:
            code_image(link, width=_width(link))
        except RateLimited:
            pause = 60 - timezone.now().second  # the next minute has room again
            break
        except GatewayError as failure:
            failed = Link.objects.filter(pk=link.pk)
            failed.update(attempts=F("attempts") + 1, error=str(failure)[:300])
            if failure.permanent:
                failed.update(attempts=MOST_ATTEMPTS)
                Link.objects.filter(batch_id=batch_id, code_path="").update(attempts=MOST_ATTEMPTS)
                break
            pause = max(pause, 2 ** (link.attempts + 1))
        else:
            Link.objects.filter(pk=link.pk).update(code_path=code_path(link, _width(link)), error="")
    if todo.exists():
        return timezone.now() + dt.timedelta(seconds=pause)
    if Batch.objects.filter(pk=batch_id, status=BatchStatus.DRAWING).exists():
        bind(batch_id)
    return None


def bind(batch_id: int) -> None:
    """Put what was drawn into the batch's files and end it. Run again it writes them again, and ends it once."""
    batch = Batch.objects.select_related("program", "channel").get(pk=batch_id)
    if batch.status != BatchStatus.DRAWING:
        return
    drawn = list(batch.links.exclude(code_path="").order_by("position"))
    paths = write_files(batch, drawn) if drawn else ("", "")
    missing = batch.links.filter(code_path="")
    error = missing.filter(~Q(error="")).values_list("error", flat=True).first() or ""
    target = BatchStatus.FAILED if missing.exists() else BatchStatus.DONE
    try:
        batch.enter(
            target, by=SYSTEM, zip_path=paths[0], pdf_path=paths[1], error=error, finished_at=timezone.now()
        )
    except StatusChanged:
        return  # cancelled, or ended by a twin of this job


def _width(link: Link) -> int:
    return link.batch.width if link.batch else WIDTH
