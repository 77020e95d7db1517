"""Makes an installation's tables and fills its shelves with the goods named on standard input; a program of its own."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

django.setup()

from fangcun.doors.cli import sample  # noqa: E402 - the rooms are wired first
from fangcun.doors.cli.demo import load_freight, register_demo  # noqa: E402
from fangcun.doors.cli.main import migrate_all  # noqa: E402
from fangcun.gateways.storage import store_image  # noqa: E402
from fangcun.identity.programs.queries import main_program  # noqa: E402
from fangcun.kernel.actors import SYSTEM  # noqa: E402
from fangcun.shop.catalog.services import (  # noqa: E402
    PictureSpec,
    ProductSpec,
    SkuSpec,
    create_category,
    create_product,
    set_home,
)

PICTURES = sample.__path__[0] + "/pictures"


def picture(name: str) -> PictureSpec:
    with open(f"{PICTURES}/{name}.webp", "rb") as file:
        stored = store_image(file.read())
    return PictureSpec(stored.path, stored.width, stored.height)


def put_on_sale(goods: dict[str, Any], category_id: int) -> dict[str, Any]:
    """One product with one SKU for each of its values."""
    values = goods.get("values", [])
    spec = ProductSpec(
        category_id=category_id,
        title=goods["title"],
        subtitle="新鲜到家",
        detail_html="<p>清晨采摘，当日送达。</p>",
        options=("规格",) if values else (),
        pictures=(picture(goods["picture"]),)
        if goods.get("picture")
        else (PictureSpec("images/none.webp", 8, 8),),
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
    assert sku is not None
    return {"product": product.pk, "sku": sku.pk, "title": product.title}


def main() -> None:
    migrate_all()
    register_demo(os.environ["WECHATBOX_URL"])
    load_freight()
    wanted = json.load(sys.stdin)
    shelf = create_category(name="新鲜水果", icon=picture("category-fruit").path, by=SYSTEM)
    board = create_category(name="当季", parent_id=shelf.pk, icon=picture("category-fruit-1").path, by=SYSTEM)
    on_sale = {goods["key"]: put_on_sale(goods, board.pk) for goods in wanted}
    set_home(
        banners=[
            {
                "image": picture("banner-morning").path,
                "title": "清晨采，今日到",
                "subtitle": "当季鲜果",
                "link": f"/pages-goods/list/list?category={shelf.pk}&name=新鲜水果",
            }
        ],
        notice="满 59 元免运费",
        hot_words=["苹果"],
        by=SYSTEM,
    )
    program = main_program()
    assert program is not None
    print(json.dumps({"appid": program.appid, "goods": on_sale}))  # noqa: T201 - the answer to who started it


main()
