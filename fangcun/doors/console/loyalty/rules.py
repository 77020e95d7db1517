"""The page of rules: what is earned, what points are worth, what checking in gives."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from fangcun.doors.console.forms import RefusableForm, WordsField
from fangcun.doors.console.loyalty.frame import frame, guard
from fangcun.doors.console.model_admin import actor_of
from fangcun.grow.loyalty.models import Rules
from fangcun.grow.loyalty.services import save_rules
from fangcun.kernel.errors import DomainError


def _number(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=0, widget=UnfoldAdminIntegerFieldWidget()
    )


class DaysField(WordsField):
    """Points of the 1st, 2nd, … day."""

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value([str(one) for one in value] if isinstance(value, list) else value)

    def to_python(self, value: Any) -> Any:
        try:
            return [int(word) for word in super().to_python(value)]
        except ValueError:
            raise ValidationError(_t("请填写用逗号分隔的整数")) from None


class MilestonesField(WordsField):
    """Days and what they give on top, such as 7:20."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return super().prepare_value([f"{day}:{points}" for day, points in value.items()])

    def to_python(self, value: Any) -> Any:
        found = {}
        for word in super().to_python(value):
            day, _colon, points = word.replace("：", ":").partition(":")
            try:
                found[str(int(day))] = int(points)
            except ValueError:
                raise ValidationError(_t("请按“天数:积分”填写，例如 7:20")) from None
        return dict(sorted(found.items(), key=lambda pair: int(pair[0])))


class RulesForm(RefusableForm):
    """Named as the fields of Rules."""

    earn_per_yuan = _number(_("每实付 1 元得积分"), _("订单完成后到账，退款时按比例扣回"))
    growth_per_yuan = _number(_("每实付 1 元得成长值"))
    points_per_yuan = _number(_("多少积分抵 1 元"), _("0 表示积分不能抵扣"))
    most_permille = _number(_("最多抵商品金额的千分之几"), _("500 即最多抵一半，不超过 900"))
    valid_days = _number(_("积分有效天数"), _("到期当天结束时失效，先到期的先用；0 表示永不过期"))
    grace_days = _number(_("退回积分至少再有效天数"), _("退款退回的积分保留原到期日，但至少再有效这么多天"))
    check_in_days = DaysField(
        label=_("连续签到每天得积分"), help_text=_("依次为第 1、2、3…天，用逗号分隔；用完后从头循环")
    )
    check_in_milestones = MilestonesField(
        label=_("连续签到额外奖励"), required=False, help_text=_("天数:积分，用逗号分隔，例如 7:20，30:100")
    )
    check_in_growth = _number(_("每次签到得成长值"))
    make_up_every = _number(_("连续签到多少天得一张补签卡"), _("0 表示不发；补签卡只能补当月漏签的日子"))
    make_up_most = _number(_("最多持有补签卡"))


GROUPS = [
    (_("获得与抵扣"), ["earn_per_yuan", "growth_per_yuan", "points_per_yuan", "most_permille"]),
    (_("有效期"), ["valid_days", "grace_days"]),
    (
        _("签到"),
        ["check_in_days", "check_in_milestones", "check_in_growth", "make_up_every", "make_up_most"],
    ),
]


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """See the rules, or change them."""
    context = frame(request, _t("积分与签到规则"))
    rules = Rules.current()
    form = RulesForm(
        request.POST or None, initial={name: getattr(rules, name) for name in RulesForm.base_fields}
    )
    if request.method == "POST":
        guard(request)
        if form.is_valid():
            try:
                save_rules(by=actor_of(request), **form.cleaned_data)
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _t("规则已保存，从现在起生效；已有的积分不变"))
                return redirect("admin:loyalty_rules")
    context |= {
        "form": form,
        "groups": [(title, [form[name] for name in names]) for title, names in GROUPS],
    }
    return render(request, "console/loyalty/rules.html", context, status=400 if form.errors else 200)
