"""A rule as a question: what the events can't say is looked up first, then the engine counts."""

from __future__ import annotations

import datetime as dt
import hashlib
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import orjson

from fangcun.insight.analytics.asking import ask
from fangcun.insight.analytics.engines import Engine
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.moments import midnight
from fangcun.insight.analytics.spans import Params, one
from fangcun.insight.segments.addresses import day_of
from fangcun.insight.segments.rules import facts
from fangcun.insight.segments.rules.counting import Counting, needs_everybody, run, since_of
from fangcun.insight.segments.rules.document import Fact, Leaf, Listed, Within, leaves_of
from fangcun.insight.segments.rules.lists import LISTS
from fangcun.insight.segments.rules.reading import read_rule

PersonsOf = Callable[[int], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class RuleQuestion:
    """Who a rule describes, as of the end of a day. `given` and `members` are what the events can't say."""

    kind: ClassVar[str] = "rule"

    document: Mapping[str, Any]
    today: dt.date
    given: Mapping[Leaf, tuple[int, ...]]
    members: tuple[int, ...]

    @classmethod
    def of(cls, params: Params) -> Self:
        """Read it from an address: `rule` (JSON) and `at` (a date). Raises RuleInvalid.

        A rule that asks for other segments is asked through them, not here.
        """
        try:
            document = orjson.loads(one(params, "rule"))
        except orjson.JSONDecodeError:
            document = None
        return cls.made(document, day_of(params), _nobody_else)

    @classmethod
    def made(cls, document: Any, today: dt.date, persons_of: PersonsOf) -> Self:
        """The question with everything looked up; `persons_of` answers for other segments. Raises RuleInvalid."""
        rule = read_rule(document)
        given = {
            leaf: found for leaf in leaves_of(rule) if (found := _given(leaf, today, persons_of)) is not None
        }
        members = facts.everybody() if needs_everybody(rule) else ()
        return cls(document, today, given, members)

    def params(self) -> list[tuple[str, str]]:
        """Its address, with a digest of what was looked up: an answer holds only as long as that does."""
        digest = hashlib.blake2b(digest_size=16)
        for persons in (*self.given.values(), self.members):
            digest.update(array("q", [len(persons), *persons]).tobytes())
        text = orjson.dumps(self.document, option=orjson.OPT_SORT_KEYS).decode()
        return [("rule", text), ("at", self.today.isoformat()), ("looked", digest.hexdigest())]

    def reads(self) -> Mapping[str, Any]:
        """The days that decide it."""
        since = since_of(read_rule(self.document), self.today)
        until = {"until_ms": midnight(self.today + dt.timedelta(days=1))}
        return until if since is None else until | {"since_ms": since}

    def answer(self, engine: Engine) -> tuple[int, ...]:
        """The persons, in the order of their numbers."""
        rule = read_rule(self.document)
        counting = Counting(rule, self.today, given=self.given, members=self.members, dialect=engine.dialect)
        return run(engine, counting)


def _given(leaf: Leaf, today: dt.date, persons_of: PersonsOf) -> tuple[int, ...] | None:
    if isinstance(leaf, Fact) and leaf.fact != facts.BY_NUMBER:
        return facts.persons_with(leaf, today)
    if isinstance(leaf, Within):
        return persons_of(leaf.segment)
    if isinstance(leaf, Listed):
        return tuple(sorted(set(ask(LISTS[leaf.kind](leaf.question)))))
    return None


def _nobody_else(_segment: int) -> tuple[int, ...]:
    raise QuestionInvalid
