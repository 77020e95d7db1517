"""Whose events a question is about, and small values in its address."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.spans import Params, one

# The mini program was open.
VISITS = ("app_shown", "page_viewed")
VISITED_SQL = "event IN ('app_shown', 'page_viewed')"
MOST_GROUPS = 50


def number_of(params: Params, name: str, default: int, *, least: int, most: int) -> int:
    """A whole number of the address. Raises QuestionInvalid unless it lies between these two."""
    text = one(params, name)
    if not text:
        return default
    if not (text.isdecimal() and least <= int(text) <= most):
        raise QuestionInvalid(
            _("{name} 应为 {least} 到 {most} 的整数"), name=name, least=least, most=most, given=text
        )
    return int(text)


def choice_of(params: Params, name: str, choices: Sequence[str], default: str) -> str:
    """One of a few words. Raises QuestionInvalid for another."""
    text = one(params, name) or default
    if text not in choices:
        raise QuestionInvalid(_("{name} 应为其中之一：{choices}"), name=name, choices="、".join(choices))
    return text


def program_of(params: Params) -> int | None:
    """The number of the mini program, None for all of them. Raises QuestionInvalid for what is no number."""
    text = one(params, "program")
    if text and not text.isdecimal():
        raise QuestionInvalid(_("没有编号为“{program}”的小程序"), program=text)
    return int(text) if text else None


def somebody_sql(engine: Engine, among: tuple[int, ...] | None) -> str:
    """A condition on `person`: somebody, and one of these when there is a limit."""
    if among is None:
        return "person IS NOT NULL"
    engine.put("among", among)
    return "person IN (SELECT person FROM among)"


def has(engine: Engine, condition: str, *, since_ms: int, until_ms: int) -> bool:
    """Whether there is any event like this in [since, until). `condition` has no parameters."""
    sql = f"SELECT 1 AS found FROM ev WHERE {condition} AND ts >= $since AND ts < $until LIMIT 1"  # noqa: S608
    return bool(engine.rows(sql, {"since": since_ms, "until": until_ms}))
