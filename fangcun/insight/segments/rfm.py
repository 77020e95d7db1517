"""Who bought last, most often and most: five steps each, and eight groups with names.

Each buyer gets a score from 1 to 5 for recency (the last payment), frequency (payments) and money (fen):
5 × (rank - 1) ÷ buyers, rounded down, + 1, where the rank is that of the smallest among equals. So equal buyers have
equal scores, on every engine. Somebody scores high with 4 or 5.
"""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from fangcun.insight.analytics.engines import Dialect, Engine
from fangcun.insight.analytics.moments import END_OF_TIME
from fangcun.insight.analytics.scope import program_of
from fangcun.insight.analytics.spans import USUAL_DAYS, Params, Span, one, span_of
from fangcun.insight.segments.amounts import amount_sql

HIGH = 4
PAID, AMOUNT = "order_paid", "amount"

# key: (recency, frequency, money) are high, name
GROUPS: dict[str, tuple[tuple[bool, bool, bool], str | Promise]] = {
    "key_value": ((True, True, True), gettext_lazy("重要价值客户")),
    "key_develop": ((True, False, True), gettext_lazy("重要发展客户")),
    "key_keep": ((False, True, True), gettext_lazy("重要保持客户")),
    "key_win_back": ((False, False, True), gettext_lazy("重要挽留客户")),
    "value": ((True, True, False), gettext_lazy("一般价值客户")),
    "develop": ((True, False, False), gettext_lazy("一般发展客户")),
    "keep": ((False, True, False), gettext_lazy("一般保持客户")),
    "win_back": ((False, False, False), gettext_lazy("一般挽留客户")),
}
MEANINGS: dict[str, str | Promise] = {
    "key_value": gettext_lazy("最近买过，买得勤，花得多"),
    "key_develop": gettext_lazy("最近买过，花得多，但次数少"),
    "key_keep": gettext_lazy("买得勤，花得多，但有一阵没来了"),
    "key_win_back": gettext_lazy("花得多，但次数少，也有一阵没来了"),
    "value": gettext_lazy("最近买过，买得勤，但花得少"),
    "develop": gettext_lazy("最近买过，但次数少，花得也少"),
    "keep": gettext_lazy("买得勤，但花得少，也有一阵没来了"),
    "win_back": gettext_lazy("次数少，花得少，也有一阵没来了"),
}


@dataclass(frozen=True, slots=True)
class Score:
    """One buyer's scores, each 1 to 5, and what they are made of (epoch ms, payments, fen)."""

    r: int
    f: int
    m: int
    last_ms: int
    orders: int
    amount_fen: int

    @property
    def group(self) -> str:
        """The key of the named group."""
        return group_of(self.r, self.f, self.m)


def group_of(r: int, f: int, m: int) -> str:
    """The key of the named group that these scores belong to."""
    high = (r >= HIGH, f >= HIGH, m >= HIGH)
    return next(key for key, (wanted, _name) in GROUPS.items() if wanted == high)


def group_sql() -> str:
    """The key of the named group of a row of `rfm`, from our own words only."""
    arms = (
        "WHEN "
        + " AND ".join(
            f"{column} {'>=' if is_high else '<'} {HIGH}" for column, is_high in zip("rfm", high, strict=True)
        )
        + f" THEN '{key}'"
        for key, (high, _name) in GROUPS.items()
    )
    return f"(CASE {' '.join(arms)} END)"


def scores_sql(
    dialect: Dialect,
    *,
    until_ms: int,
    since_ms: int | None = None,
    event: str = PAID,
    amount: str = AMOUNT,
    among: bool = False,
) -> tuple[str, dict[str, Any]]:
    """Tables of a WITH, the last of them rfm(person, r, f, m, last_ms, orders, fen), and their parameters.

    With `among` only its persons are compared with each other.
    """
    params: dict[str, Any] = {"rfm_event": event, "rfm_amount": amount, "rfm_until": until_ms}
    limits = "ts < $rfm_until"
    if since_ms is not None:
        limits += " AND ts >= $rfm_since"
        params["rfm_since"] = since_ms
    if among:
        limits += " AND person IN (SELECT person FROM among)"
    sql = f"""rfm_buyer AS (
            SELECT person, max(ts) AS last_ms, count(*) AS orders, sum({amount_sql("rfm_amount", dialect)}) AS fen
            FROM ev WHERE event = $rfm_event AND person IS NOT NULL AND {limits} GROUP BY person),
        rfm_rank AS (
            SELECT person, last_ms, orders, fen, count(*) OVER () AS n,
                   5 * (rank() OVER (ORDER BY last_ms) - 1) AS by_last,
                   5 * (rank() OVER (ORDER BY orders) - 1) AS by_orders,
                   5 * (rank() OVER (ORDER BY fen) - 1) AS by_fen
            FROM rfm_buyer),
        rfm AS (
            SELECT person, {_fifth("by_last")} AS r, {_fifth("by_orders")} AS f, {_fifth("by_fen")} AS m,
                   last_ms, orders, fen
            FROM rfm_rank)"""
    return sql, params


def _fifth(column: str) -> str:
    """`column` ÷ n rounded down, + 1. It is less than 5 n."""
    return " + ".join(["1", *(f"CASE WHEN {column} >= {k} * n THEN 1 ELSE 0 END" for k in range(1, 5))])


@dataclass(frozen=True, slots=True)
class RfmGroup:
    """One of the eight groups: how many buyers, their share of all buyers, payments and fen."""

    key: str
    name: str
    meaning: str
    persons: int
    share: float | None
    orders: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class RfmCell:
    """How many buyers have these three scores."""

    r: int
    f: int
    m: int
    persons: int


@dataclass(frozen=True, slots=True)
class RfmAnswer:
    """All eight groups in a fixed order, and the cells in which there is somebody."""

    persons: int
    groups: tuple[RfmGroup, ...]
    cells: tuple[RfmCell, ...]


@dataclass(frozen=True, slots=True)
class RfmQuestion:
    """All buyers, scored against each other.

    Address: `days` (the last so many; without it everything), `event` and `amount` (the payment and the property
    that says how many fen; order_paid and amount), `program`, `segment`.
    """

    kind: ClassVar[str] = "rfm"

    span: Span | None = None
    event: str = PAID
    amount: str = AMOUNT
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read it from an address. Raises QuestionInvalid."""
        given = any(one(params, name) for name in ("days", "from", "to"))
        return cls(
            span=span_of(params) if given else None,
            event=one(params, "event", PAID) or PAID,
            amount=one(params, "amount", AMOUNT) or AMOUNT,
            program=program_of(params),
            segment=one(params, "segment"),
        )

    def params(self) -> list[tuple[str, str]]:
        """Its address."""
        usual = {"event": PAID, "amount": AMOUNT, "program": None, "segment": ""}
        given = [(name, getattr(self, name), value) for name, value in usual.items()]
        said = [(name, str(value)) for name, value, default in given if value != default]
        if self.span is None:
            return said
        return [*(self.span.params() or [("days", str(USUAL_DAYS))]), *said]

    def reads(self) -> Mapping[str, Any]:
        """The span of it, of one mini program."""
        found: dict[str, Any] = {} if self.program is None else {"program_id": self.program}
        if self.span is not None:
            found |= {"since_ms": self.span.start_ms, "until_ms": self.span.end_ms}
        return found

    def tables(self, engine: Engine) -> tuple[str, dict[str, Any]]:
        """Tables of a WITH that score its buyers, and their parameters; see `scores_sql`."""
        if self.among is not None:
            engine.put("among", self.among)
        return scores_sql(
            engine.dialect,
            since_ms=None if self.span is None else self.span.start_ms,
            until_ms=END_OF_TIME if self.span is None else self.span.end_ms,
            event=self.event,
            amount=self.amount,
            among=self.among is not None,
        )

    def answer(self, engine: Engine) -> RfmAnswer:
        """Count every cell; the groups are sums of cells."""
        tables, params = self.tables(engine)
        rows = engine.rows(
            f"WITH {tables} SELECT r, f, m, count(*), sum(orders), sum(fen) FROM rfm"
            " GROUP BY r, f, m ORDER BY r DESC, f DESC, m DESC",
            params,
        )
        persons = sum(row[3] for row in rows)
        sums = {key: [0, 0, 0] for key in GROUPS}
        for r, f, m, *numbers in rows:
            sums[group_of(r, f, m)] = [
                a + int(b) for a, b in zip(sums[group_of(r, f, m)], numbers, strict=True)
            ]
        groups = tuple(
            RfmGroup(key, str(name), str(MEANINGS[key]), n, n / persons if persons else None, orders, amount)
            for (key, (_high, name)), (n, orders, amount) in zip(GROUPS.items(), sums.values(), strict=True)
        )
        return RfmAnswer(persons, groups, tuple(RfmCell(r, f, m, n) for r, f, m, n, *_ in rows))


@dataclass(frozen=True, slots=True)
class ScoresQuestion:
    """The score of every buyer, by his number. Address as that of RfmQuestion."""

    kind: ClassVar[str] = "scores"

    rfm: RfmQuestion

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read it from an address. Raises QuestionInvalid."""
        return cls(RfmQuestion.of(params))

    def params(self) -> list[tuple[str, str]]:
        """Its address."""
        return self.rfm.params()

    def reads(self) -> Mapping[str, Any]:
        """What the groups read."""
        return self.rfm.reads()

    def answer(self, engine: Engine) -> tuple[tuple[int, Score], ...]:
        """Pairs of person and score."""
        tables, params = self.rfm.tables(engine)
        sql = f"WITH {tables} SELECT person, r, f, m, last_ms, orders, fen FROM rfm ORDER BY person"
        return tuple((person, Score(*map(int, numbers))) for person, *numbers in engine.rows(sql, params))
