"""Where somebody stands with the enterprise: from newcomer to lost, by days since he was last there.

Somebody is there on a day on which one of his events happened that he took part in; what the shop does for him
alone, such as shipping, is none. Days are those of the shop's calendar; "within 30 days" includes today.
"""

# ruff: noqa: S608 - the text holds names of columns, numbers and our own words only

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.moments import DAY_MS, midnight
from fangcun.insight.analytics.scope import program_of
from fangcun.insight.analytics.spans import Params, one
from fangcun.insight.segments.addresses import day_of
from fangcun.insight.segments.rfm import PAID

# Facts of the server that say nothing about whether the person was there.
WITHOUT_HIM = ("message_sent", "order_cancelled", "order_completed", "order_refunded", "order_shipped")

HERE_DAYS = 30  # was there within so many days: not silent
LOST_DAYS = 90  # was not there for more than so many days: lost
LOYAL_DAYS, LOYAL_ORDERS = 180, 2  # so many payments within so many days: loyal


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the lifecycle, and what it takes to be in it."""

    name: str | Promise
    meaning: str | Promise


# In the order in which they are looked at: the first that fits is somebody's stage.
STAGES: dict[str, Stage] = {
    "returned": Stage(gettext_lazy("回流"), gettext_lazy("最近 30 天内来过，而在这之前至少 90 天没有来")),
    "loyal": Stage(gettext_lazy("忠诚"), gettext_lazy("最近 30 天内来过，最近 180 天内付款 2 次以上")),
    "newcomer": Stage(gettext_lazy("新客"), gettext_lazy("最近 30 天内第一次来，付款不到 2 次")),
    "active": Stage(gettext_lazy("活跃"), gettext_lazy("最近 30 天内来过，不是新客，也不算忠诚")),
    "at_risk": Stage(gettext_lazy("沉默"), gettext_lazy("最近一次来是 31 到 90 天前")),
    "lost": Stage(gettext_lazy("流失"), gettext_lazy("超过 90 天没有来")),
}


def stages_sql(today: dt.date, *, among: bool = False) -> tuple[str, dict[str, Any]]:
    """Tables of a WITH, the last of them stages(person, stage), and their parameters: as of the end of `today`."""
    here = midnight(today - dt.timedelta(days=HERE_DAYS - 1))
    params = {
        "stage_until": midnight(today + dt.timedelta(days=1)),
        "stage_here": here,
        "stage_silent": midnight(today - dt.timedelta(days=LOST_DAYS - 1)),
        "stage_loyal": midnight(today - dt.timedelta(days=LOYAL_DAYS - 1)),
        "stage_gap": LOST_DAYS * DAY_MS,
        "stage_paid": PAID,
    }
    params |= {f"stage_w{number}": name for number, name in enumerate(WITHOUT_HIM)}
    without = ", ".join(f"$stage_w{number}" for number in range(len(WITHOUT_HIM)))
    limit = " AND person IN (SELECT person FROM among)" if among else ""
    sql = f"""stage_seen AS (
            SELECT person, min(ts) AS first_ms, max(ts) AS last_ms,
                   max(CASE WHEN ts < $stage_here THEN ts END) AS before_ms,
                   min(CASE WHEN ts >= $stage_here THEN ts END) AS again_ms,
                   sum(CASE WHEN event = $stage_paid AND ts >= $stage_loyal THEN 1 ELSE 0 END) AS orders
            FROM ev WHERE person IS NOT NULL AND ts < $stage_until AND event NOT IN ({without}){limit}
            GROUP BY person),
        stages AS (
            SELECT person, (CASE
                WHEN last_ms < $stage_silent THEN 'lost'
                WHEN last_ms < $stage_here THEN 'at_risk'
                WHEN before_ms IS NOT NULL AND again_ms - before_ms >= $stage_gap THEN 'returned'
                WHEN orders >= {LOYAL_ORDERS} THEN 'loyal'
                WHEN first_ms >= $stage_here THEN 'newcomer'
                ELSE 'active' END) AS stage
            FROM stage_seen)"""
    return sql, params


@dataclass(frozen=True, slots=True)
class StageRow:
    """How many persons are in a stage, and their share of all who ever came."""

    key: str
    name: str
    meaning: str
    persons: int
    share: float | None


@dataclass(frozen=True, slots=True)
class StagesAnswer:
    """Every stage, also those nobody is in."""

    persons: int
    stages: tuple[StageRow, ...]


@dataclass(frozen=True, slots=True)
class StagesQuestion:
    """Everybody by his stage, as of the end of a day.

    Address: `at` (a date; today), `program`, `segment`.
    """

    kind: ClassVar[str] = "stages"

    at: dt.date
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read it from an address. Raises QuestionInvalid."""
        return cls(day_of(params), program_of(params), one(params, "segment"))

    def params(self) -> list[tuple[str, str]]:
        """Its address. It names the day, since tomorrow's answer is another."""
        program = "" if self.program is None else str(self.program)
        said = [("at", self.at.isoformat()), ("program", program), ("segment", self.segment)]
        return [(name, value) for name, value in said if value]

    def reads(self) -> Mapping[str, Any]:
        """Everything up to its day, of one mini program."""
        found: dict[str, Any] = {"until_ms": midnight(self.at + dt.timedelta(days=1))}
        return found if self.program is None else found | {"program_id": self.program}

    def answer(self, engine: Engine) -> StagesAnswer:
        """Count the persons of each stage."""
        if self.among is not None:
            engine.put("among", self.among)
        tables, params = stages_sql(self.at, among=self.among is not None)
        rows = engine.rows(f"WITH {tables} SELECT stage, count(*) FROM stages GROUP BY stage", params)
        return stages_answer(dict(rows))


def stages_answer(found: Mapping[str, int]) -> StagesAnswer:
    """The persons of each stage, in the stages' order."""
    total = sum(found.values())
    return StagesAnswer(
        total,
        tuple(
            StageRow(
                key,
                str(stage.name),
                str(stage.meaning),
                found.get(key, 0),
                found.get(key, 0) / total if total else None,
            )
            for key, stage in STAGES.items()
        ),
    )
