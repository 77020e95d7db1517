"""Rules, RFM scores and stages on random small logs, against working them out person by person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fangcun.insight.segments.lifecycle import STAGES, StagesQuestion, stages_sql
from fangcun.insight.segments.rfm import GROUPS, RfmQuestion, group_of, group_sql, scores_sql
from fangcun.insight.segments.rules import RuleQuestion
from fangcun.insight.segments.rules.document import Within
from fangcun.insight.segments.tests import plain
from fangcun.insight.segments.tests.log import Happening, engine_of

TODAY = dt.date(2026, 11, 26)
TONIGHT = plain.midnight(TODAY + dt.timedelta(days=1))
OTHERS = {1: (2, 5, 8), 2: ()}
MEMBERS = (2, 4, 6, 8, 100)
PERSONS = [None, 2, 3, 4, 5, 6]
EVERYONE = sorted({2, 3, 4, 5, 6, 8, 100})

by_examples = settings(max_examples=80, deadline=None)
# Around the edges of days and of the stages, many at the same millisecond.
TIMES = st.builds(
    lambda days, part: TONIGHT - days * plain.DAY + part,
    st.sampled_from([0, 1, 2, 3, 29, 30, 31, 89, 90, 91, 119, 120, 121, 179, 180, 181]),
    st.sampled_from([0, 1, plain.DAY // 2, plain.DAY - 1]),
)
PROPS = st.dictionaries(
    st.sampled_from(["amount", "g/1"]),
    st.sampled_from([None, 1, 2, "1", "x", "", True, 0.25, 2.5, 100, -3]),
    max_size=2,
)
NAMES = ("goods_viewed", "order_paid", "order_shipped")
LOGS = st.lists(
    st.builds(Happening, st.sampled_from(PERSONS), st.sampled_from(NAMES), TIMES, PROPS), max_size=25
)
DATES = st.sampled_from(["2026-08-28", "2026-08-29", "2026-10-27", "2026-10-28", "2026-11-25", "2026-11-26"])
WHEN = st.one_of(
    st.just({}),
    st.builds(lambda days: {"days": days}, st.sampled_from([1, 2, 30, 90])),
    st.builds(lambda day: {"from": day}, DATES),
    st.builds(lambda day: {"to": day}, DATES),
    st.builds(lambda a, b: {"from": min(a, b), "to": max(a, b)}, DATES, DATES),
)
EVENT = st.sampled_from(["", *NAMES])
WHERE = st.sampled_from(["", "", "amount=1,x", "amount!=1", "g/1>=2", "g/1?", "amount=1;g/1!=x"])
OPS = st.sampled_from([">=", ">", "==", "<", "<="])
LEAVES = st.one_of(
    st.builds(
        lambda event, where, op, n, when: {"kind": "event", "event": event, "where": where, "op": op, "n": n, **when},
        EVENT, WHERE, OPS, st.integers(0, 3), WHEN,
    ),
    st.builds(
        lambda event, op, value, when: {
            "kind": "sum", "event": event, "prop": "amount", "op": op, "value": value, **when
        },
        EVENT, OPS, st.sampled_from([0, 1, 2.5, 100, -3]), WHEN,
    ),
    st.builds(
        lambda kind, event, where, when: {"kind": kind, "event": event, "where": where, **when},
        st.sampled_from(["first", "last"]), EVENT, WHERE,
        st.one_of(
            st.builds(lambda days: {"within": days}, st.sampled_from([1, 2, 30])),
            st.builds(lambda days: {"over": days}, st.sampled_from([1, 2, 30])),
            WHEN.filter(lambda when: when and "days" not in when),
        ),
    ),
    st.builds(lambda yes: {"kind": "member", "fact": "is_member", "is": yes}, st.booleans()),
    st.builds(lambda number: {"kind": "segment", "segment": number}, st.sampled_from([1, 2])),
    st.builds(
        lambda r, m: {"kind": "rfm", "r": r, "m": m},
        st.sampled_from([[1], [4, 5], [1, 2, 3]]), st.sampled_from([[], [1, 2, 3], [5]]),
    ),
    st.builds(
        lambda stages: {"kind": "stage", "stages": stages},
        st.lists(st.sampled_from(list(STAGES)), min_size=1, max_size=3, unique=True),
    ),
)  # fmt: skip
HOW = st.sampled_from(["all", "any", "none"])


def groups(parts):
    return st.builds(lambda how, some: {how: some}, HOW, st.lists(parts, min_size=1, max_size=3))


RULES = groups(st.one_of(LEAVES, groups(st.one_of(LEAVES, groups(LEAVES)))))


@by_examples
@given(log=LOGS, rule=RULES)
def test_rules(log, rule):
    question = RuleQuestion(rule, TODAY, {Within(1): OTHERS[1], Within(2): OTHERS[2]}, MEMBERS)
    since, until = (question.reads().get(name) for name in ("since_ms", "until_ms"))
    # What lies outside of what it says it reads is not there.
    read = [one for one in log if (since is None or one.ts >= since) and one.ts < until]
    with engine_of(read) as engine:
        found = question.answer(engine)
    assert list(found) == [
        person
        for person in EVERYONE
        if plain.holds(rule, person, log, TODAY, OTHERS) and known(person, log, rule)
    ]


def known(person: int, log: Sequence[Happening], rule: dict[str, Any]) -> bool:
    """Only members, and those of whom there is anything: an event up to today, or a place in another segment."""
    there = {one.person for one in log if plain.day_of(one.ts) <= TODAY}
    asked = [number for number in OTHERS if f"'segment': {number}" in str(rule)]
    return person in MEMBERS or person in there or any(person in OTHERS[number] for number in asked)


@by_examples
@given(log=LOGS, days=st.sampled_from([0, 30]))
def test_scores(log, days):
    until = TONIGHT - days * plain.DAY
    expected = plain.scores(log, until=until)
    with engine_of(log) as engine:
        tables, params = scores_sql(engine.dialect, until_ms=until)
        rows = engine.rows(
            f"WITH {tables} SELECT person, r, f, m, {group_sql()} FROM rfm ORDER BY person", params
        )
        answer = RfmQuestion(among=tuple(person for person in expected if person != 3)).answer(engine)
    assert {person: (r, f, m) for person, r, f, m, _group in rows} == expected
    assert [row[4] for row in rows] == [group_of(*expected[person]) for person in sorted(expected)]
    among = plain.scores([one for one in log if one.person in expected and one.person != 3], until=2**60)
    assert answer.persons == len(among)
    assert {(cell.r, cell.f, cell.m): cell.persons for cell in answer.cells} == {
        score: list(among.values()).count(score) for score in among.values()
    }
    assert [(group.key, group.persons) for group in answer.groups] == [
        (key, sum(group_of(*score) == key for score in among.values())) for key in GROUPS
    ]


@by_examples
@given(log=LOGS)
def test_stages(log):
    persons = {one.person for one in log} - {None}
    expected = {person: stage for person in persons if (stage := plain.stage(person, log, TODAY))}
    with engine_of(log) as engine:
        tables, params = stages_sql(TODAY)
        found = dict(engine.rows(f"WITH {tables} SELECT person, stage FROM stages", params))
        answer = StagesQuestion(TODAY).answer(engine)
    assert found == expected
    assert {row.key: row.persons for row in answer.stages} == {
        key: list(expected.values()).count(key) for key in STAGES
    }


def test_loyal_is_who_paid_twice_from_the_first_moment_of_the_180th_day_on():
    edge = plain.midnight(TODAY - dt.timedelta(days=179))
    now = plain.midnight(TODAY)
    # Everybody was there in between, so that nobody returned after a long while.
    between = [
        Happening(person, "page_viewed", now - days * plain.DAY)
        for person in (2, 4)
        for days in (170, 100, 60, 20)
    ]
    log = [
        *between,
        Happening(2, "order_paid", edge),
        Happening(2, "order_paid", now),
        Happening(4, "order_paid", edge - 1),
        Happening(4, "order_paid", now),
    ]
    with engine_of(log) as engine:
        tables, params = stages_sql(TODAY)
        found = dict(engine.rows(f"WITH {tables} SELECT person, stage FROM stages", params))
    assert found == {2: "loyal", 4: "active"}


def test_returned_is_who_was_away_for_90_days_to_the_millisecond():
    now = plain.midnight(TODAY)
    log = [
        Happening(2, "page_viewed", now - 90 * plain.DAY),
        Happening(4, "page_viewed", now - 90 * plain.DAY + 1),
        *(Happening(person, "page_viewed", now) for person in (2, 4)),
    ]
    with engine_of(log) as engine:
        tables, params = stages_sql(TODAY)
        found = dict(engine.rows(f"WITH {tables} SELECT person, stage FROM stages", params))
    assert found == {2: "returned", 4: "active"}
