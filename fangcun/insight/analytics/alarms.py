"""Planned events that come far too seldom or far too often for what a goal expects of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from fangcun.insight.analytics.moments import SPAN_DAYS, midnight, ms
from fangcun.insight.analytics.queries import persons
from fangcun.insight.tracking.queries import AdoptedPlan, current_plan, tallied

# How far from the expected range is far.
TOO_SELDOM, TOO_OFTEN = 0.5, 2


@dataclass(frozen=True, slots=True)
class Alarm:
    """An event that came `came` times (or to so many persons) from `first` to `last`, both included.

    `low` and `high` are what the goal expects of such a span; `counts` is "count" or "persons", `per` the span
    ("day", "week" or "month" of 1, 7 or 30 days), `direction` "low" or "high".
    """

    event: str
    goal: str
    counts: str
    per: str
    low: float
    high: float
    came: int
    first: dt.date
    last: dt.date
    direction: str


def alarms(today: dt.date) -> list[Alarm]:
    """Events whose last full day, seven or thirty days before `today` lie outside half the low and twice the high.

    In the order of the plan. An event that has not been planned for the whole of that span raises none.
    """
    adopted = current_plan()
    if adopted is None:
        return []
    last = today - dt.timedelta(days=1)
    found = []
    expected = _expected(adopted, today)
    came = _came(expected, last)
    for event, rate in expected.items():
        number = came[event]
        seldom, often = number < rate["low"] * TOO_SELDOM, number > rate["high"] * TOO_OFTEN
        if seldom or often:
            found.append(
                Alarm(
                    event=event,
                    goal=rate["goal"],
                    counts=rate["counts"],
                    per=rate["per"],
                    low=rate["low"],
                    high=rate["high"],
                    came=number,
                    first=_first(rate["per"], today),
                    last=last,
                    direction="low" if seldom else "high",
                )
            )
    return found


def _expected(adopted: AdoptedPlan, today: dt.date) -> dict[str, dict[str, Any]]:
    """What is expected of the events that have been planned long enough."""
    return {
        event["name"]: event["expected"]
        for event in adopted.plan["events"]
        if "expected" in event
        and ms(adopted.since[event["name"]]) <= midnight(_first(event["expected"]["per"], today))
    }


def _came(expected: dict[str, dict[str, Any]], last: dt.date) -> dict[str, int]:
    """How often each event came in its own span: two questions at most for each length."""
    asked: dict[tuple[str, str], list[str]] = defaultdict(list)
    for event, rate in expected.items():
        asked[rate["counts"], rate["per"]].append(event)
    came = dict.fromkeys(expected, 0)
    after = last + dt.timedelta(days=1)
    for (counts, per), names in asked.items():
        first = _first(per, after)
        if counts == "persons":
            came |= persons(names, first=first, last=last)
        else:
            came |= tallied(names, first=first, last=last)
    return came


def _first(per: str, today: dt.date) -> dt.date:
    return today - dt.timedelta(days=SPAN_DAYS[per])
