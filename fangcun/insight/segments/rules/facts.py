"""What identity knows of members, as the persons for whom it is so."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from fangcun.identity.members.models import Account, Address, Member, MemberTag, PrivacyConsent
from fangcun.insight.segments.rules.document import Fact

# What needs no look at the members: the person's number says it.
BY_NUMBER = "is_member"


def everybody() -> tuple[int, ...]:
    """All members as persons, those without any event too."""
    return _persons(Q())


def persons_with(fact: Fact, today: dt.date) -> tuple[int, ...]:
    """The members for whom a fact holds; for yes-and-no facts those for whom it is so, whatever `fact.yes` says."""
    if fact.fact == "phone":
        return _persons(~Q(phone_digest=""))
    if fact.fact == "consent":
        return _persons(Exists(PrivacyConsent.objects.filter(member=OuterRef("pk"))))
    if fact.fact == "program":
        return _persons(Exists(Account.objects.filter(member=OuterRef("pk"), program_id=fact.program)))
    if fact.fact == "registered":
        return _persons(_registered(*fact.when.dates(today)))
    if fact.fact == "tag":
        return _persons(Exists(MemberTag.objects.filter(member=OuterRef("pk"), tag__in=fact.values)))
    place = {f"{fact.fact}__in": fact.values}
    return _persons(Exists(Address.objects.filter(member=OuterRef("pk"), **place)))


def _registered(first: dt.date | None, last: dt.date | None) -> Q:
    since = Q() if first is None else Q(created_at__gte=_midnight(first))
    return since if last is None else since & Q(created_at__lt=_midnight(last + dt.timedelta(days=1)))


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time.min, tzinfo=timezone.get_default_timezone())


def _persons(condition: Q | Exists) -> tuple[int, ...]:
    # Whoever became another member is that one.
    found = Member.objects.filter(condition, merged_into=None).order_by("id")
    return tuple(2 * pk for pk in found.values_list("id", flat=True))
