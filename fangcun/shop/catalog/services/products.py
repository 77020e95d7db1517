"""Products: created, changed, priced, put on sale and taken off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import NotFound
from fangcun.shop.catalog.errors import BarcodeTaken, ProductInvalid
from fangcun.shop.catalog.models import Category, Product, ProductPicture, Sku, StockChange, StockReason
from fangcun.shop.catalog.snapshots import publish_product, publish_window
from fangcun.shop.catalog.specs import ProductSpec, SkuSpec, check_price, checked
from fangcun.shop.catalog.text import findable


@transaction.atomic
def create_product(spec: ProductSpec, *, by: Actor, on_sale: bool = False) -> Product:
    """Add a product with its pictures, SKUs and first stock.

    Raises ProductInvalid (details.fields), BarcodeTaken, NotFound (category).
    """
    product = Product()
    _fill(product, checked(spec), by)
    if on_sale:
        _refuse_unless_complete(product)
        product.on_sale = True
    _settle(product)
    audit.record("catalog.create_product", by=by, object=product, after=_facts(product))
    return product


@transaction.atomic
def update_product(product_id: int, spec: ProductSpec, *, by: Actor) -> Product:
    """Make a product what the spec says. SKUs are recognised by their values and keep their stock;
    those that the spec no longer has leave the shop.

    Raises ProductInvalid, BarcodeTaken, NotFound.
    """
    product = _locked(product_id)
    before = _facts(product)
    _fill(product, checked(spec), by)
    if product.on_sale:
        _refuse_unless_complete(product)
    _settle(product)
    audit.record("catalog.update_product", by=by, object=product, before=before, after=_facts(product))
    return product


@transaction.atomic
def put_on_sale(product_id: int, *, by: Actor) -> Product:
    """Show a product in the shop. Raises ProductInvalid when it has no picture or nothing to buy."""
    product = _locked(product_id)
    if not product.on_sale:
        _refuse_unless_complete(product)
        product.on_sale = True
        _settle(product)
        audit.record("catalog.put_on_sale", by=by, object=product)
    return product


@transaction.atomic
def take_off_sale(product_id: int, *, by: Actor, note: str = "") -> Product:
    """Take a product out of the shop; orders placed before are not touched."""
    product = _locked(product_id)
    if product.on_sale:
        product.on_sale = False
        _settle(product)
        audit.record("catalog.take_off_sale", by=by, object=product, note=note)
    return product


@transaction.atomic
def set_prices(
    product_id: int, prices: Mapping[int, tuple[int, int | None]], *, by: Actor, note: str = ""
) -> Product:
    """Change prices: {sku id: (price, crossed-out price or None)} in fen. Orders placed before keep theirs.

    Raises ProductInvalid, NotFound.
    """
    product = _locked(product_id)
    before = _facts(product)
    skus = {sku.pk: sku for sku in product.skus.all()}
    wrong: dict[str, str] = {}
    for sku_id, (price, market) in prices.items():
        if sku_id not in skus:
            raise NotFound(sku_id=sku_id)
        check_price(price, market, str(sku_id), wrong)
        skus[sku_id].price_amount, skus[sku_id].market_amount = price, market
    if wrong:
        raise ProductInvalid(fields=wrong)
    Sku.objects.bulk_update([skus[sku_id] for sku_id in sorted(prices)], ["price_amount", "market_amount"])
    _settle(product)
    audit.record("catalog.set_prices", by=by, object=product, before=before, after=_facts(product), note=note)
    return product


def refresh_search(category: Category) -> None:
    """Write a category's new name into the search text of what stands in it."""
    placed = Product.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "category", "top_category"
    )
    for product in placed.filter(Q(category=category) | Q(top_category=category)).order_by("id"):
        _describe(product)
        product.save(update_fields=["search_title", "search_text"])


def _locked(product_id: int) -> Product:
    product = Product.objects.select_for_update(no_key=True).filter(pk=product_id).first()
    if product is None:
        raise NotFound
    return product


def _fill(product: Product, spec: ProductSpec, by: Actor) -> None:
    category = Category.objects.select_related("parent").filter(pk=spec.category_id).first()
    if category is None:
        raise NotFound(category_id=spec.category_id)
    product.category, product.top_category = category, category.parent or category
    for name in ("title", "subtitle", "keywords", "detail_html", "rank"):
        setattr(product, name, getattr(spec, name))
    product.tags, product.services = list(spec.tags), list(spec.services)
    product.options = [
        {"name": name, "values": list(dict.fromkeys(sku.values[index] for sku in spec.skus))}
        for index, name in enumerate(spec.options)
    ]
    product.cover = spec.pictures[0].path if spec.pictures else ""
    product.save()
    _hang_pictures(product, spec)
    _stock_shelf(product, spec.skus, by)


def _hang_pictures(product: Product, spec: ProductSpec) -> None:
    product.pictures.all().delete()
    ProductPicture.objects.bulk_create(
        ProductPicture(
            product=product,
            path=p.path,
            width=p.width,
            height=p.height,
            in_detail=in_detail,
            position=position,
        )
        for in_detail, pictures in ((False, spec.pictures), (True, spec.detail_pictures))
        for position, p in enumerate(pictures)
    )


def _stock_shelf(product: Product, specs: tuple[SkuSpec, ...], by: Actor) -> None:
    known = {tuple(sku.values): sku for sku in product.skus.all()}
    codes = [spec.barcode for spec in specs if spec.barcode]
    if taken := Sku.objects.filter(barcode__in=codes).exclude(product=product).first():
        raise BarcodeTaken(barcode=taken.barcode)
    # bar codes may move from one SKU of the product to another
    product.skus.exclude(barcode="").update(barcode="")
    kept: list[Sku] = []
    fresh: list[tuple[Sku, int]] = []
    for position, spec in enumerate(specs):
        sku = known.pop(spec.values, None) or Sku(product=product, values=list(spec.values))
        if sku.pk is None:
            fresh.append((sku, spec.stock))
        else:
            kept.append(sku)
        sku.title = " ".join(spec.values)
        sku.price_amount, sku.market_amount = spec.price_amount, spec.market_amount
        sku.weight_g, sku.barcode, sku.picture = spec.weight_g, spec.barcode, spec.picture
        sku.position, sku.active = position, True
    for sku in known.values():
        sku.active, sku.barcode = False, ""
    Sku.objects.bulk_update(
        sorted([*kept, *known.values()], key=lambda sku: sku.pk),
        ["title", "price_amount", "market_amount", "weight_g", "barcode", "picture", "position", "active"],
    )
    for sku, stock in fresh:
        sku.stock = stock
    Sku.objects.bulk_create(sku for sku, _ in fresh)
    StockChange.objects.bulk_create(
        StockChange(
            sku=sku,
            delta=stock,
            balance=stock,
            reason=StockReason.INITIAL,
            actor_kind=by.kind,
            actor_id=by.id,
            actor_name=by.name,
        )
        for sku, stock in fresh
        if stock
    )


def _settle(product: Product) -> None:
    """Copy what lists need from the SKUs, then publish."""
    skus = [sku for sku in product.skus.all() if sku.active]
    if cheapest := min(skus, key=lambda sku: sku.price_amount, default=None):
        product.price_amount, product.market_amount = cheapest.price_amount, cheapest.market_amount
    product.sku_count = len(skus)
    product.only_sku_id = skus[0].pk if len(skus) == 1 else None
    _describe(product, skus)
    product.save()
    publish_product(product.pk)
    publish_window()


def _describe(product: Product, skus: list[Sku] | None = None) -> None:
    if skus is None:
        skus = list(product.skus.filter(active=True))
    product.search_title = findable([product.title])
    product.search_text = findable(
        [
            product.title,
            *product.keywords.split(),
            product.category.name,
            product.top_category.name,
            *product.tags,
        ],
        [product.subtitle, *(sku.title for sku in skus), *(sku.barcode for sku in skus)],
    )


def _refuse_unless_complete(product: Product) -> None:
    fields = {}
    if not product.cover:
        fields["pictures"] = "上架前至少要有一张主图"
    if not product.skus.filter(active=True).exists():
        fields["skus"] = "上架前至少要有一个规格"
    if fields:
        raise ProductInvalid(fields=fields)


def _facts(product: Product) -> dict[str, Any]:
    """What the audit log keeps of a product."""
    names = (
        "title",
        "subtitle",
        "keywords",
        "detail_html",
        "tags",
        "services",
        "rank",
        "on_sale",
        "category_id",
    )
    return {name: getattr(product, name) for name in names} | {
        "pictures": list(product.pictures.values_list("path", flat=True)),
        "skus": {
            sku.title: {
                "price_amount": sku.price_amount,
                "market_amount": sku.market_amount,
                "weight_g": sku.weight_g,
                "barcode": sku.barcode,
                "active": sku.active,
            }
            for sku in product.skus.all()
        },
    }
