"""Adding up properties exactly: as whole numbers, so that the order of adding never matters on any engine."""

from __future__ import annotations

from fangcun.insight.analytics.engines import Dialect

# Beyond it a floating-point number is no longer exact to one.
LARGEST = 9_000_000_000_000_000


def amount_sql(prop: str, dialect: Dialect, *, scale: int = 1) -> str:
    """A property × `scale` as a whole number, rounded half up; 0 when it is no number or beyond 9 × 10^15.

    `prop` names the parameter that holds its name.
    """
    number = dialect.number(prop)
    scaled = number if scale == 1 else f"({number} * {scale})"
    return f"(CASE WHEN abs({scaled}) <= {LARGEST} THEN CAST(floor({scaled} + 0.5) AS BIGINT) ELSE 0 END)"
