"""The page of RFM: who bought last, most often and most; the way from a group to a segment of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.grids import Column, Grid, Heat, Link, Shade
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import count, share, yuan
from fangcun.insight.segments.rfm import GROUPS, RfmAnswer, RfmCell, RfmQuestion

SCORES = range(5, 0, -1)


def form(ask: Asked, _known: Known) -> dict[str, Any]:
    """What counts as a payment, and which property says how much it was."""
    return {"event": ask.one("event"), "amount": ask.one("amount")}


def answer(question: RfmQuestion, found: RfmAnswer) -> dict[str, Any]:
    """The eight groups, and a square of frequency and money for each score of recency."""
    if not found.persons:
        return {"empty": True}
    return {
        "empty": False,
        "persons": found.persons,
        "orders": sum(one.orders for one in found.groups),
        "amount": sum(one.amount_fen for one in found.groups),
        "bars": {
            "names": [one.name for one in found.groups],
            "bars": [{"name": _t("人数"), "values": [one.persons for one in found.groups]}],
        },
        "groups": _groups(question, found),
        "squares": [(f"R = {score}", _square(found.cells, score, found.persons)) for score in SCORES],
    }


def table(_question: RfmQuestion, found: RfmAnswer) -> Table:
    """A row for each group, below it one for each cell with somebody in it; money in yuan."""
    return Table(
        [_t("分组"), _t("人数"), _t("占比"), _t("订单"), _t("金额（元）")],
        [
            *([one.name, one.persons, one.share, one.orders, one.amount_fen / 100] for one in found.groups),
            [],
            ["R", "F", "M", _t("人数")],
            *([cell.r, cell.f, cell.m, cell.persons] for cell in found.cells),
        ],
    )


def _groups(question: RfmQuestion, found: RfmAnswer) -> Grid:
    # A rule scores all buyers against each other: of a part of them it would keep others than are shown.
    is_everybody = not question.params()
    numbers = [_t("人数"), _t("占比"), _t("订单"), _t("金额"), _t("每位付款的人")]
    return Grid(
        [
            Column(_t("分组"), number=False),
            *map(Column, numbers),
            *(Column(name, number=False) for name in ("R F M", _t("是谁"), "")),
        ],
        [
            [
                one.name,
                count(one.persons),
                share(one.share),
                count(one.orders),
                yuan(one.amount_fen),
                yuan(one.amount_fen / one.persons if one.persons else None),
                " ".join(_t("高") if is_high else _t("低") for is_high in GROUPS[one.key][0]),
                one.meaning,
                _keep(one.key, one.name) if is_everybody and one.persons else "",
            ]
            for one in found.groups
        ],
    )


def _keep(key: str, name: str) -> Link:
    """The way to the form of a segment of this group."""
    rule = json.dumps({"all": [{"kind": "rfm", "groups": [key]}]})
    query = urlencode({"name": name, "json": rule})
    return Link(_t("存为人群"), f"{reverse('admin:insight_segment_new')}?{query}", needs="insight.change")


def _square(cells: Sequence[RfmCell], r: int, everybody: int) -> Heat:
    """Who has this score of recency: a row for each of frequency, a column for each of money."""
    persons = {(one.f, one.m): one.persons for one in cells if one.r == r}
    most = max(one.persons for one in cells)
    rows = []
    for f in SCORES:
        numbers = [persons.get((f, m), 0) for m in reversed(SCORES)]
        shades = [
            Shade(count(number) if number else "", number / most, share(number / everybody))
            for number in numbers
        ]
        rows.append((f"F{f}", "", shades))
    return Heat(["", *(f"M{m}" for m in reversed(SCORES))], rows, narrow=True)


RFM = QuestionPage(
    name="rfm",
    title=_("RFM"),
    icon="workspace_premium",
    about=_("谁最近买过（R）、买得勤（F）、花得多（M）：所有买家互相比较，每项 1 到 5 分，4 分起算高。"),
    read=RfmQuestion.of,
    form=form,
    answer=answer,
    table=table,
    bar=("program", "segment"),
)
