"""The consent ledger: what was asked where, what was answered, what is left. Every yes is somewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q
from django.utils import timezone

from fangcun.grow.messaging.models import Grant, Template
from fangcun.grow.messaging.states import GrantStatus
from fangcun.identity.members.models import Member

YES, NO = Grant.Answer.ACCEPT, Grant.Answer.REJECT


@dataclass(slots=True)
class Account:
    """The numbers of one template, one moment or one member.

    `accepted` = `open` + `claimed` + `spent` + `void`, always; `asked` is accepted + rejected + `other` (banned,
    filtered).
    """

    accepted: int = 0
    rejected: int = 0
    other: int = 0
    open: int = 0
    claimed: int = 0
    spent: int = 0
    void: int = 0

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return self.accepted + self.rejected + self.other

    @property
    def rate(self) -> float | None:
        """The share of those who said yes among those who chose; None when nobody did."""
        chose = self.accepted + self.rejected
        return self.accepted / chose if chose else None

    def add(self, answer: str, status: str, n: int) -> None:
        """Count so many answers."""
        if answer == YES:
            self.accepted += n
            setattr(self, status, getattr(self, status) + n)
        elif answer == NO:
            self.rejected += n
        else:
            self.other += n


@dataclass(slots=True)
class TemplateLine:
    """A template with its numbers, in all and by the moment at which it was asked."""

    template: Template
    total: Account = field(default_factory=Account)
    moments: dict[str, Account] = field(default_factory=dict)


@dataclass(slots=True)
class MemberLine:
    """A member with his numbers, by template."""

    member: Member
    by_template: dict[int, Account] = field(default_factory=dict)


def by_template() -> list[TemplateLine]:
    """Every template's numbers."""
    templates = Template.objects.select_related("program").order_by("program", "-is_active", "id")
    lines = {one.pk: TemplateLine(one) for one in templates}
    counted = Grant.objects.values_list("template_id", "moment", "answer", "status").annotate(n=Count("id"))
    for template, moment, answer, status, n in counted.order_by("template_id", "moment"):
        line = lines[template]
        line.total.add(answer, status, n)
        line.moments.setdefault(moment, Account()).add(answer, status, n)
    return list(lines.values())


def members_asked(*, search: str = "", page: int = 1, size: int = 25) -> tuple[list[MemberLine], int]:
    """A page of the members who were asked, the latest answer first, and how many there are.

    `search` is a member's number or a part of a nickname.
    """
    grants = Grant.objects.all()
    if search:
        wanted = Q(account__member__nickname__icontains=search)
        if search.isascii() and search.isdigit() and len(search) < 19:
            wanted |= Q(account__member_id=int(search))
        grants = grants.filter(wanted)
    people = grants.values("account__member_id").annotate(last=Max("answered_at")).order_by("-last")
    count = people.count()
    start = (max(page, 1) - 1) * size
    ids = [row["account__member_id"] for row in people[start : start + size]]
    return _lines(ids), count


def balance_of(member_id: int) -> MemberLine | None:
    """One member's numbers; None when he was never asked."""
    lines = _lines([member_id]) if Grant.objects.filter(account__member_id=member_id).exists() else []
    return lines[0] if lines else None


def _lines(ids: Sequence[int]) -> list[MemberLine]:
    members = Member.objects.in_bulk(ids)
    lines = {pk: MemberLine(members[pk]) for pk in ids if pk in members}
    counted = (
        Grant.objects.filter(account__member_id__in=ids)
        .values_list("account__member_id", "template_id", "answer", "status")
        .annotate(n=Count("id"))
        .order_by("template_id")
    )
    for member, template, answer, status, n in counted:
        lines[member].by_template.setdefault(template, Account()).add(answer, status, n)
    return list(lines.values())


def holders(template: Template) -> frozenset[int]:
    """The members who can be sent one more message of a template."""
    found = Grant.objects.filter(template=template, status=GrantStatus.OPEN)
    return frozenset(found.values_list("account__member_id", flat=True).distinct())


def lately(days: int) -> dt.datetime:
    """The moment so many days ago."""
    return timezone.now() - dt.timedelta(days=days)
