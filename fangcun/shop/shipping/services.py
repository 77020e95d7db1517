"""The verbs of shipping."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.shop.shipping.carriers import CARRIERS
from fangcun.shop.shipping.errors import CarrierUnknown, FreightRuleInvalid, TrackingNumberInvalid
from fangcun.shop.shipping.models import FreightRule, Shipment

SELF_DELIVERY = "SELF"


def create_shipment(*, order_number: str, carrier: str, tracking_number: str) -> Shipment:
    """Note a parcel, in the caller's transaction. Raises CarrierUnknown, TrackingNumberInvalid."""
    if carrier not in CARRIERS:
        raise CarrierUnknown(carrier=carrier)
    number = re.sub(r"\s", "", tracking_number).upper()
    if not (carrier == SELF_DELIVERY and not number) and not re.fullmatch(r"[0-9A-Z-]{6,40}", number):
        raise TrackingNumberInvalid
    return Shipment.objects.create(order_number=order_number, carrier=carrier, tracking_number=number)


def save_freight_rule(rule: FreightRule, *, by: Actor) -> FreightRule:
    """Add or change a freight rule. Raises FreightRuleInvalid with what is wrong."""
    codes = [str(code).strip() for code in rule.areas or []]
    if any(not re.fullmatch(r"\d{2}(\d{2}(\d{2})?)?", code) for code in codes):
        raise FreightRuleInvalid(problem="地区代码应为 2、4 或 6 位数字")
    if rule.extra_weight_g <= 0 or min(rule.first_amount, rule.extra_amount) < 0:
        raise FreightRuleInvalid(problem="续重必须大于 0，运费不能为负")
    rule.areas = codes
    with transaction.atomic():
        before = _facts(FreightRule.objects.filter(pk=rule.pk).first()) if rule.pk else None
        rule.save()
        record("shipping.save_freight_rule", by=by, object=rule, before=before, after=_facts(rule))
    return rule


def delete_freight_rule(rule: FreightRule, *, by: Actor) -> None:
    """Remove a freight rule."""
    with transaction.atomic():
        record("shipping.delete_freight_rule", by=by, object=rule, before=_facts(rule))
        rule.delete()


def _facts(rule: FreightRule | None) -> dict[str, Any] | None:
    return model_to_dict(rule) if rule else None
