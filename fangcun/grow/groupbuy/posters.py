"""The poster of a group: what it is about and a code that leads to it. Calls WeChat: never inside a transaction."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from django.utils import timezone

from fangcun.gateways.storage import drawn_once, read_image
from fangcun.grow.groupbuy.models import Group
from fangcun.grow.links.posters import Poster, compose
from fangcun.grow.links.services import code_image, make_link
from fangcun.kernel.money import yuan

PAGE = "pages-grow/group/group"


def poster_of(group: Group) -> bytes:
    """A PNG to save and to share, drawn once for each price and title. Raises GatewayError when there is no code."""
    campaign = group.campaign
    cheapest = campaign.cheapest
    facts = Poster(
        shop=group.program.name,
        title=campaign.product.title,
        code=b"",
        # Beside a picture the first has room; without one the price has no place of its own.
        lines=(_until(group), f"{group.size} 人团 ¥{yuan(cheapest.price_amount)}"),
        hint="长按识别小程序码，一起拼团",
        price=f"{group.size} 人团 ¥{yuan(cheapest.price_amount)}",
        before=f"¥{yuan(cheapest.sku.price_amount)}",
    )
    digest = hashlib.sha256(repr((facts, campaign.product.cover)).encode()).hexdigest()[:16]
    path = f"posters/{group.number[:2]}/{group.number}_{digest}.png"

    def draw() -> bytes:
        link = make_link(
            page=PAGE,
            query={"number": group.number},
            program_id=group.program_id,
            key=f"group:{group.number}",
            title=f"拼团 {group.number}",
        )
        return compose(replace(facts, code=code_image(link), picture=_picture(campaign.product.cover)))

    return drawn_once(path, draw)


def _until(group: Group) -> str:
    if group.expires_at is None:
        return ""
    return f"{timezone.localtime(group.expires_at):%m 月 %d 日 %H:%M} 前有效"


def _picture(cover: str) -> bytes | None:
    try:
        return read_image(cover) if cover else None
    except FileNotFoundError:
        return None
