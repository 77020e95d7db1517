"""Products with SKUs and pictures, categories, stock and the home page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from django.contrib.admin import action, display

from fangcun.doors.console.forms import VerbForm, WordsField
from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of, tell
from fangcun.doors.console.products import ProductForm, SkuFormSet, product_spec, sku_rows
from fangcun.doors.console.words import badge, money, thumbnail
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError
from fangcun.shop.catalog import services
from fangcun.shop.catalog.models import Category, HomeSettings, Product, Sku, StockChange, StockReason

LOW_STOCK = 10
BY_HAND = [StockReason.PURCHASE, StockReason.COUNT, StockReason.DAMAGE, StockReason.CORRECTION]


class StockForm(forms.Form):
    sku_id = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("原因"), choices=[(reason.value, reason.label) for reason in BY_HAND])
    quantity = forms.IntegerField(label=_("数量"), min_value=-(10**8), max_value=10**8)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)


@admin.register(Product)
class ProductAdmin(ConsoleAdmin[Product]):
    resource = "products"
    writable = True
    list_display = ["picture", "title_", "category", "price", "stock", "sold", "state", "updated_at"]
    list_display_links = ["title_"]
    list_filter = ["on_sale", "top_category"]
    search_fields = ["search_text"]
    search_help_text = _("标题、拼音或条码")
    list_select_related = ["category"]
    ordering = ["-on_sale", "-rank", "-id"]
    actions = ["sell", "stop_selling"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).annotate(stock_left=Sum("skus__stock"))

    @display(description="")
    def picture(self, product: Product) -> SafeString:
        return thumbnail(product.cover)

    @display(description=_("商品"), ordering="title")
    def title_(self, product: Product) -> SafeString:
        return format_html(
            '<span class="fc-strong">{}</span><br><span class="fc-dim">{}</span>',
            product.title,
            product.subtitle,
        )

    @display(description=_("售价"), ordering="price_amount")
    def price(self, product: Product) -> str:
        text = money(product.price_amount)
        return text if product.sku_count < 2 else _t("%s 起") % text

    @display(description=_("库存"), ordering="stock_left")
    def stock(self, product: Product) -> SafeString | str:
        left = product.stock_left or 0  # type: ignore[attr-defined]
        return badge(left, "bad" if left == 0 else "warn") if left < LOW_STOCK else str(left)

    @display(description=_("状态"), ordering="on_sale")
    def state(self, product: Product) -> SafeString:
        return badge(_t("在售"), "good") if product.on_sale else badge(_t("已下架"), "quiet")

    @action(description=_("上架选中的商品"), permissions=["change"])
    def sell(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        self._each(request, products, services.put_on_sale, _t("已上架 %s 件"))

    @action(description=_("下架选中的商品"), permissions=["change"])
    def stop_selling(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        self._each(request, products, services.take_off_sale, _t("已下架 %s 件"))

    def _each(self, request: HttpRequest, products: QuerySet[Product], verb: Any, done: str) -> None:
        count = 0
        for product in products:
            try:
                verb(product.pk, by=actor_of(request))
            except DomainError as refused:
                messages.error(request, f"{product}：{refused}")
            else:
                count += 1
        if count:
            messages.success(request, done % count)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/stock/", view(self.change_stock), name="catalog_product_stock"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One product with its pictures and SKUs on one page."""
        product = get_object_or_404(Product, pk=object_id) if object_id and object_id.isdigit() else None
        if not self.has_view_permission(request) or (
            product is None and not self.has_add_permission(request)
        ):
            raise PermissionDenied
        writable = self.has_change_permission(request)
        if request.method == "POST" and not writable:
            raise PermissionDenied
        form = ProductForm(request.POST or None, request.FILES or None, product=product)
        skus = SkuFormSet(request.POST or None, initial=sku_rows(product), prefix="sku")
        if request.method == "POST" and form.is_valid() and skus.is_valid():
            try:
                spec = product_spec(form, skus)
                if product is None:
                    product = services.create_product(spec, by=actor_of(request))
                else:
                    services.update_product(product.pk, spec, by=actor_of(request))
                if form.cleaned_data["on_sale"] and not product.on_sale:
                    services.put_on_sale(product.pk, by=actor_of(request))
                elif product.on_sale and not form.cleaned_data["on_sale"]:
                    services.take_off_sale(product.pk, by=actor_of(request))
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _t("已保存并发布"))
                return redirect(reverse("admin:catalog_product_change", args=[product.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": product.title if product else _t("新商品"),
            "opts": self.opts,
            "product": product,
            "form": form,
            "skus": skus,
            "pictures": [(p, thumbnail(p.path, size=96)) for p in product.pictures.all()] if product else [],
            "stock": [
                (sku, StockForm(initial={"sku_id": sku.pk})) for sku in product.skus.filter(active=True)
            ]
            if product and may(request.user, "stock.change")
            else [],
            "changes": StockChange.objects.filter(sku__product=product)
            .select_related("sku")
            .order_by("-id")[:10]
            if product
            else [],
            "writable": writable,
        }
        return render(request, "console/product.html", context)

    def change_stock(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Book goods in or out, or write down a count."""
        if not may(request.user, "stock.change") or request.method != "POST":
            raise PermissionDenied
        form = StockForm(request.POST)
        if not form.is_valid():
            messages.error(request, _t("请填写原因和数量（盘点填实际数量，其余填增减）"))
        else:
            sku = get_object_or_404(Sku, pk=form.cleaned_data["sku_id"], product_id=pk)
            reason, quantity = form.cleaned_data["reason"], form.cleaned_data["quantity"]
            amount = {"set_to": quantity} if reason == StockReason.COUNT else {"delta": quantity}
            try:
                change = services.change_stock(
                    sku.pk, reason=reason, note=form.cleaned_data["note"], by=actor_of(request), **amount
                )
            except DomainError as refused:
                tell(request, refused)
            else:
                messages.success(request, _t("库存已更新为 %s") % change.balance)
        return redirect(reverse("admin:catalog_product_change", args=[pk]) + "#stock")


class CategoryForm(VerbForm[Category]):
    class Meta:
        model = Category
        fields = ["name", "parent", "position", "visible"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            self.fields["parent"].queryset = Category.objects.filter(parent=None).exclude(pk=self.instance.pk)  # type: ignore[attr-defined]


@admin.register(Category)
class CategoryAdmin(ConsoleAdmin[Category]):
    resource = "products"
    writable = True
    form = CategoryForm
    list_display = ["name", "parent", "position", "visible"]
    list_filter = ["visible", "parent"]
    list_select_related = ["parent"]
    search_fields = ["name"]
    ordering = ["parent__position", "parent_id", "position", "id"]

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        by = actor_of(request)
        facts = {"name": obj.name, "position": obj.position, "visible": obj.visible}
        if not change:
            obj.pk = services.create_category(parent_id=obj.parent_id, by=by, **facts).pk
            return
        if "parent" in form.changed_data:
            services.move_category(obj.pk, parent_id=obj.parent_id, by=by)
        services.update_category(obj.pk, by=by, **facts)

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


class HomeForm(VerbForm[HomeSettings]):
    hot_words = WordsField(label=_("热搜词"), required=False, help_text=_("用逗号分隔"))

    class Meta:
        model = HomeSettings
        fields = ["notice", "hot_words"]


@admin.register(HomeSettings)
class HomeAdmin(ConsoleAdmin[HomeSettings]):
    resource = "products"
    writable = True
    form = HomeForm
    list_display = ["__str__", "notice"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: HomeSettings, form: Any, change: bool) -> None:
        services.set_home(notice=obj.notice, hot_words=form.cleaned_data["hot_words"], by=actor_of(request))
