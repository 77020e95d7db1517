"""Channels and their cost, and for how long a channel is credited."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.grow.links.errors import ChannelInvalid
from fangcun.grow.links.models import AttributionRules, Channel, ChannelCost, ChannelKind
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,31}")
_FACTS = ("name", "code", "kind", "owner", "note", "is_active")
_MOST_COST = 100_000_000_00
_LONGEST_COST_DAYS = 366
ONLY = 1


@transaction.atomic
def save_channel(channel: Channel, *, by: Actor) -> Channel:
    """Add or change a channel. Its code, by which events know it, stays. Raises ChannelInvalid."""
    before = Channel.objects.select_for_update().filter(pk=channel.pk).first() if channel.pk else None
    if before is not None:
        channel.code = before.code
    channel.name, channel.code = channel.name.strip(), channel.code.strip()
    wrong = {}
    if not channel.name:
        wrong["name"] = _("请填写名称")
    if not _CODE.fullmatch(channel.code):
        wrong["code"] = _("请用 2 到 32 个小写字母、数字、横线或下划线，以字母或数字开头")
    elif Channel.objects.filter(code=channel.code).exclude(pk=channel.pk).exists():
        wrong["code"] = _("这个渠道代码已被使用")
    if channel.kind not in ChannelKind.values:
        wrong["kind"] = _("没有这种渠道")
    if wrong:
        raise ChannelInvalid(fields=wrong)
    channel.save()
    old = _facts(before) if before else None
    if old != (new := _facts(channel)):
        record("links.save_channel", by=by, object=channel, before=old, after=new)
    return channel


@transaction.atomic
def save_cost(cost: ChannelCost, *, by: Actor) -> ChannelCost:
    """Write down what a channel cost (fen) over some days, both included. Raises ChannelInvalid."""
    wrong = {}
    if not 0 < cost.amount <= _MOST_COST:
        wrong["amount"] = _("请填 0.01 到 100,000,000 元")
    if cost.ends_on < cost.starts_on:
        wrong["ends_on"] = _("结束日期不能早于开始日期")
    elif (cost.ends_on - cost.starts_on).days >= _LONGEST_COST_DAYS:
        wrong["ends_on"] = _("一笔成本最长 366 天")
    if wrong:
        raise ChannelInvalid(fields=wrong)
    old = ChannelCost.objects.filter(pk=cost.pk).first() if cost.pk else None
    before = _cost(old) if old else None
    cost.save()
    record("links.save_cost", by=by, object=cost.channel, before=before, after=_cost(cost))
    return cost


@transaction.atomic
def delete_cost(cost: ChannelCost, *, by: Actor) -> None:
    """Take a cost back that was none."""
    record("links.delete_cost", by=by, object=cost.channel, before=_cost(cost))
    cost.delete()


def attribution_days() -> int:
    """For how many days a channel is credited with what a customer does."""
    return (AttributionRules.objects.filter(pk=ONLY).first() or AttributionRules()).days


@transaction.atomic
def save_attribution(*, days: int, by: Actor) -> None:
    """Credit channels for so many days, 1 to 365; past numbers are counted anew. Raises ChannelInvalid."""
    if not 1 <= days <= 365:
        raise ChannelInvalid(fields={"days": _("请填 1 到 365 天")})
    rules, _new = AttributionRules.objects.select_for_update().get_or_create(pk=ONLY)
    if rules.days != days:
        record(
            "links.save_attribution", by=by, object=rules, before={"days": rules.days}, after={"days": days}
        )
        rules.days = days
        rules.save()


def _facts(channel: Channel) -> dict[str, Any]:
    return {name: getattr(channel, name) for name in _FACTS}


def _cost(cost: ChannelCost) -> dict[str, Any]:
    return {
        "starts_on": cost.starts_on,
        "ends_on": cost.ends_on,
        "amount": cost.amount,
        "note": cost.note,
    }
