"""The team: who may enter, in which roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from fangcun.doors.console.forms import VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, Verb, actor_of
from fangcun.doors.console.words import badge
from fangcun.identity.staff import services
from fangcun.identity.staff.permissions import Role
from fangcun.identity.staff.queries import name_of, roles_of

admin.site.unregister(Group)
admin.site.unregister(User)


class StaffForm(VerbForm[User]):
    name = forms.CharField(label=_("姓名"), max_length=150, required=False)
    roles = forms.MultipleChoiceField(
        label=_("角色"), choices=Role.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )

    class Meta:
        model = User
        fields = ["username"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["roles"] = list(roles_of(self.instance))


@admin.register(User)
class StaffAdmin(ConsoleAdmin[User]):
    resource = "staff"
    writable = True
    form = StaffForm
    list_display = ["name_", "username", "roles_", "state", "last_login"]
    search_fields = ["username", "first_name"]
    ordering = ["-is_active", "username"]
    verbs = [
        Verb("link", _("发一次性登录链接"), "link", "staff.change", shown=lambda user: user.is_active),
        Verb(
            "switch_off",
            _("停用"),
            "block",
            "staff.change",
            confirm=_("停用后这位员工立即无法登录。继续吗？"),
            danger=True,
            shown=lambda user: user.is_active,
        ),
        Verb("switch_on", _("恢复"), "check_circle", "staff.change", shown=lambda user: not user.is_active),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(is_staff=True).prefetch_related("groups")

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ["username", "name_", "roles"] if obj else ["username", "name", "roles"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ["username", "name_"] if obj else []

    @display(description=_("姓名"))
    def name_(self, user: User) -> str:
        return name_of(user)

    @display(description=_("角色"))
    def roles_(self, user: User) -> str:
        return "、".join(str(Role(role).label) for role in Role.values if role in roles_of(user)) or "—"

    @display(description=_("状态"))
    def state(self, user: User) -> SafeString:
        return badge(_t("在职"), "good") if user.is_active else badge(_t("已停用"), "quiet")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        by, roles = actor_of(request), form.cleaned_data["roles"]
        if change:
            services.set_roles(User.objects.get(pk=obj.pk), roles, by=by)
            return
        invited = services.invite_staff(
            username=obj.username, name=form.cleaned_data["name"], roles=roles, by=by
        )
        obj.pk = invited.pk
        link = services.issue_login_link(user=invited, by=by)
        messages.success(
            request, _t("请把登录链接发给他（只能用一次）：%s") % request.build_absolute_uri(link)
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Roles were set by the verb."""

    def link(self, request: HttpRequest, user: User) -> None:
        """Make a new one-time link; the one before dies."""
        link = services.issue_login_link(user=user, by=actor_of(request))
        messages.info(request, _t("登录链接（只能用一次）：%s") % request.build_absolute_uri(link))

    def switch_off(self, request: HttpRequest, user: User) -> None:
        """Shut a person out at once."""
        services.deactivate(user, by=actor_of(request))
        messages.success(request, _t("已停用"))

    def switch_on(self, request: HttpRequest, user: User) -> None:
        """Let a person in again."""
        services.activate(user, by=actor_of(request))
        messages.success(request, _t("已恢复"))
