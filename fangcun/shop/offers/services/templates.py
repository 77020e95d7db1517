"""Coupon templates and their codes."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.shop.offers.codes import new_code, plain
from fangcun.shop.offers.errors import OfferInvalid, TemplateInUse
from fangcun.shop.offers.models import CouponCode, CouponTemplate
from fangcun.shop.offers.rules import CouponKind, ScopeKind
from fangcun.shop.offers.services.book import turn_page

MOST_CODES = 20_000
# What somebody who holds one relies on.
PROMISED = (
    "kind", "value_amount", "permille", "cap_amount", "threshold_amount", "scope", "scope_ids",
)  # fmt: skip


def save_template(template: CouponTemplate, *, by: Actor) -> CouponTemplate:
    """Add or change a coupon template. What it gives stays as it is once somebody holds one.

    Raises OfferInvalid with what is wrong at which field, TemplateInUse.
    """
    _tidy(template)
    if problems := _problems(template):
        raise OfferInvalid(fields=problems)
    with transaction.atomic():
        before = None
        if template.pk:
            old = CouponTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
            before = _facts(old)
            if old.claimed and any(getattr(old, name) != getattr(template, name) for name in PROMISED):
                raise TemplateInUse
            if template.total is not None and template.total < old.claimed:
                raise OfferInvalid(fields={"total": _("已经领出 %(n)s 张，不能更少") % {"n": old.claimed}})
            template.claimed = old.claimed
        if template.way == CouponTemplate.Way.LINK and not template.link_token:
            template.link_token = secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                template.save()
        except IntegrityError:
            raise OfferInvalid(fields={"word": _("这个口令已被另一张券使用")}) from None
        turn_page()
        record("offers.save_template", by=by, object=template, before=before, after=_facts(template))
    return template


def make_codes(template: CouponTemplate, *, number: int, by: Actor) -> str:
    """Make so many random codes, each good for one coupon, once; the name of the batch. Raises OfferInvalid."""
    if not 1 <= number <= MOST_CODES:
        raise OfferInvalid(fields={"number": _("一次生成 1 到 %(n)s 个") % {"n": MOST_CODES}})
    batch = f"{timezone.localtime():%Y%m%d-%H%M%S}"
    codes: set[str] = set()
    while len(codes) < number:
        codes.add(new_code())
    with transaction.atomic():
        CouponCode.objects.bulk_create(
            (CouponCode(template=template, code=code, batch=batch) for code in sorted(codes)),
            batch_size=1000,
        )
        record("offers.make_codes", by=by, object=template, after={"batch": batch, "number": number})
    return batch


def _tidy(template: CouponTemplate) -> None:
    """What doesn't belong to its kind is put away, so that no old value comes to life again."""
    kind, audience = template.kind, template.audience
    template.title = template.title.strip()
    template.word = plain(template.word or "") or None
    if template.way != CouponTemplate.Way.CODE:
        template.word = None
    if kind not in (CouponKind.AMOUNT, CouponKind.EXCHANGE):
        template.value_amount = 0
    if kind != CouponKind.PERCENT:
        template.permille = 1000
    if kind not in (CouponKind.PERCENT, CouponKind.FREIGHT):
        template.cap_amount = None
    if kind == CouponKind.EXCHANGE:
        template.threshold_amount = 0
    if template.scope == ScopeKind.ALL:
        template.scope_ids = []
    if audience != CouponTemplate.Audience.SEGMENT:
        template.segment = None
    if audience != CouponTemplate.Audience.TIER:
        template.tier = 0


def _problems(template: CouponTemplate) -> dict[str, str]:
    found: dict[str, str] = {}
    if not template.title:
        found["title"] = _("请填写名称")
    if template.kind == CouponKind.AMOUNT:
        if template.value_amount <= 0:
            found["value_amount"] = _("请填写减多少")
        elif template.threshold_amount and template.value_amount > template.threshold_amount:
            found["value_amount"] = _("减的金额不能大于门槛")
    if template.kind == CouponKind.PERCENT and not 10 <= template.permille <= 990:
        found["permille"] = _("折扣应在 0.1 折到 9.9 折之间")
    if template.kind == CouponKind.EXCHANGE and (
        template.scope != ScopeKind.PRODUCTS or len(template.scope_ids) != 1
    ):
        found["scope_ids"] = _("兑换券要指定一件商品")
    elif template.scope != ScopeKind.ALL and not template.scope_ids:
        found["scope_ids"] = _("请选择分类或商品")
    for name in ("value_amount", "threshold_amount", "cap_amount"):
        if (getattr(template, name) or 0) < 0:
            found[name] = _("金额不能为负")
    return found | _time_problems(template) | _holder_problems(template)


def _time_problems(template: CouponTemplate) -> dict[str, str]:
    found: dict[str, str] = {}
    if not template.valid_until and not template.valid_days:
        found["valid_days"] = _("请填写有效期：固定的截止时间，或领取后的天数")
    if template.valid_from and template.valid_until and template.valid_from >= template.valid_until:
        found["valid_until"] = _("有效期止应晚于有效期始")
    if (
        template.claim_starts_at
        and template.claim_ends_at
        and template.claim_starts_at >= template.claim_ends_at
    ):
        found["claim_ends_at"] = _("停止领取应晚于开始领取")
    return found


def _holder_problems(template: CouponTemplate) -> dict[str, str]:
    found: dict[str, str] = {}
    if template.audience == CouponTemplate.Audience.SEGMENT and template.segment is None:
        found["segment"] = _("请选择人群")
    if template.audience == CouponTemplate.Audience.TIER and template.tier < 1:
        found["tier"] = _("请填写最低等级，从 1 开始")
    if template.per_member < 1:
        found["per_member"] = _("每人至少可领 1 张")
    if template.total is not None and template.total < 1:
        found["total"] = _("总量至少 1 张；不限请留空")
    return found


def _facts(template: CouponTemplate) -> dict[str, Any]:
    facts = model_to_dict(template, exclude=["link_token"])
    facts.pop("claimed", None)
    return facts
