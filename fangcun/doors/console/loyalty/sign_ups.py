"""Who comes to an activity: the list, letting in at the door, the file."""

from __future__ import annotations

import csv as csv_format
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.loyalty.frame import frame, guard
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.doors.console.orders_export import Echo, moment
from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.models import Activity, SignUp
from fangcun.grow.loyalty.queries import signed_up
from fangcun.grow.loyalty.states import SignUpStatus
from fangcun.identity.members.phones import masked
from fangcun.identity.staff.queries import may
from fangcun.kernel.audit import record
from fangcun.kernel.cells import safe
from fangcun.kernel.errors import DomainError

TONES = {
    SignUpStatus.SIGNED: "info",
    SignUpStatus.CANCELLED: "quiet",
    SignUpStatus.ATTENDED: "good",
}
PER_PAGE = 25


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The list, 25 a page, and the field for the code that somebody shows at the door."""
    activity = get_object_or_404(Activity, pk=pk)
    context = frame(request, activity.title)
    counts = dict(
        SignUp.objects.filter(activity=activity).order_by().values_list("status").annotate(n=Count("id"))
    )
    shown = Paginator(signed_up(activity.pk), PER_PAGE).get_page(request.GET.get("page"))
    context |= {
        "activity": activity,
        "shown": shown,
        "lines": [(one, masked(one.member.phone) or "—", TONES[SignUpStatus(one.status)]) for one in shown],
        "signed": counts.get(SignUpStatus.SIGNED, 0),
        "attended": counts.get(SignUpStatus.ATTENDED, 0),
        "cancelled": counts.get(SignUpStatus.CANCELLED, 0),
    }
    return render(request, "console/loyalty/sign_ups.html", context)


@require_POST
def attend(request: HttpRequest, pk: int) -> HttpResponse:
    """Let in who shows his code."""
    guard(request)
    activity = get_object_or_404(Activity, pk=pk)
    try:
        came = services.attend(activity=activity, code=request.POST.get("code", ""), by=actor_of(request))
    except DomainError as refused:
        tell(request, refused)
    else:
        messages.success(request, _t("%(member)s 已签到") % {"member": came.member})
    return redirect("admin:loyalty_sign_ups", pk)


@require_safe
def csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole list as a file for a spreadsheet."""
    guard(request, "grow.view")
    activity = get_object_or_404(Activity, pk=pk)
    record("loyalty.export_sign_ups", by=actor_of(request), object=activity)
    whole = may(request.user, "members.reveal")
    name = f"activity-{activity.pk}-{timezone.localtime():%Y%m%d-%H%M}.csv"
    return StreamingHttpResponse(
        _lines(activity, whole_phones=whole),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(activity: Activity, *, whole_phones: bool) -> Iterator[str]:
    writer: Any = csv_format.writer(Echo())
    head = [_t("会员编号"), _t("昵称"), _t("电话"), _t("状态"), _t("签到码"), _t("报名于"), _t("到场于")]
    yield "\ufeff" + writer.writerow(head)
    for one in signed_up(activity.pk).iterator(chunk_size=500):
        phone = one.member.phone
        row = [
            one.member_id, one.member.nickname, phone if whole_phones else masked(phone) or "",
            one.get_status_display(), one.code, moment(one.signed_at), moment(one.attended_at),
        ]  # fmt: skip
        yield writer.writerow([safe(cell) for cell in row])
