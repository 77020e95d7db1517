"""The page of visits: how many came, how long they stayed, on which pages and at which hours."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import UNITS
from fangcun.insight.analytics.visits import VisitsAnswer, VisitsQuestion

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


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
        "pages": found.pages,
        "hours": range(24),
        "heat": _heat(found.hours),
        "rows": days[::-1],
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


def _heat(hours: tuple[tuple[int, ...], ...]) -> list[dict[str, Any]]:
    """A row for each weekday: its visits by the hour, and how strong each colour is, 0 to 10."""
    most = max(max(row) for row in hours) or 1
    return [
        {
            "name": name,
            "cells": [{"count": count, "depth": min(round(10 * (count / most) ** 0.8), 10)} for count in row],
        }
        for name, row in zip(WEEKDAYS, hours, strict=True)
    ]


VISITS = QuestionPage(
    name="visits",
    title=_("访问"),
    icon="visibility",
    about=_("有多少人来、来了几次、看了哪些页面、停留多久、几点来。"),
    read=VisitsQuestion.of,
    form=form,
    answer=answer,
    table=table,
    bar=("program", "segment"),
)
