"""What WeChat makes of a link: its mini program code, a URL link for text messages, a short link for chats.

A code opens the mini program's home page with the short id as its scene; the phone asks what that stands for and
goes there. So a printed code survives a page that moves, and any target fits into the 32 characters of a scene.
Calls WeChat: never inside a transaction.
"""

from __future__ import annotations

import datetime as dt
import time
from urllib.parse import urlencode

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.gateways.storage import drawn_once
from fangcun.gateways.wechat.errors import RateLimited
from fangcun.grow.links.models import CodeMinute, Link
from fangcun.identity.programs.clients import miniprogram_api

WIDTH = 430
CODES_A_MINUTE = 5000
URL_LINK_DAYS = 30  # the longest that WeChat allows
_RENEW_BEFORE = dt.timedelta(days=1)


def code_image(link: Link, *, width: int = WIDTH) -> bytes:
    """The link's mini program code as a picture (PNG or JPEG), `width` pixels wide, 280 to 1280.

    Drawn by WeChat once and kept in the media store. Raises GatewayError when WeChat does not draw it now.
    """

    def draw() -> bytes:
        take_turn(link.program_id)
        return miniprogram_api(link.program).wxacode_unlimited(scene=link.short, width=width)

    return drawn_once(code_path(link, width), draw)


def take_turn(program_id: int) -> None:
    """Count one more code of this minute. Raises RateLimited above what WeChat is said to draw (5,000)."""
    minute = int(time.time() // 60)
    CodeMinute.objects.get_or_create(program_id=program_id)
    mine = CodeMinute.objects.filter(program_id=program_id)
    # Of two processes that open the minute at once one does; both then count themselves.
    mine.exclude(minute=minute).update(minute=minute, used=0)
    if not mine.filter(minute=minute, used__lt=CODES_A_MINUTE).update(used=F("used") + 1):
        raise RateLimited(_("这一分钟的小程序码已达到微信的上限，稍后再试"), code="minute")


def code_path(link: Link, width: int = WIDTH) -> str:
    """Where the code of a link is kept."""
    return f"codes/{link.short[:2]}/{link.short}_{width}.png"


def url_link(link: Link) -> str:
    """An https address that opens the link from a text message or a browser, good for at least one more day.

    WeChat lets it live 30 days at most, so it is asked for anew when it runs out. Raises GatewayError.
    """
    now = timezone.now()
    if link.url and link.url_expires_at and link.url_expires_at > now + _RENEW_BEFORE:
        return link.url
    expires_at = now + dt.timedelta(days=URL_LINK_DAYS)
    address = miniprogram_api(link.program).url_link(
        path=link.page, query=told_query(link), expire_days=URL_LINK_DAYS
    )
    Link.objects.filter(pk=link.pk).update(url=address, url_expires_at=expires_at)
    link.url, link.url_expires_at = address, expires_at
    return address


def short_link(link: Link) -> str:
    """A link such as `#小程序://…` that opens in WeChat's chats only, for 30 days. Raises GatewayError."""
    text = miniprogram_api(link.program).short_link(
        page_url=f"{link.page}?{told_query(link)}", title=link.title[:20]
    )
    Link.objects.filter(pk=link.pk).update(short_link=text)
    link.short_link = text
    return text


def told_query(link: Link) -> str:
    """The link's own query, with what the phone tells of where it came from: the short id and the channel."""
    channel = {"ch": link.channel.code} if link.channel else {}
    return urlencode({**link.query, "l": link.short, **channel})
