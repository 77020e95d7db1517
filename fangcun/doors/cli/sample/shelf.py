"""A shop with a few goods, opened in a moment: for journeys and walks, where the whole sample would take too long."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fangcun.doors.cli.demo import load_freight, register_demo
from fangcun.doors.cli.sample.club import load_club
from fangcun.doors.cli.sample.growth import load_growth
from fangcun.doors.cli.sample.load import HERE
from fangcun.gateways.storage import store_image
from fangcun.grow.messaging.reaching import set_pace
from fangcun.identity.programs.queries import main_program
from fangcun.kernel.actors import SYSTEM
from fangcun.shop.catalog.services import (
    Banner,
    PictureSpec,
    ProductSpec,
    SkuSpec,
    create_category,
    create_product,
    set_home,
)


def open_shop(box_url: str, goods: list[dict[str, Any]]) -> dict[str, Any]:
    """Register the box's program and merchant, set freight, put goods on sale: {"appid", "goods": {key: ids}}.

    There are no quiet hours: what is told on a walk must not depend on the time of the day.
    Goods are {"key", "title", "price_amount", "stock"} with "values" and "picture" if they have any.
    """
    register_demo(box_url)
    load_freight()
    shelf = create_category(name="新鲜水果", icon=_picture("category-fruit").path, by=SYSTEM)
    board = create_category(
        name="当季", parent_id=shelf.pk, icon=_picture("category-fruit-1").path, by=SYSTEM
    )
    on_sale = {one["key"]: _put_on_sale(one, board.pk) for one in goods}
    banner: Banner = {
        "image": _picture("banner-morning").path,
        "title": "清晨采，今日到",
        "subtitle": "当季鲜果",
        "link": f"/pages-goods/list/list?category={shelf.pk}&name=新鲜水果",
    }
    set_home(banners=[banner], notice="满 59 元免运费", hot_words=["苹果"], by=SYSTEM)
    load_growth()
    load_club()
    set_pace(quiet_from=dt.time.min, quiet_until=dt.time.min, a_day=1, a_week=3, by=SYSTEM)
    program = main_program()
    return {"appid": program.appid if program else "", "goods": on_sale}


def _picture(name: str) -> PictureSpec:
    stored = store_image((HERE / "pictures" / f"{name}.webp").read_bytes())
    return PictureSpec(stored.path, stored.width, stored.height)


def _put_on_sale(goods: dict[str, Any], category_id: int) -> dict[str, Any]:
    """One product with one SKU for each of its values."""
    values = goods.get("values", [])
    picture = _picture(goods["picture"]) if goods.get("picture") else PictureSpec("images/none.webp", 8, 8)
    spec = ProductSpec(
        category_id=category_id,
        title=goods["title"],
        subtitle="新鲜到家",
        detail_html="<p>清晨采摘，当日送达。</p>",
        options=("规格",) if values else (),
        pictures=(picture,),
        skus=tuple(
            SkuSpec(
                values=(value,) if value else (),
                price_amount=goods["price_amount"],
                stock=goods["stock"],
                weight_g=500,
            )
            for value in values or [""]
        ),
    )
    product = create_product(spec, by=SYSTEM, on_sale=True)
    sku = product.skus.order_by("id").first()
    return {"product": product.pk, "sku": sku.pk if sku else 0, "title": product.title}
