"""What all lists and forms of the console have in common: permissions, verbs instead of saves, quick tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from fangcun.identity.staff.queries import actor_for, may
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError, GatewayError

if TYPE_CHECKING:  # the library has no types; its class is Django's with more attributes
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin

M = TypeVar("M", bound=Model)


def actor_of(request: HttpRequest) -> Actor:
    """The person at the console, as the audit log names him. Raises PermissionDenied for a stranger."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return actor_for(request.user, request.META.get("REMOTE_ADDR"))


def tell(request: HttpRequest, error: DomainError | GatewayError) -> None:
    """Show a refusal where the operator looks."""
    messages.error(request, str(error))


@dataclass(frozen=True, slots=True)
class Verb:
    """A button above one object. `name` is the method of the admin class that is called with (request, object).

    A click is a POST: what changes something can't be triggered by a link from elsewhere. With `confirm` the
    operator is asked first.
    """

    name: str
    label: str | Promise
    icon: str
    permission: str
    confirm: str | Promise = ""
    danger: bool = False
    shown: Callable[[Any], bool] = lambda _row: True


class ConsoleAdmin(ModelAdmin[M]):
    """A list whose rows may be looked at by some roles and changed, through verbs, by fewer.

    `resource` names the row of the permission table; without `writable` nothing is added or changed here.
    `facts` are what the page of one object shows when nothing is changed there.
    `tabs_of` names a field with choices, each of which becomes a quick tab over the list.
    `nothing_yet` says what to do, or what will bring rows, while there are none.
    """

    resource: ClassVar[str]
    writable: ClassVar[bool] = False
    verbs: ClassVar[Sequence[Verb]] = ()
    tabs_of: ClassVar[str] = ""
    facts: ClassVar[Sequence[str]] = ()
    nothing_yet: ClassVar[str | Promise] = ""
    list_per_page = 25
    show_full_result_count = False
    list_disable_select_all = True
    compressed_fields = True
    warn_unsaved_form = True
    list_before_template = "console/tabs.html"
    change_form_outer_before_template = "console/verbs.html"
    actions: Any = None

    def _may(self, request: HttpRequest, what: str) -> bool:
        return may(request.user, f"{self.resource}.{what}")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._may(request, "view")

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self.writable and self._may(request, "change")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.writable and self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        return self.facts or super().get_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        return self.facts or super().get_readonly_fields(request, obj)

    def get_urls(self) -> list[URLPattern]:
        run = require_POST(self.admin_site.admin_view(self.run_verb))
        return [
            path("<int:pk>/verb/<slug:name>/", run, name=self._url_name("verb")),
            *super().get_urls(),
        ]

    def run_verb(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do one verb to one object and come back to it."""
        verb = next((verb for verb in self.verbs if verb.name == name), None)
        if verb is None:
            raise Http404
        if not may(request.user, verb.permission):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        try:
            answer: HttpResponse | None = getattr(self, name)(request, row)
        except (DomainError, GatewayError) as refused:
            tell(request, refused)
            answer = None
        return answer or redirect(reverse(f"admin:{self._url_name('change')}", args=[pk]))

    def _url_name(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form; when its verb refuses, the form again with what was typed and the reason at its field."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refused:
            request.refused = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Ask, then delete; a refusal leads back to the object."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as refused:
            tell(request, refused)
            return redirect(reverse(f"admin:{self._url_name('change')}", args=[object_id]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        context["verbs"] = [
            (verb, reverse(f"admin:{self._url_name('verb')}", args=[row.pk, verb.name]))
            for verb in self.verbs
            if row is not None and may(request.user, verb.permission) and verb.shown(row)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "tabs": self._tabs(request)})

    def _tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        if not self.tabs_of:
            return []
        parameter, query = f"{self.tabs_of}__exact", request.GET.copy()
        chosen = query.pop(parameter, [""])[-1]
        query.pop("p", None)
        tabs = []
        for value, label in [("", _t("全部")), *(self.opts.get_field(self.tabs_of).choices or ())]:  # type: ignore[union-attr]
            link = query.copy()
            if value:
                link[parameter] = str(value)
            tabs.append({"label": label, "link": f"?{link.urlencode()}", "chosen": chosen == str(value)})
        return tabs

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """What happened to one object stands in the audit log."""
        log = reverse("admin:kernel_auditentry_changelist")
        return redirect(f"{log}?object_type={self.opts.label_lower}&object_id={object_id}")

    # The verbs write the audit log; Django's own log of the admin would be a second, poorer one.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def get_form(
        self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        refused = getattr(request, "refused", None)
        return type(form.__name__, (form,), {"refused": refused}) if refused else form

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }
