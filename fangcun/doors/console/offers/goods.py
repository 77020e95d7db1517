"""Choosing goods and shelves in the forms of offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.words import money
from fangcun.shop.catalog.models import Category, Product, Sku
from fangcun.shop.offers.rules import ScopeKind

MOST_CHOICES = 500
Choices = list[tuple[Any, str]]


def shelf_choices() -> Choices:
    """Every category, second level under first."""
    shelves = Category.objects.select_related("parent").order_by("parent__position", "position", "id")
    return [(one.pk, f"{one.parent.name} / {one.name}" if one.parent else one.name) for one in shelves]


def product_choices(kept: Iterable[int] = ()) -> Choices:
    """Products on sale, and those that were chosen before."""
    order = ("-rank", "-id")
    shown = Product.objects.filter(on_sale=True).order_by(*order).values("pk")[:MOST_CHOICES]
    found = Product.objects.filter(Q(pk__in=shown) | Q(pk__in=list(kept)))
    return [(one.pk, one.title) for one in found.order_by(*order)]


def sku_choices(kept: Iterable[int] = ()) -> Choices:
    """What can be bought, with price and stock, and what was chosen before."""
    order = ("product_id", "position", "id")
    sellable = Sku.objects.filter(active=True, product__on_sale=True).order_by(*order)
    found = Sku.objects.filter(Q(pk__in=sellable.values("pk")[:MOST_CHOICES]) | Q(pk__in=list(kept)))
    return [("", "—")] + [
        (sku.pk, f"{sku} · {money(sku.price_amount)} · {sku.stock}")
        for sku in found.select_related("product").order_by(*order)
    ]


def names_of(scope: str, ids: Sequence[int]) -> list[str]:
    """What the chosen shelves or products are called."""
    if scope == ScopeKind.CATEGORIES:
        return list(Category.objects.filter(pk__in=ids).order_by("pk").values_list("name", flat=True))
    return list(Product.objects.filter(pk__in=ids).order_by("pk").values_list("title", flat=True))


class ManyField(forms.TypedMultipleChoiceField):
    """Several rows of a table, by their ids."""

    widget = forms.SelectMultiple(attrs={"size": 8})

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"coerce": int, "required": False, "help_text": _("按住 Ctrl 可多选"), **options})


class OneField(forms.TypedChoiceField):
    """One row of a table, by its id; nothing is None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"coerce": int, "required": False, "empty_value": None, **options})


class ScopeFields(forms.Form):
    """Which goods an offer is for."""

    scope = forms.ChoiceField(label=_("适用范围"), choices=ScopeKind.choices, initial=ScopeKind.ALL)
    categories = ManyField(label=_("指定分类"))
    products = ManyField(label=_("指定商品"))

    def offer_goods(self, ids: Sequence[int]) -> None:
        """Fill the choices; what was chosen before is among them."""
        self.fields["categories"].choices = shelf_choices()  # type: ignore[attr-defined]
        self.fields["products"].choices = product_choices(ids)  # type: ignore[attr-defined]


def scope_of(cleaned: dict[str, Any]) -> tuple[str, list[int]]:
    """The scope and the ids that belong to it."""
    scope = cleaned.get("scope") or ScopeKind.ALL
    ids = {ScopeKind.CATEGORIES: "categories", ScopeKind.PRODUCTS: "products"}.get(ScopeKind(scope), "")
    return scope, list(cleaned.get(ids) or [])


def initial_scope(scope: str, ids: Sequence[int]) -> dict[str, Any]:
    """The same the other way round, for a form."""
    return {
        "scope": scope,
        "categories": ids if scope == ScopeKind.CATEGORIES else [],
        "products": ids if scope == ScopeKind.PRODUCTS else [],
    }
