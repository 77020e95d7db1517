"""What a visit is, in SQL: events of one session of a person, or without any until half an hour passes."""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

from typing import Any

from fangcun.insight.analytics.engines import Dialect, Engine
from fangcun.insight.analytics.moments import DAY_MS
from fangcun.insight.analytics.scope import has
from fangcun.insight.analytics.spans import Span
from fangcun.insight.tracking.intake import SERVER_FACTS

IDLE_MS = 30 * 60_000
# A visit that began before the span, or goes on after it, is looked at for so long.
AROUND_MS = DAY_MS
# What the server knows by itself happened in no visit.
FACTS = sorted({*SERVER_FACTS, "goods_bought"})
_LISTED = ", ".join(f"'{name}'" for name in FACTS)
ON_SCREEN = f"event NOT IN ({_LISTED})"
SESSION, NO_SESSION = "session <> ''", f"session = '' AND {ON_SCREEN}"

# A moment and the place of a name in one number: the least is the earliest, the first by name among equals.
PLACES = 1_000_000


def limits(span: Span) -> dict[str, Any]:
    """The parameters of statements about visits: $since and $until of the span, $from and $to of what is looked at."""
    return {
        "since": span.start_ms,
        "until": span.end_ms,
        "from": span.start_ms - AROUND_MS,
        "to": span.end_ms + AROUND_MS,
    }


def views_of(engine: Engine, span: Span) -> str:
    """The condition for a page view. In a log that knows no `page_viewed` every event is one."""
    viewed = "event = 'page_viewed'"
    return viewed if has(engine, viewed, since_ms=span.start_ms, until_ms=span.end_ms) else ON_SCREEN


def session_key(dialect: Dialect) -> str:
    """What tells sessions of one person apart. Short numbers instead of texts, where an engine has them at hand."""
    return "hash(session)" if dialect.asof else "session"


def cut_table(who: str, columns: str = "") -> str:
    """`cut(person, ts, event, page, n…)`: events without a session, n numbers the visits of a person.

    `columns` are others of `ev` to keep, each with a comma before it.
    """
    before = "max(ts) OVER (PARTITION BY person ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    return f"""gap AS (SELECT person, ts, event, page{columns},
                CASE WHEN ts - {before} > {IDLE_MS} THEN 1 ELSE 0 END AS fresh
            FROM ev WHERE {NO_SESSION} AND {who} AND ts >= $from AND ts < $to),
        cut AS (SELECT person, ts, event, page{columns}, sum(fresh) OVER (PARTITION BY person ORDER BY ts, fresh DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM gap)"""


def place_table(name: str, values: str) -> str:
    """`name(v, k)`: the values of a relation with a column v, numbered from 1 by name; past a million none."""
    return f"""{name} AS (SELECT v, k FROM (SELECT v, row_number() OVER (ORDER BY v) AS k
            FROM (SELECT DISTINCT v FROM {values}) d) r WHERE k < {PLACES})"""


def moment_of(number: str, dialect: Dialect) -> str:
    """The moment in a number made of moment and place."""
    return dialect.whole(number, PLACES)


def place_of(number: str, dialect: Dialect) -> str:
    """The place in it."""
    return f"({number} - ({dialect.whole(number, PLACES)}) * {PLACES})"
