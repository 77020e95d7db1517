"""Trying a template before customers see it: how it looks, what does not fit, and one real message."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.grow.messaging.errors import NoAccount, NoConsent
from fangcun.grow.messaging.fields import KEY, KINDS, LIMITS, fit
from fangcun.grow.messaging.models import Message, Template
from fangcun.grow.messaging.queries import open_grants
from fangcun.grow.messaging.services import notify
from fangcun.identity.members.queries import account_of
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor

# A plausible value of each name, a long one where long ones happen.
SAMPLES: dict[str, str] = {
    "order_number": "F20261126000123",
    "goods": "云南蓝莓 125g 等 3 件",
    "amount": "39.80",
    "time": "2026-11-26T10:30:00+08:00",
    "carrier": "顺丰速运",
    "tracking_number": "SF1234567890123",
    "result": "拼团成功",
    "members": "3",
    "note": "点击查看详情",
    "points": "120",
    "balance": "860",
    "reason": "订单完成",
    "coupon": "满 99 减 20 券",
    "condition": "满 99 元可用",
    "expires_at": "2026-12-31T23:59:00+08:00",
    "activity": "周末亲子采摘",
    "starts_at": "2026-12-05T09:00:00+08:00",
    "place": "城东农场",
    "topic": "购物车里的商品还在等您",
    "content": "果冻橙等 2 件还在购物车里，库存不多，记得结算。",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line as the phone shows it. `problem` says why WeChat would refuse it, `cut` what was left off."""

    key: str
    name: str
    shown: str
    problem: str = ""
    cut: str = ""


def preview(fields: Mapping[str, str], values: Mapping[str, str] | None = None) -> list[Row]:
    """The lines of a message with sample values, each held against its field's limits."""
    told = {**SAMPLES, **(values or {})}
    return [_row(key, name, told.get(name, "")) for key, name in fields.items()]


def _row(key: str, name: str, value: str) -> Row:
    found = KEY.fullmatch(key)
    if not found or found[1] not in KINDS:
        return Row(key, name, value, problem=_("没有 {key} 这种字段").format(key=key))
    shown, limit = fit(key, value), LIMITS[found[1]]
    if not limit.holds(shown):
        return Row(
            key, name, shown, problem=_("{rule}，“{value}”不符合").format(rule=limit.words, value=shown)
        )
    left = value != shown and found[1] in ("thing", "character_string", "phrase", "name", "letter")
    return Row(
        key,
        name,
        shown,
        cut=_("{rule}，会显示成“{value}”").format(rule=limit.words, value=shown) if left else "",
    )


@transaction.atomic
def send_test(*, template: Template, member_id: int, by: Actor) -> Message:
    """Send a template with sample values to one member, through WeChat; it uses one of his consents.

    Raises NoAccount, NoConsent.
    """
    account = account_of(member_id, template.program_id)
    if account is None:
        raise NoAccount
    if not open_grants(member_id, template.program_id, template.purpose):
        raise NoConsent
    message = notify(
        member_id=member_id,
        program_id=template.program_id,
        purpose=template.purpose,
        values=SAMPLES,
        link="",
        kind="test",
        title=template.title,
        body=_("这是一条测试消息"),
        dedupe_key=f"test:{secrets.token_hex(12)}",
    )
    audit.record("messaging.test_send", by=by, object=template, after={"member": member_id})
    return message
