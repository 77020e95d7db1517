"""Sharing: who brought whom.

A phone gives each share an id, tells below which share it hangs, and which share is the root; who comes by it reports
its id. An opener is a person other than the sharer who came by a share in the span. A newcomer is an opener whose
first event on record lies at most 30 minutes before he opened; he counts for the first share that he opened, once.
A buyer paid within 24 hours after he opened. What a sharer brought downstream are the newcomers of his shares and of
all that hang below them. Shares are known from all time, so that an old one still has its sharer.

The K-factor is newcomers ÷ sharers of the span; `per_visitor` is newcomers ÷ visitors, the classical one. A segment
limits the sharers.
"""

# ruff: noqa: S608 - the text holds names of columns and parameters only

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fangcun.insight.analytics.engines import Dialect, Engine
from fangcun.insight.analytics.moments import DAY_MS
from fangcun.insight.analytics.scope import (
    MOST_GROUPS,
    VISITED_SQL,
    number_of,
    program_of,
    somebody_sql,
)
from fangcun.insight.analytics.sharing_trees import (
    Counted,
    Level,
    Open,
    Share,
    SharedPage,
    ShareNode,
    Sharer,
    ShareRoot,
)
from fangcun.insight.analytics.spans import Params, Span, one, span_of
from fangcun.insight.analytics.visits.cutting import IDLE_MS

USUAL_SHARERS = 20
ORDER_MS = DAY_MS


@dataclass(frozen=True, slots=True)
class SharingAnswer:
    """Counts of the span; factors are None while there is nobody to divide by. The largest of each list come first.

    `tree` is that of the root asked for, else of the first of `roots`.
    """

    shares: int
    sharers: int
    opens: int
    newcomers: int
    buyers: int
    visitors: int
    levels: tuple[Level, ...]
    top: tuple[Sharer, ...]
    pages: tuple[SharedPage, ...]
    roots: tuple[ShareRoot, ...]
    tree: ShareNode | None

    @property
    def k_factor(self) -> float | None:
        """Newcomers that a sharer brings."""
        return self.newcomers / self.sharers if self.sharers else None

    @property
    def per_visitor(self) -> float | None:
        """Newcomers that a visitor brings."""
        return self.newcomers / self.visitors if self.visitors else None


@dataclass(frozen=True, slots=True)
class SharingQuestion:
    """What shares bring. `root` is the id of the root whose tree is wanted, `event` the purchase."""

    kind: ClassVar[str] = "sharing"

    span: Span
    root: str = ""
    event: str = "order_paid"
    top: int = USUAL_SHARERS
    program: int | None = None
    segment: str = ""
    among: tuple[int, ...] | None = None

    @classmethod
    def of(cls, params: Params) -> SharingQuestion:
        """Read a question. Raises QuestionInvalid."""
        return cls(
            span=span_of(params),
            root=one(params, "root"),
            event=one(params, "event") or "order_paid",
            top=number_of(params, "top", USUAL_SHARERS, least=1, most=MOST_GROUPS),
            program=program_of(params),
            segment=one(params, "segment"),
        )

    def params(self) -> list[tuple[str, str]]:
        """The address of this question."""
        given = [
            ("root", self.root),
            ("event", "" if self.event == "order_paid" else self.event),
            ("top", "" if self.top == USUAL_SHARERS else str(self.top)),
            ("program", "" if self.program is None else str(self.program)),
            ("segment", self.segment),
        ]
        return [*self.span.params(), *((name, value) for name, value in given if value)]

    def reads(self) -> Mapping[str, Any]:
        """From the beginning on: an old share may still bring people, and somebody new was never seen before."""
        return {"until_ms": self.span.end_ms + ORDER_MS, "program_id": self.program}

    def answer(self, engine: Engine) -> SharingAnswer:
        """Count."""
        who = somebody_sql(engine, self.among)
        since, until = self.span.start_ms, self.span.end_ms
        params = {
            "since": since,
            "until": until,
            "event": self.event,
            "share": "share_id",
            "parent": "parent_share_id",
            "root": "root_id",
        }
        shares = {row[0]: Share(*row) for row in engine.rows(_shares_sql(who, engine.dialect), params)}
        opens = [Open(*row) for row in engine.rows(_opens_sql(engine.dialect), params)]
        if self.among is not None:
            opens = [one for one in opens if one.share in shares]
        visited = f"{VISITED_SQL} AND {who} AND ts >= $since AND ts < $until"
        visitors = engine.rows(f"SELECT count(DISTINCT person) AS n FROM ev WHERE {visited}", params)[0][0]
        counted = Counted(shares, opens, since, until, IDLE_MS)
        roots = counted.roots(self.top)
        shared = [share for share in shares.values() if since <= share.ts < until]
        wanted = self.root or (roots[0].root_id if roots else "")
        return SharingAnswer(
            shares=len(shared),
            sharers=len({share.person for share in shared}),
            opens=len({one.person for one in counted.opens}),
            newcomers=len(counted.bringers),
            buyers=len({one.person for one in counted.opens if one.bought}),
            visitors=visitors,
            levels=counted.levels(),
            top=counted.sharers(self.top),
            pages=counted.pages(),
            roots=roots,
            tree=counted.tree(wanted) if wanted else None,
        )


def _shares_sql(who: str, dialect: Dialect) -> str:
    """Rows (share, parent, root, person, page, moment); of several with one id the first by moment and event id."""
    return f"""SELECT share, coalesce(parent, '') AS parent, coalesce(root, share) AS root, person, page, ts FROM (
        SELECT share, parent, root, person, page, ts,
            row_number() OVER (PARTITION BY share ORDER BY ts, id, person) AS r
        FROM (SELECT {dialect.text("share")} AS share, {dialect.text("parent")} AS parent,
                {dialect.text("root")} AS root, person, page, ts, id
            FROM ev WHERE event = 'page_shared' AND {who} AND ts < $until) e
        WHERE share IS NOT NULL) s WHERE r = 1"""


def _opens_sql(dialect: Dialect) -> str:
    """Rows (share, root, person, first opening in the span, first event ever or NULL if long ago, bought or not)."""
    # Most visits come by no share: a look for the name spares reading their properties.
    return f"""WITH o AS (SELECT share, root, person, ts FROM (
            SELECT {dialect.text("share")} AS share, coalesce({dialect.text("root")}, '') AS root, person, ts
            FROM ev WHERE event = 'app_shown' AND position('share_id' IN props) > 0 AND person IS NOT NULL
                AND ts >= $since AND ts < $until) e WHERE share IS NOT NULL),
        who AS (SELECT DISTINCT person FROM o),
        begun AS (SELECT person, min(ts) AS f FROM ev WHERE person IN (SELECT person FROM who) AND ts < $until
            GROUP BY person HAVING min(ts) >= $since - {IDLE_MS}),
        paid AS (SELECT DISTINCT o.share AS share, o.person AS person FROM o
            JOIN (SELECT person, ts FROM ev WHERE event = $event AND ts >= $since AND ts < $until + {ORDER_MS}) b
                ON b.person = o.person WHERE b.ts >= o.ts AND b.ts <= o.ts + {ORDER_MS})
        SELECT g.share AS share, g.root AS root, g.person AS person, g.t AS t, begun.f AS f,
            CASE WHEN paid.person IS NULL THEN 0 ELSE 1 END AS bought
        FROM (SELECT share, min(root) AS root, person, min(ts) AS t FROM o GROUP BY share, person) g
        LEFT JOIN begun ON begun.person = g.person
        LEFT JOIN paid ON paid.share = g.share AND paid.person = g.person"""
