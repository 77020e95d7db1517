"""Where to ask next: whether those who would be told can be, and at which moment most consents would come in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from fangcun.grow.messaging.ledger import NO, YES, holders, lately
from fangcun.grow.messaging.models import Grant, Message, Moment, Purpose, Template
from fangcun.grow.messaging.templates import ASKED_AT
from fangcun.identity.members.models import Account
from fangcun.identity.programs.models import Program

RATE_DAYS = 90
FLOW_DAYS = 28
WEEKS = FLOW_DAYS / 7
# Which moments suit which purpose; a moment of the plan or of habit suits too.
ANYWHERE = (Moment.ORDER_SUBMIT, Moment.ORDER_PAID, Moment.CHECK_IN, Moment.COUPON_CLAIM)


@dataclass(frozen=True, slots=True)
class Chance:
    """What asking at a moment would bring: people who pass there in a week, and the share that says yes.

    `rate` is that of this template at this moment, else of all templates there (`borrowed`), else None: nobody was
    ever asked there. `is_asked` says that it is asked there already.
    """

    moment: str
    people: float
    rate: float | None
    borrowed: bool
    is_asked: bool

    @property
    def expected(self) -> float | None:
        """Consents a week."""
        return None if self.rate is None else self.people * self.rate


@dataclass(frozen=True, slots=True)
class Advice:
    """For one purpose: how many would be told, how many of them can be, and where to ask next."""

    purpose: str
    template: Template | None
    tell: int
    able: int
    chances: tuple[Chance, ...]

    @property
    def missing(self) -> int:
        """How many would not hear of it through WeChat."""
        return self.tell - self.able

    @property
    def is_enough(self) -> bool:
        """Whether nobody is missing."""
        return self.template is not None and self.missing == 0

    @property
    def best(self) -> Chance | None:
        """The moment that promises most; one that was never asked when none promises anything."""
        known = [chance for chance in self.chances if chance.expected]
        if known:
            return max(known, key=lambda chance: chance.expected or 0)
        return next((chance for chance in self.chances if not chance.is_asked), None)


def advise(program: Program, purpose: str, members: Collection[int]) -> Advice:
    """Say whether those whom a purpose would tell can be told, and where to ask next."""
    template = Template.objects.filter(program=program, purpose=purpose, is_active=True).first()
    able = len(holders(template) & set(members)) if template else 0
    return Advice(purpose, template, len(members), able, _chances(program, purpose, template))


def usually_told(program: Program, purpose: str) -> frozenset[int]:
    """Whom a purpose told in the last four weeks; before it told anybody, whoever was here in that time."""
    told = Message.objects.filter(purpose=purpose, program=program, created_at__gte=lately(FLOW_DAYS))
    found = frozenset(told.values_list("member_id", flat=True).distinct())
    if found:
        return found
    here = Account.objects.filter(program=program, logged_in_at__gte=lately(FLOW_DAYS))
    return frozenset(here.values_list("member_id", flat=True).distinct())


def _chances(program: Program, purpose: str, template: Template | None) -> tuple[Chance, ...]:
    asked_at = list(template.moments) if template else list(ASKED_AT.get(purpose, ()))
    suited = [*asked_at, *ASKED_AT.get(purpose, ())]
    if purpose not in (Purpose.GROUP_RESULT, Purpose.ACTIVITY_STARTING):
        suited += ANYWHERE
    people = _people(program)
    all_there = _rates(program, None)
    mine = _rates(program, template) if template else {}
    return tuple(
        Chance(
            moment=moment,
            people=people.get(moment, 0) / WEEKS,
            rate=mine.get(moment, all_there.get(moment)),
            borrowed=moment not in mine,
            is_asked=bool(template) and moment in asked_at,
        )
        for moment in dict.fromkeys(suited)
    )


def _people(program: Program) -> dict[str, int]:
    """How many different people answered at each moment in the last four weeks, whatever they were asked."""
    found = (
        Grant.objects.filter(template__program=program, answered_at__gte=lately(FLOW_DAYS))
        .exclude(moment="")
        .values_list("moment")
        .annotate(n=Count("account_id", distinct=True))
    )
    return dict(found.order_by("moment"))


def _rates(program: Program, template: Template | None) -> dict[str, float]:
    grants = Grant.objects.filter(
        template__program=program, answered_at__gte=lately(RATE_DAYS), answer__in=[YES, NO]
    ).exclude(moment="")
    if template is not None:
        grants = grants.filter(template=template)
    counts: dict[str, dict[str, int]] = {}
    for moment, answer, n in grants.values_list("moment", "answer").annotate(n=Count("id")).order_by():
        counts.setdefault(moment, {})[answer] = n
    return {moment: found.get(YES, 0) / sum(found.values()) for moment, found in counts.items()}
