"""What users publish, and whether the category fits what the mini program does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.goods import virtual_words
from fangcun.build.checks.rules.said import page_of, said
from fangcun.build.checks.subject import Subject

_FIELDS: Final = frozenset({"textarea", "input", "editor", "t-textarea", "t-input", "van-field"})
_LONG: Final = frozenset({"textarea", "editor", "t-textarea"})
_WRITES = re.compile(
    r"评论|发表|说点什么|说两句|说说|写下(?:你|您)的|分享(?:你|您)的|留下(?:你|您)的(?:想法|足迹|评论)|发个?帖|帖子|动态|笔记"
    r"|提个?问(?!题反馈)|回答|弹幕|友善发言|晒单|心得|评价一下|\b(?:comment|write a review|say something)",
    re.IGNORECASE,
)
_HINTS = re.compile(r"placeholder|hint|prompt|input|write|say|comment", re.IGNORECASE)
_NOT_PUBLIC = re.compile(
    r"备注|反馈|投诉|退款|退货|原因|地址|搜索|发票|手机|电话|姓名|商家|客服|建议|remark|feedback|search",
    re.IGNORECASE,
)
_PUBLISH_PAGE = re.compile(
    r"(?:^|[/_-])(?:publish|post(?:s|ing)?|comment(?:s)?|forum|moments?|community|topic|thread|bbs|tweet|note-?edit|ugc|question|ask)(?:[/_-]|$)",
    re.IGNORECASE,
)
_REVIEWS = re.compile(
    r"msg_?sec_?check|img_?sec_?check|media_?check|sec_?check|content_?(?:audit|check|security|review)|内容安全|审核(?:通过|后|中)|(?:等待|提交|人工|待)审核",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Published:
    """A field in which users write what others will see."""

    file: str
    line: int
    page: str
    words: str


def published(subject: Subject) -> list[Published]:
    """The fields in which users write what others will see."""
    words = _words_of_scripts(subject)
    found = []
    for file, element in subject.facts.elements(*_FIELDS):
        if subject.unused(file):
            continue
        around = " ".join((element.attrs.get("placeholder", ""), element.attrs.get("name", ""), element.text))
        if "{{" in element.attrs.get("placeholder", ""):
            around += " " + words.get(file.removesuffix(".wxml"), "")
        if _NOT_PUBLIC.search(element.attrs.get("placeholder", "") or ""):
            continue
        match = _WRITES.search(around)
        if match or (element.tag in _LONG and _PUBLISH_PAGE.search(file.rsplit(".", 1)[0])):
            found.append(Published(file, element.line, page_of(subject, file), match[0] if match else file))
    return found


def _words_of_scripts(subject: Subject) -> dict[str, str]:
    """What may stand as a placeholder in each page or component: its script's own texts, and texts by their keys."""
    keyed = {text.near: text.text for _file, text in subject.facts.texts() if "." in text.near}
    found = {}
    for file, script in subject.facts.scripts.items():
        own = [text for text in script.texts if "placeholder" in text.near.lower()]
        keys = [keyed[text.text] for text in script.texts if text.text in keyed and _HINTS.search(text.text)]
        found[file.removesuffix(".js")] = " ".join([*(text.text for text in own), *keys])
    return found


@rule("ugc-undeclared")
def ugc_undeclared(subject: Subject) -> Iterator[Finding | Undecided]:
    """Users publish content, but the declaration for the audit says that they do not."""
    found = published(subject)
    if not found or subject.declared.ugc:
        return
    one = found[0]
    if subject.declared.ugc is None:
        yield Undecided(
            "ugc-undeclared",
            f"用户可以发布内容（{one.file}「{one.words}」）；不知道提审时有没有声明",
            f"Users can publish content ({one.file}); whether it is declared is not known",
        )
        return
    yield Finding(
        "ugc-undeclared",
        f"用户可以发布内容（「{one.words}」），内容声明却写着没有",
        "Users can publish content, but the declaration says that they cannot",
        one.file,
        one.line,
        one.page,
    )


@rule("ugc-unreviewed")
def ugc_unreviewed(subject: Subject) -> Iterator[Finding]:
    """Users publish content, and nothing says that it is looked at before others see it."""
    found = published(subject)
    if not found or subject.declared.ugc_reviewed:
        return
    if any(_REVIEWS.search(text.text) for _file, text in subject.facts.texts()) or any(
        _REVIEWS.search(one.text) for one in said(subject)
    ):
        return
    one = found[0]
    yield Finding(
        "ugc-unreviewed",
        f"用户可以发布内容（「{one.words}」），没有内容安全检测或审核的痕迹",
        "Users can publish content, and nothing shows that it is checked",
        one.file,
        one.line,
        one.page,
    )


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a mini program may do only in a fitting category. `fits` are words of such categories."""

    chinese: str
    english: str
    fits: re.Pattern[str]
    words: re.Pattern[str] | None = None
    tags: frozenset[str] = frozenset()


NEEDS: Final = (
    Need(
        "直播",
        "live broadcasts",
        re.compile("直播|视频|社交|教育|会议|医疗"),
        None,
        frozenset({"live-player", "live-pusher"}),
    ),
    Need(
        "在线诊疗或售药",
        "medical advice or medicine",
        re.compile("医疗|医药|健康|药"),
        re.compile("在线(?:问诊|诊疗|复诊)|预约挂号|处方药|电子处方|图文问诊"),
    ),
    Need(
        "金融服务",
        "financial services",
        re.compile("金融|银行|证券|保险|基金|贷"),
        re.compile(
            "(?:申请|极速|小额|信用|现金|在线)贷款?|理财产品|基金(?:申购|定投)|股票(?:开户|推荐)|投保(?!人)|(?:年化|七日)收益率"
        ),
    ),
    Need("彩票", "lotteries", re.compile("彩票"), re.compile("(?:购买|买|代购)彩票|双色球|大乐透|刮刮乐")),
    Need(
        "课程与培训",
        "courses",
        re.compile("教育|培训|知识|学习|文娱"),
        re.compile("(?:在线|视频|录播|购买|付费)课程|报名课程|网课"),
    ),
    Need(
        "招聘",
        "jobs",
        re.compile("招聘|求职|人力|劳务|商务服务"),
        re.compile("投递简历|招聘信息|求职意向|立即投递"),
    ),
    Need("房产", "real estate", re.compile("房"), re.compile("房源|二手房|租房|看房预约")),
)
_COMMUNITY: Final = re.compile("社交|社区|论坛|笔记|问答|资讯|文娱")


@rule("category-mismatch")
def category_mismatch(subject: Subject) -> Iterator[Finding]:
    """The mini program does something that none of its categories covers."""
    categories = " ".join(subject.declared.categories)
    if not categories:
        return
    for need in NEEDS:
        place = _place(subject, need)
        if place and not need.fits.search(categories):
            file, line, page, words = place
            yield Finding(
                "category-mismatch",
                f"有{need.chinese}（「{words}」），类目 {categories} 不包含",
                f"It offers {need.english}, which its categories do not cover",
                file,
                line,
                page,
            )
    community = [one for one in published(subject) if one.words not in ("评价一下", "晒单")]
    if community and not _COMMUNITY.search(categories):
        first = community[0]
        yield Finding(
            "category-mismatch",
            f"用户可以发布内容（「{first.words}」），属于社交类，类目 {categories} 不包含",
            "Users publish content, which needs a social category",
            first.file,
            first.line,
            first.page,
        )


def _place(subject: Subject, need: Need) -> tuple[str, int, str, str] | None:
    for file, element in subject.facts.elements(own=False):
        if element.tag in need.tags and not subject.unused(file):
            return file, element.line, page_of(subject, file), f"<{element.tag}>"
    if need.words:
        for one in said(subject):
            match = need.words.search(one.text)
            if match and not subject.unused(one.file):
                return one.file, one.line, one.page, match[0]
    return None


@rule("virtual-category")
def virtual_category(subject: Subject) -> Iterator[Finding]:
    """Virtual goods are offered by a shop whose categories are about things alone."""
    categories = " ".join(subject.declared.categories)
    offers = virtual_words(subject)
    wares = re.compile("食品|生鲜|服装|百货|家居|数码|图书音像|美妆|零售|商家自营")
    fits = re.compile("教育|培训|文娱|游戏|视频|音乐|阅读|知识|会员|虚拟|社交|生活服务")
    if categories and offers and wares.search(categories) and not fits.search(categories):
        one = offers[0]
        yield Finding(
            "virtual-category",
            f"出现了虚拟商品「{one.text[:30]}」，类目 {categories} 只覆盖实物",
            "Virtual goods are offered, but the categories cover things alone",
            one.file,
            one.line,
            one.page,
        )
