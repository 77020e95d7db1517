"""What is sold and how it is paid: virtual goods on iOS, the order centre, delivery that WeChat is told of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.package import page_title
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.said import Said, page_of, said
from fangcun.build.checks.subject import Subject

VIRTUAL: Final = re.compile(
    r"(?:开通|购买|续费|充值|订阅|升级(?:为|成)?|解锁|兑换)[^，。；！？,.;!?]{0,6}?"
    r"(?:VIP|SVIP|超级会员|付费会员|课程|专栏|电子书|题库|金币|钻石|点券|虚拟币|章节|剧集|音频|视频课|皮肤|道具)"
    r"|(?:开通|购买|续费|充值)[^，。；！？,.;!?]{0,6}?会员(?!日|价|积分|活动|专享|专区|商品|店|码|等级)"
    r"|(?:VIP|SVIP|会员)(?:月卡|季卡|年卡|周卡|套餐|充值|续费|时长)|(?:月度|季度|年度|终身|连续包月)(?:会员|VIP)"
    r"|电子书|付费(?:阅读|专栏|课程|内容|视频|音频|问答)|(?:线上|在线|视频|音频|网络|录播|直播)课(?:程)?|虚拟(?:商品|道具|货币)",
    re.IGNORECASE,
)
_IOS: Final = re.compile(r"^(?:ios|iphone|ipad)$", re.IGNORECASE)
_ORDER_PAGE = re.compile(r"order|dingdan|trade|purchase|bill|订单|账单", re.IGNORECASE)


def pays(subject: Subject) -> tuple[str, int] | None:
    """Where the package takes money, when it does."""
    for file, call in subject.facts.calls("requestPayment", "requestOrderPayment", "requestPluginPayment"):
        if not subject.unused(file):
            return file, call.line
    return None


def virtual_words(subject: Subject) -> list[Said]:
    """Where virtual goods are offered."""
    return [one for one in said(subject) if VIRTUAL.search(one.text) and not subject.unused(one.file)]


@rule("virtual-payment")
def virtual_payment(subject: Subject) -> Iterator[Finding]:
    """Virtual goods are paid, and nothing keeps iPhones out of it."""
    place = pays(subject)
    if place is None or _knows_ios(subject):
        return
    offers = virtual_words(subject)
    if offers:
        one = offers[0]
        match = VIRTUAL.search(one.text)
        yield Finding(
            "virtual-payment",
            f"卖虚拟商品（「{match[0] if match else ''}」）并用 wx.requestPayment 收款，没有区分 iOS",
            "Virtual goods are paid with wx.requestPayment, and iOS is not told apart",
            one.file,
            one.line,
            one.page or page_of(subject, one.file),
            detail={
                "payment": f"{place[0]}:{place[1]}",
                "texts": sorted({said.text[:60] for said in offers})[:10],
            },
        )


def _knows_ios(subject: Subject) -> bool:
    """Whether the package pays virtually, or asks anywhere whether it runs on iOS."""
    if any(True for _ in subject.facts.calls("requestVirtualPayment")):
        return True
    asks = any(_IOS.match(text.text.strip()) for _file, text in subject.facts.texts())
    names = re.compile(r"\bis_?(?:ios|iphone|apple)\b", re.IGNORECASE)
    return asks or any(
        names.search(value)
        for _file, element in subject.facts.elements()
        for value in element.attrs.values()
        if "{{" in value
    )


@rule("order-path")
def order_path(subject: Subject) -> Iterator[Finding | Undecided]:
    """The order centre that is declared is no page of the package; or a shop declares none."""
    wanted = subject.declared.order_path.strip("/").split("?")[0].removesuffix(".html")
    if wanted:
        if wanted not in subject.package.pages:
            yield Finding(
                "order-path",
                f"订单中心路径 {wanted} 不是包里的页面",
                f"The order centre {wanted} is no page of the package",
                "app.json",
            )
        return
    place = pays(subject)
    if place is None:
        return
    if subject.blueprint is not None:
        yield Finding(
            "order-path",
            "会收款，却没有填写订单中心路径",
            "It takes money, but no order centre is declared",
            place[0],
            place[1],
        )
    elif any(_ORDER_PAGE.search(page + page_title(subject.package, page)) for page in subject.package.pages):
        yield Undecided(
            "order-path",
            "会收款；不知道提审时填写的订单中心路径",
            "It takes money; the declared order centre is not known",
        )
    else:
        yield Finding(
            "order-path",
            "会收款，包里却没有订单列表页可以作订单中心",
            "It takes money, but no page lists the orders",
            place[0],
            place[1],
        )


@rule("shipping-untold")
def shipping_untold(subject: Subject) -> Iterator[Finding | Undecided]:
    """Goods are sold, but WeChat is not told of their delivery."""
    place = pays(subject)
    if place is None:
        return
    if subject.declared.shipping is False:
        yield Finding(
            "shipping-untold",
            "会收款，却没有接入发货信息管理",
            "It takes money, but delivery is not reported to WeChat",
            place[0],
            place[1],
        )
    elif subject.declared.shipping is None:
        yield Undecided(
            "shipping-untold",
            "会收款；发货信息由服务器录入，包里看不出来",
            "It takes money; delivery is reported by the server, which the package does not show",
        )
