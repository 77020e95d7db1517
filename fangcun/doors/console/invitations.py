"""Pages about inviting: the rules with what they say in sentences, and the month's list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from fangcun.doors.console.forms import MoneyField, RefusableForm
from fangcun.doors.console.model_admin import actor_of
from fangcun.grow.referral.models import ReferralRules, SettlesOn
from fangcun.grow.referral.queries import held_count, leaderboard
from fangcun.grow.referral.rules import FIELDS, coupon_titles, rules_now, save_rules, sentences
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError
from fangcun.shop.offers.queries import template_choices


def _number(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=1_000_000,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )


class RulesForm(RefusableForm):
    """The rules, field by field."""

    is_active = forms.BooleanField(label=_("开放邀请"), required=False, widget=UnfoldBooleanSwitchWidget)
    settles_on = forms.ChoiceField(
        label=_("归属确定于"),
        choices=SettlesOn.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=_("首次付款时：下单前在有效天数内最先邀请他的人。首次登录时：只有刚注册的人算。"),
    )
    touch_days = _number(_("邀请有效天数"))
    least_paid_amount = MoneyField(label=_("首单最低实付"))
    inviter_points = _number(_("邀请人得积分"))
    inviter_template_id = forms.TypedChoiceField(
        label=_("邀请人得优惠券"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    invitee_points = _number(_("被邀请人得积分"))
    invitee_template_id = forms.TypedChoiceField(
        label=_("被邀请人得优惠券"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    limit_count = _number(_("每位邀请人最多奖励（人）"), _("0 表示不限；超出后被邀请人仍有奖励"))
    limit_days = _number(_("上限按多少天计"))
    burst_count = _number(_("集中邀请：人数"), _("这么多人集中到来时先审核；0 表示不检查"))
    burst_hours = _number(_("集中邀请：小时"))
    shared_count = _number(_("同址人数"), _("这么多位被邀请人用同一地址或电话时先审核；0 表示不检查"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _t("不送券")), *((str(pk), title) for pk, title in template_choices())]
        for name in ("inviter_template_id", "invitee_template_id"):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the type checker
            field.choices = choices

    def rules(self) -> ReferralRules:
        """What was typed, as rules."""
        return ReferralRules(**{name: self.cleaned_data[name] for name in FIELDS})


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The rules, and what they say; `preview` says it of what was typed and saves nothing."""
    if not may(request.user, "grow.view"):
        raise PermissionDenied
    writable = may(request.user, "grow.change")
    if request.method == "POST" and not writable:
        raise PermissionDenied
    now = rules_now()
    form = RulesForm(request.POST or None, initial={name: getattr(now, name) for name in FIELDS})
    shown = now
    if request.method == "POST" and form.is_valid():
        shown = form.rules()
        if "preview" not in request.POST:
            try:
                save_rules(shown, by=actor_of(request))
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _t("邀请规则已保存"))
                return redirect("admin:referral_rules")
    titles = coupon_titles([shown.inviter_template_id, shown.invitee_template_id])
    context = {
        **site.each_context(request),
        "title": _t("邀请规则"),
        "form": form,
        "writable": writable,
        "previewed": "preview" in request.POST,
        "sentences": sentences(
            shown,
            inviter_coupon=titles.get(shown.inviter_template_id or 0),
            invitee_coupon=titles.get(shown.invitee_template_id or 0),
        ),
    }
    return render(request, "console/referral_rules.html", context)


@require_safe
def leaders(request: HttpRequest) -> HttpResponse:
    """Who invited most in a month; `month` as 2026-11."""
    if not may(request.user, "grow.view"):
        raise PermissionDenied
    now = _month(request.GET.get("month", "")) or timezone.now()
    board = leaderboard(now=now)
    first = board.starts_at
    context = {
        **site.each_context(request),
        "title": _t("邀请排行"),
        "board": board,
        "before": f"{first - dt.timedelta(days=1):%Y-%m}",
        "after": f"{first + dt.timedelta(days=32):%Y-%m}"
        if first + dt.timedelta(days=32) <= timezone.now()
        else "",
        "held": held_count(),
    }
    return render(request, "console/leaderboard.html", context)


def _month(text: str) -> dt.datetime | None:
    try:
        month = dt.datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - the shop's own time, made so below
    except ValueError:
        return None
    return timezone.make_aware(month.replace(day=15)) if 2000 <= month.year <= 2100 else None
