"""One offer on one page of our own: a form that is saved by a verb."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from fangcun.doors.console.forms import RefusableForm
from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError

M = TypeVar("M", bound=Model)


def plain_of(refused: DomainError) -> DomainError:
    """A refusal for a page without fields: the first of what is wrong, where it is said field by field."""
    fields = refused.details.get("fields")
    return type(refused)(next(iter(fields.values()))) if isinstance(fields, dict) and fields else refused


class FormPageAdmin(ConsoleAdmin[M]):
    """`forms` makes the form and its rows, `save` saves what they say, `shown` is what else the page shows."""

    resource = "grow"
    writable = True
    page_template: ClassVar[str]
    new_title: ClassVar[Any]

    def forms(self, data: Any, row: M | None) -> tuple[RefusableForm, list[Any]]:
        """The form, and the forms of its rows."""
        raise NotImplementedError

    def save(self, form: Any, rows: list[Any], row: M | None, by: Actor) -> M:
        """Save it. May raise DomainError."""
        raise NotImplementedError

    def shown(self, request: HttpRequest, row: M | None, form: Any) -> dict[str, Any]:
        """What else stands on the page."""
        return {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one offer."""
        row = None
        if object_id is not None:
            known = self.get_queryset(request)
            row = get_object_or_404(known, pk=object_id if object_id.isdecimal() else 0)
        writable = self.has_change_permission(request)
        if not self.has_view_permission(request) or (
            (row is None or request.method == "POST") and not writable
        ):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        form, rows = self.forms(data, row)
        if data is not None:
            valid = [one.is_valid() for one in (form, *rows)]  # all, to show all that is wrong
            if all(valid):
                try:
                    saved = self.save(form, rows, row, actor_of(request))
                except DomainError as refused:
                    form.refuse(refused)
                else:
                    messages.success(request, _t("已保存"))
                    return redirect(reverse(f"admin:{self._url_name('change')}", args=[saved.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": str(row) if row else self.new_title,
            "opts": self.opts,
            "original": row,
            "row": row,
            "form": form,
            "rows": rows,
            "writable": writable,
            "list_url": reverse(f"admin:{self._url_name('changelist')}"),
            **self.shown(request, row, form),
        }
        return render(request, self.page_template, context)
