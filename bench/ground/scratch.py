"""A shop of its own for each run, in a folder that is thrown away."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Buyer:
    """Somebody who is logged in and has an address."""

    token: str
    address_id: int


@dataclass(frozen=True)
class Shop:
    """What requests need to know."""

    appid: str
    product_id: int
    sku_ids: list[int]
    buyers: list[Buyer]


@contextmanager
def scratch_home() -> Iterator[Path]:
    """A new data folder; the platform's settings point at it from here on.

    `DATABASE_URL` is used when it is set: name a database that may be filled with nonsense.
    """
    with tempfile.TemporaryDirectory(prefix="fangcun-bench-") as folder:
        for name in ("FANGCUN_PRODUCTION", "FANGCUN_DEBUG", "WECHATBOX_URL"):
            os.environ.pop(name, None)
        os.environ["FANGCUN_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "fangcun.settings"
        (Path(folder) / "static").mkdir()
        yield Path(folder)


def make_shop(buyers: int = 32, products: int = 60) -> Shop:
    """Migrate and fill: a program, products with two SKUs each and more stock than a run can sell, buyers."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    for name in settings.DATABASES:
        call_command("migrate", database=name, interactive=False, verbosity=0)

    from fangcun.gateways.wechat.answers import Session
    from fangcun.identity.members.services import add_address, admit
    from fangcun.identity.programs.services import register_program
    from fangcun.kernel.actors import SYSTEM
    from fangcun.shop.catalog.services import create_category, create_product
    from fangcun.shop.shipping.models import FreightRule
    from fangcun.shop.shipping.services import save_freight_rule

    suffix = os.urandom(4).hex()
    program = register_program(
        appid=f"wxbench{suffix}", name="Bench", app_secret="0" * 32, merchant=None, by=SYSTEM
    )
    if not FreightRule.objects.exists():
        rule = FreightRule(name="全国", areas=[], first_amount=800, extra_amount=200, free_over_amount=9900)
        save_freight_rule(rule, by=SYSTEM)
    shelf = create_category(name=f"蔬菜 {suffix}", by=SYSTEM)
    goods = [create_product(_spec(shelf.pk, number), by=SYSTEM, on_sale=True) for number in range(products)]
    people = []
    for number in range(buyers):
        session = Session(openid=f"o{suffix}{number}", unionid=None, session_key="k")
        login = admit(program=program, session=session, ip=None)
        address = add_address(
            member=login.member,
            name="方小寸",
            phone="13800138000",
            region_code="310104",
            detail="肇嘉浜路 1000 号 3 幢 502 室",
        )
        people.append(Buyer(login.token, address.pk))
    return Shop(
        appid=program.appid,
        product_id=goods[0].pk,
        sku_ids=[sku.pk for product in goods for sku in product.skus.all()],
        buyers=people,
    )


def _spec(category_id: int, number: int) -> object:
    from fangcun.shop.catalog.services import PictureSpec, ProductSpec, SkuSpec

    pictures = tuple(PictureSpec(f"images/{at:02d}/{number:064d}.webp", 1200, 1200) for at in range(5))
    return ProductSpec(
        category_id=category_id,
        title=f"高原胡萝卜 第 {number} 号",
        subtitle="带泥现挖，脆甜多汁",
        detail_html="<p>产自云南高原，昼夜温差大，甜度高。</p>" * 12,
        options=("规格",),
        tags=("当季", "产地直采"),
        services=("坏果包赔", "次日送达"),
        skus=(
            SkuSpec(("500g",), 1280, market_amount=1580, weight_g=500, stock=50_000_000),
            SkuSpec(("1kg",), 2380, market_amount=2980, weight_g=1000, stock=50_000_000),
        ),
        pictures=pictures,
        detail_pictures=pictures,
    )
