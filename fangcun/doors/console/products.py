"""The form of one product: its words, pictures and SKUs, turned into what the verb takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from fangcun.doors.console.forms import MoneyField, PicturesField, WordsField
from fangcun.gateways.storage import store_image
from fangcun.kernel.errors import DomainError
from fangcun.shop.catalog.models import Category, Product
from fangcun.shop.catalog.specs import PictureSpec, ProductSpec, SkuSpec


def _text(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=help_text, widget=UnfoldAdminTextInputWidget()
    )


class ProductForm(forms.Form):
    title = _text(_("标题"), required=True)
    subtitle = _text(_("副标题"))
    category = forms.ModelChoiceField(
        label=_("分类"),
        queryset=Category.objects.select_related("parent").order_by("parent__position", "position", "id"),
        widget=UnfoldAdminSelectWidget(),
    )
    on_sale = forms.BooleanField(label=_("在售"), required=False, widget=UnfoldBooleanSwitchWidget())
    options = WordsField(
        label=_("规格项"), required=False, help_text=_("例如：规格，口味；只有一种卖法时留空")
    )
    tags = WordsField(label=_("标签"), required=False, help_text=_("用逗号分隔，显示在商品卡片上"))
    services = WordsField(label=_("服务承诺"), required=False, help_text=_("例如：坏果包赔，次日达"))
    keywords = _text(_("搜索关键词"))
    rank = forms.IntegerField(
        label=_("推荐权重"), required=False, initial=0, widget=UnfoldAdminIntegerFieldWidget()
    )
    detail_html = forms.CharField(
        label=_("图文详情"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=_("可用段落、标题、列表、加粗等标签；脚本和样式会被去掉"),
    )
    new_pictures = PicturesField(label=_("添加主图"), help_text=_("JPG、PNG 或 WebP，单张不超过 10 MB"))
    new_detail_pictures = PicturesField(label=_("添加详情图"))

    def __init__(self, data: Any, files: Any, *, product: Product | None) -> None:
        self.product = product
        initial: dict[str, Any] = {}
        if product is not None:
            plain = ("title", "subtitle", "on_sale", "tags", "services", "keywords", "rank", "detail_html")
            initial = {name: getattr(product, name) for name in plain}
            initial |= {"category": product.category_id, "options": [o["name"] for o in product.options]}
        super().__init__(data, files, initial=initial)

    def refuse(self, refused: DomainError) -> None:
        """Show what the verb refused, at its field where it has one."""
        fields = refused.details.get("fields")
        for name, problem in fields.items() if isinstance(fields, dict) else ():
            self.add_error(name if name in self.fields else None, str(problem))
        if not self.errors:
            self.add_error(None, str(refused))

    def pictures(self, *, in_detail: bool) -> tuple[PictureSpec, ...]:
        """The pictures that stay, in their order, and the new ones behind them. Raises ImageRefused."""
        kept: list[tuple[int, PictureSpec]] = []
        for picture in self.product.pictures.filter(in_detail=in_detail) if self.product else ():
            if self.data.get(f"picture-{picture.pk}-remove"):
                continue
            position = str(self.data.get(f"picture-{picture.pk}-position", picture.position))
            place = int(position) if position.isdigit() else picture.position
            kept.append((place, PictureSpec(picture.path, picture.width, picture.height)))
        kept.sort(key=lambda entry: entry[0])
        name = "new_detail_pictures" if in_detail else "new_pictures"
        fresh = [store_image(file.read()) for file in self.cleaned_data[name]]
        return tuple(spec for _place, spec in kept) + tuple(
            PictureSpec(p.path, p.width, p.height) for p in fresh
        )


class SkuForm(forms.Form):
    values = WordsField(label=_("规格值"), required=False)
    price_amount = MoneyField(label=_("售价"), help_text="")
    market_amount = MoneyField(label=_("划线价"), required=False, help_text="")
    weight_g = forms.IntegerField(
        label=_("重量 g"), min_value=0, initial=0, required=False, widget=UnfoldAdminIntegerFieldWidget()
    )
    barcode = _text(_("条码"))
    stock = forms.IntegerField(
        label=_("初始库存"), min_value=0, initial=0, required=False, widget=UnfoldAdminIntegerFieldWidget()
    )
    picture = forms.CharField(required=False, widget=forms.HiddenInput())


SkuFormSet = forms.formset_factory(
    SkuForm, extra=0, min_num=1, validate_min=True, can_delete=True, max_num=200
)


def sku_rows(product: Product | None) -> list[dict[str, Any]]:
    """The SKUs on sale as rows of the form."""
    if product is None:
        return []
    columns = ("values", "price_amount", "market_amount", "weight_g", "barcode", "stock", "picture")
    return [{name: getattr(sku, name) for name in columns} for sku in product.skus.filter(active=True)]


def product_spec(form: ProductForm, skus: Any) -> ProductSpec:
    """What the operator filled in. Raises ImageRefused for a file that is no picture."""
    data = form.cleaned_data
    return ProductSpec(
        category_id=data["category"].pk,
        title=data["title"],
        subtitle=data["subtitle"],
        keywords=data["keywords"],
        detail_html=data["detail_html"],
        options=tuple(data["options"]),
        tags=tuple(data["tags"]),
        services=tuple(data["services"]),
        rank=data["rank"] or 0,
        pictures=form.pictures(in_detail=False),
        detail_pictures=form.pictures(in_detail=True),
        skus=tuple(_sku_spec(row.cleaned_data) for row in skus if not row.cleaned_data.get("DELETE")),
    )


def _sku_spec(data: dict[str, Any]) -> SkuSpec:
    return SkuSpec(
        values=tuple(data["values"]),
        price_amount=data["price_amount"],
        market_amount=data["market_amount"],
        weight_g=data["weight_g"] or 0,
        barcode=data["barcode"],
        picture=data["picture"],
        stock=data["stock"] or 0,
    )
