"""Rules, scores and stages worked out the plain and slow way, person by person, straight from the definitions."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from fangcun.insight.segments.tests.log import Happening

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400_000
WITHOUT_HIM = {"message_sent", "order_cancelled", "order_completed", "order_refunded", "order_shipped"}
Log = Sequence[Happening]


def day_of(ts: int) -> dt.date:
    return dt.datetime.fromtimestamp(ts / 1000, ZONE).date()


def midnight(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time.min, tzinfo=ZONE).timestamp() * 1000)


def number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except ValueError:
        return None


def text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def fits(one: Happening, where: str) -> bool:
    """Only the few forms that the tests write: a=1,2 and a!=1 and a>=2 and a?"""
    for part in filter(None, where.split(";")):
        prop = part.rstrip("?").split("!=")[0].split(">=")[0].split("=")[0]
        value = text(one.props.get(prop))
        if part.endswith("?"):
            holds = value is not None
        elif "!=" in part:
            holds = value not in part.split("!=")[1].split(",")
        elif ">=" in part:
            counted = number(one.props.get(prop))
            holds = counted is not None and counted >= float(part.split(">=")[1])
        else:
            holds = value in part.split("=")[1].split(",")
        if not holds:
            return False
    return True


def within(ts: int, condition: Mapping[str, Any], today: dt.date) -> bool:
    day = day_of(ts)
    if day > today:
        return False
    if "days" in condition:
        return bool((today - day).days < condition["days"])
    first, last = (condition.get(name) for name in ("from", "to"))
    return (not first or day >= dt.date.fromisoformat(first)) and (
        not last or day <= dt.date.fromisoformat(last)
    )


def compare(value: float, op: str, wanted: float) -> bool:
    return {
        ">=": value >= wanted,
        ">": value > wanted,
        "==": value == wanted,
        "<": value < wanted,
        "<=": value <= wanted,
    }[op]


def holds(
    rule: Mapping[str, Any], person: int, log: Log, today: dt.date, given: Mapping[int, Sequence[int]]
) -> bool:
    if "all" in rule:
        return all(holds(one, person, log, today, given) for one in rule["all"])
    if "any" in rule:
        return any(holds(one, person, log, today, given) for one in rule["any"])
    if "none" in rule:
        return not any(holds(one, person, log, today, given) for one in rule["none"])
    kind = rule["kind"]
    if kind == "segment":
        return person in given[rule["segment"]]
    if kind == "member":
        return bool((person % 2 == 0) == rule["is"])
    if kind == "rfm":
        score = scores(log, until=midnight(today + dt.timedelta(days=1))).get(person)
        return score is not None and all(
            not rule.get(name) or score[place] in rule[name] for place, name in enumerate("rfm")
        )
    if kind == "stage":
        return stage(person, log, today) in rule["stages"]
    mine = [
        one
        for one in log
        if one.person == person
        and rule["event"] in ("", one.name)
        and fits(one, rule.get("where", ""))
        and day_of(one.ts) <= today
    ]
    if kind in ("first", "last"):
        if not mine:
            return False
        moment = (min if kind == "first" else max)(one.ts for one in mine)
        if "over" in rule:
            return bool((today - day_of(moment)).days >= rule["over"])
        return within(moment, rule if "within" not in rule else {"days": rule["within"]}, today)
    mine = [one for one in mine if within(one.ts, rule, today)]
    if kind == "event":
        return compare(len(mine), rule["op"], rule["n"])
    return compare(sum(number(one.props.get(rule["prop"])) or 0 for one in mine), rule["op"], rule["value"])


def scores(log: Log, *, until: int) -> dict[int, tuple[int, int, int]]:
    paid: dict[int, list[Happening]] = {}
    for one in log:
        if one.name == "order_paid" and one.person is not None and one.ts < until:
            paid.setdefault(one.person, []).append(one)
    made = {
        person: (
            max(one.ts for one in mine),
            len(mine),
            sum(math.floor((number(one.props.get("amount")) or 0) + 0.5) for one in mine),
        )
        for person, mine in paid.items()
    }

    def fifth(person: int, place: int) -> int:
        rank = 1 + sum(other[place] < made[person][place] for other in made.values())
        return 5 * (rank - 1) // len(made) + 1

    return {person: (fifth(person, 0), fifth(person, 1), fifth(person, 2)) for person in made}


def stage(person: int, log: Log, today: dt.date) -> str | None:
    mine = [one for one in log if one.person == person and day_of(one.ts) <= today]
    there = sorted(one.ts for one in mine if one.name not in WITHOUT_HIM)
    if not there:
        return None
    ago = (today - day_of(there[-1])).days
    if ago >= 90:
        return "lost"
    if ago >= 30:
        return "at_risk"
    before = [ts for ts in there if (today - day_of(ts)).days >= 30]
    again = [ts for ts in there if (today - day_of(ts)).days < 30]
    if before and again[0] - before[-1] >= 90 * DAY:
        return "returned"
    if sum(one.name == "order_paid" and (today - day_of(one.ts)).days < 180 for one in mine) >= 2:
        return "loyal"
    return "active" if before else "newcomer"
