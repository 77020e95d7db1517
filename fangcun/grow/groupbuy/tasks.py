"""What the clock does to group-buys."""

from __future__ import annotations

from fangcun.grow.groupbuy.services.campaigning import end_due_campaigns
from fangcun.grow.groupbuy.services.ending import expire_groups
from fangcun.grow.groupbuy.services.settling import settle_overdue, settle_seat
from fangcun.kernel.jobs import every, task


@task()
def settle(*, seat_id: int) -> None:
    """Pay back one member of a group that failed."""
    settle_seat(seat_id=seat_id)


@every(seconds=5)
def expire() -> None:
    """End groups whose time is over."""
    while expire_groups():
        pass


@every(seconds=30)
def settle_what_is_owed() -> None:
    """Try again what a job of its own did not manage."""
    settle_overdue()


@every(seconds=30)
def end_campaigns() -> None:
    """End campaigns whose dates are over; groups that are open go on."""
    end_due_campaigns()
