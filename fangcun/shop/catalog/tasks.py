"""Work that the catalog does by itself."""

from __future__ import annotations

from django.db import transaction
from django.db.models import BigIntegerField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from fangcun.kernel.jobs import every
from fangcun.shop.catalog.models import Product, Sku
from fangcun.shop.catalog.snapshots import publish_product, publish_window

MOST_AT_ONCE = 500


@every(seconds=300)
def refresh_sales() -> None:
    """Bring the sales numbers that customers see up to date; at most 500 products a time, the rest next time."""
    total = Coalesce(
        Subquery(
            Sku.objects.filter(product=OuterRef("pk"))
            .order_by()
            .values("product")
            .annotate(total=Sum("sold"))
            .values("total"),
            output_field=BigIntegerField(),
        ),
        0,
        output_field=BigIntegerField(),
    )
    changed = list(
        Product.objects.annotate(total=total)
        .exclude(sold=F("total"))
        .order_by("id")
        .values_list("pk", flat=True)[:MOST_AT_ONCE]
    )
    for product_id in changed:  # one short transaction each: orders go on meanwhile
        with transaction.atomic():
            Product.objects.select_for_update(no_key=True).filter(pk=product_id).first()
            Product.objects.filter(pk=product_id).update(sold=total)
            publish_product(product_id)
    if changed:
        with transaction.atomic():
            publish_window()
