"""The portable SQL of experiments: who was first shown what, and what he did afterwards."""

# ruff: noqa: S608 - the text holds our own words; what people write travels as parameters

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fangcun.insight.analytics.conditions import condition_sql, conditions
from fangcun.insight.analytics.engines import Dialect
from fangcun.insight.experiments.design import CONVERSION, MetricSpec

EXPOSED = "experiment_exposed"
_ALL = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
_SO_FAR = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"


def firsts_sql(key: str, variants: Sequence[str], dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """Tables ending in `firsts(person, variant, ts, crossed)`: the first exposure of each person from $since to $until.

    `crossed` is 1 when he was shown another variant too. What names no variant of the experiment is no exposure.
    """
    names = {f"variant_{n}": name for n, name in enumerate(variants)}
    listed = ", ".join(f"${name}" for name in names)
    each = "PARTITION BY person ORDER BY ts, id, variant"
    sql = f"""
seen AS (SELECT person, ts, id, {dialect.text("prop_variant")} AS variant FROM ev
         WHERE event = $exposed AND person IS NOT NULL AND ts >= $since AND ts < $until
           AND {dialect.text("prop_experiment")} = $experiment),
known AS (SELECT person, ts, id, variant FROM seen WHERE variant IN ({listed})),
ranked AS (SELECT person, ts, variant, row_number() OVER ({each}) AS nth,
             min(variant) OVER ({each} {_ALL}) AS least, max(variant) OVER ({each} {_ALL}) AS greatest
           FROM known),
firsts AS (SELECT person, variant, ts, CASE WHEN least = greatest THEN 0 ELSE 1 END AS crossed
           FROM ranked WHERE nth = 1)"""
    return sql, {
        **names,
        "exposed": EXPOSED,
        "experiment": key,
        "prop_experiment": "experiment",
        "prop_variant": "variant",
    }


def exposed_sql(firsts: str, day: str) -> str:
    """By day and variant: persons up to $cut, those of them whose window is not over at $at, crossovers, later persons.

    Crossovers are told by the variant they saw first, and are in none of the other numbers.
    """
    return f"""WITH {firsts}
SELECT {day} AS day, variant,
       sum(CASE WHEN crossed = 0 AND ts <= $cut THEN 1 ELSE 0 END) AS persons,
       sum(CASE WHEN crossed = 0 AND ts <= $cut AND ts + $window >= $at THEN 1 ELSE 0 END) AS young,
       sum(crossed) AS crossovers,
       sum(CASE WHEN crossed = 0 AND ts > $cut THEN 1 ELSE 0 END) AS late
FROM firsts GROUP BY 1, 2 ORDER BY 1, 2"""


def horizon_sql(firsts: str, needed: Sequence[tuple[str, int]]) -> tuple[str, dict[str, Any]]:
    """How many variants have the persons they need, and the moment at which the last of these got its last one."""
    params: dict[str, Any] = {}
    arms = []
    for n, (name, need) in enumerate(needed):
        params |= {f"needs_{n}": name, f"need_{n}": need}
        arms.append(f"(variant = $needs_{n} AND nth = $need_{n})")
    sql = f"""WITH {firsts},
placed AS (SELECT variant, ts, row_number() OVER (PARTITION BY variant ORDER BY ts, person) AS nth
           FROM firsts WHERE crossed = 0)
SELECT count(*) AS reached, max(ts) AS moment FROM placed WHERE {" OR ".join(arms)}"""
    return sql, params


def clean_sql(firsts: str) -> str:
    """Tables ending in `clean(person, variant, ts)`: the first exposures that count."""
    return f"{firsts}, clean AS (SELECT person, variant, ts FROM firsts WHERE crossed = 0 AND ts <= $cut)"


def done_sql(clean: str, metric: MetricSpec, day: str, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """What each day added to a metric, by variant, within $window of each person's moment in `clean`, before $at.

    (day, variant, persons who did it for the first time, sum of values, sum of squares). Squares add up over the
    days, because a day adds what the square of a person's sum has grown by.
    """
    where, params = condition_sql(conditions(metric.where), dialect, "where")
    params |= {"event": metric.event}
    if metric.kind == CONVERSION:
        amount, grown = "0", "CASE WHEN nth = 1 THEN 1 ELSE 0 END AS now, 0 AS was"
    else:
        params["prop"] = metric.prop
        amount, grown = f"coalesce({dialect.number('prop')}, 0)", "total AS now, total - added AS was"
        if metric.cap is not None:
            params["cap"] = float(metric.cap)
            grown = (
                "CASE WHEN total > $cap THEN $cap ELSE total END AS now, "
                "CASE WHEN total - added > $cap THEN $cap ELSE total - added END AS was"
            )
    sql = f"""WITH {clean},
acts AS (SELECT person, ts, {amount} AS amount FROM ev
         WHERE event = $event AND person IS NOT NULL AND ts >= $since AND ts < $at AND {where}),
hits AS (SELECT c.person AS person, c.variant AS variant, a.ts AS ts, a.amount AS amount
         FROM acts AS a JOIN clean AS c ON a.person = c.person
         WHERE a.ts >= c.ts AND a.ts <= c.ts + $window),
daily AS (SELECT person, variant, {day} AS day, sum(amount) AS added FROM hits GROUP BY 1, 2, 3),
growing AS (SELECT variant, day, added, row_number() OVER (PARTITION BY person ORDER BY day) AS nth,
              sum(added) OVER (PARTITION BY person ORDER BY day {_SO_FAR}) AS total
            FROM daily),
grown AS (SELECT variant, day, nth, {grown} FROM growing)
SELECT day, variant, sum(CASE WHEN nth = 1 THEN 1 ELSE 0 END) AS persons, sum(now - was) AS values_added,
       sum(now * now - was * was) AS squares_added
FROM grown GROUP BY 1, 2 ORDER BY 1, 2"""
    return sql, params
