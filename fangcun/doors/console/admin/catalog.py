"""Products with SKUs, pictures and stock."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import action, display
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of, tell
from fangcun.doors.console.products import ProductForm, SkuFormSet, product_spec, sku_rows
from fangcun.doors.console.words import badge, money, thumbnail
from fangcun.identity.staff.queries import may
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError
from fangcun.shop.catalog import services
from fangcun.shop.catalog.models import Product, Sku, StockChange, StockReason

LOW_STOCK = 10
BY_HAND = [StockReason.PURCHASE, StockReason.COUNT, StockReason.DAMAGE, StockReason.CORRECTION]


class StockForm(forms.Form):
    sku_id = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("原因"), choices=[(reason.value, reason.label) for reason in BY_HAND])
    quantity = forms.IntegerField(label=_("数量"), min_value=-(10**8), max_value=10**8)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)


class StockFilter(admin.SimpleListFilter):
    title = _("库存")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("out", _t("已售罄")), ("low", _t("不足 %s 件") % LOW_STOCK)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Product]) -> QuerySet[Product]:
        if self.value() == "out":
            return queryset.filter(stock_left__lte=0)  # type: ignore[misc]
        if self.value() == "low":
            return queryset.filter(stock_left__lt=LOW_STOCK)  # type: ignore[misc]
        return queryset


@admin.register(Product)
class ProductAdmin(ConsoleAdmin[Product]):
    resource = "products"
    writable = True
    list_display = ["picture", "title_", "category", "price", "stock", "sold", "state", "updated_at"]
    list_display_links = ["title_"]
    list_filter = ["on_sale", StockFilter, ("top_category", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["search_text"]
    search_help_text = _("标题、拼音或条码")
    list_select_related = ["category"]
    ordering = ["-on_sale", "-rank", "-id"]
    actions = ["sell", "stop_selling"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return (
            super()
            .get_queryset(request)
            .annotate(stock_left=Coalesce(Sum("skus__stock", filter=Q(skus__active=True)), 0))
        )

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
        left = product.stock_left  # type: ignore[attr-defined]
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
        skus: Any = SkuFormSet(request.POST or None, initial=sku_rows(product), prefix="sku")
        if request.method == "POST" and form.is_valid() & skus.is_valid():
            try:
                saved = self._save(form, skus, product, by=actor_of(request))
            except DomainError as refused:
                form.refuse(skus.refuse(refused))
            else:
                messages.success(request, _t("已保存并发布") if saved.on_sale else _t("已保存，还没有上架"))
                return redirect(reverse("admin:catalog_product_change", args=[saved.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": product.title if product else _t("新商品"),
            "opts": self.opts,
            "original": product,
            "product": product,
            "fresh": [(ticket, thumbnail(path, size=96)) for ticket, path in form.tickets],
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

    @transaction.atomic
    def _save(self, form: ProductForm, skus: Any, product: Product | None, *, by: Actor) -> Product:
        spec, on_sale = product_spec(form, skus), form.cleaned_data["on_sale"]
        if product is None:
            return services.create_product(spec, by=by, on_sale=on_sale)
        saved = services.update_product(product.pk, spec, by=by)
        if on_sale and not product.on_sale:
            return services.put_on_sale(product.pk, by=by)
        return services.take_off_sale(product.pk, by=by) if product.on_sale and not on_sale else saved

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
