"""The page of sources: where visits come from and what each source brings in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.grids import Grid, grid
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import count, event_label, property_label, share, yuan
from fangcun.insight.analytics.visits import SourceRow, SourcesAnswer, SourcesQuestion

USUAL = ("scene", "channel", "campaign", "source")
TOPS = ("10", "20", "50")


def form(ask: Asked, known: Known) -> dict[str, Any]:
    """What tells sources apart, what counts as a conversion."""
    by, top = ask.one("by") or "scene", ask.one("top", "20")
    offered = dict.fromkeys((*USUAL, *(name for name, _label in known.props), by))
    return {
        "source_by": by,
        "source_bys": [(name, property_label(name)) for name in offered],
        "event": ask.one("event"),
        "amount": ask.one("amount"),
        "source_top": top,
        "source_tops": TOPS if top in TOPS else (*TOPS, top),
    }


def answer(question: SourcesQuestion, found: SourcesAnswer) -> dict[str, Any]:
    """The bars and the table, the largest source first."""
    rows = [(_name(row), row) for row in found.rows]
    return {
        "empty": not rows and not found.lone_orders,
        "by": property_label(found.by),
        "what": event_label(question.event),
        "numbers": _numbers(found),
        "orders": sum(row.orders for row in found.rows) + found.lone_orders,
        "amount": sum(row.amount_fen for row in found.rows) + found.lone_amount_fen,
        "visits": sum(row.visits for row in found.rows),
        "bars": {
            "names": [name for name, _row in rows],
            "bars": [
                {"name": _t("访客数"), "values": [row.visitors for _name, row in rows]},
                {"name": _t("新访客数"), "values": [row.new_visitors for _name, row in rows]},
                {"name": _t("买家数"), "values": [row.buyers for _name, row in rows]},
            ],
        },
    }


def _numbers(found: SourcesAnswer) -> Grid:
    rows = [
        [
            _name(row), count(row.visits), count(row.visitors), count(row.new_visitors), count(row.buyers),
            share(row.conversion), count(row.orders), yuan(row.amount_fen),
        ]
        for row in found.rows
    ]  # fmt: skip
    if found.lone_orders:
        rows.append([_t("分不清来源"), *[""] * 5, count(found.lone_orders), yuan(found.lone_amount_fen)])
    return grid(
        [property_label(found.by)],
        [
            _t("访问次数"), _t("访客数"), _t("新访客数"), _t("买家数"), _t("转化率"), _t("转化次数"), _t("金额"),
        ],
        rows,
    )  # fmt: skip


def table(_question: SourcesQuestion, found: SourcesAnswer) -> Table:
    """A row for each source, then the orders that no visit explains; money in yuan."""
    rows: list[list[str | int | float | None]] = [
        [
            _name(row), row.visits, row.visitors, row.new_visitors, row.buyers, row.orders,
            row.amount_fen / 100, row.conversion,
        ]
        for row in found.rows
    ]  # fmt: skip
    if found.lone_orders:
        lone = [None, None, None, None, found.lone_orders, found.lone_amount_fen / 100, None]
        rows.append([_t("分不清来源"), *lone])
    return Table(
        [
            property_label(found.by), _t("访问次数"), _t("访客数"), _t("新访客数"), _t("买家数"), _t("转化次数"),
            _t("金额（元）"), _t("转化率"),
        ],
        rows,
    )  # fmt: skip


def _name(row: SourceRow) -> str:
    if row.other:
        return _t("其他")
    return _t("（没有来源）") if row.value is None else row.label


SOURCES = QuestionPage(
    name="sources",
    title=_("来源"),
    icon="login",
    about=_("访问从哪里来，每个来源带来多少人、多少成交。"),
    read=SourcesQuestion.of,
    form=form,
    answer=answer,
    table=table,
    bar=("days", "program", "segment"),
)
