"""Which coupons somebody may claim, and why not the others."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q

from fangcun.insight.segments.queries import persons_of
from fangcun.shop.offers.errors import CouponTemplateGone
from fangcun.shop.offers.models import CouponHolder, CouponTemplate
from fangcun.shop.offers.sale import SaleLine

MOST_SHOWN = 50

State = Literal["claimable", "claimed", "gone", "not_for_you"]


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who wants one: what others than the shop know of him. `tier` 0 is none."""

    member_id: int
    is_newcomer: bool
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Claimable:
    """A template and what it is to somebody now."""

    template: CouponTemplate
    state: State
    reason: str


def claimable_templates(
    *, claimant: Claimant | None, now: dt.datetime, goods: SaleLine | None = None
) -> list[Claimable]:
    """What the shop hands out to everybody who asks, the newest first; with goods what is good for them."""
    templates = CouponTemplate.objects.filter(_open(now), way=CouponTemplate.Way.PUBLIC).order_by("-pk")
    found = list(templates[:MOST_SHOWN])
    if goods is not None:
        found = [template for template in found if template.terms().scope.covers(goods)]
    return _judged(found, claimant)


def template_by_token(token: str, *, claimant: Claimant | None, now: dt.datetime) -> Claimable:
    """The one that a link leads to. Raises CouponTemplateGone."""
    # Ours are printable; PostgreSQL would break off at a NUL in what isn't.
    wanted = token if token.isprintable() else ""
    found = CouponTemplate.objects.filter(_open(now), link_token=wanted, way=CouponTemplate.Way.LINK).first()
    if not wanted or found is None:
        raise CouponTemplateGone
    return _judged([found], claimant)[0]


def template_choices() -> list[tuple[int, str]]:
    """The templates whose coupons may be given as a reward: (id, title)."""
    active = CouponTemplate.objects.filter(is_active=True).order_by("-pk")
    return list(active.values_list("pk", "title"))


def why_not(template: CouponTemplate, claimant: Claimant) -> str:
    """Why a template is not for somebody; "" when it is."""
    audience = CouponTemplate.Audience
    if template.audience == audience.NEWCOMERS and not claimant.is_newcomer:
        return "仅限还没有下过单的新客"
    if template.audience == audience.TIER and claimant.tier < template.tier:
        return "会员等级还不够"
    if template.audience == audience.SEGMENT and not _in_segment(template.segment_id, claimant.member_id):
        return "仅限受邀的会员"
    return ""


def _judged(templates: Sequence[CouponTemplate], claimant: Claimant | None) -> list[Claimable]:
    taken: dict[int, int] = {}
    if claimant is not None and templates:
        held = CouponHolder.objects.filter(member_id=claimant.member_id, template__in=templates)
        taken = dict(held.values_list("template_id", "taken"))
    return [_judge(template, claimant, taken.get(template.pk, 0)) for template in templates]


def _judge(template: CouponTemplate, claimant: Claimant | None, taken: int) -> Claimable:
    if taken >= template.per_member:
        return Claimable(template, "claimed", "已领取")
    if template.total is not None and template.claimed >= template.total:
        return Claimable(template, "gone", "已领完")
    if claimant is not None and (reason := why_not(template, claimant)):
        return Claimable(template, "not_for_you", reason)
    return Claimable(template, "claimable", "")


def _in_segment(segment_id: int | None, member_id: int) -> bool:
    if segment_id is None:
        return False
    persons = persons_of(segment_id)
    place = bisect_left(persons, 2 * member_id)
    return place < len(persons) and persons[place] == 2 * member_id


def _open(now: dt.datetime) -> Q:
    return (
        Q(is_active=True)
        & (Q(claim_starts_at=None) | Q(claim_starts_at__lte=now))
        & (Q(claim_ends_at=None) | Q(claim_ends_at__gt=now))
        & (Q(valid_until=None) | Q(valid_until__gt=now))
    )
