"""Words that lure users: share to get, follow to get, download an app; and quizzes that tell fortunes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.said import said
from fangcun.build.checks.subject import Subject

_THEN = r"[，,、\s]?(?:之?后|即可?|就能?|才能|才可以?|可以?|立即?|马上|一起|并|去)*\s*"
_GAIN = (
    r"(?:领(?!先|域|导|结|会|略|养|口)|获得|获取|(?<![心觉懂值难舍懒显取博记])得(?!到了|很|不|太|好|多|以|体)|赢(?!家)|免费|解锁"
    r"|抽奖|提现|复活|翻倍|加速|查看(?:完整|全部|答案|结果)|继续(?:使用|观看|阅读|答题))"
)
_PRIZE = r"(?:红包|奖励|积分|优惠券|现金|金币|礼品|礼包|好礼|会员|元)"
_SHARE = re.compile(
    rf"(?:分享|转发)(?:到|给|至)?[^，。；！？,.;!?分享转发]{{0,10}}?{_THEN}{_GAIN}"
    rf"|(?:分享|转发)(?:到|给|至)?[^，。；！？,.;!?]{{0,8}}?送[^，。；！？,.;!?货达餐]{{0,6}}{_PRIZE}"
    rf"|(?:集|求)(?:满|齐)?\s*\d*\s*个?赞|点赞{_THEN}{_GAIN}|不(?:分享|转发)不是|(?:必须|需要|请先)(?:分享|转发)"
)
_SHARE_FINE = re.compile(r"(?:不|无需|不用|无须|未)(?:分享|转发)")
_FOLLOW = re.compile(
    rf"关注(?!的|度|点|列表|了|人数|更新|商品|店铺)[^，。；！？,.;!?]{{0,12}}?{_THEN}(?:{_GAIN}|送[^，。；！？货达餐]{{0,6}}{_PRIZE})"
    rf"|(?:先|请先|必须)关注(?:公众号|服务号|订阅号).{{0,6}}(?:再|才)"
)
_DOWNLOAD = re.compile(
    r"(?:下载|安装|打开|前往|去|扫码下载)\s*(?!.{0,4}微信)(?:[^，。；！？,.;!?]{0,8})(?:APP|App|app|客户端|安装包)(?!id|\.|s\b)"
    r"|(?:应用商店|App\s?Store|应用市场|应用宝)(?:里?搜索|下载)|复制(?:链接|网址)(?:到|在|，|,)?.{0,4}浏览器|用?浏览器打开"
)
_FORTUNE = re.compile(
    r"算命|占卜|塔罗|测(?:一测)?你的(?:性格|运势|前世|桃花|寿命|智商)|(?:今日|每日|本周|星座)运势|星座(?:配对|运程)|姻缘|抽签|解梦|生辰八字"
    r"|姓名(?:打分|测试|配对)|(?:性格|智商|情商|心理年龄|前世)测试"
)


def induces(text: str) -> re.Match[str] | None:
    """The words of a text that promise something for sharing or following; None when there are none."""
    if _SHARE_FINE.search(text):
        return None
    return _SHARE.search(text) or _FOLLOW.search(text)


@rule("inducing-share")
def inducing_share(subject: Subject) -> Iterator[Finding]:
    """Something is given for sharing."""
    yield from _matching(
        "inducing-share",
        _SHARE,
        _SHARE_FINE,
        subject,
        "文案「{}」用好处换分享",
        "“{}” gives something for sharing",
    )


@rule("inducing-follow")
def inducing_follow(subject: Subject) -> Iterator[Finding]:
    """Something is given for following an account."""
    yield from _matching(
        "inducing-follow",
        _FOLLOW,
        None,
        subject,
        "文案「{}」用好处换关注",
        "“{}” gives something for following",
    )


@rule("inducing-download")
def inducing_download(subject: Subject) -> Iterator[Finding]:
    """Users are sent to an app or a browser."""
    yield from _matching(
        "inducing-download",
        _DOWNLOAD,
        None,
        subject,
        "文案「{}」引导用户下载应用或离开微信",
        "“{}” sends users to an app or a browser",
    )


@rule("fortune-telling")
def fortune_telling(subject: Subject) -> Iterator[Finding]:
    """Fortune telling or a quiz about oneself."""
    yield from _matching(
        "fortune-telling",
        _FORTUNE,
        None,
        subject,
        "出现了占卜或测试类内容「{}」",
        "Fortune telling or a quiz: “{}”",
    )


def _matching(
    name: str,
    wanted: re.Pattern[str],
    fine: re.Pattern[str] | None,
    subject: Subject,
    chinese: str,
    english: str,
) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for one in said(subject):
        for found in wanted.finditer(one.text):
            around = one.text[max(0, found.start() - 4) : found.end()]
            if (fine and fine.search(around)) or (one.file, found[0]) in told or subject.unused(one.file):
                continue
            told.add((one.file, found[0]))
            yield Finding(
                name, chinese.format(found[0]), english.format(found[0]), one.file, one.line, one.page
            )
            break  # one text, one finding
