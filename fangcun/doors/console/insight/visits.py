"""The page of visits: how many came, how long they stayed, on which pages and at which hours."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.grids import Heat, Shade, grid
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import UNITS, WEEKDAYS, count, decimal, duration, share
from fangcun.insight.analytics.visits import VisitsAnswer, VisitsQuestion


def form(ask: Asked, _known: Known) -> dict[str, Any]:
    """The unit."""
    return {"unit": ask.one("unit", "day"), "units": UNITS.items()}


def answer(_question: VisitsQuestion, found: VisitsAnswer) -> dict[str, Any]:
    """The numbers of the whole span, the lines, the pages, the hours, the days with the youngest first."""
    days = found.days
    return {
        "empty": not found.totals.visits,
        "totals": found.totals,
        "lines": {
            "days": [day.date.isoformat() for day in days],
            "lines": [
                {"name": _t("浏览次数"), "values": [day.page_views for day in days]},
                {"name": _t("访问次数"), "values": [day.visits for day in days]},
                {"name": _t("访客数"), "values": [day.visitors for day in days]},
                {"name": _t("新访客数"), "values": [day.new_visitors for day in days]},
            ],
        },
        "bounces": {
            "days": [day.date.isoformat() for day in days],
            "lines": [{"name": _t("跳出率"), "values": [day.bounce_rate for day in days]}],
            "percent": True,
        },
        "pages": grid(
            [_t("页面")],
            [_t("浏览次数"), _t("访客数"), _t("从这里进入"), _t("从这里离开"), _t("停留时长")],
            (
                [
                    row.page,
                    count(row.views),
                    count(row.visitors),
                    count(row.entries),
                    count(row.exits),
                    duration(row.stay_ms_median),
                ]
                for row in found.pages
            ),
        ),
        "heat": _heat(found.hours),
        "numbers": grid(
            [_t("日期")],
            [
                _t("访客数"),
                _t("新访客数"),
                _t("访问次数"),
                _t("浏览次数"),
                _t("跳出率"),
                _t("停留时长"),
                _t("访问深度"),
            ],
            (
                [
                    day.date.isoformat(),
                    count(day.visitors),
                    count(day.new_visitors),
                    count(day.visits),
                    count(day.page_views),
                    share(day.bounce_rate),
                    duration(day.stay_ms_median),
                    decimal(day.depth_mean, 1),
                ]
                for day in days[::-1]
            ),
        ),
    }


def table(_question: VisitsQuestion, found: VisitsAnswer) -> Table:
    """A row for each day; times in seconds."""
    return Table(
        [
            _t("日期"), _t("访客数"), _t("新访客数"), _t("访问次数"), _t("浏览次数"),
            _t("跳出次数"), _t("停留时长中位数（秒）"), _t("访问深度"),
        ],
        [
            [
                day.date.isoformat(), day.visitors, day.new_visitors, day.visits, day.page_views,
                day.bounces, None if day.stay_ms_median is None else day.stay_ms_median / 1000, day.depth_mean,
            ]
            for day in found.days
        ],
    )  # fmt: skip


def _heat(hours: tuple[tuple[int, ...], ...]) -> Heat:
    """A row for each weekday: its visits by the hour."""
    most = max(max(row) for row in hours) or 1
    rows = [
        (name, "", [Shade(count(number) if number else "", number / most) for number in row])
        for name, row in zip(WEEKDAYS, hours, strict=True)
    ]
    return Heat(["", *range(24)], rows, narrow=True)


VISITS = QuestionPage(
    name="visits",
    title=_("访问"),
    icon="visibility",
    about=_("有多少人来、来了几次、看了哪些页面、停留多久、几点来。"),
    read=VisitsQuestion.of,
    form=form,
    answer=answer,
    table=table,
    bar=("days", "program", "segment"),
)
