"""Giving a member points, or taking them, by hand."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from fangcun.doors.console.forms import RefusableForm
from fangcun.doors.console.loyalty.frame import frame, guard
from fangcun.doors.console.model_admin import actor_of
from fangcun.grow.loyalty.models import Card
from fangcun.grow.loyalty.services import give_by_hand
from fangcun.identity.members.models import Member
from fangcun.kernel.errors import DomainError


class HandForm(RefusableForm):
    """`key` keeps a form that is sent twice from counting twice."""

    points = forms.IntegerField(
        label=_("积分"), help_text=_("正数为赠送，负数为扣减"), widget=UnfoldAdminIntegerFieldWidget()
    )
    note = forms.CharField(
        label=_("原因"), max_length=100, help_text=_("会员会在积分明细里看到"),
        widget=UnfoldAdminTextInputWidget(),
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput())


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, and what it does."""
    guard(request)
    member = get_object_or_404(Member, pk=pk, merged_into=None)
    context = frame(request, _t("调整%(member)s的积分") % {"member": member})
    form = HandForm(request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            entry = give_by_hand(
                member_id=member.pk, points=data["points"], note=data["note"], key=str(data["key"]),
                by=actor_of(request),
            )  # fmt: skip
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _t("已调整，现有 %(n)s 积分") % {"n": entry.balance_after})
            return redirect("admin:loyalty_card_change", member.pk)
    context |= {"form": form, "member": member, "card": Card.objects.filter(pk=member.pk).first()}
    return render(request, "console/loyalty/give.html", context, status=400 if form.errors else 200)
