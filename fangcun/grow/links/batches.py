"""Batches: up to 500 codes at once, drawn one by one in the background, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.links.errors import BatchInvalid, LinkInvalid
from fangcun.grow.links.models import Batch, Link
from fangcun.grow.links.services import checked_target, new_short
from fangcun.grow.links.states import BatchStatus
from fangcun.grow.links.tasks import draw_batch
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

MOST_CODES = 500
NUMBER = "{n}"


@transaction.atomic
def make_batch(
    *,
    name: str,
    program_id: int,
    page: str,
    query: Mapping[str, str],
    count: int,
    by: Actor,
    channel_id: int | None = None,
    width: int = 430,
) -> Batch:
    """Make 1 to 500 links and have their codes drawn, by a job of this transaction. Raises BatchInvalid.

    `{n}` in a value of the query becomes the number of each code, such as a table's. `width` in pixels.
    """
    wrong = {}
    name = name.strip()
    if not 0 < len(name) <= 40:
        wrong["name"] = _("请填写名称，不超过 40 个字")
    if not 1 <= count <= MOST_CODES:
        wrong["count"] = _("一批 1 到 %d 个") % MOST_CODES
    if not 280 <= width <= 1280:
        wrong["width"] = _("请填 280 到 1280 像素")
    try:
        page, plain = checked_target(page, query)
    except LinkInvalid as refused:
        wrong["page"] = str(refused)
    if wrong:
        raise BatchInvalid(fields=wrong)
    batch = Batch.objects.create(
        name=name,
        program_id=program_id,
        channel_id=channel_id,
        page=page,
        query=plain,
        count=count,
        width=width,
    )
    Link.objects.bulk_create(
        Link(
            short=new_short(),
            program_id=program_id,
            channel_id=channel_id,
            title=f"{name} {number}",
            page=page,
            query={key: value.replace(NUMBER, str(number)) for key, value in plain.items()},
            batch=batch,
            position=number,
        )
        for number in range(1, count + 1)
    )
    record("links.make_batch", by=by, object=batch, after={"count": count, "page": page, "query": plain})
    draw_batch.enqueue(batch_id=batch.pk)
    return batch


@transaction.atomic
def rename_batch(*, batch: Batch, name: str, by: Actor) -> None:
    """Call a batch something else; what is printed keeps its labels. Raises BatchInvalid."""
    name = name.strip()
    if not 0 < len(name) <= 40:
        raise BatchInvalid(fields={"name": _("请填写名称，不超过 40 个字")})
    before = Batch.objects.select_for_update().get(pk=batch.pk).name
    if before != name:
        Batch.objects.filter(pk=batch.pk).update(name=name)
        batch.name = name
        record("links.rename_batch", by=by, object=batch, before={"name": before}, after={"name": name})


@transaction.atomic
def cancel_batch(*, batch: Batch, by: Actor) -> None:
    """Draw no more codes of a batch; those that are drawn stay. Raises IllegalTransition."""
    batch.enter(BatchStatus.CANCELLED, by=by, finished_at=timezone.now())
    record("links.cancel_batch", by=by, object=batch)


@transaction.atomic
def resume_batch(*, batch: Batch, by: Actor) -> None:
    """Go on with a batch that failed or was cancelled; drawn codes are not drawn again. Raises IllegalTransition."""
    batch.enter(BatchStatus.DRAWING, by=by, error="", finished_at=None)
    batch.links.filter(code_path="").update(attempts=0, error="")
    record("links.resume_batch", by=by, object=batch)
    draw_batch.enqueue(batch_id=batch.pk)
