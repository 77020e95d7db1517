"""Papers: what there is beside what the plan says, their scans, and what is about to run out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from fangcun.build.papers.errors import PaperUnknown
from fangcun.build.papers.models import Paper, PaperFile
from fangcun.build.papers.queries import PaperState, launch_begins, papers, reminders
from fangcun.build.papers.services import (
    adopt_plan,
    attach_file,
    download_file,
    remove_file,
    save_paper,
    settle_reminder,
)
from fangcun.build.papers.services.files import MOST_BYTES
from fangcun.build.papers.states import PaperKind, PaperStatus
from fangcun.doors.console.forms import RefusableForm, WordsField
from fangcun.doors.console.launch.frame import guard
from fangcun.doors.console.launch.papers.frame import tabbed
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.kernel.errors import DomainError

PAGE = 25
TONES = {
    PaperStatus.HAVE: "good",
    PaperStatus.APPLIED: "info",
    PaperStatus.MISSING: "quiet",
    PaperStatus.REFUSED: "bad",
}


def _date(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **options)


def _line(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=UnfoldAdminTextInputWidget, **options)


class PaperForm(RefusableForm):
    """How a paper really is."""

    name = _line(_("名称"), max_length=80)
    kind = forms.ChoiceField(label=_("种类"), choices=PaperKind.choices, widget=UnfoldAdminSelectWidget)
    status = forms.ChoiceField(label=_("状态"), choices=PaperStatus.choices, widget=UnfoldAdminSelectWidget)
    number = _line(_("编号"), required=False, max_length=80)
    holder = _line(_("持有人"), required=False, max_length=80)
    covers = WordsField(label=_("覆盖"), required=False, help_text=_("类目、功能或能力的名字，用逗号分隔"))
    issued_on = _date(_("发证日期"))
    expires_on = _date(_("有效期至"), help_text=_("长期有效就留空；到期前 90、30、7 天会提醒"))
    expected_on = _date(_("预计取得"), help_text=_("办理中的填，用来和上线日期比"))
    note = _line(_("备注"), required=False, max_length=300)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every paper beside the plan."""
    context = tabbed(request, "papers", _t("资质与环境"))
    rows = papers()
    today = timezone.localdate()
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context |= {
        "page": shown,
        "rows": [(one, *_looks(one, today)) for one in shown],
        "reminders": reminders(),
        "launch": launch_begins(),
        "unadopted": sum(one.paper is None for one in rows),
    }
    return render(request, "console/launch/papers.html", context)


def _looks(one: PaperState, today: Any) -> tuple[str, str]:
    """How the state of a paper is written, and its tone."""
    if one.paper is None:
        return _t("没有登记"), "warn"
    if one.paper.expired(today):
        return _t("已过期"), "bad"
    return one.paper.get_status_display(), TONES[PaperStatus(one.paper.status)]


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A paper that the plan does not name, such as a contract."""
    guard(request)
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper with its scans; saved by who may change."""
    guard(request, "launch.view")
    if request.method == "POST":
        guard(request)
    return _edit(request, _found(pk))


def _edit(request: HttpRequest, paper: Paper | None) -> HttpResponse:
    names = list(PaperForm.base_fields)
    initial = {name: getattr(paper, name) for name in names} if paper else {"status": PaperStatus.HAVE}
    form = PaperForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_paper(
                paper_id=paper.pk if paper else None, by=actor_of(request), **form.cleaned_data
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _t("已保存"))
            return redirect("admin:launch_paper", saved.pk)
    context = tabbed(request, "papers", paper.name if paper else _t("登记资质"))
    state = next((row for row in papers() if paper is not None and row.paper == paper), None)
    context |= {
        "form": form,
        "paper": paper,
        "state": state,
        "files": list(paper.files.all()) if paper else [],
    }
    return render(request, "console/launch/paper.html", context, status=400 if form.errors else 200)


@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """Make papers of the plan's qualifications that have none."""
    guard(request)
    made = adopt_plan(by=actor_of(request))
    messages.success(request, _t("从蓝图登记了 %s 份资质，请逐份核对") % len(made))
    return redirect("admin:launch_papers")


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a scan."""
    guard(request)
    paper = _found(pk)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _t("请选择文件"))
        return redirect("admin:launch_paper", pk)
    try:
        attach_file(
            paper_id=paper.pk, name=str(upload.name), data=upload.read(MOST_BYTES + 1), by=actor_of(request)
        )
    except DomainError as refused:
        tell(request, refused)
    else:
        messages.success(request, _t("已保存"))
    return redirect("admin:launch_paper", pk)


@require_safe
def download(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """A scan, as a file: never shown in the page, as a PDF may hold anything."""
    guard(request, "launch.change")
    kept = PaperFile.objects.select_related("paper").filter(pk=file, paper=pk).first()
    if kept is None:
        raise Http404
    try:
        content = download_file(file=kept, by=actor_of(request))
    except FileNotFoundError as gone:
        raise Http404 from gone
    answer = HttpResponse(content, content_type=kept.kind)
    answer.headers["Content-Disposition"] = content_disposition_header(True, kept.name) or "attachment"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
def remove(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Take a scan away for good."""
    guard(request)
    try:
        remove_file(paper_id=pk, file_id=file, by=actor_of(request))
    except PaperUnknown as gone:
        raise Http404 from gone
    messages.success(request, _t("文件已删除"))
    return redirect("admin:launch_paper", pk)


@require_POST
def settle(request: HttpRequest, reminder: int) -> HttpResponse:
    """A reminder was seen."""
    guard(request)
    try:
        settle_reminder(reminder_id=reminder, by=actor_of(request))
    except PaperUnknown as gone:
        raise Http404 from gone
    return redirect("admin:launch_papers")


def _found(pk: int) -> Paper:
    found = Paper.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
