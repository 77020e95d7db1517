"""Automations that most shops want, ready to be switched on with one click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Ready:
    """One of them. `texts` are the wordings it needs, made if the shop has none with that code."""

    key: str
    name: str | Promise
    about: str | Promise
    document: Mapping[str, Any]
    texts: tuple[tuple[str, str, str], ...] = ()


CART = Ready(
    "abandoned_cart",
    _("购物车提醒"),
    _("挑好了却没有结算的会员，2 小时后提醒一次，仍未付款的第二天再提醒一次。"),
    {
        "trigger": {"kind": "cart", "hours": 2},
        "steps": [
            {"do": "check", "bought": False},
            {
                "do": "tell",
                "channel": "subscribe",
                "title": "购物车里的商品还在等您",
                "body": "{goods}还在购物车里，库存有限，记得结算。",
                "link": "/pages/cart/cart",
            },
            {"do": "wait", "hours": 20, "at": "10:00"},
            {"do": "check", "bought": False},
            {
                "do": "tell",
                "channel": "in_app",
                "title": "还想要吗？",
                "body": "{goods}还为您留在购物车里。",
                "link": "/pages/cart/cart",
            },
        ],
        "again_days": 7,
        "goal_days": 3,
    },
)
BIRTHDAY = Ready(
    "birthday",
    _("生日祝福"),
    _("会员生日当天早上送积分并祝福，一年一次。"),
    {
        "trigger": {"kind": "birthday", "days": 0, "at": "09:00"},
        "steps": [
            {"do": "points", "points": 100, "note": "生日礼"},
            {
                "do": "tell",
                "channel": "subscribe",
                "title": "生日快乐",
                "body": "{nickname}，生日快乐！送您 100 积分，下单可抵现。",
                "link": "/pages-grow/points/points",
            },
        ],
        "again_days": 300,
        "goal_days": 14,
    },
)
WIN_BACK = Ready(
    "win_back",
    _("唤回老客"),
    _("30 天没有再买的老客，先发消息；3 天后仍没有下单的，同意营销短信的再发一条短信，并打上“沉睡”标签。"),
    {
        "trigger": {"kind": "date", "of": "last_paid", "days": 30, "at": "10:00", "existing": True},
        "steps": [
            {
                "do": "tell",
                "channel": "subscribe",
                "title": "好久不见",
                "body": "{nickname}，您有一阵子没来了，看看最近的新鲜货。",
                "link": "/pages/home/home",
            },
            {"do": "wait", "hours": 72},
            {"do": "check", "bought": False},
            {"do": "tag", "tag": "沉睡"},
            {"do": "text", "template": "win_back", "values": {}},
        ],
        "again_days": 90,
        "goal_days": 14,
    },
    (("win_back", "唤回老客", "{nickname}，好久不见！新鲜到货，打开小程序看看。退订 {unsubscribe}"),),
)
WELCOME = Ready(
    "welcome",
    _("新人首单"),
    _("注册一天还没有下单的新会员，提醒一次首单。"),
    {
        "trigger": {"kind": "news", "news": "registered"},
        "steps": [
            {"do": "wait", "hours": 24},
            {"do": "check", "bought": False},
            {
                "do": "tell",
                "channel": "subscribe",
                "title": "欢迎来选第一单",
                "body": "{nickname}，看看大家都在买什么。",
                "link": "/pages/home/home",
            },
        ],
        "again_days": 0,
        "goal_days": 7,
    },
)
READY: dict[str, Ready] = {one.key: one for one in (CART, BIRTHDAY, WIN_BACK, WELCOME)}
