"""Mini program codes by the batch."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fangcun.doors.console.admin.links import QueryField
from fangcun.doors.console.forms import VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge
from fangcun.grow.links import batches
from fangcun.grow.links.models import Batch
from fangcun.grow.links.states import BatchStatus
from fangcun.identity.staff.queries import may

TONES = {
    BatchStatus.DRAWING: "warn",
    BatchStatus.DONE: "good",
    BatchStatus.FAILED: "bad",
    BatchStatus.CANCELLED: "quiet",
}


class BatchForm(VerbForm[Batch]):
    query = QueryField(help_text=_("可用 {n} 代表序号，如桌号 table=T{n}"))

    class Meta:
        model = Batch
        fields = ["name", "program", "channel", "page", "query", "count", "width"]


@admin.register(Batch)
class BatchAdmin(ConsoleAdmin[Batch]):
    resource = "grow"
    writable = True
    form = BatchForm
    list_display = ["name", "channel", "status_", "progress", "created_at", "finished_at"]
    tabs_of = "status"
    list_select_related = ["channel"]
    ordering = ["-id"]
    verbs = [
        Verb("stop", _("取消"), "cancel", "grow.change", confirm=_("已经生成的码会保留。"), danger=True,
             shown=lambda batch: batch.may_enter(BatchStatus.CANCELLED)),
        Verb("resume", _("继续生成"), "resume", "grow.change",
             shown=lambda batch: batch.may_enter(BatchStatus.DRAWING)),
    ]  # fmt: skip
    change_form_outer_after_template = "console/batch.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        drawn = Count("links", filter=~Q(links__code_path=""))
        return super().get_queryset(request).annotate(drawn_count=drawn)

    def get_fields(self, request: HttpRequest, obj: Batch | None = None) -> Any:
        if obj is None:
            return BatchForm.Meta.fields
        return ["name", "program", "channel", "page", "query", "status_", "progress", "error", "created_at",
                "finished_at"]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Batch | None = None) -> Any:
        return self.get_fields(request, obj)[1:] if obj else []

    @display(description=_("状态"), ordering="status")
    def status_(self, batch: Batch) -> SafeString:
        return badge(batch.get_status_display(), TONES[BatchStatus(batch.status)])

    @display(description=_("进度"))
    def progress(self, batch: Batch) -> SafeString:
        done, whole = batch.drawn_count, batch.count  # type: ignore[attr-defined]
        return format_html('<progress max="{}" value="{}"></progress> {} / {}', whole, done, done, whole)

    def save_model(self, request: HttpRequest, obj: Batch, form: Any, change: bool) -> None:
        if change:
            batches.rename_batch(batch=obj, name=obj.name, by=actor_of(request))
            return
        made = batches.make_batch(
            name=obj.name, program_id=obj.program_id, channel_id=obj.channel_id, page=obj.page, query=obj.query,
            count=obj.count, width=obj.width, by=actor_of(request),
        )  # fmt: skip
        obj.pk = made.pk

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = super().changeform_view(request, *args, **kwargs)
        batch = getattr(answer, "context_data", None) and answer.context_data.get("original")
        if isinstance(batch, Batch) and batch.status == BatchStatus.DRAWING:
            answer["Refresh"] = "3"
        return answer

    def stop(self, request: HttpRequest, batch: Batch) -> None:
        """Draw no more."""
        batches.cancel_batch(batch=batch, by=actor_of(request))

    def resume(self, request: HttpRequest, batch: Batch) -> None:
        """Draw what is missing."""
        batches.resume_batch(batch=batch, by=actor_of(request))
        messages.success(request, _t("继续生成中"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        file = view(require_safe(self.file))
        return [
            path("<int:pk>/codes.<str:kind>", file, name="links_batch_file"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
        """The batch's ZIP or its sheets."""
        if not may(request.user, "grow.view"):
            raise PermissionDenied
        batch = get_object_or_404(Batch, pk=pk)
        kept = {"zip": batch.zip_path, "pdf": batch.pdf_path}.get(kind)
        if not kept or not default_storage.exists(kept):
            raise Http404
        return FileResponse(
            default_storage.open(kept), as_attachment=True, filename=f"{batch.name}-{batch.pk}.{kind}"
        )
