"""Every goal with its value today: how far along it is, what pace it needs, where it will end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.blueprint.document import Blueprint, Goal
from fangcun.doors.console.plan.shown import Shown
from fangcun.doors.console.plan.spark import Spark, spark
from fangcun.doors.console.plan.tracking import summary
from fangcun.doors.console.plan.words import amount, goal_unit, metric_words
from fangcun.plan.scoreboard.queries import board
from fangcun.plan.scoreboard.scores import GoalScore

STATUSES: Final[dict[str, tuple[str | Promise, str]]] = {
    "reached": (_("已达成"), "good"),
    "on_track": (_("进展正常"), "good"),
    "at_risk": (_("有风险"), "warn"),
    "off_track": (_("偏离目标"), "bad"),
    "missed": (_("到期未达成"), "bad"),
    "not_yet": (_("还算不出"), "quiet"),
}
# Gravest first, as the summary counts them.
ORDER: Final = ("missed", "off_track", "at_risk", "on_track", "reached", "not_yet")


@dataclass(frozen=True, slots=True)
class Card:
    """A goal ready to be shown. Without a score it belongs to a document that is not in force."""

    goal: Goal
    pain: str
    metric: str
    unit: str
    scenarios: tuple[str, ...]
    score: GoalScore | None

    @property
    def value(self) -> str:
        return amount(self.score.value if self.score else None, self.unit)

    @property
    def baseline(self) -> str:
        return amount(self.goal.baseline, self.unit)

    @property
    def target(self) -> str:
        return amount(self.goal.target, self.unit)

    @property
    def status(self) -> str | Promise:
        return STATUSES[self.score.status][0] if self.score else ""

    @property
    def tone(self) -> str:
        return STATUSES[self.score.status][1] if self.score else "quiet"

    @property
    def filled(self) -> int:
        """How much of the bar is filled, 0 to 100."""
        share = self.score.progress if self.score else None
        return 0 if share is None else round(100 * min(max(share, 0), 1))

    @property
    def progress(self) -> str:
        """The share of the way from baseline to target, in words where it is no share."""
        share = self.score.progress if self.score else None
        if share is None:
            return ""
        if share < 0:
            return _t("比现状还差")
        return f"{share:.0%}"

    @property
    def forecast(self) -> str:
        """Where it will be at the due date when all goes on as now."""
        return "" if self._forecast is None else amount(self._forecast, self.unit)

    @property
    def _forecast(self) -> float | None:
        """The forecast within what can be: nothing below zero, no share above one."""
        value = self.score.forecast if self.score else None
        if value is None:
            return None
        return min(max(value, 0), 1) if self.unit == "percent" else max(value, 0)

    @property
    def needed(self) -> str:
        """What must be gained each week from today on to be there in time."""
        return _pace(self.score.pace_needed, self.unit) if self.score else ""

    @property
    def pace(self) -> str:
        """What was gained each week so far."""
        return _pace(self.score.pace, self.unit) if self.score else ""

    @property
    def chart_id(self) -> str:
        return f"chart-{self.goal.id}"

    @property
    def chart(self) -> dict[str, Any] | None:
        """What the chart draws, in the unit that people read; None when there is no point to draw."""
        score = self.score
        if score is None or not any(value is not None for _day, value in score.series):
            return None
        today, value = score.series[-1]
        lines: dict[str, list[list[Any]]] = {"needed": [], "forecast": []}
        if value is not None and self.goal.due > today:
            start = [today.isoformat(), self._scaled(value)]
            if score.status != "reached":
                lines["needed"] = [start, [self.goal.due.isoformat(), self._scaled(self.goal.target)]]
            if self._forecast is not None:
                lines["forecast"] = [start, [self.goal.due.isoformat(), self._scaled(self._forecast)]]
        return {
            "unit": self.unit,
            "target": self._scaled(self.goal.target),
            "baseline": self._scaled(self.goal.baseline),
            "points": [[day.isoformat(), self._scaled(one)] for day, one in score.series],
            **lines,
        }

    @property
    def spark(self) -> Spark | None:
        """The same as a small picture, for paper."""
        if self.chart is None or self.score is None:
            return None
        return spark(self.score.series, target=self.goal.target)

    def _scaled(self, value: float | None) -> float | None:
        if value is None:
            return None
        return round(value / 100, 2) if self.unit == "yuan" else round(value, 6)


def _pace(per_day: float | None, unit: str) -> str:
    if per_day is None:
        return ""
    week = per_day * 7
    if unit == "percent":
        return _t("%(points)s 个百分点") % {"points": f"{week * 100:+.2f}"}
    if unit == "yuan":
        return f"{'-' if week < 0 else '+'}¥{abs(week) / 100:,.0f}"
    return f"{week:+,.1f}"


def goals(shown: Shown, bp: Blueprint) -> dict[str, Any]:
    """The cards, how many goals stand where, and the pains that no goal answers."""
    now = board() if shown.is_current else None
    scores = {one.goal.id: one for one in now.goals} if now else {}
    pains = {one.id: one.text for one in bp.enterprise.pains}
    names = [(one.name, set(one.serves)) for one in bp.scenarios]
    cards = []
    for goal in bp.goals:
        unit = goal_unit(goal, bp)
        served = tuple(name for name, serves in names if goal.id in serves)
        pain = pains.get(goal.pain or "", "")
        cards.append(Card(goal, pain, metric_words(goal.metric, bp), unit, served, scores.get(goal.id)))
    counts = [
        (*STATUSES[status], sum(one.score is not None and one.score.status == status for one in cards))
        for status in ORDER
    ]
    answered = {goal.pain for goal in bp.goals}
    return {
        "cards": cards,
        "statuses": [entry for entry in counts if entry[2]],
        "unanswered": [one.text for one in bp.enterprise.pains if one.id not in answered],
        "launch_end": shown.launch_end,
        "days_to_launch": (shown.launch_end - shown.today).days if shown.launch_end else None,
        "board": now,
        "coverage": summary(now.coverage, now.alarms, shown.misfits) if now else None,
    }
