"""Who was lost at a step of a funnel: those who did the required step before it, and not this one."""

# ruff: noqa: S608 - the text is made of step numbers only; the limit is a number

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs

from django.utils.translation import gettext as _

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.funnels.answer import form_of, reached_sql
from fangcun.insight.analytics.funnels.question import FunnelQuestion
from fangcun.insight.analytics.funnels.source import PERSON
from fangcun.insight.analytics.funnels.steps import MOST_STEPS
from fangcun.insight.analytics.scope import number_of
from fangcun.insight.analytics.spans import Params

MOST_DROPPED = 1_000_000


@dataclass(frozen=True, slots=True)
class DroppedQuestion:
    """The persons whose chosen attempt did the required step before `step`, and not this one.

    Steps are numbered from 1 without the excluded ones; the first can't be the one.
    """

    funnel: FunnelQuestion
    step: int

    kind: ClassVar[str] = "dropped"

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read a funnel's address with `dropped`, the number of the step. Raises QuestionInvalid."""
        question = cls(FunnelQuestion.of(params), number_of(params, "dropped", 2, least=2, most=MOST_STEPS))
        check(question.funnel, question.step)
        return question

    @classmethod
    def at(cls, address: str) -> Self:
        """Read an address, with or without its question mark. Raises QuestionInvalid."""
        return cls.of(parse_qs(address.removeprefix("?"), keep_blank_values=True))

    @property
    def among(self) -> tuple[int, ...] | None:
        """The only persons whose events count, if not None."""
        return self.funnel.among

    def params(self) -> list[tuple[str, str]]:
        """What `of` reads the same question from."""
        return [*self.funnel.params(), ("dropped", str(self.step))]

    def reads(self) -> Mapping[str, Any]:
        """What the funnel reads."""
        return self.funnel.reads()

    def answer(self, engine: Engine) -> tuple[int, ...]:
        """The persons in order of their numbers, at most a million."""
        return tuple(dropped(self.funnel, self.step, engine=engine, limit=MOST_DROPPED))


def dropped(question: FunnelQuestion, step: int, *, engine: Engine, limit: int) -> list[int]:
    """The persons lost at a step (from 2, excluded ones not counted), in order of their numbers, at most `limit`.

    Raises QuestionInvalid for a step that there is not, and for a funnel that doesn't count persons.
    """
    check(question, step)
    # Nobody's list depends on groups or on the trend.
    plan = replace(question, by="", every="").plan(engine, everyone=step == 2)
    form = form_of(plan, engine.dialect)
    before = step - 1 if plan.order == "unordered" else plan.way.required[plan.way.before(step) - 1]
    came, went = (reached_sql(plan.way, n, plan.order) for n in (before, step))
    rows = engine.rows(
        f"""WITH {", ".join(form.tables)} SELECT unit FROM att WHERE {came} AND NOT ({went})
        ORDER BY unit LIMIT {int(limit)}""",
        question.values() | form.params,
    )
    return [row[0] for row in rows]


def check(question: FunnelQuestion, step: int) -> None:
    """Raise QuestionInvalid unless somebody can be lost at this step, and be named."""
    if not 2 <= step <= len(question.way().counted):
        raise QuestionInvalid(_("漏斗里没有第 {number} 步可以流失"), number=step)
    if question.key != PERSON:
        raise QuestionInvalid(_("只有按人统计的漏斗才有流失名单"))
