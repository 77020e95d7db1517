"""The page of activity: how many persons came and how much happened, day by day."""

from __future__ import annotations

import statistics
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.grids import grid
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import COUNTED, UNITS, count, event_label, group_label
from fangcun.insight.analytics.activity import ActivityAnswer, ActivityQuestion

# How the persons of a day, week and month are called among those who count them.
ACTIVE = {"day": _("日活跃人数"), "week": _("周活跃人数"), "month": _("月活跃人数")}


def form(ask: Asked, _known: Known) -> dict[str, Any]:
    """The events that count, the condition on them, the unit."""
    return {
        "events": ask.one("event"),
        "where": ask.one("where"),
        "unit": ask.one("unit", "day"),
        "units": UNITS.items(),
    }


def answer(question: ActivityQuestion, found: ActivityAnswer) -> dict[str, Any]:
    """The numbers over the chart, the charts, the table with the youngest day first."""
    rows = found.rows
    days = [row.date.isoformat() for row in rows]
    if found.groups:
        lines = [(group_label(one, question.by), one.rows) for one in found.groups]
    else:
        lines = [(str(ACTIVE[question.unit]), rows)]
    return {
        "empty": not any(row.count for row in rows),
        "unit": COUNTED[question.unit],
        "active": ACTIVE[question.unit],
        "what": "、".join(map(event_label, question.events)) or _t("任何事件"),
        "latest": rows[-1] if rows else None,
        "mean": statistics.fmean(row.persons for row in rows) if rows else None,
        "most": max(rows, key=lambda row: row.persons, default=None),
        "total": sum(row.count for row in rows),
        "persons": {
            "days": days,
            "lines": [{"name": name, "values": [row.persons for row in line]} for name, line in lines],
        },
        "counts": {
            "days": days,
            "lines": [{"name": name, "values": [row.count for row in line]} for name, line in lines],
        },
        "numbers": grid(
            [_t("日期")],
            [ACTIVE[question.unit], _t("事件数"), *(name for name, _line in lines if found.groups)],
            (
                [
                    row.date.isoformat(),
                    count(row.persons),
                    count(row.count),
                    *(count(line[place].persons) for _name, line in lines if found.groups),
                ]
                for place, row in reversed(list(enumerate(rows)))
            ),
        ),
    }


def table(question: ActivityQuestion, found: ActivityAnswer) -> Table:
    """A row for each day, and for each day of each group."""
    head = [_t("日期"), str(ACTIVE[question.unit]), _t("事件数")]
    if not found.groups:
        return Table(head, [[row.date.isoformat(), row.persons, row.count] for row in found.rows])
    rows: list[list[str | int | float | None]] = [
        [row.date.isoformat(), _t("全部"), row.persons, row.count] for row in found.rows
    ]
    for group in found.groups:
        name = group_label(group, question.by)
        rows += [[row.date.isoformat(), name, row.persons, row.count] for row in group.rows]
    return Table([head[0], _t("分组"), *head[1:]], rows)


ACTIVITY = QuestionPage(
    name="activity",
    title=_("活跃"),
    icon="groups",
    about=_("每天、每周或每月有多少人来过，事件发生了多少次。"),
    read=ActivityQuestion.of,
    form=form,
    answer=answer,
    table=table,
)
