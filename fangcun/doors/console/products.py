"""The form of one product: its words, pictures and SKUs, turned into what the verb takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from fangcun.doors.console.forms import STORED_PICTURE, MoneyField, PicturesField, RefusableForm, WordsField
from fangcun.gateways.storage import ImageRefused, store_image
from fangcun.kernel.errors import DomainError
from fangcun.shop.catalog.models import Category, Product
from fangcun.shop.catalog.specs import PictureSpec, ProductSpec, SkuSpec

SALT = "console.stored-picture"


def _text(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=help_text, widget=UnfoldAdminTextInputWidget()
    )


class ProductForm(RefusableForm):
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
        self.fresh = self._redeemed()

    def clean(self) -> dict[str, Any]:
        """Keep new pictures at once, so that they are not lost when something else is refused."""
        data = super().clean() or {}
        for name, in_detail in (("new_pictures", False), ("new_detail_pictures", True)):
            for file in data.get(name) or ():
                try:
                    stored = store_image(file.read())
                except ImageRefused as refused:
                    self.add_error(name, f"{file.name}：{refused}")
                else:
                    spec = PictureSpec(stored.path, stored.width, stored.height)
                    self.fresh.append((in_detail, spec))
        return data

    @property
    def tickets(self) -> list[tuple[str, str]]:
        """The new pictures for the next try of a refused form: what it sends along, and where they are."""
        return [
            (signing.dumps([in_detail, spec.path, spec.width, spec.height], salt=SALT), spec.path)
            for in_detail, spec in self.fresh
        ]

    def _redeemed(self) -> list[tuple[bool, PictureSpec]]:
        fresh = []
        for ticket in self.data.getlist("stored") if isinstance(self.data, QueryDict) else ():
            try:
                in_detail, path, width, height = signing.loads(ticket, salt=SALT)
            except signing.BadSignature:
                continue
            fresh.append((bool(in_detail), PictureSpec(path, width, height)))
        return fresh

    def pictures(self, *, in_detail: bool) -> tuple[PictureSpec, ...]:
        """The pictures that stay, in their order, and the new ones behind them."""
        kept: list[tuple[int, PictureSpec]] = []
        for picture in self.product.pictures.filter(in_detail=in_detail) if self.product else ():
            if self.data.get(f"picture-{picture.pk}-remove"):
                continue
            position = str(self.data.get(f"picture-{picture.pk}-position", picture.position))
            place = int(position) if position.isdigit() else picture.position
            kept.append((place, PictureSpec(picture.path, picture.width, picture.height)))
        kept.sort(key=lambda entry: entry[0])
        return (*(spec for _place, spec in kept), *(spec for where, spec in self.fresh if where == in_detail))


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
    picture = forms.RegexField(STORED_PICTURE, required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The stock of what is already sold changes through the ledger only.
        self.fields["stock"].disabled = "stock" in self.initial


class _SkuRows(forms.BaseFormSet[SkuForm]):
    def refuse(self, refused: DomainError) -> DomainError:
        """Show what the verb refused about single SKUs at their fields; what is left for the product's form."""
        fields = refused.details.get("fields")
        if not isinstance(fields, dict):
            return refused
        rows = [row for row in self if not row.cleaned_data.get("DELETE")]
        left = {}
        for name, problem in fields.items():
            place = name.split(".")  # skus.<n>.<field>
            if len(place) == 3 and place[1].isdigit() and int(place[1]) < len(rows):
                row = rows[int(place[1])]
                row.add_error(place[2] if place[2] in row.fields else None, str(problem))
            else:
                left[name] = problem
        return type(refused)(**{**refused.details, "fields": left})


SkuFormSet = forms.formset_factory(
    SkuForm, formset=_SkuRows, extra=0, min_num=1, validate_min=True, can_delete=True, max_num=200
)


def sku_rows(product: Product | None) -> list[dict[str, Any]]:
    """The SKUs on sale as rows of the form."""
    if product is None:
        return []
    columns = ("values", "price_amount", "market_amount", "weight_g", "barcode", "stock", "picture")
    return [{name: getattr(sku, name) for name in columns} for sku in product.skus.filter(active=True)]


def product_spec(form: ProductForm, skus: Any) -> ProductSpec:
    """What the operator filled in."""
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
