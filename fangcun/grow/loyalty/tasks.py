"""What the clock does to loyalty."""

from __future__ import annotations

from fangcun.grow.loyalty.reminding import remind_expiring, remind_missed, remind_signed_up
from fangcun.grow.loyalty.services import expire_points, give_birthday_coupons, review_tiers
from fangcun.kernel.jobs import every


@every(seconds=300)
def expire() -> None:
    """Let points expire whose day is over."""
    while expire_points():
        pass


@every(seconds=6 * 3600)
def review() -> None:
    """Count growth anew; whoever belongs to another tier moves."""
    review_tiers()


@every(seconds=3600)
def birthdays() -> None:
    """Give today's birthday coupons."""
    give_birthday_coupons()


@every(seconds=300)
def remind() -> None:
    """Remind those who have a place at an activity that begins soon."""
    remind_signed_up()


@every(seconds=6 * 3600)
def warn() -> None:
    """Tell members of points that expire in a week."""
    remind_expiring()


@every(seconds=2 * 3600)
def missed() -> None:
    """Tell members whose run broke yesterday that they can mend it."""
    remind_missed()
