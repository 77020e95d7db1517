"""Limits that WeChat counts by the minute, the day or for good."""

from wechatbox.box import Box
from wechatbox.clock import digits
from wechatbox.miniprogram.answers import ApiError


def count(box: Box, appid: str, what: str, period: str, most: int, refusal: ApiError) -> None:
    """Count one more. Raises the refusal when that is more than ``most`` in this period."""
    if used(box, appid, what, period) >= most:
        raise refusal
    box.store.run(
        "INSERT INTO usage VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
        appid,
        what,
        period,
    )


def second(box: Box) -> str:
    """The present second by the box's clock."""
    return digits(box.clock.now())


def minute(box: Box) -> str:
    """The present minute."""
    return digits(box.clock.now())[:12]


def day(box: Box) -> str:
    """The present day in Beijing."""
    return digits(box.clock.now())[:8]


def month(box: Box) -> str:
    """The present month in Beijing."""
    return digits(box.clock.now())[:6]


def used(box: Box, appid: str, what: str, period: str) -> int:
    """How often it was counted in this period."""
    return box.store.number(
        "SELECT count FROM usage WHERE appid = ? AND what = ? AND period = ?", appid, what, period
    )
