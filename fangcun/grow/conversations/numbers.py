"""How well customers are taken care of: per person of the staff and altogether."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from fangcun.grow.conversations.models import Case


@dataclass(slots=True)
class Tally:
    """What one person did; times in seconds."""

    name: str
    answered: int = 0
    resolved: int = 0
    waits: list[float] = field(default_factory=list)
    ratings: list[int] = field(default_factory=list)

    @property
    def first_answer_s(self) -> float | None:
        """How long a customer waited for the first answer, in the middle."""
        return median(self.waits) if self.waits else None

    @property
    def rating(self) -> float | None:
        """The mean of the ratings, 1 to 5."""
        return sum(self.ratings) / len(self.ratings) if self.ratings else None


def tallies(since: dt.datetime, until: dt.datetime) -> tuple[list[Tally], Tally]:
    """Who answered, resolved and was rated how, for requests that began in [since, until), the busiest first; and all
    together, where a request that nobody answered counts nowhere.

    The first answer is of who gave it; resolution and rating are of who resolved.
    """
    rows = Case.objects.filter(opened_at__gte=since, opened_at__lt=until).order_by("id")
    by_person: dict[int, Tally] = defaultdict(lambda: Tally(""))
    whole = Tally("")
    for case in rows.iterator(chunk_size=1000):
        _count(case, by_person, whole)
    people = sorted(by_person.values(), key=lambda one: (-one.answered - one.resolved, one.name))
    return people, whole


def unanswered(since: dt.datetime, until: dt.datetime) -> int:
    """How many requests of that time nobody has answered yet."""
    rows = Case.objects.filter(opened_at__gte=since, opened_at__lt=until)
    return rows.filter(first_answer_at=None).count()


def _count(case: Case, by_person: dict[int, Tally], whole: Tally) -> None:
    if case.first_answer_at is not None and case.answerer_id is not None:
        for tally in _of(by_person, case.answerer_id, case.answerer_name, whole):
            tally.answered += 1
            tally.waits.append((case.first_answer_at - case.opened_at).total_seconds())
    if case.resolved_at is not None and case.resolver_id is not None:
        for tally in _of(by_person, case.resolver_id, case.resolver_name, whole):
            tally.resolved += 1
            if case.rating is not None:
                tally.ratings.append(case.rating)


def _of(by_person: dict[int, Tally], staff_id: int, name: str, whole: Tally) -> Iterable[Tally]:
    tally = by_person[staff_id]
    tally.name = name
    return (tally, whole)
