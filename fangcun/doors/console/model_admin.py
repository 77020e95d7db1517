"""What all lists and forms of the console have in common: permissions, paging, verbs instead of saves."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from fangcun.identity.staff.queries import actor_for, may
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError, GatewayError

M = TypeVar("M", bound=Model)


def actor_of(request: HttpRequest) -> Actor:
    """The person at the console, as the audit log names him."""
    return actor_for(request.user, request.META.get("REMOTE_ADDR"))


class ConsoleAdmin(ModelAdmin[M]):
    """A list whose rows may be looked at by some roles and changed, through verbs, by fewer.

    `resource` names the row of the permission table; without `writable` nothing is added or changed here.
    """

    resource: ClassVar[str]
    writable: ClassVar[bool] = False
    list_per_page = 25
    show_full_result_count = False
    list_disable_select_all = True
    compressed_fields = True
    warn_unsaved_form = True
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

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; when its verb refuses, the form again with what was typed and the reason at its field."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refused:
            request.refused = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, *args, **kwargs)

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


def tell(request: HttpRequest, error: DomainError | GatewayError) -> None:
    """Show a refusal where the operator looks."""
    messages.error(request, str(error))
