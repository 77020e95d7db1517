"""The page of retention: of those who began, how many came back after how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.grids import Heat, Shade, grid
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import COUNTED, UNITS, count, event_label, group_label, share
from fangcun.insight.analytics.retention import Cohort, RetentionAnswer, RetentionQuestion

MODES = {"first": _("第一次做的那天"), "any": _("每次做的那天")}
RETURNS = {"on": _("正好第 N 天回来"), "after": _("第 N 天或之后回来")}
PERIODS = ("7", "14", "30", "60")
USUAL = {"day": "30", "week": "12", "month": "12"}


def form(ask: Asked, _known: Known) -> dict[str, Any]:
    """What begins, what counts as coming back, how it is cut into periods."""
    unit = ask.one("unit", "day")
    periods = ask.one("periods", "30")
    return {
        "start_event": ask.one("start"),
        "start_where": ask.one("start_where"),
        "back_event": ask.one("back"),
        "back_where": ask.one("back_where"),
        "unit": unit,
        "units": UNITS.items(),
        "periods": periods,
        "periods_offered": PERIODS if periods in PERIODS else (*PERIODS, periods),
        "mode": ask.one("mode", "first"),
        "modes": MODES.items(),
        "back_on": ask.one("return", "on"),
        "returns": RETURNS.items(),
    }


def answer(question: RetentionQuestion, found: RetentionAnswer) -> dict[str, Any]:
    """The curve, the groups' curves, the heat table."""
    cohorts = [one for one in found.cohorts if one.size]
    width = max((len(one.returned) for one in cohorts), default=0)
    # Periods that no cohort has reached yet are no columns.
    while width > 1 and all(_value(one, width - 1) is None for one in cohorts):
        width -= 1
    size = sum(one.size for one in cohorts)
    today = timezone.localdate()
    # What is not over for anybody would draw a fall that there isn't.
    ended = width
    while ended > 1 and all(
        _value(one, ended - 1) is None or _runs(one.date, ended - 1, found.unit, today) for one in cohorts
    ):
        ended -= 1
    lines = [{"name": _t("全部"), "values": list(found.curve[:ended])}]
    lines += [
        {"name": group_label(one, question.by), "values": list(one.curve[:ended])} for one in found.groups
    ]
    marks = [
        (number, _t("第 %(number)s %(unit)s") % {"number": number, "unit": COUNTED[found.unit]})
        for number in _marks(found.unit)
        if number < ended
    ]
    return {
        "empty": not cohorts,
        "what": _what(question),
        "size": size,
        "marks": [(name, found.curve[number]) for number, name in marks],
        "curve": {"lines": lines},
        "heat": Heat(
            [_t("开始"), _t("人数"), *(f"+{number}" for number in range(width))],
            [
                (_t("平均"), count(size), [_shade(part) for part in found.curve[:width]]),
                *(
                    (
                        one.date.isoformat(),
                        count(one.size),
                        [
                            _cell(one, number, running=_runs(one.date, number, found.unit, today))
                            for number in range(width)
                        ],
                    )
                    for one in cohorts
                ),
            ],
            summed=True,
        ),
        "groups": found.groups
        and grid(
            [_t("分组")],
            [_t("人数"), *(name for _number, name in marks)],
            (
                [
                    group_label(one, question.by),
                    count(one.size),
                    *(share(_at(one.curve, number)) for number, _name in marks),
                ]
                for one in found.groups
            ),
        ),
    }


def table(_question: RetentionQuestion, found: RetentionAnswer) -> Table:
    """A row for each cohort: its size and who returned in each period."""
    width = max((len(one.returned) for one in found.cohorts), default=0)
    head = [_t("开始日期"), _t("人数"), *(f"+{number}" for number in range(width))]
    return Table(
        head,
        [
            [one.date.isoformat(), one.size, *(_value(one, number) for number in range(width))]
            for one in found.cohorts
        ],
    )


def _what(question: RetentionQuestion) -> str:
    start = event_label(question.start) if question.start else _t("来访")
    back = event_label(question.back) if question.back else start
    return _t("“%(start)s”之后又“%(back)s”") % {"start": start, "back": back}


def _marks(unit: str) -> tuple[int, ...]:
    return {"day": (1, 7, 14, 30), "week": (1, 4, 8, 12), "month": (1, 3, 6, 12)}[unit]


def _at(values: Sequence[Any], number: int) -> Any:
    return values[number] if number < len(values) else None


def _value(cohort: Cohort, number: int) -> int | None:
    value: int | None = _at(cohort.returned, number)
    return value


def _cell(cohort: Cohort, number: int, *, running: bool) -> Shade:
    value = _value(cohort, number)
    if value is None:
        return _shade(None)
    return _shade(value / cohort.size, f"{count(value)} {_t('人')}", running=running)


def _shade(part: float | None, title: str = "", *, running: bool = False) -> Shade:
    return Shade("" if part is None else share(part), part, title, running, bend=0.6)


def _runs(begun: dt.date, number: int, unit: str, today: dt.date) -> bool:
    """Whether a period of a cohort is not over."""
    if unit == "month":
        return (begun.year * 12 + begun.month + number) == (today.year * 12 + today.month)
    length = 7 if unit == "week" else 1
    first = begun + dt.timedelta(days=number * length)
    return first <= today < first + dt.timedelta(days=length)


RETENTION = QuestionPage(
    name="retention",
    title=pgettext_lazy("question", "留存"),
    icon="event_repeat",
    about=_("来过的人，过几天、几周、几个月还回来多少。"),
    read=RetentionQuestion.of,
    form=form,
    answer=answer,
    table=table,
)
