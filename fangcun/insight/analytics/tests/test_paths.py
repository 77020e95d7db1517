"""Where visits go: the rules by examples, every number against walking each visit in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.paths import PathLink, PathNode, PathsAnswer, PathsQuestion
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.plain import Fact, answered

MONDAY = dt.date(2026, 3, 2)
SPAN = Span(MONDAY, MONDAY)
T0, MINUTE = SPAN.start_ms, 60_000


def viewed(page: str, minute: int, session: str = "s", person: int = 2) -> Fact:
    return Fact(person, "page_viewed", T0 + minute * MINUTE, session=session, page=page)


def asked(question: PathsQuestion, *facts: Fact) -> PathsAnswer:
    found: PathsAnswer = answered(question, facts)
    return found


def test_a_visit_goes_from_its_first_start_and_staying_is_no_step():
    facts = [viewed("x", 0), viewed("a", 1), viewed("a", 2), viewed("b", 3), viewed("a", 4)]
    assert asked(PathsQuestion(SPAN, "page:a"), *facts) == PathsAnswer(
        1,
        (
            PathNode(0, "a", False, False, 1),
            PathNode(1, "b", False, False, 1),
            PathNode(2, "a", False, False, 1),
            PathNode(3, "", False, True, 1),
        ),
        (PathLink(0, 0, 1, 1), PathLink(1, 1, 2, 1), PathLink(2, 2, 3, 1)),
    )
    back = asked(PathsQuestion(SPAN, "page:a", "before"), *facts)
    assert [(node.layer, node.name, node.ended) for node in back.nodes] == [
        (0, "a", False),
        (1, "x", False),
        (2, "", True),
    ]


def test_seldom_steps_are_others_and_together():
    facts = [viewed("a", 0, str(n)) for n in range(4)]
    facts += [viewed(page, 1, str(n)) for n, page in enumerate("bbcd")]
    found = asked(PathsQuestion(SPAN, "page:a", depth=2, top=1), *facts)
    assert [(n.name, n.other, n.ended, n.count) for n in found.nodes if n.layer == 1] == [
        ("b", False, False, 2),
        ("", True, False, 2),
    ]


def test_without_a_session_half_an_hour_of_nothing_ends_a_visit():
    facts = [viewed("a", 0, ""), viewed("b", 30, ""), viewed("a", 61, ""), viewed("c", 62, "", person=4)]
    found = asked(PathsQuestion(SPAN, "page:a"), *facts)
    assert (found.total, [(n.layer, n.name, n.count) for n in found.nodes]) == (
        2,
        [(0, "a", 2), (1, "b", 1), (1, "", 1), (2, "", 1)],
    )


def test_pages_may_follow_an_event():
    facts = [viewed("a", 0), Fact(2, "cart_added", T0 + 1, session="s", page="a"), viewed("b", 1)]
    found = asked(PathsQuestion(SPAN, "cart_added"), *facts)
    assert [node.name for node in found.nodes] == ["cart_added", "b", ""]


def test_a_log_without_the_start_has_no_paths():
    assert asked(PathsQuestion(SPAN, "page:z"), viewed("a", 0)) == PathsAnswer(0, (), ())


def test_the_address_says_the_question():
    question = PathsQuestion(SPAN, "page:a", "before", 3, "event", 5, 2, "7")
    assert PathsQuestion.of({name: [value] for name, value in question.params()}) == question
    for wrong in ({}, {"at": ["page:"]}, {"at": ["a"], "depth": ["9"]}, {"at": ["a"], "of": ["x"]}):
        with pytest.raises(QuestionInvalid):
            PathsQuestion.of(wrong)


# Against plain counting.

TIMES = st.sampled_from([-1, 0, 1, 2, 2, 3, 30, 31, 32, 33, 62, 63, 24 * 60]).map(lambda n: T0 + n * MINUTE)
FACTS = st.builds(
    Fact,
    st.sampled_from([None, 2, 2, 3]),
    st.sampled_from(["page_viewed", "cart", "buy"]),
    TIMES,
    session=st.sampled_from(["", "", "s", "s", "r"]),
    page=st.sampled_from(["", "a", "b", "c"]),
    id=st.sampled_from(["1", "2"]),
)
NO_VIEWS = st.builds(
    Fact,
    st.sampled_from([2, 3]),
    st.sampled_from(["cart", "buy"]),
    TIMES,
    session=st.sampled_from(["", "s"]),
    page=st.sampled_from(["", "a", "b", "c"]),
    id=st.sampled_from(["1", "2"]),
)
QUESTIONS = st.builds(
    PathsQuestion,
    st.just(SPAN),
    st.sampled_from(["page:a", "page:b", "cart", "page_viewed"]),
    st.sampled_from(["after", "before"]),
    st.integers(2, 4),
    st.sampled_from(["page", "event"]),
    st.integers(1, 3),
    among=st.sampled_from([None, None, (2,)]),
)


def visits_of(facts: Sequence[Fact]) -> list[list[Fact]]:
    """Each visit, in order."""
    found: dict[tuple[int | None, str], list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=lambda f: (f.ts, f.event, f.id, f.page)):
        found[fact.person, fact.session].append(fact)
    cut = []
    for (_person, session), rows in found.items():
        if session:
            cut.append(rows)
            continue
        for place, row in enumerate(rows):
            if place == 0 or row.ts - rows[place - 1].ts > 30 * MINUTE:
                cut.append([])
            cut[-1].append(row)
    return cut


def walked(facts: Sequence[Fact], q: PathsQuestion) -> list[list[str]]:
    """The names of the steps of each visit from its start on."""
    kept = [f for f in facts if q.span.start_ms <= f.ts < q.span.end_ms]
    views = any(f.event == "page_viewed" and f.page for f in kept)
    kept = [f for f in kept if f.person and (q.among is None or f.person in q.among)]
    at = q.at.removeprefix("page:")

    def is_view(fact: Fact) -> bool:
        return bool(fact.page) and (fact.event == "page_viewed" or not views)

    ways = []
    for visit in visits_of(kept):
        starts = [
            place
            for place, f in enumerate(visit)
            if (is_view(f) and f.page == at if q.at.startswith("page:") else f.event == at)
        ]
        if not starts:
            continue
        first = visit[starts[0]]
        order = [
            f for f in visit if (f.ts, f.event, f.id, f.page) > (first.ts, first.event, first.id, first.page)
        ]
        if q.direction == "before":
            order = visit[: starts[0]][::-1]
        way = [at]
        for fact in order:
            name = fact.page if q.steps == "page" else fact.event
            if (q.steps == "event" or is_view(fact)) and name != way[-1]:
                way.append(name)
        ways.append(way)
    return ways


@pytest.mark.parametrize("facts", [FACTS, NO_VIEWS], ids=["views", "no views"])
def test_every_number_is_what_walking_each_visit_finds(facts: st.SearchStrategy[Fact]):
    @examples(max_examples=200, deadline=None)
    @given(st.lists(facts, max_size=20), QUESTIONS)
    def check(log: list[Fact], q: PathsQuestion) -> None:
        ways = walked(log, q)
        sizes: dict[int, Counter[str]] = defaultdict(Counter)
        for way in ways:
            for layer, name in enumerate(way[: q.depth + 1]):
                sizes[layer][name] += 1
        shown = {
            layer: [name for name, _n in sorted(names.items(), key=lambda one: (-one[1], one[0]))][: q.top]
            for layer, names in sizes.items()
        }

        def node(way: list[str], layer: int) -> tuple[int, str, bool, bool]:
            if layer >= len(way):
                return layer, "", False, True
            other = way[layer] not in shown[layer]
            return layer, "" if other else way[layer], other, False

        nodes: Counter[tuple[int, str, bool, bool]] = Counter()
        links: Counter[tuple[tuple[int, str, bool, bool], ...]] = Counter()
        for way in ways:
            steps = [node(way, layer) for layer in range(min(len(way), q.depth) + 1)]
            nodes.update(steps)
            links.update(pairwise(steps))
        found = asked(q, *log)
        of = [(n.layer, n.name, n.other, n.ended) for n in found.nodes]
        assert found.total == len(ways)
        assert {key: n.count for key, n in zip(of, found.nodes, strict=True)} == dict(nodes)
        assert {(of[link.source], of[link.target]): link.count for link in found.links} == dict(links)
        assert [link.layer for link in found.links] == [of[link.source][0] for link in found.links]

    check()
