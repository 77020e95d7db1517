"""What engines write differently. Everything else in the SQL of questions is the same on all of them.

Portable SQL keeps to: common table expressions, joins by equality, searched CASE, `sum(CASE …)` instead of FILTER,
window functions with an explicit frame, integers for moments (epoch ms) and amounts, exact `count(DISTINCT …)`.
Values travel as parameters, written `$name`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Dialect(Protocol):
    """The few expressions whose text depends on the engine."""

    @property
    def name(self) -> str: ...

    @property
    def asof(self) -> bool:
        """Whether the engine has ASOF joins and the short forms built on them."""

    def text(self, prop: str) -> str:
        """A property as text, NULL when the event has none; `prop` names the parameter that holds its name."""

    def number(self, prop: str) -> str:
        """A property as a floating-point number, NULL when it is none."""

    def whole(self, dividend: str, divisor: int) -> str:
        """How often the divisor goes into a whole number that is not negative."""

    def median(self, value: str) -> str:
        """The exact median of a group, between the two middle values when their number is even."""

    def quantile(self, value: str, share: float) -> str:
        """An exact quantile of a group, on the straight line between its neighbours."""


@dataclass(frozen=True, slots=True)
class DuckDialect:
    """DuckDB's words."""

    name: str = "duckdb"
    asof: bool = True

    def text(self, prop: str) -> str:
        found = f"json_extract_string(props, '/' || replace(replace(${prop}, '~', '~0'), '/', '~1'))"
        # Looking for the name first is three times as fast: texts come in dictionaries, which JSON functions don't
        # use. A name that is not written as it is has a backslash in it.
        named = f"contains(props, '\"' || ${prop} || '\"') OR contains(props, '\\')"
        return f"nullif(CASE WHEN {named} THEN {found} END, '')"

    def number(self, prop: str) -> str:
        return f"TRY_CAST({self.text(prop)} AS DOUBLE)"

    def whole(self, dividend: str, divisor: int) -> str:
        return f"({dividend}) // {divisor}"

    def median(self, value: str) -> str:
        return f"median({value})"

    def quantile(self, value: str, share: float) -> str:
        return f"quantile_cont({value}, {share})"
