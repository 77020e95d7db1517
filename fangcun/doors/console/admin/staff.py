"""The team: who may enter, in which roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from fangcun.doors.console.forms import VerbForm
from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of, tell
from fangcun.doors.console.words import badge
from fangcun.identity.staff import services
from fangcun.identity.staff.permissions import Role
from fangcun.identity.staff.queries import may, name_of, roles_of
from fangcun.kernel.errors import DomainError

admin.site.unregister(Group)
admin.site.unregister(User)


class StaffForm(VerbForm):
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
            self.initial |= {"roles": list(roles_of(self.instance)), "name": name_of(self.instance)}


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("新密码"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("再输一次"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") != data.get("again"):
            raise ValidationError({"again": _t("两次输入不一致")})
        if data.get("password"):
            try:
                validate_password(data["password"], self.user)
            except ValidationError as weak:
                raise ValidationError({"password": weak.messages}) from None
        return data


@admin.register(User)
class StaffAdmin(ConsoleAdmin[User]):
    resource = "staff"
    writable = True
    form = StaffForm
    list_display = ["name_", "username", "roles_", "state", "last_login"]
    search_fields = ["username", "first_name"]
    ordering = ["-is_active", "username"]
    fields = ["username", "name", "roles"]
    actions_detail = ["link", "switch_off", "switch_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(is_staff=True).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return ["username"] if obj else []

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view(self.own_password)
        return [path("password/", own, name="own_password"), *super().get_urls()]

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

    @action(description=_("发一次性登录链接"), url_path="link", icon="link", permissions=["staff_change"])
    def link(self, request: HttpRequest, object_id: int) -> HttpResponse:
        user = get_object_or_404(User, pk=object_id, is_staff=True)
        link = services.issue_login_link(user=user, by=actor_of(request))
        messages.info(request, _t("登录链接（只能用一次）：%s") % request.build_absolute_uri(link))
        return self._back(object_id)

    @action(description=_("停用"), url_path="off", icon="block", permissions=["staff_change"])
    def switch_off(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._switch(request, object_id, services.deactivate, _t("已停用"))

    @action(description=_("恢复"), url_path="on", icon="check_circle", permissions=["staff_change"])
    def switch_on(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._switch(request, object_id, services.activate, _t("已恢复"))

    def has_staff_change_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return may(request.user, "staff.change")

    def _switch(self, request: HttpRequest, object_id: int, verb: Any, done: str) -> HttpResponse:
        try:
            verb(get_object_or_404(User, pk=object_id, is_staff=True), by=actor_of(request))
        except DomainError as refused:
            tell(request, refused)
        else:
            messages.success(request, done)
        return self._back(object_id)

    def _back(self, object_id: int) -> HttpResponse:
        return redirect(reverse("admin:auth_user_change", args=[object_id]))

    def own_password(self, request: HttpRequest) -> HttpResponse:
        """Set one's own password: who came in by a link needs one for the next time."""
        if not request.user.is_authenticated:
            raise PermissionDenied
        form = PasswordForm(request.POST or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            services.set_password(request.user, form.cleaned_data["password"], by=actor_of(request))
            messages.success(request, _t("密码已设置，请用新密码重新登录"))
            return redirect("admin:index")
        context = {**self.admin_site.each_context(request), "title": _t("设置密码"), "form": form}
        return render(request, "console/password.html", context)
