from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class CarrierUnknown(DomainError):
    code = "carrier_unknown"
    status = 400
    message = _("请选择列表中的快递公司")


class TrackingNumberInvalid(DomainError):
    code = "tracking_number_invalid"
    status = 400
    message = _("运单号应为 6–40 位字母或数字")


class FreightRuleInvalid(DomainError):
    code = "freight_rule_invalid"
    status = 400
    message = _("运费规则有误：{problem}")
