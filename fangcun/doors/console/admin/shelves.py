"""Categories, the stock ledger, and what the home page shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.forms import PictureField, VerbForm
from fangcun.doors.console.home import BannerFormSet, HomeForm, banner_rows, banners_of
from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of
from fangcun.doors.console.words import badge, thumbnail
from fangcun.gateways.storage import store_image
from fangcun.kernel.errors import DomainError
from fangcun.shop.catalog import services
from fangcun.shop.catalog.models import Category, HomeSettings, StockChange


class CategoryForm(VerbForm[Category]):
    new_icon = PictureField(label=_("图标"), help_text=_("正方形的 JPG、PNG 或 WebP；留空表示保持不变"))

    class Meta:
        model = Category
        fields = ["name", "parent", "position", "visible"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields.get("parent")
        if isinstance(parent, forms.ModelChoiceField):
            parent.queryset = Category.objects.filter(parent=None).exclude(pk=self.instance.pk)


@admin.register(Category)
class CategoryAdmin(ConsoleAdmin[Category]):
    resource = "products"
    writable = True
    form = CategoryForm
    list_display = ["icon_", "name", "parent", "position", "visible"]
    list_display_links = ["name"]
    list_filter = ["visible", ("parent", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["name"]
    search_help_text = _("分类名称")
    ordering = ["parent__position", "parent_id", "position", "id"]

    def get_fields(self, request: HttpRequest, obj: Category | None = None) -> Any:
        writable = self.has_change_permission(request, obj)
        return ["name", "parent", *(["icon_"] if obj else []), *(["new_icon"] if writable else []), "position",
                "visible"]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> Any:
        return ["icon_"]

    @display(description=_("当前图标"))
    def icon_(self, category: Category) -> SafeString:
        return thumbnail(category.icon)

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        by = actor_of(request)
        if upload := form.cleaned_data["new_icon"]:
            try:
                obj.icon = store_image(upload.read()).path
            except DomainError as refused:
                refused.details.setdefault("fields", {"new_icon": str(refused)})
                raise
        if not change:
            created = services.create_category(
                name=obj.name,
                parent_id=obj.parent_id,
                icon=obj.icon,
                position=obj.position,
                visible=obj.visible,
                by=by,
            )
            obj.pk = created.pk
            return
        if "parent" in form.changed_data:
            services.move_category(obj.pk, parent_id=obj.parent_id, by=by)
        services.update_category(
            obj.pk, name=obj.name, icon=obj.icon, position=obj.position, visible=obj.visible, by=by
        )

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        services.delete_category(obj.pk, by=actor_of(request))


@admin.register(StockChange)
class StockChangeAdmin(ConsoleAdmin[StockChange]):
    resource = "stock"
    list_display = ["at", "sku", "delta_", "balance", "reason", "reference", "actor_name", "note"]
    list_filter = ["reason", ("at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["sku__product"]
    search_fields = ["reference__exact", "sku__barcode__exact", "sku__product__title"]
    search_help_text = _("订单号、条码或商品名")
    ordering = ["-id"]

    @display(description=_("变化"), ordering="delta")
    def delta_(self, change: StockChange) -> SafeString:
        return badge(f"{change.delta:+}", "good" if change.delta > 0 else "quiet")


@admin.register(HomeSettings)
class HomeAdmin(ConsoleAdmin[HomeSettings]):
    resource = "products"
    writable = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one row: go to it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect(reverse("admin:catalog_homesettings_change", args=[1]))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Banners, notice and recommended words on one page."""
        if object_id is None or not self.has_view_permission(request):
            raise PermissionDenied
        writable = self.has_change_permission(request)
        if request.method == "POST" and not writable:
            raise PermissionDenied
        home = HomeSettings.objects.filter(pk=1).first() or HomeSettings(pk=1)
        form = HomeForm(request.POST or None, initial={"notice": home.notice, "hot_words": home.hot_words})
        banners = BannerFormSet(
            request.POST or None, request.FILES or None, initial=banner_rows(home), prefix="banner"
        )
        if request.method == "POST" and form.is_valid() and banners.is_valid():
            try:
                services.set_home(
                    banners=banners_of(banners),
                    notice=form.cleaned_data["notice"],
                    hot_words=form.cleaned_data["hot_words"],
                    by=actor_of(request),
                )
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _t("已保存并发布"))
                return redirect(reverse("admin:catalog_homesettings_change", args=[1]))
        context = {
            **self.admin_site.each_context(request),
            "title": _t("首页设置"),
            "opts": self.opts,
            "form": form,
            "banners": [(row, thumbnail(row["image"].value() or "", size=96)) for row in banners],
            "formset": banners,
            "writable": writable,
        }
        return render(request, "console/home.html", context)
