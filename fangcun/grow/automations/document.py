"""What an automation does, as a document: a trigger and steps, read into plain values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from fangcun.grow.automations.errors import AutomationInvalid
from fangcun.grow.messaging.models import Purpose
from fangcun.identity.members.services.tagging import LONGEST_TAG
from fangcun.insight.analytics.conditions import conditions
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.segments.errors import RuleInvalid
from fangcun.insight.segments.rules import read_rule

NEWS = ("registered", "order_paid", "order_completed", "order_cancelled", "order_refunded", "tier_rose")
DATES = ("registered", "first_paid", "last_paid")
PURPOSES = (Purpose.MEMBER_CARE, Purpose.COUPON_GIVEN, Purpose.COUPON_EXPIRING, Purpose.POINTS_CHANGED)
MOST_STEPS = 20
MOST_DAYS = 1_000
MOST_HOURS = 24 * 90
MOST_POINTS = 100_000


@dataclass(frozen=True, slots=True)
class Trigger:
    """Who enters, and when.

    news: when the house announces it · event: who did something today, `where` conditions hold · cart: whose cart
    has waited so many hours · birthday: so many days before it · date: so many days after a date of his · segment:
    who comes into it (`existing`: who is in it already too). `at` is the time of the day, for those by the day.
    """

    kind: str
    news: str = ""
    event: str = ""
    where: str = ""
    hours: int = 0
    days: int = 0
    of: str = ""
    segment: int = 0
    existing: bool = False
    at: dt.time = dt.time(10)


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait so many hours, and then for a time of the day if there is one."""

    hours: int
    at: dt.time | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Go on only if it holds: he has (not) paid since he entered, or a segment's rule describes him."""

    bought: bool | None = None
    rule: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """A message. `channel` is subscribe or in_app; `fallback` puts it into the message centre without a consent."""

    channel: str
    title: str
    body: str
    link: str = ""
    purpose: str = Purpose.MEMBER_CARE.value
    fallback: bool = True


@dataclass(frozen=True, slots=True)
class SendText:
    """A marketing text, by the code of its wording."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GiveCoupon:
    """A coupon of a template."""

    template_id: int


@dataclass(frozen=True, slots=True)
class GivePoints:
    """So many points."""

    points: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A word to keep about the member."""

    tag: str


Step: TypeAlias = Wait | Check | Tell | SendText | GiveCoupon | GivePoints | Tag


@dataclass(frozen=True, slots=True)
class Document:
    """All of it. Whoever was in it comes in again after `again_days` at the earliest; 0 is never."""

    trigger: Trigger
    steps: tuple[Step, ...]
    again_days: int = 0
    goal_days: int = 7


def read_document(document: Any) -> Document:
    """Read one. Raises AutomationInvalid with the place."""
    if not isinstance(document, Mapping):
        raise _wrong("trigger", _("内容应为一个对象"))
    steps = document.get("steps")
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        raise _wrong("steps", _("步骤应为列表，最多 {most} 步").format(most=MOST_STEPS))
    return Document(
        _trigger(document.get("trigger")),
        tuple(_step(one, f"steps[{number}]") for number, one in enumerate(steps)),
        _whole(document, "again_days", "trigger", most=MOST_DAYS),
        _whole(document, "goal_days", "trigger", least=1, most=90, default=7),
    )


def _trigger(given: Any) -> Trigger:
    place = "trigger"
    if not isinstance(given, Mapping):
        raise _wrong(place, _("请选择触发条件"))
    kind = given.get("kind")
    at = _time(given, place) or dt.time(10)
    if kind == "news":
        return Trigger(kind, news=_one_of(given, "news", NEWS, place))
    if kind == "event":
        where = _text(given, "where", place, most=500, needed=False)
        try:
            conditions(where)
        except QuestionInvalid as error:
            raise _wrong(place, str(error)) from None
        return Trigger(kind, event=_text(given, "event", place, most=64), where=where)
    if kind == "cart":
        return Trigger(kind, hours=_whole(given, "hours", place, least=1, most=240, default=2))
    if kind == "birthday":
        return Trigger(kind, days=_whole(given, "days", place, most=60), at=at)
    if kind == "date":
        days = _whole(given, "days", place, least=1, most=MOST_DAYS)
        existing = bool(given.get("existing", False))
        return Trigger(kind, of=_one_of(given, "of", DATES, place), days=days, at=at, existing=existing)
    if kind == "segment":
        segment = _whole(given, "segment", place, least=1, most=2**62)
        return Trigger(kind, segment=segment, existing=bool(given.get("existing", False)))
    raise _wrong(place, _("请选择触发条件"))


def _step(given: Any, place: str) -> Step:
    do = given.get("do") if isinstance(given, Mapping) else None
    read = _READERS.get(do) if isinstance(do, str) else None
    if read is None:
        raise _wrong(place, _("请选择这一步做什么"))
    return read(given, place)


def _wait(given: Mapping[str, Any], place: str) -> Wait:
    wait = Wait(_whole(given, "hours", place, most=MOST_HOURS), _time(given, place))
    if not wait.hours and wait.at is None:
        raise _wrong(place, _("请写明等多久，或等到几点"))
    return wait


def _check(given: Mapping[str, Any], place: str) -> Check:
    bought, rule = given.get("bought"), given.get("rule")
    if isinstance(bought, bool) and rule is None:
        return Check(bought=bought)
    if bought is not None or rule is None:
        raise _wrong(place, _("请选择一个条件"))
    try:
        read_rule(rule)
    except RuleInvalid as error:
        raise _wrong(place, str(error)) from None
    return Check(rule=rule)


def _tell(given: Mapping[str, Any], place: str) -> Tell:
    link = _text(given, "link", place, most=200, needed=False)
    if link and not re.fullmatch(r"/[A-Za-z0-9_\-./?=&%]*", link):
        raise _wrong(place, _("链接是小程序页面路径，以 / 开头"))
    return Tell(
        _one_of(given, "channel", ("subscribe", "in_app"), place),
        _text(given, "title", place, most=60),
        _text(given, "body", place, most=400),
        link,
        _one_of(given, "purpose", PURPOSES, place, default=Purpose.MEMBER_CARE),
        bool(given.get("fallback", True)),
    )


def _send_text(given: Mapping[str, Any], place: str) -> SendText:
    values = given.get("values") or {}
    if not isinstance(values, Mapping) or any(not isinstance(one, str) for one in values.values()):
        raise _wrong(place, _("短信变量应为文本"))
    return SendText(_text(given, "template", place, most=40), dict(values))


def _coupon(given: Mapping[str, Any], place: str) -> GiveCoupon:
    return GiveCoupon(_whole(given, "template_id", place, least=1, most=2**62))


def _points(given: Mapping[str, Any], place: str) -> GivePoints:
    points = _whole(given, "points", place, least=1, most=MOST_POINTS)
    return GivePoints(points, _text(given, "note", place, most=60, needed=False))


def _tag(given: Mapping[str, Any], place: str) -> Tag:
    return Tag(_text(given, "tag", place, most=LONGEST_TAG))


_READERS: dict[str, Callable[[Mapping[str, Any], str], Step]] = {
    "wait": _wait,
    "check": _check,
    "tell": _tell,
    "text": _send_text,
    "coupon": _coupon,
    "points": _points,
    "tag": _tag,
}
DOES = {
    Wait: "wait",
    Check: "check",
    Tell: "tell",
    SendText: "text",
    GiveCoupon: "coupon",
    GivePoints: "points",
    Tag: "tag",
}


def _wrong(place: str, message: str) -> AutomationInvalid:
    return AutomationInvalid(message, place=place)


def _whole(
    given: Mapping[str, Any], name: str, place: str, *, least: int = 0, most: int, default: int = 0
) -> int:
    value = given.get(name, default)
    if type(value) is not int or not least <= value <= most:
        raise _wrong(
            place, _("{name} 应为 {least} 到 {most} 的整数").format(name=name, least=least, most=most)
        )
    return value


def _text(given: Mapping[str, Any], name: str, place: str, *, most: int, needed: bool = True) -> str:
    value = given.get(name) or ""
    if not isinstance(value, str) or "\0" in value or len(value.strip()) > most:
        raise _wrong(place, _("{name} 应为文本，不超过 {most} 个字").format(name=name, most=most))
    if needed and not value.strip():
        raise _wrong(place, _("缺少 {name}").format(name=name))
    return value.strip()


def _one_of(
    given: Mapping[str, Any], name: str, known: tuple[str, ...], place: str, default: str = ""
) -> str:
    value = given.get(name, default)
    if value not in known:
        raise _wrong(place, _("{name} 应为 {known} 之一").format(name=name, known=", ".join(known)))
    return str(value)


def _time(given: Mapping[str, Any], place: str) -> dt.time | None:
    text = given.get("at") or ""
    if not text:
        return None
    if not isinstance(text, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise _wrong(place, _("时间写作 09:30"))
    return dt.time.fromisoformat(text)
