"""What an operator fills in for a product, and what may be wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from fangcun.shop.catalog.errors import ProductInvalid
from fangcun.shop.catalog.models import Product
from fangcun.shop.catalog.text import one_line, safe_html

HIGHEST_AMOUNT = 1_000_000_000  # fen: ten million yuan
MOST_STOCK = 100_000_000
MOST_WEIGHT_G = 10_000_000
LONGEST_DETAIL = 50_000


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """A picture in the storage, as `store_image` gave it back."""

    path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class SkuSpec:
    """One way to buy the product: a value for each option. Amounts in fen. `stock` counts for new SKUs only."""

    values: tuple[str, ...]
    price_amount: int
    market_amount: int | None = None
    weight_g: int = 0
    barcode: str = ""
    picture: str = ""
    stock: int = 0


@dataclass(frozen=True, slots=True)
class ProductSpec:
    """The whole product. `options` are the names (规格, 口味); their values come from the SKUs."""

    category_id: int
    title: str
    skus: tuple[SkuSpec, ...]
    subtitle: str = ""
    keywords: str = ""
    detail_html: str = ""
    options: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    rank: int = 0
    pictures: tuple[PictureSpec, ...] = ()
    detail_pictures: tuple[PictureSpec, ...] = ()


def spec_of(product: Product) -> ProductSpec:
    """The product as it is, to be changed with `dataclasses.replace` and handed to update_product."""
    pictures = list(product.pictures.all())
    return ProductSpec(
        category_id=product.category_id,
        title=product.title,
        subtitle=product.subtitle,
        keywords=product.keywords,
        detail_html=product.detail_html,
        options=tuple(option["name"] for option in product.options),
        tags=tuple(product.tags),
        services=tuple(product.services),
        rank=product.rank,
        pictures=tuple(PictureSpec(p.path, p.width, p.height) for p in pictures if not p.in_detail),
        detail_pictures=tuple(PictureSpec(p.path, p.width, p.height) for p in pictures if p.in_detail),
        skus=tuple(
            SkuSpec(
                tuple(sku.values),
                sku.price_amount,
                sku.market_amount,
                sku.weight_g,
                sku.barcode,
                sku.picture,
                sku.stock,
            )
            for sku in product.skus.all()
            if sku.active
        ),
    )


@dataclass
class _Findings:
    fields: dict[str, str] = field(default_factory=dict)

    def unless(self, holds: bool, name: str, message: str) -> None:
        if not holds:
            self.fields.setdefault(name, message)

    def words(self, words: tuple[str, ...], name: str, most: int, longest: int) -> None:
        self.unless(len(words) <= most, name, f"最多 {most} 个")
        self.unless(all(0 < len(word) <= longest for word in words), name, f"每个 1–{longest} 个字")
        self.unless(len(set(words)) == len(words), name, "有重复")


def checked(spec: ProductSpec) -> ProductSpec:
    """The spec with its text cleaned and its HTML made safe. Raises ProductInvalid (details.fields)."""
    spec = replace(
        spec,
        title=one_line(spec.title),
        subtitle=one_line(spec.subtitle),
        keywords=one_line(spec.keywords),
        detail_html=safe_html(spec.detail_html),
        options=tuple(map(one_line, spec.options)),
        tags=tuple(map(one_line, spec.tags)),
        services=tuple(map(one_line, spec.services)),
        skus=tuple(
            replace(sku, values=tuple(map(one_line, sku.values)), barcode=one_line(sku.barcode))
            for sku in spec.skus
        ),
    )
    found = _Findings()
    found.unless(0 < len(spec.title) <= 60, "title", "标题 1–60 个字")
    found.unless(len(spec.subtitle) <= 80, "subtitle", "副标题最多 80 个字")
    found.unless(len(spec.keywords) <= 200, "keywords", "关键词最多 200 个字")
    found.unless(len(spec.detail_html) <= LONGEST_DETAIL, "detail_html", "图文详情太长")
    found.unless(abs(spec.rank) < 1_000_000, "rank", "推荐权重超出范围")
    found.words(spec.options, "options", 3, 10)
    found.words(spec.tags, "tags", 6, 8)
    found.words(spec.services, "services", 6, 12)
    found.unless(len(spec.pictures) <= 12, "pictures", "主图最多 12 张")
    found.unless(len(spec.detail_pictures) <= 30, "detail_pictures", "详情图最多 30 张")
    found.unless(0 < len(spec.skus) <= 200, "skus", "规格 1–200 个")
    for position, sku in enumerate(spec.skus):
        _check_sku(sku, len(spec.options), f"skus.{position}", found)
    found.unless(
        max(Counter(sku.values for sku in spec.skus).values(), default=0) <= 1, "skus", "有两个规格完全相同"
    )
    codes = Counter(sku.barcode for sku in spec.skus if sku.barcode)
    found.unless(max(codes.values(), default=0) <= 1, "skus", "有两个规格条码相同")
    if found.fields:
        raise ProductInvalid(fields=found.fields)
    return spec


def _check_sku(sku: SkuSpec, options: int, name: str, found: _Findings) -> None:
    found.unless(len(sku.values) == options, f"{name}.values", "每个规格项都要有一个值")
    found.unless(all(0 < len(value) <= 30 for value in sku.values), f"{name}.values", "规格值 1–30 个字")
    check_price(sku.price_amount, sku.market_amount, name, found.fields)
    found.unless(0 <= sku.stock <= MOST_STOCK, f"{name}.stock", "库存超出范围")
    found.unless(0 <= sku.weight_g <= MOST_WEIGHT_G, f"{name}.weight_g", "重量超出范围")
    found.unless(len(sku.barcode) <= 32, f"{name}.barcode", "条码最多 32 位")


def check_price(price: int, market: int | None, name: str, fields: dict[str, str]) -> None:
    """Note in `fields` what is wrong with a price in fen and the crossed-out price beside it."""
    if not 0 < price <= HIGHEST_AMOUNT:
        fields[f"{name}.price_amount"] = "售价要大于 0"
    if market is not None and not price <= market <= HIGHEST_AMOUNT:
        fields[f"{name}.market_amount"] = "划线价不能低于售价"
