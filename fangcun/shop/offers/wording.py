"""Offers in words, as the phone and the console show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from fangcun.kernel.money import yuan
from fangcun.shop.offers.rules import CouponKind, CouponTerms, ScopeKind, ThresholdKind, ThresholdRule

if TYPE_CHECKING:
    from fangcun.shop.offers.models import CouponTemplate


def short(fen: int) -> str:
    """An amount without needless zeros: ¥10, ¥9.9."""
    text = yuan(fen)
    return f"¥{text.rstrip('0').rstrip('.') if '.' in text else text}"


def value_text(terms: CouponTerms) -> str:
    """What stands large on a coupon."""
    if terms.kind == CouponKind.AMOUNT:
        return short(terms.value_amount)
    if terms.kind == CouponKind.PERCENT:
        return f"{terms.permille / 100:g} 折"
    return "免运费" if terms.kind == CouponKind.FREIGHT else "兑换"


def condition_text(terms: CouponTerms) -> str:
    """Under which condition a coupon counts."""
    if terms.kind == CouponKind.EXCHANGE:
        return f"加 {short(terms.value_amount)} 换购一件" if terms.value_amount else "免费兑换一件"
    text = f"满 {short(terms.threshold_amount)} 可用" if terms.threshold_amount else "无门槛"
    return f"{text}，最多减 {short(terms.cap_amount)}" if terms.cap_amount is not None else text


def scope_text(terms: CouponTerms) -> str:
    """Which goods it is for."""
    return {
        ScopeKind.ALL: "全部商品可用",
        ScopeKind.CATEGORIES: "指定分类可用",
        ScopeKind.PRODUCTS: "指定商品可用",
    }[ScopeKind(terms.scope.kind)]


def validity_text(template: CouponTemplate) -> str:
    """How long its coupons are good."""
    until = template.valid_until
    fixed = f"{_day(until)} 前有效" if until else ""
    if not template.valid_days:
        return fixed
    days = f"领取后 {template.valid_days} 天内有效"
    return f"{days}，且不晚于 {_day(until)}" if until else days


def threshold_text(rule: ThresholdRule) -> str:
    """What a threshold gives at each of its steps."""
    return "；".join(_step_text(rule.kind, step.need, step.give) for step in rule.steps)


def _step_text(kind: ThresholdKind, need: int, give: int) -> str:
    if kind == ThresholdKind.SPEND_SAVE:
        return f"满 {short(need)} 减 {short(give)}"
    if kind == ThresholdKind.PIECES_PRICE:
        return f"任选 {need} 件 {short(give)}"
    if kind == ThresholdKind.PIECES_FREE:
        return f"买 {need} 件付 {give} 件"
    return f"满 {short(need)} 送赠品"


def sentence(template: CouponTemplate, names: Sequence[str] = ()) -> str:
    """A template in one plain sentence, as an operator reads it before saving. `names`: of its goods or shelves."""
    terms = template.terms()
    goods = "、".join(f"「{name}」" for name in names[:3]) + ("等" if len(names) > 3 else "")
    where = "全部商品" if terms.scope.kind == ScopeKind.ALL else goods or "（还没有选择商品或分类）"
    gives = {
        CouponKind.AMOUNT: f"减 {short(terms.value_amount)}",
        CouponKind.PERCENT: f"打 {terms.permille / 100:g} 折",
        CouponKind.FREIGHT: "免运费",
        CouponKind.EXCHANGE: f"加 {short(terms.value_amount)} 换购一件"
        if terms.value_amount
        else "免费兑换一件",
    }[terms.kind]
    if terms.cap_amount is not None:
        gives += f"（最多减 {short(terms.cap_amount)}）"
    when = f"满 {short(terms.threshold_amount)} " if terms.threshold_amount else ""
    with override(settings.LANGUAGE_CODE):  # one sentence, one language: that of the customers
        who = template.get_audience_display()
        way = template.get_way_display()
    if template.audience == template.Audience.TIER:
        who = f"等级 {template.tier} 及以上的会员"
    elif template.segment is not None:
        who = f"人群「{template.segment.name}」中的会员"
    total = f"共 {template.total} 张" if template.total is not None else "总量不限"
    return (
        f"购买{where}{when}{gives}；{validity_text(template) or '（还没有填写有效期）'}。"
        f"{way}：{who}每人限领 {template.per_member} 张，{total}。"
    )


def _day(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
