"""What is demanded of somebody who has only come to look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import rule
from fangcun.build.checks.walking.record import Entry, Hurdle, Page, Walk
from fangcun.build.checks.walking.rules.pages import named, named_en
from fangcun.build.checks.walking.words import LOGIN, LOGIN_PAGE, PRIVACY

ASKS = {
    "getUserProfile": "头像和昵称",
    "getUserInfo": "用户信息",
    "authorize": "授权",
    "chooseAddress": "收货地址",
    "getWeRunData": "微信运动",
    "open-type:getPhoneNumber": "手机号",
    "chooseInvoiceTitle": "发票抬头",
    "requestSubscribeMessage": "订阅消息",
}
WHERE = {"getLocation", "getFuzzyLocation", "chooseLocation", "startLocationUpdate"}
PERSONAL = re.compile(
    r"(?:^|/|[-_])(?:me|my|mine|user|profile|account|center|cart|order|orders|address|addresses|checkout|pay|payment|"
    r"confirm|setting|settings|favorite|favorites|collect|coupon|coupons|message|messages|wallet|points|member|vip|"
    r"login|signin|auth|register|bind|edit|publish|post|sign|signup|booking|appointment|reserve|buy|purchase|comment|"
    r"review|apply|invite|chat|submit)\w*(?:$|/|[-_])",
    re.IGNORECASE,
)
PERSONAL_TITLE = re.compile(
    r"我的|个人|订单|购物车|地址|结算|支付|登录|注册|设置|收藏|优惠券|消息|钱包|积分|会员|发布|报名|预约"
)


@rule("walk-forced-login")
def forced_login(walk: Walk) -> Iterator[Finding]:
    """Before any content, a login or an authorisation that can't be refused, or that refusing does not get past."""
    told: set[str] = set()
    for hurdle in walk.hurdles:
        if hurdle.page in told or not is_for_browsing(walk, hurdle.page):
            continue
        if PRIVACY.search(hurdle.text) and not _wants_login(hurdle):
            continue  # that is the privacy sheet's rule
        if not _wants_login(hurdle):
            continue
        how = _how_forced(hurdle)
        if how is None:
            continue
        told.add(hurdle.page)
        page = walk.page(hurdle.page)
        title, title_en = (named(page), named_en(page)) if page else (hurdle.page, hurdle.page)
        yield Finding(
            "walk-forced-login",
            f"还没有看到内容，{title}就要求登录或授权，{how[0]}",
            f"Before anything can be seen, {title_en} demands login or authorisation; {how[1]}",
            page=hurdle.page,
            detail={
                "text": hurdle.text[:200],
                "choices": list(hurdle.choices),
                "refused_with": hurdle.refused_with,
            },
            picture=hurdle.picture,
        )
    start = walk.page(walk.start)
    if start is not None and walk.start not in told and is_only_login(start):
        yield Finding(
            "walk-forced-login",
            f"首页{named(start)}只有登录，不登录什么也看不到",
            f"The start page {named_en(start)} is nothing but a login",
            page=start.path,
            detail={"text": start.text[:200]},
            picture=start.picture,
        )


def is_for_browsing(walk: Walk, path: str) -> bool:
    """Whether a page is for looking around, not for one's own things or for something one does."""
    if path == walk.start:
        return True
    page = walk.page(path)
    if PERSONAL.search(path) or (page and PERSONAL_TITLE.search(page.title)):
        return False
    return not (page and page.way and ACTS.search(page.way[-1]))  # who taps “buy” may be asked who he is


ACTS = re.compile(
    r"购买|下单|结算|预约|报名|收藏|评论|领取|发布|订阅|签到|我的|会员|兑换|提交|申请|登录|支付|咨询|加入"
)


def _wants_login(hurdle: Hurdle) -> bool:
    said = " ".join((hurdle.text, *hurdle.choices))
    if hurdle.kind == "page":
        return True
    if PRIVACY.search(said):  # a privacy sheet names login as one of its purposes
        return any(LOGIN.search(one) and not PRIVACY.search(one) for one in hurdle.choices)
    return bool(LOGIN.search(said))


def _how_forced(hurdle: Hurdle) -> tuple[str, str] | None:
    if not hurdle.refused_with:
        return "没有可以拒绝的选项", "there is nothing to refuse with"
    if hurdle.stands:
        return f"点「{hurdle.refused_with}」之后又出现", f"it is back after “{hurdle.refused_with}”"
    if hurdle.left:
        return f"点「{hurdle.refused_with}」就退出了", f"“{hurdle.refused_with}” ends the visit"
    return None


def is_only_login(page: Page) -> bool:
    """Whether there is nothing to do on a page but to log in."""
    asks = any(
        one.open_type in ("getPhoneNumber", "getUserInfo", "getRealtimePhoneNumber") for one in page.controls
    )
    if (
        not (asks or page.secret_fields or LOGIN_PAGE.search(page.path))
        or page.tab_bar
        or len(page.text) > 160
    ):
        return False
    free = [
        one
        for one in page.controls
        if one.text and not LOGIN.search(one.text) and not PRIVACY.search(one.text)
    ]
    return bool(LOGIN.search(page.text)) and not free


@rule("walk-asked-at-launch")
def asked_at_launch(walk: Walk) -> Iterator[Finding]:
    """A private thing is asked for when the package opens, before anybody tapped anything."""
    for name, title in ASKS.items():
        entry = next((one for one in _unasked(walk) if one.name == name), None)
        if entry is None:
            continue
        start = walk.page(walk.start)
        yield Finding(
            "walk-asked-at-launch",
            f"一打开就索取{title}（{_called(name)}），用户还什么都没有点",
            f"On launch, before any tap, {_called(name)} asks for something private",
            page=entry.page or walk.start,
            detail={"call": name, "asked": dict(entry.detail)},
            picture=start.picture if start else "",
        )
    told = {entry.page: entry for entry in _opened_with(walk)}
    for path, entry in told.items():
        page = walk.page(path)
        yield Finding(
            "walk-asked-at-launch",
            f"{named(page) if page else path}一打开就索取{ASKS[entry.name]}（{_called(entry.name)}）",
            f"{named_en(page) if page else path} asks for something private as it opens ({_called(entry.name)})",
            page=path,
            detail={"call": entry.name, "asked": dict(entry.detail)},
            picture=page.picture if page else "",
        )


def _opened_with(walk: Walk) -> Iterator[Entry]:
    """Profile and phone asked for by pages for looking around, in the moment in which they open."""
    opened: dict[int, str] = {}
    for entry in walk.journal:
        if entry.kind == "page":
            opened[entry.gesture] = entry.name
        is_asking = entry.name == "getUserProfile" or entry.detail.get("scope") == "scope.userInfo"
        is_at_once = entry.gesture > 0 and opened.get(entry.gesture) == entry.page
        if entry.kind == "call" and is_asking and is_at_once and is_for_browsing(walk, entry.page):
            yield entry


@rule("walk-location-at-launch")
def location_at_launch(walk: Walk) -> Iterator[Finding]:
    """The place is asked for when the package opens, before anybody wanted something near."""
    entry = next((one for one in _unasked(walk) if one.name in WHERE), None)
    if entry is not None:
        start = walk.page(walk.start)
        yield Finding(
            "walk-location-at-launch",
            f"一打开就索取位置（{_called(entry.name)}），用户还什么都没有点",
            f"On launch, before any tap, {_called(entry.name)} asks for the location",
            page=entry.page or walk.start,
            detail={"call": entry.name},
            picture=start.picture if start else "",
        )


@rule("walk-privacy-unrefusable")
def privacy_unrefusable(walk: Walk) -> Iterator[Finding]:
    """A privacy sheet without a way to say no, or after whose no there is no going on."""
    told: set[str] = set()
    for hurdle in walk.hurdles:
        if hurdle.kind == "page" or not PRIVACY.search(hurdle.text) or hurdle.page in told:
            continue
        how = _how_forced(hurdle)
        if how is None:
            continue
        told.add(hurdle.page)
        page = walk.page(hurdle.page)
        yield Finding(
            "walk-privacy-unrefusable",
            f"{named(page) if page else hurdle.page}的隐私弹窗不能拒绝：{how[0]}",
            f"The privacy sheet on {named_en(page) if page else hurdle.page} can't be refused: {how[1]}",
            page=hurdle.page,
            detail={
                "text": hurdle.text[:200],
                "choices": list(hurdle.choices),
                "refused_with": hurdle.refused_with,
            },
            picture=hurdle.picture,
        )


def _unasked(walk: Walk) -> Iterator[Entry]:
    """Calls before the first tap."""
    return (entry for entry in walk.journal if entry.kind == "call" and entry.gesture == 0)


def _called(name: str) -> str:
    return name if name.startswith("open-type") else f"wx.{name}"
