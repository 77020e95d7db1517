"""The SQL of metrics: each statement answers for many spans at once, so that a series is one question.

The edges of all spans cut time into pieces. Events are added up once per piece, then the pieces per span. Somebody
with several pieces in a span is counted by the last of them only: the one whose next piece lies after the span.
The spans come as $n (their numbers), $low and $high (epoch ms, the end excluded).
"""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

_PIECES = """
span AS (SELECT unnest($n::INT[]) AS n, unnest($low::BIGINT[]) AS low, unnest($high::BIGINT[]) AS high),
edge AS (SELECT DISTINCT t FROM (SELECT low AS t FROM span UNION ALL SELECT high FROM span)),
piece AS (SELECT n, t, low, high FROM span JOIN edge ON t >= low AND t < high)"""


def matching(source: str, where: str) -> str:
    """A source of those events only."""
    return f"(SELECT * FROM {source} WHERE {where})"


def _hits(source: str, where: str, columns: str) -> str:
    return f"""hit AS (SELECT edge.t, {columns} FROM (
        SELECT * FROM {matching(source, where)} WHERE event = $event) x ASOF JOIN edge ON x.ts >= edge.t)"""


def count_sql(source: str, where: str) -> str:
    """Rows (n, events)."""
    return f"""WITH {_PIECES}, {_hits(source, where, "1 AS one")},
        part AS (SELECT t, count(*) AS c FROM hit GROUP BY t)
        SELECT n, sum(c) FROM piece JOIN part USING (t) GROUP BY n"""


def sum_sql(source: str, where: str, whole: str, fraction: str) -> str:
    """Rows (n, the sum of the whole numbers, that of the others, how many of the others)."""
    return f"""WITH {_PIECES}, {_hits(source, where, f"{whole} AS w, {fraction} AS f")},
        part AS (SELECT t, sum(w) AS w, fsum(f) AS f, count(f) AS c FROM hit GROUP BY t)
        SELECT n, sum(w), fsum(f), sum(c) FROM piece JOIN part USING (t) GROUP BY n"""


def persons_sql(source: str, where: str) -> str:
    """Rows (n, persons)."""
    return f"""WITH {_PIECES}, {_hits(source, where, "person")},
        part AS ({_last("person", "hit WHERE person IS NOT NULL")})
        SELECT n, sum(c) FROM piece JOIN part USING (t) WHERE next IS NULL OR next >= high GROUP BY n"""


def _last(unit: str, source: str) -> str:
    """Rows (t, next, c): how many have a piece at t and their next one there."""
    return f"""SELECT t, next, count(*) AS c FROM (
        SELECT t, lead(t) OVER (PARTITION BY {unit} ORDER BY t) AS next FROM (SELECT DISTINCT t, {unit} FROM {source}))
        GROUP BY ALL"""


def repeat_sql(source: str, where: str) -> str:
    """Rows (n, persons with the event twice or more, persons with it)."""
    return f"""WITH {_PIECES}, {_hits(source, where, "person")},
        part AS (SELECT t, person, count(*) AS c FROM hit WHERE person IS NOT NULL GROUP BY ALL),
        often AS (SELECT n, person, sum(c) AS c FROM piece JOIN part USING (t) GROUP BY ALL)
        SELECT n, count(*) FILTER (c >= 2), count(*) FROM often GROUP BY n"""


def conversion_sql(ends: str) -> str:
    """Rows (n, who reached the last step before the span's end, who began in the span).

    `ends` is what `ends_sql` says of the scenario. A later attempt never ends sooner than an earlier one, so in a
    span the first attempt that ever ended decides.
    """
    return f"""{ends}, {_PIECES},
        begun AS (SELECT edge.t, unit FROM start ASOF JOIN edge ON start.t >= edge.t),
        first AS ({_last("unit", "begun")}),
        entered AS (SELECT n, sum(c) AS c FROM piece JOIN first USING (t)
            WHERE next IS NULL OR next >= high GROUP BY n),
        ended AS (SELECT unit, edge.t, min(tn) AS done FROM attempt ASOF JOIN edge ON t1 >= edge.t
            GROUP BY ALL),
        whole AS (SELECT unit, ended.t, edge.t AS done, lag(ended.t) OVER (PARTITION BY unit ORDER BY ended.t) AS before
            FROM ended ASOF JOIN edge ON done >= edge.t),
        alike AS (SELECT t, done, before, count(*) AS c FROM whole GROUP BY ALL),
        reached AS (SELECT n, sum(c) AS c FROM piece JOIN alike USING (t)
            WHERE done < high AND (before IS NULL OR before < low) GROUP BY n)
        SELECT n, coalesce(reached.c, 0), entered.c FROM entered LEFT JOIN reached USING (n)"""


def retention_sql(source: str, where: str) -> str:
    """Rows (n, who came again, the cohort).

    Days are numbered: $days are their beginnings, $today the day that ends a span, $first the first day on which a
    cohort's return may fall to count in it. `where` looks at the first visit; who first came before $since is in no
    cohort. $later is how many days after the first a person should come again.
    """
    return f"""WITH
        day AS (SELECT unnest($days::BIGINT[]) AS t, unnest(range(len($days))) AS d),
        span AS (SELECT unnest($n::INT[]) AS n, unnest($first::BIGINT[]) AS first, unnest($today::BIGINT[]) AS today),
        seen AS (SELECT person, ts, ({where}) AS fits FROM {source}
            WHERE event IN ('app_shown', 'page_viewed') AND ts < $until AND person IS NOT NULL),
        visit AS (SELECT person, d, min(ts) AS ts, min(ts) FILTER (fits) AS fitting
            FROM seen ASOF JOIN day ON seen.ts >= day.t GROUP BY ALL),
        fresh AS (SELECT person, min(d) + $later AS back FROM visit GROUP BY person
            HAVING min(ts) >= $since AND min(ts) = min(fitting)),
        cohort AS (SELECT back, count(*) AS c, count(visit.person) AS again FROM fresh
            LEFT JOIN visit ON visit.person = fresh.person AND visit.d = back GROUP BY back)
        SELECT n, sum(again), sum(c) FROM span JOIN cohort ON back BETWEEN first AND today GROUP BY n"""
