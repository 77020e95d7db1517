"""What the clock and the worker do to offers."""

from __future__ import annotations

from fangcun.kernel.jobs import every, task
from fangcun.shop.offers.services.giving import give_batch
from fangcun.shop.offers.services.keeping import BATCH, expire_coupons, remind_of_coupons

BATCHES_OF_A_JOB = 20


@task
def give_to_segment(giving_id: int) -> None:
    """Give coupons to a segment, batch after batch; the rest of many is another job, so that no lease runs out."""
    for _batch in range(BATCHES_OF_A_JOB):
        if not give_batch(giving_id=giving_id):
            return
    give_to_segment.enqueue(giving_id=giving_id)


@every(seconds=60)
def expire() -> None:
    """Let coupons expire whose time is over."""
    while expire_coupons() == BATCH:
        pass


@every(seconds=600)
def remind() -> None:
    """Remind of coupons that end soon."""
    while remind_of_coupons() == BATCH:
        pass
