"""What an operator chooses for the home page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction

from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.shop.catalog.errors import ProductInvalid
from fangcun.shop.catalog.models import HomeSettings
from fangcun.shop.catalog.snapshots import publish_window
from fangcun.shop.catalog.text import one_line


class Banner(TypedDict):
    """`image` is a storage path, `link` a page of the mini program with the leading slash, or empty."""

    image: str
    title: str
    subtitle: str
    link: str


@transaction.atomic
def set_home(
    *,
    by: Actor,
    banners: Sequence[Banner] | None = None,
    notice: str | None = None,
    hot_words: Sequence[str] | None = None,
) -> HomeSettings:
    """Choose banners, notice and the words recommended for search; what is None stays. Raises ProductInvalid."""
    home, _ = HomeSettings.objects.select_for_update().get_or_create(pk=1)
    before = _facts(home)
    if banners is not None:
        home.banners = [
            {
                "image": banner["image"],
                "title": one_line(banner["title"]),
                "subtitle": one_line(banner["subtitle"]),
                "link": banner["link"],
            }
            for banner in banners
        ]
    if notice is not None:
        home.notice = one_line(notice)
    if hot_words is not None:
        home.hot_words = [word for word in map(one_line, hot_words) if word]
    wrong = {}
    if len(home.banners) > 8:
        wrong["banners"] = "轮播图最多 8 张"
    if any(banner["link"] and not banner["link"].startswith("/pages") for banner in home.banners):
        wrong["banners"] = "链接要以 /pages 开头"
    if len(home.notice) > 120:
        wrong["notice"] = "公告最多 120 个字"
    if len(home.hot_words) > 20 or any(len(word) > 20 for word in home.hot_words):
        wrong["hot_words"] = "热搜词最多 20 个，每个最多 20 个字"
    if wrong:
        raise ProductInvalid(fields=wrong)
    home.save()
    audit.record("catalog.set_home", by=by, object=home, before=before, after=_facts(home))
    publish_window()
    return home


def _facts(home: HomeSettings) -> dict[str, object]:
    return {"banners": home.banners, "notice": home.notice, "hot_words": home.hot_words}
