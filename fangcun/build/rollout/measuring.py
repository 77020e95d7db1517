"""What the persons of each version did: the events' part of a version's health.

Who opened the mini program on a day, as `app_shown` says with its version, counts as one person of that day and
version from that moment on; what he did within the next half hour is his. Only persons whose half hour is over are
counted, so that who came a minute ago does not look like one who bought nothing.
"""

# ruff: noqa: S608 - the text holds our own words; what people write travels as parameters

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from fangcun.build.rollout.moving import HOUR_MS
from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.moments import date_of
from fangcun.insight.analytics.spans import Span, day_sql

WINDOW_MS = 30 * 60_000
# A failure while the app starts is told before the app says that it was shown.
BEFORE_MS = 60_000


class Done(NamedTuple):
    """Persons who opened the mini program in one hour, and those of them whose code failed, who viewed goods, and
    who viewed goods and submitted an order.
    """

    persons: int
    failed: int
    viewed: int
    ordered: int


@dataclass(frozen=True, slots=True)
class VersionQuestion:
    """What persons of two versions did, by the hour in which they came, from `since_ms` to before `until_ms`."""

    versions: tuple[str, str]
    program_id: int
    since_ms: int
    until_ms: int

    kind: ClassVar[str] = "versions"

    def params(self) -> list[tuple[str, str]]:
        return [("versions", repr(self))]

    def reads(self) -> Mapping[str, Any]:
        since, until = self.since_ms - BEFORE_MS, self.until_ms + WINDOW_MS + 1
        return {"since_ms": since, "until_ms": until, "program_id": self.program_id}

    def answer(self, engine: Engine) -> dict[tuple[str, int], Done]:
        """Count, by version and hour (from 1970-01-01 UTC). Pure but for the engine."""
        dialect = engine.dialect
        day = day_sql("ts", Span(date_of(self.since_ms), date_of(self.until_ms)), dialect)
        version, hour = dialect.text("prop_version"), dialect.whole("ts", HOUR_MS)
        sql = f"""
WITH shown AS (SELECT person, {version} AS version, {day} AS day, ts FROM ev
               WHERE event = $shown AND person IS NOT NULL AND ts >= $since AND ts < $until),
came AS (SELECT person, version, day, min(ts) AS ts FROM shown
         WHERE version IN ($candidate, $running) GROUP BY 1, 2, 3),
acts AS (SELECT person, event, ts FROM ev
         WHERE event IN ($failed, $viewed, $ordered) AND person IS NOT NULL AND ts >= $first AND ts <= $last),
did AS (SELECT c.person AS person, c.version AS version, c.day AS day,
          max(CASE WHEN a.event = $failed THEN 1 ELSE 0 END) AS failed,
          max(CASE WHEN a.event = $viewed AND a.ts >= c.ts THEN 1 ELSE 0 END) AS viewed,
          max(CASE WHEN a.event = $ordered AND a.ts >= c.ts THEN 1 ELSE 0 END) AS ordered
        FROM came AS c JOIN acts AS a ON a.person = c.person
        WHERE a.ts >= c.ts - $before AND a.ts <= c.ts + $window GROUP BY 1, 2, 3),
known AS (SELECT c.version AS version, {hour.replace("ts", "c.ts")} AS hour, coalesce(d.failed, 0) AS failed,
            coalesce(d.viewed, 0) AS viewed, coalesce(d.ordered, 0) AS ordered
          FROM came AS c LEFT JOIN did AS d ON d.person = c.person AND d.version = c.version AND d.day = c.day)
SELECT version, hour, count(*) AS persons, sum(failed) AS failed, sum(viewed) AS viewed,
       sum(viewed * ordered) AS ordered
FROM known GROUP BY 1, 2"""
        rows = engine.rows(
            sql,
            {
                "prop_version": "version",
                "candidate": self.versions[0],
                "running": self.versions[1],
                "shown": "app_shown",
                "failed": "app_failed",
                "viewed": "goods_viewed",
                "ordered": "order_submitted",
                "since": self.since_ms,
                "until": self.until_ms,
                "first": self.since_ms - BEFORE_MS,
                "last": self.until_ms + WINDOW_MS,
                "before": BEFORE_MS,
                "window": WINDOW_MS,
            },
        )
        return {(str(name), int(hour)): Done(*map(int, numbers)) for name, hour, *numbers in rows}
