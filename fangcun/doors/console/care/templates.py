"""Trying a message template: how the phone shows it, what does not fit, one real message."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.care.frame import frame, guard
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.grow.messaging.ledger import balance_of
from fangcun.grow.messaging.models import Template
from fangcun.grow.messaging.trying import Row, send_test
from fangcun.grow.messaging.trying import preview as rows_of
from fangcun.identity.members.models import Member
from fangcun.kernel.errors import DomainError

MOST_FIELDS = 10


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One template as the phone shows it, and the form of a test message."""
    context = frame(request)
    template = _found(pk)
    context |= {"title": template.title, "template": template, "rows": rows_of(template.fields)}
    return render(request, "console/care/template.html", context)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What a form that is not saved yet would show, as a piece of the page."""
    guard(request, "messages.view")
    rows: list[Row] = []
    problem = ""
    try:
        fields = json.loads(request.POST.get("fields", "") or "{}")
    except (ValueError, RecursionError):
        fields, problem = {}, _('字段写作 JSON，例如 {"thing2": "goods"}')
    if isinstance(fields, dict) and len(fields) <= MOST_FIELDS:
        rows = rows_of({str(key): str(name) for key, name in fields.items()})
    elif not problem:
        problem = _("请填写 1–10 个字段")
    context = {"title": request.POST.get("title", "")[:60], "rows": rows, "problem": problem}
    return render(request, "console/care/bubble.html", context)


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the template with sample values to one member; it uses one of his consents."""
    guard(request)
    template = _found(pk)
    said = request.POST.get("member", "").strip()
    member = None
    if said.isascii() and said.isdigit() and len(said) < 19:
        member = Member.objects.filter(pk=int(said), merged_into=None).first()
    if member is None:
        messages.error(request, _("没有编号为 %s 的会员") % said[:20])
        return redirect("admin:care_template", pk)
    try:
        send_test(template=template, member_id=member.pk, by=actor_of(request))
    except DomainError as refused:
        tell(request, refused)
        return redirect("admin:care_template", pk)
    line = balance_of(member.pk)
    left = line.by_template[template.pk].open if line and template.pk in line.by_template else 0
    said = _("已发给 %(name)s，用掉一次授权，还剩 %(left)s 次。结果见“订阅消息发送”。")
    messages.success(request, said % {"name": str(member), "left": left})
    return redirect("admin:care_template", pk)


def _found(pk: int) -> Template:
    template = Template.objects.select_related("program").filter(pk=pk).first()
    if template is None:
        raise Http404
    return template
