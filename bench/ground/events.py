"""A shop's quarter of a year on phones: realistic events in any number, the same every time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

DAYS = 90
FIRST = dt.date(2026, 8, 1)
SHAPE = "3"  # of the folder's content: another number, another folder

# Persons come as often as Zipf says; a visit has a handful of events with pauses of some seconds between them; the day
# has its hours and the shop its evenings. Chance is `hash`, so nothing depends on the number of threads.
_VISITS = """
CREATE TABLE visits AS
WITH drawn AS (
    SELECT s, unit(s, 1) AS a, unit(s, 2) AS b, unit(s, 3) AS c, unit(s, 4) AS d, unit(s, 5) AS e, unit(s, 6) AS f
    FROM range($visits) r(s))
SELECT s, CAST(floor($persons * pow(a, 3.0)) AS BIGINT) AS who,
       $start + CAST(floor(b * $days) AS BIGINT) * 86400000
           + CAST(floor((CASE WHEN c < 0.6 THEN 10 + 5 * unit(s, 7) ELSE 24 * unit(s, 8) END) * 3600000) AS BIGINT)
           % 86400000 AS began,
       least(1 + CAST(floor(-ln(1 - d * 0.9999) * 4.2) AS BIGINT), 60) AS length,
       [1001, 1089, 1007, 1011, 1047, 1008, 1035, 1037, 1058, 1154][1 + CAST(floor(10 * pow(e, 1.8)) AS BIGINT)]
           AS scene,
       CASE WHEN f < 0.55 THEN '' ELSE 'channel_' || CAST(floor(40 * pow(unit(s, 9), 2)) AS BIGINT) END AS channel
FROM drawn
"""
_EVENTS = """
CREATE TABLE events AS
WITH steps AS (
    SELECT s, who, began, scene, channel, unnest(range(length)) AS k FROM visits),
drawn AS (
    SELECT *, unit(s * 64 + k, 11) AS x, unit(s * 64 + k, 12) AS y, unit(s * 64 + k, 13) AS z FROM steps),
named AS (
    SELECT *, CASE WHEN k = 0 THEN 'app_shown' WHEN k = 1 OR x < 0.34 THEN 'page_viewed'
        WHEN x < 0.62 THEN 'goods_viewed' WHEN x < 0.70 THEN 'search_done' WHEN x < 0.78 THEN 'cart_added'
        WHEN x < 0.815 THEN 'order_submitted' WHEN x < 0.84 THEN 'order_paid' WHEN x < 0.86 THEN 'page_shared'
        ELSE 'event_' || CAST(1 + floor(22 * pow(y, 2.2)) AS BIGINT) END AS event,
        CASE WHEN k = 0 THEN 0 WHEN unit(s * 64 + k, 14) < 0.005 THEN 0
             ELSE CAST(800 - ln(1 - z * 0.9999) * 19000 AS BIGINT) END AS pause
    FROM drawn),
placed AS (
    SELECT *, began + sum(pause) OVER (PARTITION BY s ORDER BY k ROWS UNBOUNDED PRECEDING) AS moment FROM named)
SELECT event, CAST(2 * who + (who % 5) // 3 AS BIGINT) AS person, CAST(moment AS BIGINT) AS ts,
    CAST(1 + who % 2 AS BIGINT) AS program,
    printf('%08x-%04x', s, hash(s) % 65536) AS session,
    CASE WHEN event IN ('page_viewed', 'page_shared') THEN '/pages/p' || CAST(floor(60 * pow(y, 2)) AS BIGINT)
         WHEN event = 'goods_viewed' THEN '/pages-goods/goods/goods' ELSE '' END AS page,
    CASE event
        WHEN 'app_shown' THEN '{"scene":' || scene || ',"channel":"' || channel || '"}'
        WHEN 'goods_viewed' THEN '{"product_id":' || CAST(1 + floor(2000 * pow(y, 2)) AS BIGINT) || ',"source":"'
            || ['home', 'search', 'category', 'share', 'cart'][1 + CAST(floor(5 * z) AS BIGINT)] || '"}'
        WHEN 'order_paid' THEN '{"order_number":"' || (s * 64 + k)
            || '","amount":' || CAST(990 + floor(30000 * y * y) AS BIGINT) || '}'
        ELSE '{}' END AS props,
    printf('%016x', s * 64 + k) AS id, CAST(who AS BIGINT) AS device, CAST(NULL AS BIGINT) AS member
FROM placed
"""


def made(folder: Path, *, events: int, persons: int = 500_000) -> tuple[str, ...]:
    """Sealed files of about so many events, a file for each day; made once and kept in `folder`."""
    home = folder / f"{events}-{persons}-{SHAPE}"
    if not (home / "whole").exists():
        home.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(
            str(home / "stage.duckdb"), config={"temp_directory": str(home / "tmp")}
        ) as connection:
            _generate(connection, home, events, persons)
        (home / "stage.duckdb").unlink()
        (home / "whole").touch()
    return tuple(str(path) for path in sorted(home.glob("*.parquet")))


def _generate(connection: duckdb.DuckDBPyConnection, home: Path, events: int, persons: int) -> None:
    connection.execute(
        "CREATE MACRO unit(n, salt) AS (hash(n::BIGINT, salt::INTEGER, 20261126) >> 11)::DOUBLE / 9007199254740992.0"
    )
    start = int(dt.datetime.combine(FIRST, dt.time.min, tzinfo=dt.UTC).timestamp() * 1000)
    connection.execute(
        _VISITS, {"visits": round(events / 4.72), "persons": persons, "days": DAYS, "start": start}
    )
    connection.execute(_EVENTS)
    for day in range(DAYS + 1):
        low = start + day * 86_400_000
        connection.execute(
            f"""COPY (SELECT * FROM events WHERE ts >= {low} AND ts < {low + 86_400_000} ORDER BY event, person, ts, id)
            TO '{home}/{FIRST + dt.timedelta(days=day)}.parquet' (FORMAT parquet, COMPRESSION zstd)"""
        )
