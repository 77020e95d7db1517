"""The rules of inviting as data: kept, checked, and told in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.grow.referral.errors import RulesInvalid
from fangcun.grow.referral.models import ReferralRules, SettlesOn
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.kernel.money import yuan
from fangcun.shop.offers.models import CouponTemplate

ONLY = 1
FIELDS = (
    "is_active", "settles_on", "touch_days", "least_paid_amount", "inviter_points", "inviter_template_id",
    "invitee_points", "invitee_template_id", "limit_count", "limit_days", "burst_count", "burst_hours", "shared_count",
)  # fmt: skip
_MOST_POINTS = 1_000_000


def rules_now() -> ReferralRules:
    """The rules in force; before any were saved, inviting brings nothing."""
    return ReferralRules.objects.filter(pk=ONLY).first() or ReferralRules(pk=ONLY)


@transaction.atomic
def save_rules(rules: ReferralRules, *, by: Actor) -> ReferralRules:
    """Put rules in force. Invitations that are settled keep what they were promised. Raises RulesInvalid."""
    if wrong := _problems(rules):
        raise RulesInvalid(fields=wrong)
    ReferralRules.objects.get_or_create(pk=ONLY)
    before = facts(ReferralRules.objects.select_for_update().get(pk=ONLY))
    rules.pk = ONLY
    rules.save()
    if before != (after := facts(rules)):
        audit.record("referral.save_rules", by=by, object=rules, before=before, after=after)
    return rules


def facts(rules: ReferralRules) -> dict[str, Any]:
    """What the audit log keeps of rules."""
    return {name: getattr(rules, name) for name in FIELDS}


def _problems(rules: ReferralRules) -> dict[str, str]:
    wrong = {}
    if not 1 <= rules.touch_days <= 365:
        wrong["touch_days"] = _("请填 1 到 365 天")
    if not 0 <= rules.least_paid_amount <= 100_000_000:
        wrong["least_paid_amount"] = _("请填 0 到 1,000,000 元")
    for name in ("inviter_points", "invitee_points"):
        if not 0 <= getattr(rules, name) <= _MOST_POINTS:
            wrong[name] = _("请填 0 到 1,000,000 分")
    if not 0 <= rules.limit_count <= 100_000:
        wrong["limit_count"] = _("请填 0 到 100,000 人；0 表示不限")
    if not 1 <= rules.limit_days <= 365:
        wrong["limit_days"] = _("请填 1 到 365 天")
    if not 0 <= rules.burst_count <= 1000:
        wrong["burst_count"] = _("请填 0 到 1,000 人；0 表示不检查")
    if not 1 <= rules.burst_hours <= 168:
        wrong["burst_hours"] = _("请填 1 到 168 小时")
    if not (rules.shared_count == 0 or 2 <= rules.shared_count <= 100):
        wrong["shared_count"] = _("请填 2 到 100 人；0 表示不检查")
    if rules.settles_on not in SettlesOn.values:
        wrong["settles_on"] = _("没有这种归属方式")
    return wrong


def reward_text(points: int, coupon: str | None) -> str:
    """What one side gets, in words: "100 积分和满 30 减 5 券"."""
    parts = [_("%d 积分") % points] if points else []
    if coupon:
        parts.append(coupon)
    return _("和").join(parts) if parts else _("没有奖励")


def sentences(rules: ReferralRules, *, inviter_coupon: str | None, invitee_coupon: str | None) -> list[str]:
    """The rules as a customer reads them."""
    if not rules.is_active:
        return [_("邀请活动暂未开放。")]
    told = [
        _("好友通过你的邀请首次进入，付款前没有买过东西，就是你邀请的新朋友。"),
        _("好友下首单之前 %d 天内，最先邀请他的人是邀请人；确定之后不再改变。") % rules.touch_days
        if rules.settles_on == SettlesOn.ORDER
        else _("好友首次登录时，最先邀请他的人是邀请人；确定之后不再改变。"),
        _("好友的首单付款成功后，你得 %(inviter)s，好友得 %(invitee)s。")
        % {
            "inviter": reward_text(rules.inviter_points, inviter_coupon),
            "invitee": reward_text(rules.invitee_points, invitee_coupon),
        },
    ]
    if rules.least_paid_amount:
        told.append(_("首单实付不少于 %s 元才有奖励。") % yuan(rules.least_paid_amount))
    if rules.limit_count:
        told.append(
            _("每 %(days)d 天最多奖励你 %(count)d 位好友的邀请。")
            % {"days": rules.limit_days, "count": rules.limit_count}
        )
    told.append(_("首单全额退款后，双方的奖励会收回；疑似自己邀请自己的，审核后再发放。"))
    return told


def coupon_titles(template_ids: Iterable[int | None]) -> dict[int, str]:
    """What the coupons of some templates are called."""
    wanted = {pk for pk in template_ids if pk is not None}
    if not wanted:
        return {}
    return dict(CouponTemplate.objects.filter(pk__in=wanted).values_list("pk", "title"))
